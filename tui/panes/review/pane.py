"""点検 ⑤ and ⑨. At the ward: exceptions first, all five items in sight, one key confirms and moves on.

At the contractor: what the ward returned, and what changed after it was confirmed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from core.applicant import State
from core.errors import IkiikiError
from core.office.list_row import ListRow
from core.office.listing import ListFilter
from core.office.review import APPLICANTS, PARTICIPANTS, RETURN_CODES, ReviewItem, ReviewStatus
from core.roles import Right
from tui.actions import Action, bindings_of
from tui.application_columns import columns
from tui.list_place import NumberedPlace
from tui.panes.intake.record import RecordSheet
from tui.panes.review.beside import BESIDE, Beside
from tui.panes.review.orders import RETURNED, REVIEW_ORDERS
from tui.panes.review.people import People, next_near, people
from tui.panes.review.row import STAGE_WORDS, Whole, answer_words, complaint, doubt_words, layout
from tui.place import Pane, flow
from tui.prompt import Prompt
from tui.safety import clean
from tui.view import View, line_of
from tui.widgets.dialogs import Choice, confirm
from tui.widgets.frame import Frame
from tui.widgets.line import Line
from tui.widgets.search import Jump, Search
from tui.widgets.virtual_list import Held, VirtualList
from tui.words import no


class ReviewPane(NumberedPlace, Beside, Pane):
    """点検."""

    PLACE = "review"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("review")
    ORDERS: ClassVar[Mapping[str, str]] = REVIEW_ORDERS

    def __init__(self) -> None:
        super().__init__()
        self._stage = APPLICANTS
        self._seated: list[ReviewItem] = []
        """The list of ⑨; that of ⑤ is read from the vault a page at a time."""
        self._people: People | None = None
        """The list as it is looked at: sorted, searched."""
        self._returned: list[ListRow] = []
        self._as_listed = ReviewStatus(0, 0, 0)
        self._printed = ""
        """The printed list of this sitting."""
        self._answered: dict[str, int] = {}
        """Records answered since the list was read, with their 受付番号."""

    @property
    def _reviews(self) -> bool:
        return self.actor.may(Right.REVIEW)

    def compose(self) -> ComposeResult:
        self.recall()
        with Frame(*self._caption(), tells_cut=not self._reviews):
            if self._reviews:
                yield VirtualList(
                    layout(self._reference()),
                    Held[ReviewItem](()),
                    empty="点検するものはありません",
                    numbered=True,
                )
                yield Whole(id="whole")
                yield Line("doubt")
            else:
                yield VirtualList(
                    [columns(self.home)],
                    Held[ListRow](()),
                    empty="区が差し戻した応募はありません",
                    numbered=True,
                )
            yield Search("カナ氏名・町名・受付番号")
            yield Jump()

    def _reference(self) -> dt.date:
        try:
            return self.office.intake.programme().reference_date
        except IkiikiError:  # no programme yet: there are no rows either
            return dt.date.max

    def on_mount(self) -> None:
        self._list.focus()
        self.recall_search()
        self._stage = self._due_stage()
        self._load()

    def _due_stage(self) -> str:
        """⑨ once somebody is seated and still open, otherwise ⑤."""
        try:
            return (
                PARTICIPANTS if self._reviews and self.office.review.status(PARTICIPANTS).open else APPLICANTS
            )
        except IkiikiError:  # no programme yet
            return APPLICANTS

    @property
    def _list(self) -> VirtualList[ReviewItem]:
        return self.query_one(VirtualList)

    def entered(self) -> None:
        due = self._due_stage()
        if not self._reviews or due == PARTICIPANTS != self._stage or self._stale():
            self._stage = due if due == PARTICIPANTS else self._stage
            self._load()
        self._show_status()

    def _stale(self) -> bool:
        """Whether the vault holds other people, other items or other answers than the list."""
        try:
            return self.office.review.status(self._stage) != self._as_listed
        except IkiikiError:  # no programme yet
            return False

    def _load(self) -> None:
        """Read what is under review; this is logged, so not done at every turn."""
        try:
            if self._reviews:
                review = self.office.review
                self._seated = review.rows(PARTICIPANTS) if self._stage == PARTICIPANTS else []
                if self._stage == APPLICANTS:
                    review.open_list(APPLICANTS)
                self._as_listed = self.office.review.status(self._stage)
                self._answered = {}
                self._show(keep_cursor=False)
            else:
                self._returned = self._read_returned()
                self._show(keep_cursor=True)
        except IkiikiError as error:
            self.say(f"{error.what}。{error.next_step}")
        self._show_status()

    def _show(self, *, keep_cursor: bool) -> None:
        """What was read, as it is looked at."""
        rows = self.query_one(VirtualList)
        if self._reviews:
            self._people = people(self.office.review, self._stage, self.view, self._seated)
            rows.reload(self._people, keep_cursor=keep_cursor)
        else:
            rows.reload(Held(RETURNED.seen(self._returned, self.view)), keep_cursor=keep_cursor)

    def look(self, view: View) -> None:
        self._show(keep_cursor=False)
        self._show_status()

    def find(self, number: int) -> int | None:
        if self._reviews:
            return self._people.line_of(number) if self._people is not None else None
        return line_of((row.number for row in RETURNED.seen(self._returned, self.view)), number)

    def _read_returned(self) -> list[ListRow]:
        which = ListFilter(states=frozenset({State.ACCEPTED, State.HELD}), came_back=True)
        return self.office.intake.page(which, 0, self.office.intake.count(which))

    def _show_status(self) -> None:
        self.query_one(Frame).caption(*self._caption())

    def _caption(self) -> tuple[str, str]:
        if self._reviews:
            return STAGE_WORDS[self._stage], self._progress(self._as_listed)
        try:
            status = self.office.review.status(self._stage)
        except IkiikiError:  # the list says why
            status = ReviewStatus(0, 0, 0)
        return "点検 — 区からの差戻し", self._progress(status)

    def _progress(self, status: ReviewStatus) -> str:
        words = f"あと{status.open}人   全{status.total} 確認{status.confirmed} 差戻し{status.returned}"
        return "   ".join(filter(None, [self.order_words(), words]))

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        if not self._reviews:
            return
        item = self._list.current
        self.query_one(Whole).show(self._list.cut(), item.changes if item is not None else ())
        text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
        if item is not None:
            text.append(clean(doubt_words(item)))
        self.query_one("#doubt", Line).show(text)

    # -- one key confirms and moves on ------------------------------------------------------------------

    @on(VirtualList.Chosen)
    def _chosen(self) -> None:
        self.run_worker(self.run_action("confirm" if self._reviews else "open"))

    @flow
    async def action_open(self) -> None:
        row = self.query_one(VirtualList).current
        if isinstance(row, ListRow):
            await self.ikiiki.ask(RecordSheet(row.number))

    def action_confirm(self) -> None:
        item = self._list.current
        if item is None:
            return
        if item.verdict == "returned":  # a key pressed once too often must not overrule a return
            self.action_overrule()
            return
        said = "" if item.verdict else f"受付番号 {no(item.number)} を確認しました"
        if item.verdict or self._confirm(item):
            self._next_open(said)

    def _confirm(self, item: ReviewItem) -> bool:
        try:
            self.office.review.confirm(self._stage, [item.record])
        except IkiikiError as error:
            self.ikiiki.show_error(error)
            return False
        self._mark(item, "confirmed")
        return True

    @flow
    async def action_overrule(self) -> None:
        item = self._list.current
        if item is None:
            return
        question = confirm(
            f"確認 受付番号 {no(item.number)}",
            "差し戻した人です。確認に替えますか。",
            yes="確認に替える",
            no="差戻しのまま",
        )
        if await self.ikiiki.ask(question) == "yes" and self._confirm(item):
            self._next_open(f"受付番号 {no(item.number)} を確認しました")

    def _mark(self, item: ReviewItem, verdict: str) -> None:
        """Show a word on the row and in the counts, without asking the vault."""
        counts = {"confirmed": self._as_listed.confirmed, "returned": self._as_listed.returned}
        for word, step in ((item.verdict, -1), (verdict, 1)):
            if word:
                counts[word] += step
        self._as_listed = dataclasses.replace(self._as_listed, **counts)
        answered = dataclasses.replace(item, verdict=verdict)
        self._seated = [answered if one.record == item.record else one for one in self._seated]
        if self._people is not None:
            self._people.mark([answered])
        self._list.put(self._list.cursor, answered)
        self._answered[item.record] = item.number
        self._show_status()

    def action_undo(self) -> None:
        try:
            undone = {one.record: one for one in self.office.review.undo(self._stage)}
        except IkiikiError as error:
            self.ikiiki.show_error(error)
            return
        if undone.keys() <= self._answered.keys():
            for one in undone.values():
                if (line := self.find(one.number)) is not None:
                    self._list.move_to(line)
                    item = self._list.current
                    if item is not None and item.record == one.record:
                        self._mark(item, one.verdict)
            self._as_listed = self.office.review.status(self._stage)
            self._show_status()
        else:  # of before the list was read: whether it changed since is not known
            self._load()
        here = self.find(min(one.number for one in undone.values()))
        self._list.move_to(here or 0)
        numbers = "、".join(no(one.number) for one in list(undone.values())[:5])
        more = f" ほか{len(undone) - 5}人" if len(undone) > 5 else ""
        self.say(f"受付番号 {numbers}{more} の答えを取り消しました")

    def _next_open(self, said: str) -> None:
        """To the next person without an answer, from here on and then from the top; what was done is said."""
        following = next_near(self._list)
        if following is None and self._people is not None:
            following = self._people.next_open(self._list.current)
        if following is not None:
            self._list.move_to(following)
            self.say(said)
        elif self._as_listed.open:
            self.say("絞り込んだ中の全員に答えました。検索を Esc でやめると、残りの人が出ます")
        else:
            self.say("全員に答えました。「送る」で委託先に知らせます")

    @flow
    async def action_return_(self) -> None:
        item = self._list.current
        if item is None:
            return
        code = await self.ikiiki.ask(Choice(f"差戻し 受付番号 {no(item.number)}", "", RETURN_CODES))
        if code is not None:
            self.office.review.return_(self._stage, [item.record], code)
            self._mark(item, "returned")
            self._next_open(f"受付番号 {no(item.number)} を差し戻しました")

    @flow
    async def action_paper(self) -> None:
        words = "まだ答えていない人を、25人ずつの一覧にします。全項目が入ります。使い終わったら裁断してください。\n書き出す場所と名前:"
        answer = await self.ikiiki.ask(
            Prompt(
                "点検一覧を印刷する",
                words,
                value=str(self.ikiiki.config.folder / f"review-{self.ikiiki.now():%Y%m%d-%H%M}.pdf"),
            )
        )
        if answer is None:
            return
        session, file, stage = self.session, self.ikiiki.path(answer), self._stage
        paper = await self.ikiiki.run_job(
            "点検一覧を組む", lambda progress: session.write_review_list(file, stage), stoppable=False
        )
        self._printed = paper.short
        self.say(f"一覧 {paper.short}（{len(paper.rows)}人、{paper.pages}枚）を書き出しました")

    @flow
    async def action_range(self) -> None:
        review_paper = self.office.review_paper
        text = await self.ikiiki.ask(
            Prompt(
                "一覧で答える",
                "点検一覧の右上の4文字と、確認した一覧の番号。例: KTQM 1-25 7を除く",
                value=f"{self._printed} " if self._printed else "",
                check=lambda text: complaint(review_paper, text),
            )
        )
        if text is None:
            return
        answer = review_paper.read(text)
        if not answer.confirm:
            self.say("まだ答えていない人は、その中にいません")
            return
        if (
            await self.ikiiki.ask(confirm("一覧で答える", answer_words(answer), yes="確認する", no="戻る"))
            == "yes"
        ):
            done = review_paper.confirm(answer)
            self._stage, self._printed = answer.stage, answer.short
            self._load()
            self.say(f"{done}人を確認しました")

    @flow
    async def action_rest(self) -> None:
        plain, doubtful = self.office.review.rest(self._stage)
        if not plain:
            self.say("まとめて確認できる人は残っていません")
            return
        words = f"この機械の点検で問題がなかった残り {plain}人を、まとめて確認します。"
        if doubtful:
            words += f"\n問題や変更のある {doubtful}人は残ります。1人ずつ答えてください。"
        if await self.ikiiki.ask(confirm("残りを全部確認", words, yes="確認する", no="戻る")) == "yes":
            done = self.office.review.confirm_rest(self._stage)
            self._load()
            self.say(f"{done}人を確認しました")

    # -- stages, sending, approval ----------------------------------------------------------------------

    def open_actions(self) -> list[Action]:
        actions = super().open_actions()
        if not self._reviews:
            return [action for action in actions if action.name in BESIDE]
        return [action for action in actions if action.name != "approve" or self._stage == PARTICIPANTS]

    def action_stage(self) -> None:
        if self._reviews:
            self._stage = PARTICIPANTS if self._stage == APPLICANTS else APPLICANTS
            self._load()
            self.say(STAGE_WORDS[self._stage])

    @flow
    async def action_send(self) -> None:
        review = self.office.review
        waiting = review.unsent()
        if not waiting:
            self.say("まだ送っていない答えはありません")
            return
        words = f"{waiting}件の答えに封をします。送るのは記録番号と符号だけで、個人情報は含みません。"
        if await self.ikiiki.ask(confirm("点検の結果を送る", words, yes="封をする", no="戻る")) == "yes":
            await self.ikiiki.run_job("封をする", lambda progress: review.send(), stoppable=False)
            self.say("封をしました。F6 送受信で送られます")

    @flow
    async def action_approve(self) -> None:
        words = "参加者を承認し、委託先に伝えます。承認のあと、委託先は参加証と落選通知を送ります。"
        if await self.ikiiki.ask(confirm("⑩ 承認", words, yes="承認する", no="戻る")) == "yes":
            participants = self.office.participants
            await self.ikiiki.run_job("承認", lambda progress: participants.approve(), stoppable=False)
            self.say("承認しました。F6 送受信で送られます")
