"""Where people were listed: why nobody is, what people still have to destroy by hand, and the report."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from core.errors import UsageError
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, UNIT_WORDS, Content
from core.office.inventory import Copy
from tui.actions import bindings_of
from tui.place import Pane, flow
from tui.prompt import Prompt
from tui.safety import paragraphs
from tui.widgets.dialogs import Message, confirm
from tui.widgets.frame import Frame
from tui.widgets.virtual_list import Column, Held, VirtualList

WHY = (
    "この保管庫は、消去のあとに残したものです。応募者・参加者の記録はありません。\n"
    "見られるもの: F3 抽選（公表した記録と検算）、F5 管理簿と操作ログ。\n"
    "下は、人が自分の目で見て廃棄を確かめるものです。終わったら p で消去報告書をつくります。"
)
COLUMNS: tuple[Column[Copy], ...] = (
    Column("控番号", 11, lambda copy: copy.id),
    Column("内容", 14, lambda copy: CONTENT_WORDS[copy.content]),
    Column("媒体", 12, lambda copy: MEDIUM_WORDS[copy.medium]),
    Column("手もと", 11, lambda copy: f"{copy.here}{UNIT_WORDS[copy.unit]}", right=True),
    Column("相手方", 0, lambda copy: f"{copy.given}{UNIT_WORDS[copy.unit]}" if copy.given else ""),
)


class ErasedPane(Pane):
    """消去のあと."""

    PLACE = "erased"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("erased")

    def compose(self) -> ComposeResult:
        with Frame("消去のあと"):
            yield Static(paragraphs(WHY), classes="note")
            yield VirtualList(
                [COLUMNS], Held[Copy](()), empty="人が確かめるものは、もうありません", id="list"
            )

    def on_mount(self) -> None:
        self.query_one("#list").focus()
        self.entered()

    def entered(self) -> None:
        copies = [copy for copy in self.office.inventory.list() if copy.content is not Content.ERASURE_REPORT]
        self.query_one("#list", VirtualList).reload(Held(copies), keep_cursor=True)

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.run_worker(self.run_action("tick"))

    @flow
    async def action_tick(self) -> None:
        copy: Copy | None = self.query_one("#list", VirtualList).current
        if copy is None:
            return
        if not copy.here:
            raise UsageError(
                "相手方にあるものです", next_step="返してもらうか、相手方に廃棄を報告してもらってください"
            )
        words = (
            f"{CONTENT_WORDS[copy.content]}（{MEDIUM_WORDS[copy.medium]}）{copy.here}{UNIT_WORDS[copy.unit]}を、\n"
            "裁断・消去・破壊したところを自分の目で見ましたか。あなたの署名で管理簿に残ります。"
        )
        if await self.ikiiki.ask(confirm("廃棄を確かめた", words, yes="見て確かめた")) == "yes":
            self.office.inventory.destroyed(copy.id)
            self.entered()
            self.say("管理簿に残しました")

    @flow
    async def action_report(self) -> None:
        answer = await self.ikiiki.ask(
            Prompt(
                "消去報告書",
                "個人情報は含みません。署名つきの記録も、末尾を .evidence にして並べて書きます。場所と名前:",
                value=str(self.ikiiki.config.folder / "erasure-report.pdf"),
            )
        )
        if answer is None:
            return
        session, path = self.session, self.ikiiki.path(answer)
        paper = await self.ikiiki.run_job("消去報告書", lambda progress: session.write_erasure_report(path))
        await self.ikiiki.ask(
            Message(
                "消去報告書",
                f"書き出しました（控番号 {paper}）。印刷して2人が署名し、相手の拠点に渡してください。",
            )
        )
