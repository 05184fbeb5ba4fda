"""The list of applications: least sight, in order of 受付番号 until somebody wants another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from core.applicant import State
from core.office.intake import Intake
from core.office.list_row import ListRow
from core.office.listing import Landmark, ListFilter, Order
from tui.actions import Action, bindings_of
from tui.application_columns import columns
from tui.list_place import NumberedPlace
from tui.paged import Paged
from tui.panes.intake.bulk import resolve_marked, told
from tui.panes.intake.entry import EntrySheet
from tui.panes.intake.preview import PreviewSheet
from tui.panes.intake.record import RecordSheet
from tui.panes.intake.together import tie_by_key
from tui.place import Pane, flow
from tui.prompt import Prompt
from tui.view import PEOPLE_ORDERS, View
from tui.widgets.dialogs import Message, confirm
from tui.widgets.files import FileChoice
from tui.widgets.frame import Frame
from tui.widgets.search import Jump, Search
from tui.widgets.virtual_list import VirtualList
from tui.words import draft_words

TABLES = (".csv", ".tsv", ".txt", ".xlsx")

_OF_MARKED = {"accept_marked", "refuse_marked", "unmark"}
ONLY = {"held": "保留のみ", "unconfirmed": "未確認のみ"}
"""What the list can be narrowed to."""


def applications(intake: Intake, which: ListFilter) -> Paged[ListRow]:
    """The applications a filter lets through, as a source of the list."""

    def read(which: ListFilter, offset: int, limit: int, near: Landmark | None) -> Sequence[ListRow]:
        return intake.page(which, offset, limit, near)

    return Paged(which, intake.count, read, intake.place, lambda row: row.number)


class IntakePane(NumberedPlace, Pane):
    """受付."""

    PLACE = "intake"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("intake")
    ORDERS: ClassVar[Mapping[str, str]] = {"": "受付番号順", **PEOPLE_ORDERS, "state": "状態順"}

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[int] = set()

    def compose(self) -> ComposeResult:
        self.recall()
        self._source = applications(self.office.intake, self._which)
        with Frame("受付", self._subtitle(self.office.intake.count(self._which))):
            yield VirtualList(
                [columns(self.home, self._marked)],
                self._source,
                empty="応募はまだありません",
                numbered=True,
                id="list",
            )
            yield Search("カナ氏名・町名・受付番号・電話の下4桁")
            yield Jump()

    def on_mount(self) -> None:
        self._list.focus()
        self.recall_search()
        words = draft_words(self.office.drafts.kept(), self.actor.site)
        if words:
            self.call_after_refresh(self.say, words)

    @property
    def _list(self) -> VirtualList[ListRow]:
        return self.query_one("#list", VirtualList)

    @property
    def _which(self) -> ListFilter:
        view = self.view
        return ListFilter(
            states=frozenset({State.HELD}) if "held" in view.only else frozenset(State),
            search=view.words,
            unconfirmed_only="unconfirmed" in view.only,
            order=Order(view.by or Order.NUMBER),
            backwards=view.backwards,
        )

    def entered(self) -> None:
        self._list.reload()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.query_one(Frame).caption("受付", self._subtitle(self._list.count))

    def _subtitle(self, count: int) -> str:
        only = [word for name, word in ONLY.items() if name in self.view.only]
        marked = f"印 {len(self._marked)}件" if self._marked else ""
        return " ".join(filter(None, [*only, self.order_words(), marked, f"{count}件"]))

    def look(self, view: View) -> None:
        self._source = applications(self.office.intake, self._which)
        self._list.reload(self._source, keep_cursor=False)

    def find(self, number: int) -> int | None:
        return self._source.line_of(number)

    # -- looking ----------------------------------------------------------------------------------------

    @on(VirtualList.Chosen)
    def _chosen(self) -> None:
        self.run_worker(self.run_action("open"))

    @flow
    async def action_open(self) -> None:
        row = self._list.current
        if row is not None:
            await self.ikiiki.ask(RecordSheet(row.number))
            self._list.reload()

    def action_held(self) -> None:
        self.change_view(only=self.view.only ^ {"held"})

    def action_unconfirmed(self) -> None:
        self.change_view(only=self.view.only ^ {"unconfirmed"})

    # -- several held ones at once ----------------------------------------------------------------------

    def open_actions(self) -> list[Action]:
        absent = set() if self.may_correct else {"mark", *_OF_MARKED}
        if not self._marked:
            absent |= _OF_MARKED
        open_ = [action for action in super().open_actions() if action.name not in absent]
        if self._marked:  # what can be done with them stands first in the bottom line
            open_.sort(key=lambda action: action.name not in {"mark", *_OF_MARKED})
        return open_

    def action_mark(self) -> None:
        row = self._list.current
        if row is None or not self.may_correct:
            return
        if row.state is not State.HELD and row.number not in self._marked:
            self.say("印を付けられるのは、保留の応募だけです")
            return
        self._marked ^= {row.number}
        self.say("")
        self._list.change(self._list.cursor)
        self._list.move_to(self._list.cursor + 1)
        self._moved()

    def action_unmark(self) -> None:
        self._marked.clear()
        self._list.reload()
        self.say("")

    @flow
    async def action_accept_marked(self) -> None:
        await self._resolve_marked(True)

    @flow
    async def action_refuse_marked(self) -> None:
        await self._resolve_marked(False)

    async def _resolve_marked(self, accept: bool) -> None:
        if not (self._marked and self.may_correct):
            return
        bulk = await resolve_marked(self.ikiiki, sorted(self._marked), accept)
        if bulk is not None:
            self._marked.clear()
            self._marked.update(bulk.left, (number for number, _ in bulk.failed))
            self._list.reload()
            self.ikiiki.refresh_state()
            await self.ikiiki.ask(
                Message("まとめて受け付ける" if accept else "まとめて不受理にする", told(bulk, accept))
            )

    # -- taking in --------------------------------------------------------------------------------------

    @flow
    async def action_new(self) -> None:
        await self.ikiiki.ask(EntrySheet())
        self._list.reload()

    @flow
    async def action_new_desk(self) -> None:
        await self.ikiiki.ask(EntrySheet())
        self._list.reload()

    @flow
    async def action_take_in(self) -> None:
        path = await self.ikiiki.ask(FileChoice("取り込むファイル", self.ikiiki.config.folder, TABLES))
        if path is None:
            return
        session = self.session
        table = await self.ikiiki.run_job(
            "ファイルを読む", lambda progress: session.read_table(path, progress=progress)
        )
        report = await self.ikiiki.run_job(
            "取込の下見",
            lambda progress: session.office.importing.import_table(table, dry_run=True, progress=progress),
        )
        if await self.ikiiki.ask(PreviewSheet(report)) != "commit":
            self.say("何も取り込んでいません")
            return
        done = await self.ikiiki.run_job(
            "取込", lambda progress: session.office.importing.import_table(table, progress=progress)
        )
        self._list.reload()
        self.ikiiki.refresh_state()
        await self.ikiiki.ask(PreviewSheet(done, finished=True))

    # -- groups -----------------------------------------------------------------------------------------

    @flow
    async def action_link(self) -> None:
        row = self._list.current
        done = await tie_by_key(self.ikiiki, row.number if row else None, self.home)
        if done:
            self._list.reload()
            self.say(done)

    # -- sending ----------------------------------------------------------------------------------------

    @flow
    async def action_send(self) -> None:
        records = self.office.records
        waiting = records.unsent()
        if not waiting:
            self.say("区へ送る新しい応募や変更はありません")
            return
        held = self.office.intake.counts().get(State.HELD, 0)
        words = f"新しい応募と変更 {waiting}件を、封をして送る用意をします。"
        if held:
            words += f"\n保留が {held}件あります。保留の人は、受け付けるまで区の点検に出ません。"
        if await self.ikiiki.ask(confirm("③ 区へ送る", words, yes="封をする", no="戻る")) != "yes":
            return
        await self.ikiiki.run_job("封をする", lambda progress: records.send(), stoppable=False)
        self.ikiiki.refresh_state()
        self.say("封をしました。F6 送受信で送られます")

    @flow
    async def action_carry(self) -> None:
        place = await self.ikiiki.ask(
            Prompt(
                "※ 窓口の応募を媒体で渡す",
                "まだ渡していない窓口の応募に封をして、媒体に書きます。\n"
                "渡すときは、双方の管理簿に受渡しが残ります。媒体の場所（フォルダ）:",
                value=str(self.ikiiki.medium),
            )
        )
        if place is None:
            return
        session, folder = self.session, self.ikiiki.path(place)
        name = await self.ikiiki.run_job(
            "封をして書き出す", lambda progress: session.write_desk_medium(folder), stoppable=False
        )
        self.ikiiki.medium = folder
        self.say(f"{name} を媒体に書き出しました" if name else "まだ渡していない窓口の応募はありません")
