"""台帳: the entries of one register; of an incident also what the law asks, and what has been reported."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.errors import UsageError
from core.office.choices import REPORT_WORDS, Report
from core.office.incidents import incident_words
from core.register_kinds import ON, REGISTERS, Entry, Kind, read_item, shown
from core.roles import Right
from tui.actions import Action, bindings_of
from tui.list_sheet import ListSheet
from tui.panes.review.entering import Entering
from tui.place import Place, flow
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message, confirm
from tui.widgets.virtual_list import Column, Held, VirtualList

CORRECT = "correct"


def summary(entry: Entry) -> str:
    """What stands in the list beside the day: a yes or no with what it answers."""
    return "、".join(
        f"{item.words} {value}" if value in ("はい", "いいえ") else value
        for item in REGISTERS[entry.kind].items
        if item.name in entry.body and item.name != "on"
        for value in [item.choices.get(entry.body[item.name], entry.body[item.name])]
    )


class RegisterSheet(ListSheet):
    """The entries in their newest version, newest day first."""

    PLACE = "register"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("register")

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def body(self) -> ComposeResult:
        columns: tuple[Column[Entry], ...] = (
            Column("日付", 10, lambda one: one.on.isoformat()),
            Column("番号", 4, lambda one: one.key if not REGISTERS[one.kind].key else ""),
            Column("版", 3, lambda one: str(one.version), right=True),
            Column("", 4, lambda one: "終了" if one.ended else ""),
            Column("内容", 0, summary),
        )
        yield VirtualList([columns], Held[Entry](()), empty="まだ記入がありません")

    def on_mount(self) -> None:
        self.query_one(VirtualList).focus()
        self._load()
        self.say("")

    def _load(self) -> None:
        entries = self.office.registers.entries(self._kind, everything=True)
        register = REGISTERS[self._kind]
        self.head(f"台帳 {register.words}（{register.measure}） {len(entries)}件")
        self.query_one(VirtualList).reload(Held(entries))

    def open_actions(self) -> list[Action]:
        ends = bool(REGISTERS[self._kind].key) and self._kind is not Kind.CLAUSE
        by_hand = self._kind is not Kind.LOG_REVIEW
        gone = {"end"} if not ends else set()
        gone |= {"new"} if not by_hand else set()
        return [action for action in super().open_actions() if action.name not in gone]

    @flow
    async def action_open(self) -> None:
        entry = self.query_one(VirtualList).current
        if not isinstance(entry, Entry):
            return
        if self._kind is Kind.INCIDENT:
            await tell_incident(self, entry.key)
            self._load()
            return
        words = []
        for one in reversed(self.office.registers.history(entry.kind, entry.key)):
            words.append(
                f"第{one.version}版  {one.at[:16].replace('T', ' ')}  {one.by}{'  終了' if one.ended else ''}"
            )
            words += [f"    {label}  {value}" for label, value in shown(REGISTERS[one.kind], one.body)]
        await self.ikiiki.ask(Message(f"台帳 {REGISTERS[self._kind].words}", "\n".join(words)))

    @flow
    async def action_new(self) -> None:
        if self._kind is Kind.LOG_REVIEW:
            self.say("点検して署名すると、記入されます（F5 の「ログの点検」）")
            return
        if await self.ikiiki.ask(Entering(self._kind, {})) is not None:
            self.say("台帳に記入し、管理簿に署名しました")
        self._load()

    @flow
    async def action_end(self) -> None:
        entry = self.query_one(VirtualList).current
        if not isinstance(entry, Entry) or entry.ended:
            return
        words = f"「{entry.body[REGISTERS[entry.kind].key]}」を終わりにします。記録は残ります。"
        if await self.ikiiki.ask(confirm("終わりにする", words, yes="終わりにする", no="戻る")) == "yes":
            self.office.registers.end(entry.kind, entry.key)
            self._load()
            self.say("終わりにしました")


async def tell_incident(place: Place, key: str) -> None:
    """An incident with its clocks; whoever may enter something reports on it here. Raises what the use case raises."""
    incident = next((one for one in place.office.incidents.all() if one.key == key), None)
    if incident is None:
        return
    words = incident_words(incident)
    if incident.closed or not place.actor.may(Right.LEDGER_ADD):
        await place.ikiiki.ask(Message("事故", words))
        return
    left = {c.report.value: f"{c.words}をした" for c in incident.clocks if not c.done}
    if not left:
        left = {Report.CLOSE.value: "対応を終わりにする"}
    await place.ikiiki.ask(Message("事故", words))
    answer = await place.ikiiki.ask(
        Choice(
            f"事故 {key}", "したことを記録しますか。", {"": "戻る", **left, CORRECT: "人数などを記入し直す"}
        )
    )
    if not answer:
        return
    if answer == CORRECT:
        await place.ikiiki.ask(Entering(Kind.INCIDENT, dict(incident.entry.body), key=key))
        return
    report = Report(answer)
    today = place.office.duties.today

    def complaint(text: str) -> str:
        try:
            read_item(ON, text, today)
        except UsageError as error:
            return f"{error.what}。{error.next_step}"
        return ""

    day = await place.ikiiki.ask(
        Prompt(
            REPORT_WORDS[report],
            "した日を入力してください。署名して記録します。",
            value=today.isoformat(),
            check=complaint,
        )
    )
    if day is not None:
        place.office.incidents.report(key, report, dt.date.fromisoformat(read_item(ON, day, today)))
        place.say(f"{REPORT_WORDS[report]}を記録し、署名しました")
