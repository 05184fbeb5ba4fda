"""見込み: before the draw, a picture of what the rules mean, and of what other rules would mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from core.office.chance_words import opening, question, sections
from core.office.chances import ChanceReport, WhatIf
from core.office.ports import Progress
from tui.safety import clean, paragraphs
from tui.widgets.chart import Bar, chart
from tui.widgets.dialogs import Choice, Dialog

if TYPE_CHECKING:
    from core.office.office import Office
    from tui.host import Host

WIDTH = 72
"""Cells inside a dialog."""
LABEL = 34


async def show_chances(app: Host, office: Office) -> None:
    """Compute and show, and again for every question asked in the window, until it is left. To be run as a flow."""
    asked: WhatIf | None = WhatIf()
    while asked is not None:
        what_if = asked

        def work(progress: Progress, what_if: WhatIf = what_if) -> ChanceReport:
            return office.chances.report(what_if, progress=progress)

        report = await app.run_job("見込みを計算する", work)
        asked = await app.ask(ChancesSheet(report, ascii_only=app.ascii_borders))


def picture(report: ChanceReport, *, ascii_only: bool = False) -> Text:
    """The report as bars with their words; a bar's `│` marks 100 of 100."""
    text = paragraphs(opening(report))
    for section in sections(report):
        text.append("\n\n")
        if section.title:
            text.append(clean(section.title) + "\n", style="bold")
        if section.rows:
            bars = [Bar(row.label, row.percent, 100, row.words) for row in section.rows]
            label = min(LABEL, max(cell_len(bar.label) for bar in bars))
            text.append(chart(bars, WIDTH, label_width=label, ascii_only=ascii_only))
        if section.note:
            text.append(("\n" if section.rows else "") + "\n".join(map(clean, section.note.split("\n"))))
    return text


def questions(report: ChanceReport) -> dict[str, tuple[str, WhatIf]]:
    """What can be asked from here, by key: its words and the question."""
    courses = report.now.outlook.params.courses
    tenth = {course.code: course.capacity // 10 for course in courses}
    asked = [WhatIf(tickets=2), WhatIf(tickets=3)]
    asked += [WhatIf(group=n) for n in range(1, 5) if n != report.now.outlook.params.max_size]
    found = {question(one): one for one in asked}
    if any(course.reserve for course in courses):
        found["もし、区優先枠がなければ"] = WhatIf(reserve={course.code: 0 for course in courses})
    if any(tenth.values()) and any(tenth[course.code] != course.reserve for course in courses):
        found["もし、どの回も定員の1割を区優先枠にしたら"] = WhatIf(reserve=tenth)
    if report.what_if != WhatIf():
        found = {"いまの決まりのまま": WhatIf(), **found}
    return {str(number): (words, one) for number, (words, one) in enumerate(found.items())}


class ChancesSheet(Dialog[WhatIf]):
    """Shows a report. Gives the next question, or None when the person has seen enough."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "もしも", show=False, id="chances.ask"),
    ]

    def __init__(self, report: ChanceReport, *, ascii_only: bool) -> None:
        super().__init__(
            "当たる見込み（もし決まりを変えたら）" if question(report.what_if) else "当たる見込み",
            hint="↑↓ 読む   Enter もし決まりを変えたら   Esc 閉じる",
        )
        self._report = report
        self._ascii_only = ascii_only

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-text"):
            yield Static(picture(self._report, ascii_only=self._ascii_only))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_ask(self) -> None:
        asked = questions(self._report)

        def chosen(key: str | None) -> None:
            if key is not None:
                self.dismiss(asked[key][1])

        words = {key: words for key, (words, _) in asked.items()}
        self.app.push_screen(
            Choice("もし決まりを変えたら", "計算するだけで、決まりは変わりません。", words), chosen
        )
