"""Keyed entry of a postcard: one form after the other, without leaving the keyboard's home row for long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from core.applicant import PROBLEM_WORDS, ROUTE_WORDS, Problem, Route
from core.errors import IkiikiError
from core.office.drafts import ENTRY
from core.office.form_check import FormCheck
from core.office.grouping import Hint
from core.people.fields import Field
from core.people.towns import towns_with
from core.roles import Site
from tui.actions import bindings_of
from tui.panes.intake.fields import ENTRIES, PROBLEM_FIELD, ROUTE, given, note_field
from tui.panes.intake.together import choices_of
from tui.place import Sheet, flow
from tui.widgets.dialogs import Choice, confirm
from tui.widgets.form import Entry, Form
from tui.widgets.frame import Frame
from tui.words import no

PAPER = {"1": Route.POST, "2": Route.FAX, "3": Route.DESK, "4": Route.WEB}
ROUTE_HINT = "1 郵送  2 FAX  3 窓口  4 WEB"

GROUP_HINT = "符号、3人 などの人数、相手のカナ氏名"


def route_of(text: str) -> Route | None:
    """A route typed as its digit (of any width) or its word."""
    text = text.strip().translate(str.maketrans("１２３４", "1234"))
    return PAPER.get(text) or next(
        (route for route, words in ROUTE_WORDS.items() if words == text.upper()), None
    )


class EntrySheet(Sheet):
    """新規: the form, until the person goes back. Saved ones are counted in the heading."""

    PLACE = "entry"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("entry")

    def __init__(self) -> None:
        super().__init__()
        self._saved = 0
        self._left: set[Field] = set()
        self._check: FormCheck | None = None

    def body(self) -> ComposeResult:
        self._draft: Mapping[str, str] = self.office.drafts.take_up(ENTRY) or {}
        route = self._draft.get(ROUTE) or ROUTE_WORDS[self._usual_route]
        with Frame("応募の入力", sheet=True):
            yield Form([*ENTRIES, Entry(ROUTE, "経路", "", 10)], {**self._draft, ROUTE: route}, id="form")
            yield Static("", id="doubts", classes="note")

    @property
    def _usual_route(self) -> Route:
        return Route.DESK if self.actor.site is Site.WARD else Route.POST

    @property
    def form(self) -> Form:
        return self.query_one("#form", Form)

    def on_mount(self) -> None:
        self._heading()
        self._hints()
        if self._draft:
            self.form.restart({key: value for key, value in self._draft.items() if key == ROUTE})
            self._left = {Field(entry.key) for entry in ENTRIES if self._draft.get(entry.key)}
            self._look()
            self.say("下書きの続きです")
        else:
            self.say("")

    def _hints(self) -> None:
        """What may be written where an example does not say it."""
        self.form.note(ROUTE, ROUTE_HINT)
        try:
            grouped = self.office.intake.programme().draw.largest_group > 1
        except IkiikiError:  # no programme yet: saving says so
            return
        if grouped:
            self.form.note(Field.GROUP.value, GROUP_HINT)

    def _heading(self) -> None:
        saved = f"   この画面で保存 {self._saved}件" if self._saved else ""
        self.head(f"応募の入力{saved}")

    # -- looking as one goes ----------------------------------------------------------------------------

    @on(Form.Left)
    def _field_left(self, event: Form.Left) -> None:
        event.stop()
        if event.key == ROUTE:
            route = route_of(self.form.values()[ROUTE])
            if route is not None:
                self.form.set_value(ROUTE, ROUTE_WORDS[route])
            self.form.note(ROUTE, ROUTE_HINT, problem=route is None)
            return
        field = Field(event.key)
        if self.form.values()[event.key]:
            self._left.add(field)
        self._look(field)

    def _look(self, left: Field | None = None) -> None:
        """Check what there is so far, and put notes beside the fields that have been left."""
        try:
            check = self._check = self.office.intake.check(given(self.form.values()))
        except IkiikiError as error:
            self.ikiiki.show_error(error)
            return
        if left is Field.POSTAL_CODE:
            self._fill_town(check)
        if left is Field.KANA and check.reading.applicant.kana:
            self.form.set_value(Field.KANA.value, check.reading.applicant.kana)
        for entry in ENTRIES:
            field = Field(entry.key)
            if field in self._left:
                note_field(self.form, field, check)

    def _fill_town(self, check: FormCheck) -> None:
        """The postal code's town before the address, which is empty or begins with the number: quick hands are there already."""
        typed = self.form.values()[Field.ADDRESS.value]
        if typed and not typed[0].isdecimal():
            return
        towns = towns_with(check.reading.applicant.postal_code) if check.reading.applicant.postal_code else ()
        if len(towns) == 1:
            self.form.set_value(Field.ADDRESS.value, towns[0].name + typed)
            field = self.form.field(Field.ADDRESS.value)
            field.cursor_position = len(field.value)

    # -- saving -----------------------------------------------------------------------------------------

    @on(Form.Finished)
    def _finished(self, event: Form.Finished) -> None:
        event.stop()
        self.action_save()

    @flow
    async def action_save(self) -> None:
        values = self.form.values()
        route = route_of(values[ROUTE])
        if route is None:
            self.form.note(ROUTE, ROUTE_HINT, problem=True)
            self.form.focus_field(ROUTE)
            return
        if not any(values[entry.key].strip() for entry in ENTRIES):
            self.say("まだ何も入力されていません")
            return
        self._left = {Field(entry.key) for entry in ENTRIES}
        self._look()
        check = self._check
        together = await self._together(check) if check is not None else None
        if check is None or together is None or not await self._agreed(check, bool(together)):
            return
        saved = self.office.intake.add(given(values), route, together)
        self._saved += 1
        self._left.clear()
        self.form.clear()
        self.form.restart({ROUTE: ROUTE_WORDS[route]})
        self._hints()
        self._heading()
        held = "（保留）" if saved.problems else ""
        group = f" 組 {saved.applicant.group}" if together else ""
        self.say(f"受付番号 {no(saved.number)} で保存しました{held}{group}")

    async def _together(self, check: FormCheck) -> list[int] | None:
        """Ask with whom this person goes, of those who may be meant; [] for nobody, None to go back to the form."""
        proposed = [one for one in check.companions if Hint.CODE not in one.hints]  # a code ties by itself
        if not proposed:
            return []
        choices = choices_of(proposed, self.home) | {"": "組にしないで保存へ進む"}
        words = "同じ組と思われる応募があります。選んだ人と1つの組にして保存します。"
        start = str(proposed[0].number) if proposed[0].sure else ""
        answer = await self.ikiiki.ask(Choice("いっしょに行く人ですか", words, choices, start=start))
        if answer is None:
            self.form.focus_field(Field.GROUP.value)
            return None
        return [int(answer)] if answer else []

    async def _agreed(self, check: FormCheck, tied: bool = False) -> bool:
        """Ask before saving what will be held: the likely duplicate first of all. `tied`: to a companion, just now."""
        answered = {Problem.DUPLICATE, *([Problem.GROUP_INCOMPLETE] if tied else [])}
        words = [PROBLEM_WORDS[problem] for problem in check.reading.problems if problem not in answered]
        if check.duplicates:
            numbers = "、".join(no(number) for number in check.duplicates)
            words.insert(0, f"同じカナ氏名・生年月日の応募があります: 受付番号 {numbers}")
        if not words:
            return True
        answer = await self.ikiiki.ask(
            Choice(
                "保留として保存しますか",
                "\n".join(f"・{word}" for word in words),
                {"fix": "戻って直す", "save": "このまま保存する（保留になります）"},
            )
        )
        if answer != "save":
            first = next((problem for problem in check.reading.problems), None)
            self.form.focus_field((PROBLEM_FIELD[first] if first else Field.KANA).value)
        return answer == "save"

    # -- leaving ----------------------------------------------------------------------------------------

    def keep_draft(self) -> None:
        values = self.form.values()
        if any(values[entry.key].strip() for entry in ENTRIES):
            self.office.drafts.keep(ENTRY, values)
        else:
            self.office.drafts.forget(ENTRY)

    @flow
    async def action_back(self) -> None:
        self.keep_draft()
        self.dismiss(self._saved)

    @flow
    async def action_discard(self) -> None:
        if (
            await self.ikiiki.ask(
                confirm("入力中の内容を捨てますか", "下書きも消えます。", yes="捨てる", no="戻る")
            )
            == "yes"
        ):
            self.office.drafts.forget(ENTRY)
            self._draft = {}
            self.form.clear()
            self.form.restart({ROUTE: ROUTE_WORDS[self._usual_route]})
            self.say("捨てました")
