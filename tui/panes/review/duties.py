"""すること: what is due at both sites, most pressing first, and the way to the registers and incidents."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.office.duties import Due, over_words
from core.office.paper_desk import Wanted
from core.papers import PaperKind
from core.register_kinds import REGISTERS, Kind
from core.roles import SITE_WORDS, Right
from tui.actions import bindings_of
from tui.list_sheet import ListSheet
from tui.panes.review.entering import Entering
from tui.panes.review.register import RegisterSheet, tell_incident
from tui.place import flow
from tui.printing import print_paper
from tui.widgets.dialogs import Choice, Message, confirm
from tui.widgets.virtual_list import Column, Held, VirtualList

KINDS = {kind.value: f"{one.words}（{one.measure}）" for kind, one in REGISTERS.items()}


class DutySheet(ListSheet):
    """The list; Enter tells all of a line, and lets it be entered as done."""

    PLACE = "duties"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("duties")

    def body(self) -> ComposeResult:
        today = self.office.duties.today
        columns: tuple[Column[Due], ...] = (
            Column("期限", 10, lambda one: one.due.isoformat() if one.due else ""),
            Column("残り", 11, lambda one: over_words(one, today), strong=lambda one: one.over(today) > 0),
            Column("側", 6, lambda one: SITE_WORDS[one.site]),
            Column("項目", 4, lambda one: one.measure),
            Column("すること", 28, lambda one: one.what),
            Column("前回", 0, lambda one: one.last.isoformat() if one.last else "まだ"),
        )
        yield VirtualList([columns], Held[Due](()), empty="することはありません")

    def on_mount(self) -> None:
        self.query_one(VirtualList).focus()
        self._load()
        self.say("")

    def _load(self) -> None:
        due, today = self.office.duties.due(), self.office.duties.today
        mine = sum(one.over(today) > 0 for one in due if one.site is self.actor.site)
        theirs = sum(one.over(today) > 0 for one in due if one.site is not self.actor.site)
        self.head(f"することと期限 — 過ぎているもの こちら{mine}、相手{theirs}")
        self.query_one(VirtualList).reload(Held(due))

    @flow
    async def action_open(self) -> None:
        one = self.query_one(VirtualList).current
        if not isinstance(one, Due):
            return
        ours = one.site is self.actor.site
        if one.incident and not one.incident.startswith("line:"):
            await tell_incident(self, one.incident)
        elif one.kind is Kind.LOG_REVIEW and self.actor.may(Right.ACCESS_LOG):
            from tui.panes.ledger.log_review import review_log

            line = await review_log(self)
            self.say(f"管理簿の{line}番として記入し、署名しました" if line else "")
        elif one.kind not in (None, Kind.LOG_REVIEW) and self.actor.may(Right.LEDGER_ADD):
            asked = confirm(
                "すること",
                told(one, over_words(one, self.office.duties.today), ours=ours),
                yes="済ませたので記入する",
                no="戻る",
            )
            if await self.ikiiki.ask(asked) == "yes":
                begun = {"line": one.incident.removeprefix("line:")} if one.incident else {}
                await self._enter(one.kind, begun)
        else:
            await self.ikiiki.ask(
                Message("すること", told(one, over_words(one, self.office.duties.today), ours=ours))
            )
        self._load()

    @flow
    async def action_new(self) -> None:
        by_hand = {kind: words for kind, words in KINDS.items() if kind != Kind.LOG_REVIEW}
        kind = await self.ikiiki.ask(Choice("台帳に記入", "どの台帳ですか。", by_hand))
        if kind is not None:
            await self._enter(Kind(kind), {})

    async def _enter(self, kind: Kind, begun: dict[str, str]) -> None:
        entry = await self.ikiiki.ask(Entering(kind, begun))
        self._load()
        if entry is not None:
            self.say(f"{REGISTERS[kind].words}に記入し、管理簿に署名しました")

    @flow
    async def action_registers(self) -> None:
        kind = await self.ikiiki.ask(Choice("台帳を見る", "どの台帳ですか。", KINDS))
        if kind is not None:
            await self.ikiiki.ask(RegisterSheet(Kind(kind)))
            self._load()

    @flow
    async def action_audit(self) -> None:
        await print_paper(self, Wanted(PaperKind.AUDIT))


def told(one: Due, left: str, *, ours: bool) -> str:
    """All there is to say of one line. `ours`: it is about this site."""
    words = [
        f"{SITE_WORDS[one.site]}  {one.what}（{one.measure}）",
        f"期限  {one.due.isoformat() if one.due else 'なし'}  {left}",
        f"前回  {one.last.isoformat() if one.last else 'まだ'}",
    ]
    words += [one.note] if one.note else []
    if not ours:
        words.append("相手の管理簿から分かることです。気になるときは、相手に電話で聞いてください。")
    return "\n".join(words)
