"""What a file will become, before it becomes it; and, afterwards, what it became."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from core.applicant import PROBLEM_WORDS
from core.office.importing import ImportedRow, ImportReport
from tui.actions import Action, bindings_of
from tui.place import Sheet
from tui.safety import clean, paragraphs
from tui.widgets.virtual_list import Column, Held, VirtualList
from tui.words import no

OUTCOMES = {"accepted": "受付", "held": "保留", "already": "取込済み", "changed": "変更"}

COLUMNS: tuple[Column[ImportedRow], ...] = (
    Column("行", 5, lambda row: str(row.row), right=True),
    Column("元の番号", 10, lambda row: row.receipt or ""),
    Column("番号", 7, lambda row: no(row.number), right=True),
    Column("カナ氏名", 16, lambda row: row.applicant.kana or "（なし）"),
    Column("結果", 8, lambda row: OUTCOMES[row.outcome], strong=lambda row: row.outcome == "held"),
    Column("わけ", 0, lambda row: "、".join(PROBLEM_WORDS[problem] for problem in row.problems)),
)


class PreviewSheet(Sheet):
    """Gives "commit" when the person wants it taken in."""

    PLACE = "preview"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("preview")

    def __init__(self, report: ImportReport, *, finished: bool = False) -> None:
        super().__init__()
        self._report = report
        self._finished = finished

    def body(self) -> ComposeResult:
        report = self._report
        dropped = "、".join(clean(name) for name in report.dropped_columns)
        held_first = sorted(report.rows, key=lambda row: (row.outcome != "held", row.row))
        yield Static(
            paragraphs(
                f"ファイル: {clean(report.file)}   文字コード: {clean(report.encoding)}   {len(report.rows)}行\n"
                f"受付 {report.accepted}   保留 {report.held}   取込済み {report.already}   変更 {report.changed}\n"
                + (
                    f"取り込まない列（個人情報の項目にないもの）: {dropped}"
                    if dropped
                    else "取り込まない列はありません"
                )
            ),
            classes="note",
        )
        with Vertical(classes="sheet"):
            yield VirtualList([COLUMNS], Held(held_first), empty="行がありません")

    def on_mount(self) -> None:
        self.head("取込の結果" if self._finished else "取込の下見 — まだ何も取り込んでいません")
        self.query_one(VirtualList).focus()
        self.say("Enter・Esc で戻ります" if self._finished else "")

    def open_actions(self) -> list[Action]:
        actions = super().open_actions()
        return [action for action in actions if action.name != "commit"] if self._finished else actions

    def on_virtual_list_chosen(self) -> None:
        if self._finished:
            self.dismiss(None)

    def action_commit(self) -> None:
        self.dismiss(None if self._finished else "commit")
