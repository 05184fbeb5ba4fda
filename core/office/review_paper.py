"""点検一覧: the review on paper, 25 to a page, and its answers keyed back.

A printed list keeps, under a short id that stands on it, which record in which state each of its numbers was. An answer
names the list and its numbers; a number it does not have, or whose record has changed since, stops the whole answer.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.applicant import PROBLEM_WORDS, age_on
from core.canonical import canonical_json, crockford_id, sha256_hex
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.desk import Desk, iso, programme_of
from core.office.forms import as_fields
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.ranges import numbers_in
from core.office.reasons import REASON_WORDS
from core.office.review import APPLICANTS, PAGE_ROWS, Review, ReviewItem
from core.people.eras import wareki
from core.roles import Right

STAGE_TITLES = {APPLICANTS: "点検一覧 ⑤ 応募者", "participants": "点検一覧 ⑨ 参加者"}
SHORT = 4
"""Letters of a list's id that people key. All of them letters: a number is never taken for an id."""


@dataclass(frozen=True)
class PaperRow:
    """One person as printed."""

    row: int
    number: str
    kana: str
    born: str
    phone: str
    outings: str
    address: str
    email: str
    remark: str


@dataclass(frozen=True)
class PaperList:
    """A list to print. Nothing is noted of it until `ReviewPaper.printed`."""

    id: str = field(repr=False)
    stage: str
    title: str
    at: dt.datetime
    by: str
    rows: Sequence[PaperRow] = field(repr=False)
    seen: Sequence[tuple[str, str]] = field(repr=False)
    """Of each row: the record, and what it showed (`_shown`)."""

    @property
    def short(self) -> str:
        """What stands on the paper and is keyed with the answer."""
        return self.id[:SHORT]

    @property
    def pages(self) -> int:
        return -(-len(self.rows) // PAGE_ROWS)


@dataclass(frozen=True)
class PaperAnswer:
    """What an answer means, before anything is said."""

    short: str
    stage: str
    printed: dt.datetime
    by: str
    confirm: Mapping[str, str] = field(repr=False)
    """Record → version, of those to be confirmed."""
    left: tuple[int, ...]
    """Numbers of the list left out with を除く."""
    answered: tuple[int, ...]
    """Numbers named that have a word already, which stays as it is."""


class ReviewPaper:
    """The use cases of 点検一覧 and `ikiiki review paper` and `answer`."""

    def __init__(self, desk: Desk, review: Review) -> None:
        self._desk = desk
        self._review = review

    def draft(self, stage: str) -> PaperList:
        """Everybody without a word, in the order of the screen. Raises `Refused` when there is nobody."""
        items = [item for item in self._review.look(stage) if not item.verdict]
        if not items:
            raise Refused("まだ答えていない人がいないので、一覧は要りません")
        with self._desk.reading(Right.REVIEW) as tx:
            programme = programme_of(tx)
            return PaperList(
                self._fresh_id(tx),
                stage,
                f"{programme.name} {STAGE_TITLES[stage]}",
                self._desk.now(),
                self._desk.actor.name,
                [_row(row, item, programme.reference_date) for row, item in enumerate(items, start=1)],
                [(item.record, _shown(item)) for item in items],
            )

    def printed(self, paper: PaperList) -> None:
        """Note that this list leaves the vault: in the ledger, the access log, and for its answers. Before it does."""
        with self._desk.writing(Right.REVIEW) as tx:
            if tx.settings.get(_key(paper.short)) is not None:
                raise Refused(
                    "同じ記号の一覧がすでにあります。まだ何も印刷していません",
                    next_step="もう一度つくってください",
                )
            body = {
                "id": paper.id,
                "stage": paper.stage,
                "at": iso(paper.at),
                "by": paper.by,
                "rows": paper.seen,
            }
            tx.settings.put(_key(paper.short), json.dumps(body, ensure_ascii=False))
            write_line(
                self._desk, tx, Act.PRINT, Content.APPLICATIONS if paper.stage == APPLICANTS else Content.PARTICIPANTS,
                paper.pages, Unit.SHEETS, medium=Medium.PAPER, from_=Place.WARD, to=Place.WARD, ref=f"batch:{paper.id}",
            )  # fmt: skip
            self._desk.log(
                tx,
                "print",
                f"review={paper.short} stage={paper.stage} rows={len(paper.rows)} copy={paper.id}",
            )

    def read(self, text: str) -> PaperAnswer:
        """What `KTQM 1-25 7を除く` means now. Nothing is said by it.

        Raises `UsageError` when it cannot be read or names no list of this vault, `Refused` when a number is not on
        that list or its record has changed since.
        """
        short, rest = _parted(text)
        try:
            named, left = numbers_in(rest)
        except ValueError as error:
            raise UsageError(str(error), where=f"一覧 {short}", next_step=_HOW) from None
        with self._desk.reading(Right.REVIEW) as tx:
            kept = tx.settings.get(_key(short))
        if kept is None:
            raise UsageError(
                "その記号の一覧は、この保管庫から印刷されていません",
                where=short,
                next_step="紙の右上の4文字を確かめてください",
            )
        body = json.loads(kept)
        rows: list[tuple[str, str]] = [(record, shown) for record, shown in body["rows"]]
        beyond = sorted(number for number in named | left if not 1 <= number <= len(rows))
        if beyond:
            raise Refused(
                f"一覧 {short} の番号は1から{len(rows)}までです。まだ何も記録していません",
                where=_listed(beyond),
                next_step="別の一覧の番号でないか、紙の右上の4文字を確かめてください",
            )
        items = {item.record: item for item in self._review.look(body["stage"])}
        confirm, answered, changed = {}, [], []
        for number in sorted(named):
            record, shown = rows[number - 1]
            item = items.get(record)
            if item is None or _shown(item) != shown:
                changed.append(number)
            elif item.verdict:
                answered.append(number)
            else:
                confirm[record] = item.version_hash
        if changed:
            raise Refused(
                "印刷したあとに内容が変わった人、点検の対象でなくなった人がいます。まだ何も記録していません",
                where=f"一覧 {short} の{_listed(changed)}",
                next_step="その番号を「を除く」にして答え直し、その人は画面で確かめてください",
            )
        return PaperAnswer(
            short, body["stage"], dt.datetime.fromisoformat(body["at"]), body["by"], confirm,
            tuple(sorted(left)), tuple(answered),
        )  # fmt: skip

    def confirm(self, answer: PaperAnswer) -> int:
        """Confirm what the answer names. How many were newly confirmed; raises as `Review.confirm_seen`."""
        return self._review.confirm_seen(answer.stage, answer.confirm)

    def _fresh_id(self, tx: Tx) -> str:
        while True:
            found = crockford_id(self._desk.entropy(10))
            if found[:SHORT].isalpha() and tx.settings.get(_key(found[:SHORT])) is None:
                return found


_HOW = "紙の右上の4文字と番号で答えます。例: KTQM 1-25 7を除く"


def _key(short: str) -> str:
    return f"review_list_{short}"


def _parted(text: str) -> tuple[str, str]:
    """(the list's id, the rest) of an answer."""
    words = unicodedata.normalize("NFKC", text).split(None, 1)
    short = words[0].upper() if words else ""
    if not (len(short) == SHORT and short.isascii() and short.isalpha()):
        raise UsageError("どの一覧への答えか分かりません", next_step=_HOW)
    return short, words[1] if len(words) > 1 else ""


def _listed(numbers: Sequence[int]) -> str:
    more = f" ほか{len(numbers) - 10}" if len(numbers) > 10 else ""
    return "、".join(map(str, numbers[:10])) + more


def _shown(item: ReviewItem) -> str:
    """A hash over what the paper shows of a person: also of items no confirmation binds, since they were looked at."""
    body = {"version": item.version_hash, **{f.value: text for f, text in as_fields(item.applicant).items()}}
    return sha256_hex(b"hk-review-row-v1\n" + canonical_json(body) + b"\n")


def _row(row: int, item: ReviewItem, reference: dt.date) -> PaperRow:
    one = item.applicant
    code = f"〒{one.postal_code[:3]}-{one.postal_code[3:]} " if one.postal_code else ""
    remarks = [PROBLEM_WORDS[problem] for problem in item.problems]
    if item.changed:
        remarks.append("前に答えたあとで変更")
    if item.reason:
        remarks.append(f"受付の理由: {REASON_WORDS.get(item.reason, item.reason)}")
    return PaperRow(
        row,
        f"{item.number:04}",
        one.kana or "（なし）",
        f"{wareki(one.birth_date)} {age_on(one.birth_date, reference)}歳" if one.birth_date else "（なし）",
        one.phone or "（なし）",
        item.outing or "・".join(one.preferences),
        code + one.address,
        one.email or "メールなし",
        "、".join(remarks),
    )
