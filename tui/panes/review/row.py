"""One person under review, on the screen: all five items, what stands, what is doubtful, what changed."""

from __future__ import annotations

import datetime as dt

from rich.cells import chop_cells
from rich.text import Text
from textual.geometry import Size
from textual.widgets import Static

from core.applicant import age_on
from core.errors import IkiikiError
from core.office.reasons import REASON_WORDS
from core.office.review import APPLICANTS, PARTICIPANTS, ReviewItem
from core.office.review_items import Change
from core.office.review_paper import PaperAnswer, ReviewPaper
from core.people.fields import FIELD_WORDS, Field
from tui.safety import clean
from tui.widgets.virtual_list import Column
from tui.words import era_short, moment, no, problem_words, warning_words

STAGE_WORDS = {APPLICANTS: "⑤ 応募者の点検", PARTICIPANTS: "⑨ 参加者の点検"}
MOST_LINES = 6
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
            Column("カナ氏名", 20, lambda item: item.applicant.kana, strong=lambda item: not item.verdict),
            Column("生年月日", 14, born),
            Column("電話番号", 12, lambda item: item.applicant.phone),
            Column("回", 8, lambda item: item.outing or "・".join(item.applicant.preferences)),
            Column("状態", 0, verdict_words, strong=lambda item: item.exception and not item.verdict),
        ),
        (
            Column("", 7, lambda item: ""),
            Column("住所", 44, address),
            Column("メール", 0, lambda item: item.applicant.email or "メールなし"),
        ),
    ]


def change_words(change: Change) -> tuple[str, str]:
    """(item, old → new), as people read them."""
    name = "参加の回" if change.item == "outing" else FIELD_WORDS[Field(change.item)]

    def read(value: str) -> str:
        if change.item == Field.BIRTH_DATE and value:
            return era_short(dt.date.fromisoformat(value))
        return clean(value) or "（なし）"

    return name, f"{read(change.old)} → {read(change.new)}"


def doubt_words(item: ReviewItem) -> str:
    """Why this person is among the exceptions; or that nothing was found."""
    words = [problem_words(item.problems), warning_words(item.warnings)]
    if item.reason:
        words.append(f"委託先が受け付けた理由: {REASON_WORDS.get(item.reason, item.reason)}")
    if item.changed:
        words.append("前に答えたあとで内容が変わりました")
    if item.applicant.group:
        others = "・".join(no(number) for number in item.together)
        words.append(f"組 {item.applicant.group}（{f'{others} と' if others else '一人'}）")
    said = "  ".join(word for word in words if word)
    return said or "この機械の点検では、問題は見つかりません"


def complaint(review_paper: ReviewPaper, text: str) -> str:
    """Why this answer to a printed list will not do, or "": said beside it, so that nothing keyed is lost."""
    try:
        review_paper.read(text)
    except IkiikiError as error:
        where = f"（{clean(error.where)}）" if error.where else ""
        return f"{error.what}{where}。{error.next_step}"
    return ""


def answer_words(answer: PaperAnswer) -> str:
    """What an answer to a printed list would do, to be read before it is done."""
    words = (
        f"一覧 {answer.short}（{STAGE_WORDS[answer.stage]}、{moment(answer.printed)} {clean(answer.by)} 印刷）\n"
        f"{len(answer.confirm)}人を確認します。"
    )
    if answer.left:
        words += f"\n除いた {len(answer.left)}人は、確認せずに残します。"
    if answer.answered:
        words += f"\nもう答えのある {len(answer.answered)}人は、その答えのままにします。"
    return words


class Whole(Static):
    """What the row's columns have no room for, in full: what changed since the last word, and what they cut.

    Nobody confirms what they cannot see. Its room only grows: were it to shrink and grow from row to row, the list above would
    be painted anew each time, and that goes over a slow line.
    """

    DEFAULT_CSS = "Whole { display: none; }"
    _rows = 0
    _of = Size(0, 0)

    def show(self, cut: list[tuple[str, str]], changes: tuple[Change, ...]) -> None:
        """Of the row under the cursor."""
        if self.app.size != self._of:
            self._of, self._rows = self.app.size, 0
        told = [("変更 " + name, words) for name, words in map(change_words, changes)] + cut
        lines = [part for title, text in told for part in chop_cells(f" {title}: {text}", self._of.width - 2)]
        self._rows = max(self._rows, min(len(lines), MOST_LINES))
        if self._rows != (self.size.height if self.display else 0):
            self.display = bool(self._rows)
            self.styles.height = self._rows
        self.update(Text("\n".join(lines), no_wrap=True), layout=False)
