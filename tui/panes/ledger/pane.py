"""管理簿: who did what with how much, signed; this site's and the other's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from core.errors import IkiikiError
from core.ledger.codes import ACT_WORDS, CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS, Place
from core.ledger.deeds import deed_words
from core.ledger.line import LedgerLine
from core.office.ledger import LedgerDesk
from core.office.paper_desk import Wanted
from core.office.ports import AccessRow
from core.papers import PaperKind
from core.roles import ROLE_WORDS, SITE_WORDS, Role, Site
from tui.actions import bindings_of
from tui.list_place import ListPlace
from tui.panes.ledger.adding import Writing
from tui.panes.ledger.backup import WHERE, RehearsalSheet, made_words, seen_words
from tui.panes.ledger.box_log import BoxLogSheet
from tui.place import Pane, flow
from tui.printing import print_paper
from tui.prompt import Prompt
from tui.view import Rows, View
from tui.widgets.dialogs import Choice, Message
from tui.widgets.files import save_private
from tui.widgets.frame import Frame
from tui.widgets.search import Search
from tui.widgets.virtual_list import Column, Held, Source, VirtualList
from tui.words import quantity


@dataclasses.dataclass(frozen=True)
class Lines:
    """A site's ledger, newest first."""

    ledger: LedgerDesk
    org: Site

    def count(self) -> int:
        return self.ledger.count(self.org)

    def page(self, offset: int, limit: int) -> Sequence[LedgerLine]:
        return self.ledger.page(self.org, offset, limit)


@dataclasses.dataclass(frozen=True)
class Accesses:
    """The access log, newest first."""

    ledger: LedgerDesk

    def count(self) -> int:
        return self.ledger.access_count()

    def page(self, offset: int, limit: int) -> Sequence[AccessRow]:
        return self.ledger.access_page(offset, limit)


def way(line: LedgerLine) -> str:
    """委託先→区, where there is a way."""
    if line.from_ is Place.NONE and line.to is Place.NONE:
        return ""
    if line.from_ is line.to:
        return f"{PLACE_WORDS[line.to]}のなか"
    return f"{PLACE_WORDS[line.from_]}→{PLACE_WORDS[line.to]}"


LEDGER: tuple[Column[LedgerLine], ...] = (
    Column("番号", 5, lambda line: str(line.seq), right=True),
    Column("日時", 16, lambda line: line.at[:16].replace("T", " ")),
    Column("担当", 9, lambda line: line.actor),
    Column("行為", 12, lambda line: ACT_WORDS[line.act]),
    Column("内容", 12, lambda line: CONTENT_WORDS[line.content]),
    Column("数量", 7, lambda line: quantity(line.qty, line.unit), right=True),
    Column("受渡し", 0, way),
)

ACCESS: tuple[Column[AccessRow], ...] = (
    Column("番号", 6, lambda row: str(row.seq), right=True),
    Column("日時", 16, lambda row: f"{row.at:%Y-%m-%d %H:%M}"),
    Column("担当", 10, lambda row: row.staff_id),
    Column("操作", 16, lambda row: deed_words(row.act)),
    Column("対象", 0, lambda row: row.detail),
)


LEDGER_ROWS = Rows[LedgerLine](
    texts=lambda line: (column.show(line) for column in LEDGER),
    keys={
        "actor": lambda line: line.actor,
        "act": lambda line: ACT_WORDS[line.act],
        "about": lambda line: CONTENT_WORDS[line.content],
    },
)
ACCESS_ROWS = Rows[AccessRow](
    texts=lambda row: (column.show(row) for column in ACCESS),
    keys={
        "actor": lambda row: row.staff_id,
        "act": lambda row: deed_words(row.act),
        "about": lambda row: row.detail,
    },
)


class LedgerPane(ListPlace, Pane):
    """管理簿."""

    PLACE = "ledger"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("ledger")
    ORDERS: ClassVar[Mapping[str, str]] = {
        "": "新しい順",
        "actor": "担当順",
        "act": "行為・操作順",
        "about": "内容・対象順",
    }

    def __init__(self) -> None:
        super().__init__()
        self._org: Site | None = None
        self._access = False

    @property
    def org(self) -> Site:
        return self._org or self.actor.site

    def compose(self) -> ComposeResult:
        with Frame(f"管理簿 {SITE_WORDS[self.org]}", f"{self.office.ledger.count(self.org)}行"):
            yield self._make()
            yield Search("担当・行為・内容・日時")

    def _make(self) -> VirtualList[LedgerLine] | VirtualList[AccessRow]:
        if self._access:
            return VirtualList([ACCESS], Accesses(self.office.ledger), empty="操作ログはまだありません")
        return VirtualList(
            [LEDGER], Lines(self.office.ledger, self.org), empty="管理簿の記入はまだありません"
        )

    def on_mount(self) -> None:
        self.query_one(VirtualList).focus()

    def entered(self) -> None:
        if self.view == View():
            self.query_one(VirtualList).reload()
        else:
            self._look_again(keep_cursor=True)

    def look(self, view: View) -> None:
        self._look_again(keep_cursor=False)

    def _look_again(self, *, keep_cursor: bool) -> None:
        self.run_worker(self._show(keep_cursor=keep_cursor), group="look")

    async def _show(self, *, keep_cursor: bool) -> None:
        """The list as it is looked at. Searched or sorted, all of it is read once: it is only ever some thousand lines."""
        ledger, org, view, access = self.office.ledger, self.org, self.view, self._access

        def read() -> Source[LedgerLine] | Source[AccessRow]:
            if view == View():
                return Accesses(ledger) if access else Lines(ledger, org)
            if access:
                return Held(ACCESS_ROWS.seen(ledger.access_page(0, ledger.access_count()), view))
            return Held(LEDGER_ROWS.seen(ledger.page(org, 0, ledger.count(org)), view))

        try:
            source = await self.ikiiki.run_quietly(read)
        except IkiikiError as error:
            self.ikiiki.show_error(error)
            return
        now = (self.org, self.view, self._access)
        if source is not None and now == (org, view, access) and self.is_attached:
            self.query_one(VirtualList).reload(source, keep_cursor=keep_cursor)

    @on(VirtualList.Moved)
    def _moved(self, event: VirtualList.Moved) -> None:
        title = "操作ログ" if self._access else f"管理簿 {SITE_WORDS[self.org]}"
        count = f"{event.list.count}行"
        self.query_one(Frame).caption(title, " ".join(filter(None, [self.order_words(), count])))

    async def _change(self) -> None:
        """Another list, looked at as it comes."""
        self.view = View()
        search = self.query_one(Search)
        search.put("")
        await self.query_one(VirtualList).remove()
        await self.query_one(Frame).mount(self._make(), before=search)
        self.query_one(VirtualList).focus()

    async def action_site(self) -> None:
        self._org, self._access = self.org.other, False
        await self._change()

    async def action_access(self) -> None:
        self._access = not self._access
        await self._change()

    @flow
    async def action_box(self) -> None:
        desk = self.office.box_log
        seen = await self.ikiiki.run_job("Boxの記録", lambda progress: desk.look())
        await self.ikiiki.ask(BoxLogSheet(seen))
        self.query_one(VirtualList).reload()

    @flow
    async def action_log_review(self) -> None:
        from tui.panes.ledger.log_review import review_log

        line = await review_log(self)
        self.query_one(VirtualList).reload()
        self.say(f"管理簿の{line}番として記入し、署名しました" if line else "")

    @flow
    async def action_inventory(self) -> None:
        from tui.panes.ledger.inventory import InventorySheet

        await self.ikiiki.ask(InventorySheet())
        self.query_one(VirtualList).reload()

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        line = event.list.current
        if isinstance(line, LedgerLine):
            role = ROLE_WORDS.get(Role(line.role), line.role) if line.role in set(Role) else "拠点の鍵"
            words = [
                f"番号    {SITE_WORDS[line.org]} {line.seq}",
                f"日時    {line.at}",
                f"担当    {line.actor}（{role}）",
                f"行為    {ACT_WORDS[line.act]}",
                f"内容    {CONTENT_WORDS[line.content]} {line.qty}{UNIT_WORDS[line.unit]}",
                f"媒体    {MEDIUM_WORDS[line.medium]}",
                f"受渡し  {way(line) or 'なし'}  {line.handover}",
                f"参照    {line.ref or 'なし'}",
                f"相手の管理簿をここまで見た  {line.seen.size}行",
            ]
            self.ikiiki.push_screen(Message("管理簿の1行", "\n".join(words)))
        elif isinstance(line, AccessRow):
            from tui.panes.ledger.log_review import row_told

            self.ikiiki.push_screen(Message("操作ログの1行", row_told(line)))

    @flow
    async def action_add(self) -> None:
        line = await self.ikiiki.ask(Writing())
        if line is None:
            return
        self.query_one(VirtualList).reload()
        self.say(f"{line.seq}番として記入し、署名しました")

    @flow
    async def action_verify(self) -> None:
        ledger = self.office.ledger
        findings = await self.ikiiki.run_job("管理簿の検証", lambda progress: ledger.verify())
        if findings:
            words = "\n\n".join(f"{SITE_WORDS[finding.org]}: {finding.what}" for finding in findings)
            words += (
                "\n\n次にすること: ファイルをそのまま残し、取扱責任者に知らせてください"
                if any(finding.chain for finding in findings)
                else "\n\n鎖・番号・署名はすべて合っています。"
                "\n次にすること: 相手に電話して数え直し、違っていた側が「媒体と紙」（m）で直してください"
            )
        else:
            words = "両方の管理簿の、最初の行からの鎖・番号・署名がすべて合っています。"
        await self.ikiiki.ask(Message("管理簿の検証", words))

    @flow
    async def action_erase(self) -> None:
        from tui.panes.ledger.erasing import erasing

        await erasing(self)

    @flow
    async def action_second(self) -> None:
        from tui.panes.ledger.seconding import seconding

        await seconding(self)

    @flow
    async def action_safeguards(self) -> None:
        from tui.panes.ledger.safeguards import safeguards

        await safeguards(self)

    @flow
    async def action_export(self) -> None:
        name = f"ledger-{self.org}.hkl"
        answer = await self.ikiiki.ask(
            Prompt(
                "管理簿を書き出す",
                f"{SITE_WORDS[self.org]}の管理簿を書き出します。個人情報は含みません。場所と名前:",
                value=str(self.ikiiki.config.folder / name),
            )
        )
        if answer is not None:
            save_private(self.ikiiki.path(answer), self.office.ledger.export(self.org))
            self.say("書き出しました")

    @flow
    async def action_backup(self) -> None:
        answer = await self.ikiiki.ask(Prompt("控えを取る", WHERE))
        if answer is None:
            return
        place = Path(answer.strip()).expanduser()  # the vault's own backups/ too: `back_up` looks
        session, to = self.session, self.ikiiki.config.folder / place if answer.strip() else None
        made = await self.ikiiki.run_job("控えを取る", lambda progress: session.back_up(to, progress))
        self.query_one(VirtualList).reload()
        await self.ikiiki.ask(Message("控えを取る", made_words(made)))

    @flow
    async def action_rehearse(self) -> None:
        seen = await self.ikiiki.ask(RehearsalSheet())
        if seen is not None:
            self.query_one(VirtualList).reload()
            await self.ikiiki.ask(Message("控えを試す", seen_words(seen)))
        self.say("")

    @flow
    async def action_print(self) -> None:
        papers = {
            self.actor.site.value: f"{SITE_WORDS[self.actor.site]}の管理簿（確認記録票）",
            self.actor.site.other.value: f"{SITE_WORDS[self.actor.site.other]}の管理簿（確認記録票）",
            "staff": "取扱責任者・取扱者の届出",
        }
        which = await self.ikiiki.ask(Choice("印刷する", "どれを紙の形にしますか。", papers))
        if which is None:
            return
        wanted = Wanted(PaperKind.STAFF) if which == "staff" else Wanted(PaperKind.LEDGER, org=Site(which))
        await print_paper(self, wanted)
        self.query_one(VirtualList).reload()
