"""点検 ⑤ and ⑨. At the ward: exceptions first, all five items in sight, one key confirms and moves on.

At the contractor: what the ward returned, and what changed after it was confirmed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from core.applicant import State, age_on
from core.errors import IkiikiError
from core.office.intake import REASONS, ListRow
from core.office.listing import ListFilter
from core.office.review import APPLICANTS, PARTICIPANTS, RETURN_CODES, ReviewItem, ReviewStatus
from core.roles import Right
from tui.actions import Action, bindings_of
from tui.panes.intake.pane import columns
from tui.panes.intake.record import RecordSheet
from tui.panes.review.ranges import numbers_in
from tui.place import Pane, flow
from tui.safety import clean
from tui.widgets.dialogs import Choice, Prompt, confirm
from tui.widgets.frame import Frame
from tui.widgets.line import Line
from tui.widgets.virtual_list import Column, Held, VirtualList
from tui.words import era_short, no, problem_words, warning_words

STAGE_WORDS = {APPLICANTS: "⑤ 応募者の点検", PARTICIPANTS: "⑨ 参加者の点検"}
_VERDICTS = {"confirmed": "確認済", "returned": "差戻し"}


def verdict_words(item: ReviewItem) -> str:
    """What stands now, in words; what is worth a look says so."""
    if item.verdict:
        return _VERDICTS[item.verdict]
    if item.changed:
        return "未 変更あり"
    return "未 要注意" if item.exception else "未"


def layout(reference: dt.date) -> list[tuple[Column[ReviewItem], ...]]:
    """Two lines a person: all five items at a glance on 80 columns."""

    def born(item: ReviewItem) -> str:
        day = item.applicant.birth_date
        return f"{era_short(day)} {age_on(day, reference)}歳" if day else "（なし）"

    def address(item: ReviewItem) -> str:
        code = item.applicant.postal_code
        return (f"〒{code[:3]}-{code[3:]} " if code else "") + item.applicant.address

    return [
        (
            Column("番号", 7, lambda item: no(item.number), right=True),
            Column("カナ氏名", 22, lambda item: item.applicant.kana, strong=lambda item: not item.verdict),
            Column("生年月日", 14, born),
            Column("電話番号", 12, lambda item: item.applicant.phone),
            Column("回", 6, lambda item: item.outing or "・".join(item.applicant.preferences)),
            Column("状態", 0, verdict_words, strong=lambda item: item.exception and not item.verdict),
        ),
        (
            Column("", 7, lambda item: ""),
            Column("住所", 44, address),
            Column("メール", 0, lambda item: item.applicant.email or "メールなし"),
        ),
    ]


class Whole(Static):
    """What the row's columns were too narrow for, in full: nobody confirms what they cannot see. Away when nothing is."""

    def show(self, cut: list[tuple[str, str]]) -> None:
        self.display = bool(cut)
        words = "\n".join(f" {title}: {text}" for title, text in cut)
        self.update(Text(words, overflow="fold"))


class ReviewPane(Pane):
    """点検."""

    PLACE = "review"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("review")

    def __init__(self) -> None:
        super().__init__()
        self._stage = APPLICANTS
        self._items: list[ReviewItem] = []

    @property
    def _reviews(self) -> bool:
        return self.actor.may(Right.REVIEW)

    def compose(self) -> ComposeResult:
        with Frame(*self._caption()):
            if self._reviews:
                yield VirtualList(
                    layout(self._reference()), Held[ReviewItem](()), empty="点検するものはありません"
                )
                yield Whole(id="whole")
                yield Line("doubt")
            else:
                yield VirtualList(
                    [columns(self.home)], Held[ListRow](()), empty="区が差し戻した応募はありません"
                )

    def _reference(self) -> dt.date:
        try:
            return self.office.intake.programme().reference_date
        except IkiikiError:  # no programme yet: there are no rows either
            return dt.date.max

    def on_mount(self) -> None:
        self._list.focus()
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
        if not self._reviews or due == PARTICIPANTS != self._stage:
            self._stage = due
            self._load()
        self._show_status()

    def _load(self) -> None:
        """Read what is under review; this is logged, so not done at every turn."""
        try:
            if self._reviews:
                self._items = self.office.review.rows(self._stage)
                self._list.reload(Held(self._items), keep_cursor=False)
            else:
                self.query_one(VirtualList).reload(Held(self._returned()))
        except IkiikiError as error:
            self.say(f"{error.what}。{error.next_step}")
        self._show_status()

    def _returned(self) -> list[ListRow]:
        which = ListFilter(states=frozenset({State.ACCEPTED, State.HELD}), unconfirmed_only=True)
        rows = self.office.intake.page(which, 0, self.office.intake.count(which))
        return [row for row in rows if row.confirmed in ("returned", "changed")]

    def _show_status(self) -> None:
        self.query_one(Frame).caption(*self._caption())

    def _caption(self) -> tuple[str, str]:
        title = STAGE_WORDS[self._stage] if self._reviews else "点検 — 区からの差戻し"
        try:
            status = self.office.review.status(self._stage)
        except IkiikiError:  # the list says why
            status = ReviewStatus(0, 0, 0)
        counts = f"全{status.total} 確認{status.confirmed} 差戻し{status.returned} 残り{status.open}"
        return title, counts

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        if not self._reviews:
            return
        self.query_one(Whole).show(self._list.cut())
        item = self._list.current
        text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
        if item is not None:
            words = [problem_words(item.problems), warning_words(item.warnings)]
            if item.reason:
                words.append(f"委託先が受け付けた理由: {REASONS.get(item.reason, item.reason)}")
            if item.changed:
                words.append("前に答えたあとで内容が変わりました")
            text.append(
                clean("  ".join(word for word in words if word) or "この機械の点検では、問題は見つかりません")
            )
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
        try:
            self.office.review.confirm(self._stage, [item.record])
        except IkiikiError as error:
            self.ikiiki.show_error(error)
            return
        self._mark(item, "confirmed")
        self._next_open(f"受付番号 {no(item.number)} を確認しました")

    def _mark(self, item: ReviewItem, verdict: str) -> None:
        index = self._list.cursor
        self._show_status()
        self._items[index] = dataclasses.replace(item, verdict=verdict, changed=False)
        self._list.change(index)

    def _next_open(self, said: str) -> None:
        """To the next person without an answer, from here on and then from the top; what was done is said."""
        here = self._list.cursor
        order = [*range(here + 1, len(self._items)), *range(here)]
        following = next((index for index in order if not self._items[index].verdict), None)
        if following is not None:
            self._list.move_to(following)
            self.say(said)
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
    async def action_range(self) -> None:
        answer = await self.ikiiki.ask(
            Prompt("一覧で答える", "確認した受付番号。例: 1-25 7を除く", check=_complaint)
        )
        if answer is None:
            return
        named, left = numbers_in(answer)
        records = [item.record for item in self._items if item.number in named and not item.verdict]
        unknown = named - {item.number for item in self._items}
        words = f"{len(records)}人を確認します。"
        if left:
            words += f"\n除いた {len(left)}人は、確認せずに残します。"
        if unknown:
            words += f"\n点検の対象にない番号が {len(unknown)}個ありました（そのままにします）。"
        if (
            records
            and await self.ikiiki.ask(confirm("一覧で答える", words, yes="確認する", no="戻る")) == "yes"
        ):
            done = self.office.review.confirm(self._stage, records)
            self._load()
            self.say(f"{done}人を確認しました")
        elif not records:
            self.say("まだ答えていない人は、その中にいません")

    @flow
    async def action_rest(self) -> None:
        plain = sum(not (item.verdict or item.problems or item.changed) for item in self._items)
        doubtful = sum(not item.verdict and bool(item.problems or item.changed) for item in self._items)
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
            return [action for action in actions if action.name == "open"]
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


def _complaint(text: str) -> str:
    try:
        numbers_in(text)
    except ValueError as error:
        return str(error)
    return ""
