"""参加者: the outings, who sits and who waits, withdrawals and promotions, attendance, ⑦ and the notices ⑪."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from core.errors import IkiikiError
from core.office.figures import figures
from core.office.participants import OutingStatus
from tui.actions import bindings_of
from tui.charts import of_participants
from tui.panes.participants.notices import send_notices
from tui.panes.participants.outing import OutingSheet
from tui.place import Pane, flow
from tui.safety import clean, plain
from tui.widgets.chart import Bar, chart
from tui.widgets.dialogs import Choice, Message, confirm
from tui.widgets.frame import Frame
from tui.widgets.virtual_list import Column, Held, VirtualList
from tui.words import no


def remark(outing: OutingStatus) -> str:
    """What there is to say of an outing beside its numbers."""
    if outing.release_due:
        return "優先枠開放日"
    if outing.came + outing.absent:
        return f"欠席{outing.absent}・未{outing.pending}"
    return "満員" if outing.seated and not outing.free else ""


COLUMNS: tuple[Column[OutingStatus], ...] = (
    Column("回", 4, lambda row: row.code),
    Column("開催日", 10, lambda row: row.date),
    Column("行き先", 16, lambda row: row.place),
    Column("定員", 5, lambda row: str(row.capacity), right=True),
    Column("優先枠", 6, lambda row: str(row.reserved), right=True),
    Column("参加", 5, lambda row: str(row.seated), right=True),
    Column("空き", 5, lambda row: str(row.free), right=True),
    Column("補欠", 5, lambda row: str(row.waiting), right=True),
    Column("", 0, remark, strong=lambda row: row.release_due),
)


class ParticipantsPane(Pane):
    """参加者."""

    PLACE = "participants"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("participants")

    def compose(self) -> ComposeResult:
        with Frame("参加者"):
            yield VirtualList([COLUMNS], Held[OutingStatus](()), empty="回がありません", id="list")
            yield Static("", id="seats", classes="note")

    def on_mount(self) -> None:
        self.query_one("#list").focus()
        self.entered()

    def entered(self) -> None:
        try:
            outings = self.office.participants.outings()
        except IkiikiError as error:
            self.query_one("#seats", Static).update(plain(f"{error.what}。{error.next_step}"))
            return
        self.query_one("#list", VirtualList).reload(Held(outings))
        bars = [
            Bar(f"{o.code} {o.place}", o.seated, o.capacity, f"{o.seated}／{o.capacity}人") for o in outings
        ]
        seats = any(outing.seated for outing in outings)
        words = chart(bars, 72, ascii_only=self.ikiiki.ascii_borders) if seats else ""
        self.query_one("#seats", Static).update(words)

    @on(VirtualList.Chosen)
    def _chosen(self) -> None:
        self.run_worker(self.run_action("outing"))

    @flow
    async def action_outing(self) -> None:
        outing = self.query_one("#list", VirtualList).current
        if isinstance(outing, OutingStatus):
            self.office.participants.list(outing.code)  # says in a dialog why there is nothing to see yet
            await self.ikiiki.ask(OutingSheet(outing))

    @flow
    async def action_chart(self) -> None:
        intake, participants = self.office.intake, self.office.participants
        counted = await self.ikiiki.run_job(
            "図のために数える", lambda progress: figures(intake, participants, progress)
        )
        words = of_participants(counted, 68, ascii_only=self.ikiiki.ascii_borders)
        await self.ikiiki.ask(Message("図", words))

    @flow
    async def action_send(self) -> None:
        participants = self.office.participants
        if not participants.unsent():
            self.say("区へ送る参加者の一覧は、まだないか、すでに送ってあります")
            return
        words = "参加者の一覧に封をして、区へ送る用意をします。"
        if await self.ikiiki.ask(confirm("⑦ 参加者を送る", words, yes="封をする", no="戻る")) == "yes":
            await self.ikiiki.run_job("封をする", lambda progress: participants.send(), stoppable=False)
            self.say("封をしました。F6 送受信で送られます")

    @flow
    async def action_late(self) -> None:
        """Add somebody whose application came after the freeze, behind all that were drawn."""
        waiting = self.office.participants.late_candidates()
        if not waiting:
            self.say("加えられる応募はありません（③で区へ送り、点検⑤で確認された応募だけです）")
            return
        known = {
            str(one.number): f"{no(one.number)}  {clean(one.kana)}  {'・'.join(one.preferences)}"
            for one in waiting
        }
        words = "抽選した全員の後ろに加えます（グループのときは全員）。すぐに区へ送る用意をします。取り消せません。"
        answer = await self.ikiiki.ask(Choice("締切後の人を加える", words, known))
        if answer is None:
            return
        made = self.office.participants.late(int(answer))
        self.entered()
        where = f"空きがあり、{made.outing} に参加します" if made.outing else "補欠の最後です"
        self.say(
            f"受付番号 {'、'.join(no(number) for number in made.numbers)} を加えました。{where}。F6 送受信で送られます"
        )

    @flow
    async def action_notices(self) -> None:
        await send_notices(self)
