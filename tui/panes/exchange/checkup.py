"""拠点の点検: what `ikiiki doctor` finds, in a list; what fails comes first, then what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.checks import VERDICT_WORDS, Check, Verdict
from tui.actions import bindings_of
from tui.list_sheet import ListSheet
from tui.place import flow
from tui.widgets.dialogs import Message
from tui.widgets.virtual_list import Column, Held, VirtualList

ORDER = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED)

COLUMNS: tuple[Column[Check], ...] = (
    Column("結果", 12, lambda one: VERDICT_WORDS[one.verdict], strong=lambda one: one.verdict is ORDER[0]),
    Column("点検", 24, lambda one: one.title),
    Column("見たこと", 0, lambda one: one.said),
)


class CheckupSheet(ListSheet):
    """The list; Enter tells all of a line, and what to do."""

    PLACE = "checkup"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("checkup")

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__()
        self._checks = sorted(checks, key=lambda one: ORDER.index(one.verdict))

    def body(self) -> ComposeResult:
        yield VirtualList([COLUMNS], Held(self._checks), empty="点検するものがありません")

    def on_mount(self) -> None:
        counts = (
            f"{VERDICT_WORDS[verdict]} {sum(one.verdict is verdict for one in self._checks)}"
            for verdict in ORDER
        )
        self.head(f"拠点の点検 — {'、'.join(counts)}")
        self.query_one(VirtualList).focus()
        self.say("")

    @flow
    async def action_open(self) -> None:
        check = self.query_one(VirtualList).current
        if isinstance(check, Check):
            await self.ikiiki.ask(Message("拠点の点検", told(check)))


def told(check: Check) -> str:
    """All there is to say of one line; a pass asks for nothing."""
    words = [f"{VERDICT_WORDS[check.verdict]}  {check.title}", "", check.said]
    if check.verdict is Verdict.UNKNOWN:
        words += ["", "確かめられていません。合格ではありません。"]
    if check.next_step and check.verdict is not Verdict.PASSED:
        words += ["", f"次にすること: {check.next_step}"]
    return "\n".join(words)
