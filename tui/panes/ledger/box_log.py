"""Boxの記録: what Box says of our folder, beside what is written down; what has no explanation comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.exchange.findings import Finding
from core.exchange.happenings import Doing, Happening
from core.office.box_log import BoxLog
from core.office.choices import BOX_WORDS, BoxReason
from core.roles import Right
from tui.actions import bindings_of
from tui.list_place import ListPlace
from tui.list_sheet import ListSheet
from tui.place import flow
from tui.view import Rows, View
from tui.widgets.dialogs import Choice, Message
from tui.widgets.search import Search
from tui.widgets.virtual_list import Column, Held, VirtualList

DOING_WORDS: dict[Doing, str] = {
    Doing.DOWNLOAD: "取得", Doing.UPLOAD: "置く", Doing.CREATE: "作成", Doing.DELETE: "削除", Doing.RESTORE: "戻す",
    Doing.MOVE: "移動", Doing.RENAME: "改名", Doing.COPY: "複製", Doing.EDIT: "変更", Doing.SHARE: "共有リンク",
    Doing.INVITE: "招待", Doing.ROLE: "役割変更", Doing.LEAVE: "解除", Doing.SETTINGS: "設定変更", Doing.OTHER: "その他",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the list: a finding, something that waits or cannot be checked, or one event."""

    mark: str
    at: str
    who: str
    what: str
    about: Finding | Happening | str


def clock(at: str) -> str:
    """To the minute."""
    return at[:16].replace("T", " ")


COLUMNS: tuple[Column[Row], ...] = (
    Column("区分", 10, lambda row: row.mark, strong=lambda row: isinstance(row.about, Finding)),
    Column("日時", 16, lambda row: clock(row.at)),
    Column("利用者", 16, lambda row: row.who),
    Column("内容", 0, lambda row: row.what),
)


def rows_of(seen: BoxLog) -> list[Row]:
    """Findings, then what is open, then every event, newest first."""
    rows = [
        Row("要確認", one.last, one.who, f"{one.sentence} {one.subject}", one) for one in seen.judged.findings
    ]
    rows += [Row("待ち", "", "", words, f"待っています: {words}") for words in seen.judged.waiting]
    rows += [Row("確認不能", "", "", words, f"確かめられません: {words}") for words in seen.judged.unchecked]
    return rows + [
        Row(DOING_WORDS[one.doing], one.at, one.login, one.name or one.type, one) for one in seen.happenings
    ]


ROWS = Rows[Row](texts=lambda row: (column.show(row) for column in COLUMNS), keys={})


class BoxLogSheet(ListPlace, ListSheet):
    """The list; Enter tells more of a line, and takes an answer to a finding."""

    PLACE = "box_log"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("box_log")

    def __init__(self, seen: BoxLog) -> None:
        super().__init__()
        self._seen = seen

    def body(self) -> ComposeResult:
        yield VirtualList([COLUMNS], self._source(), empty=self._seen.sentences[0])
        yield Search("利用者・内容・日時")

    def _source(self) -> Held[Row]:
        return Held(ROWS.seen(rows_of(self._seen), self.view))

    def look(self, view: View) -> None:
        self.query_one(VirtualList).reload(self._source(), keep_cursor=False)

    def on_mount(self) -> None:
        self._title()
        self.query_one(VirtualList).focus()
        self.say("")

    def _title(self) -> None:
        count = len(self._seen.judged.findings)
        self.head(f"Boxの記録 — 要確認 {count}件、説明ずみ {self._seen.answered}件")

    @flow
    async def action_open(self) -> None:
        row = self.query_one(VirtualList).current
        if row is None:
            return
        about = row.about
        if not isinstance(about, Finding):
            await self.ikiiki.ask(Message("Boxの記録", told(about)))
        elif self.actor.may(Right.LEDGER_ADD):
            answer = await self.ikiiki.ask(
                Choice(
                    "要確認 — どう確かめましたか",
                    told(about),
                    {"": "まだ確かめていない", **{code.value: words for code, words in BOX_WORDS.items()}},
                )
            )
            if answer:
                await self._answered(about, BoxReason(answer))
        else:
            await self.ikiiki.ask(Message("要確認", told(about)))

    async def _answered(self, finding: Finding, reason: BoxReason) -> None:
        desk = self.office.box_log
        line = desk.answer(finding.id, reason)
        self._seen = await self.ikiiki.run_job("Boxの記録", lambda progress: desk.look())
        self.query_one(VirtualList).reload(self._source())
        self._title()
        self.say(f"管理簿の{line.seq}番として記入し、署名しました")

    @flow
    async def action_state(self) -> None:
        await self.ikiiki.ask(Message("Boxの記録の状況", "\n\n".join(self._seen.sentences)))


def told(about: Finding | Happening | str) -> str:
    """All there is to say of one line."""
    if isinstance(about, str):
        return about
    if isinstance(about, Happening):
        words = [
            f"日時    {clock(about.at)}",
            f"利用者  {about.login or '不明'}",
            f"操作    {about.type}",
            f"対象    {about.name}",
        ]
        words += [f"接続元  {about.ip}"] if about.ip else []
        words += [f"相手    {about.whom}"] if about.whom else []
        return "\n".join(words)
    first, last = clock(about.first), clock(about.last)
    times = first if first == last else f"{first} から {last} まで"
    words = [
        about.sentence,
        f"対象    {about.subject}",
        f"利用者  {about.who or '不明'}",
        f"日時    {times} {len(about.events)}回",
    ]
    words += [f"接続元  {'、'.join(about.ips)}"] if about.ips else []
    return "\n".join([*words, f"次にすること: {about.next_step}"])
