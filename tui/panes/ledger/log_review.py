"""操作ログの点検: what is to be answered, and every id with what it did; the rows behind each; answers, and the signature."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.ledger.anomalies import SHORT
from core.ledger.deeds import KIND_WORDS, deed_words
from core.office.choices import LOG_WORDS, LogReason
from core.office.log_review import PART_WORDS, Item, Part, Seen, account_words, told
from core.office.log_span import Counted
from core.office.ports import AccessRow
from core.office_days import in_japan
from core.roles import ROLE_WORDS, Right, Role
from tui.actions import bindings_of
from tui.list_sheet import ListSheet
from tui.place import Place, flow
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message, confirm
from tui.widgets.virtual_list import Column, Held, VirtualList

Line = Item | Counted


def mark(one: Line) -> str:
    if isinstance(one, Counted):
        return "利用者"
    return "回答済" if one.answer else PART_WORDS[one.part]


def when(one: Line) -> str:
    last = one.last
    return f"{in_japan(last):%Y-%m-%d %H:%M}" if last else ""


def what(one: Line) -> str:
    if isinstance(one, Item):
        if one.part is Part.OWN:
            return f"署名する人の操作 {one.subject}"
        return f"{SHORT[one.code]} {one.subject}".strip() if one.code else one.subject
    kinds = "、".join(f"{KIND_WORDS[kind]}{count}" for kind, count in sorted(one.kinds.items()))
    return " ".join(filter(None, [account_words(one), f"{one.rows}行" if one.rows else "", kinds]))


COLUMNS: tuple[Column[Line], ...] = (
    Column("区分", 6, mark, strong=lambda one: isinstance(one, Item) and one.answer is None),
    Column("日時", 16, when),
    Column("利用者", 12, lambda one: one.staff_id if isinstance(one, Counted) else one.who),
    Column("内容", 0, what),
)
ROWS: tuple[Column[AccessRow], ...] = (
    Column("番号", 6, lambda row: str(row.seq), right=True),
    Column("日時", 16, lambda row: f"{in_japan(row.at):%Y-%m-%d %H:%M}"),
    Column("利用者", 12, lambda row: row.staff_id),
    Column("操作", 16, lambda row: deed_words(row.act)),
    Column("対象", 0, lambda row: row.detail),
)


class Answering(Place):
    """What both sheets do: one item is answered, by a menu and in writing."""

    async def answered(self, item: Item) -> Item | None:
        """The item with its answer; None when nothing was said."""
        reasons = {"": "まだ確かめていない", **{code.value: words for code, words in LOG_WORDS.items()}}
        reason = await self.ikiiki.ask(Choice("答える — どう確かめましたか", told(item), reasons))
        if not reason:
            return None
        remark = await self.ikiiki.ask(
            Prompt(
                "確かめたこと",
                f"{LOG_WORDS[LogReason(reason)]}\nだれに何を聞いたかを書いてください。応募者の氏名は書かず、受付番号で書きます。",
                value=item.answer.remark if item.answer else "",
            )
        )
        if remark is None:
            return None
        done = self.office.log_reviews.answer(item.id, LogReason(reason), remark)
        self.say("答えを残しました")
        return done


class LogReviewSheet(Answering, ListSheet):
    """The list: what is open first, then what is answered, then every id."""

    PLACE = "log_review"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("log_review")

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self._seen = seen

    def body(self) -> ComposeResult:
        yield VirtualList([COLUMNS], self._source(), empty="操作ログはまだありません")

    def _source(self) -> Held[Line]:
        items = sorted(self._seen.items, key=lambda one: (one.answer is not None, list(Part).index(one.part)))
        return Held([*items, *self._seen.accounts])

    def on_mount(self) -> None:
        self._title()
        self.query_one(VirtualList).focus()
        self.say("")

    def _title(self) -> None:
        left = len(self._seen.open_for(self.actor.staff_id))
        due = f"、期限 {self._seen.due}" if self._seen.due else ""
        self.head(f"操作ログの点検 — 要確認 {self._seen.findings}件、残り {left}件{due}")

    @property
    def _current(self) -> Line | None:
        one = self.query_one(VirtualList).current
        return one if isinstance(one, Item | Counted) else None

    @flow
    async def action_open(self) -> None:
        one = self._current
        if isinstance(one, Item):
            await self.ikiiki.ask(EvidenceSheet(one))
            self._look()
        elif one is not None:
            await self.ikiiki.ask(Message("利用者", account_told(one)))

    @flow
    async def action_answer(self) -> None:
        one = self._current
        if isinstance(one, Item) and await self.answered(one) is not None:
            self._look()

    def _look(self) -> None:
        self._seen = self.office.log_reviews.look()
        self.query_one(VirtualList).reload(self._source())
        self._title()

    @flow
    async def action_sign(self) -> None:
        left = self._seen.open_for(self.actor.staff_id)
        if left:
            words = f"まだ答えていないものが{len(left)}件あります。署名していません。"
            if any(one.part is Part.OWN for one in left):
                words += "\n署名する人の操作は、ほかの取扱責任者が自分のIDでログインし、見て答えます。"
            await self.ikiiki.ask(Message("まだ署名できません", words))
            return
        words = (
            f"操作ログの{self._seen.span.first}行目から{self._seen.span.last}行目までを点検し、"
            f"要確認{self._seen.findings}件に答えました。管理簿に自分の鍵で署名します。"
        )
        if await self.ikiiki.ask(confirm("点検を終える", words, yes="署名する", no="まだ終えない")) == "yes":
            desk = self.office.log_reviews
            line = await self.ikiiki.run_job("操作ログの点検", lambda progress: desk.sign(), stoppable=False)
            self.dismiss(line.seq)

    @flow
    async def action_state(self) -> None:
        span = self._seen.span
        words = [
            f"操作ログの{span.first}行目から{span.last}行目までを見ています。",
            f"前の点検: {in_japan(span.since):%Y-%m-%d %H:%M}" if span.since else "前の点検: まだありません",
            f"この点検: {in_japan(span.at):%Y-%m-%d %H:%M} {span.by}" if span.by else "この点検は、まだ始まっていません。抜取りは、始めるときにくじで引きます",
            f"期限: {self._seen.due}" if self._seen.due else "期限: ありません",
            "これから後の操作は、次の点検で見ます。",
        ]  # fmt: skip
        await self.ikiiki.ask(Message("点検の範囲と期限", "\n".join(words)))


class EvidenceSheet(Answering, ListSheet):
    """The rows one item rests on."""

    PLACE = "evidence"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("evidence")

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item

    def body(self) -> ComposeResult:
        rows = self.office.log_reviews.rows(self._item)
        yield VirtualList([ROWS], Held(rows), empty=self._item.next_step)

    def on_mount(self) -> None:
        self.head(f"{self._item.sentence} {self._item.subject}")
        self.query_one(VirtualList).focus()
        self.say("")

    @flow
    async def action_open(self) -> None:
        row = self.query_one(VirtualList).current
        if isinstance(row, AccessRow):
            await self.ikiiki.ask(Message("操作ログの1行", row_told(row)))

    @flow
    async def action_answer(self) -> None:
        if await self.answered(self._item) is not None:
            self.dismiss(None)


def row_told(row: AccessRow) -> str:
    """All there is to say of one row."""
    return "\n".join(
        [
            f"番号    {row.seq}",
            f"日時    {in_japan(row.at):%Y-%m-%d %H:%M:%S}",
            f"利用者  {row.staff_id}",
            f"操作    {deed_words(row.act)}",
            f"対象    {row.detail or 'なし'}",
            f"端末    {row.terminal or '不明'}",
            f"符号    {row.chain[:16]}",
        ]
    )


def account_told(one: Counted) -> str:
    """What one id did, by kind."""
    role = ROLE_WORDS[Role(one.role)] if one.role else "名簿にない"
    words = [f"{one.staff_id}（{role}） {account_words(one)}"]
    words += [f"最後    {in_japan(one.last):%Y-%m-%d %H:%M}"] if one.last else []
    words += [f"ログインの失敗  {one.failed}回"] if one.failed else []
    return "\n".join([*words, *(f"{KIND_WORDS[kind]}  {count}" for kind, count in sorted(one.kinds.items()))])


async def review_log(place: Place) -> int | None:
    """Begin the review, or go on with it; whoever may not sign looks only. The ledger's line when it was signed."""
    desk = place.office.log_reviews
    look = desk.begin if place.actor.may(Right.LEDGER_ADD) else desk.look
    seen = await place.ikiiki.run_job("操作ログの点検", lambda progress: look())
    line = await place.ikiiki.ask(LogReviewSheet(seen))
    return line if isinstance(line, int) else None
