"""操作ログの点検 (S8): what stands out since the last review, what was drawn to be asked about, every answer, and the signature.

A review is begun over a fixed stretch of the log, answered by people, and signed into the ledger: one line with the number of
findings and the log's head, which by then covers the report's hash. What people write stays in the vault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.canonical import canonical_json, sha256_hex
from core.errors import Refused, UsageError, harmless
from core.ledger.anomalies import NEXT, WORDS, Code
from core.ledger.anomaly_rule import opened
from core.ledger.codes import Act, Content, Unit
from core.ledger.deeds import deed_words
from core.ledger.line import LedgerLine, read_line
from core.office.choices import LOG_WORDS, LogReason
from core.office.desk import Desk, iso
from core.office.duties import duties_of
from core.office.ledger import write_line
from core.office.log_ports import AccessRow, ReviewStep
from core.office.log_span import Counted, Read, Span, limits_of, next_span, open_span, read_span
from core.office.ports import Tx
from core.office.registers import refuse_text
from core.office.seating import day_of, today
from core.office_days import in_japan
from core.register_kinds import Item as Field
from core.register_kinds import Kind, read_item
from core.roles import Right, Role

REMARK = Field("remark", "確かめたこと", example="だれに聞き、何と答えたか", longest=200)
LOT = 32
"""Bytes by which the sample is drawn."""
SHORTEST = 8
"""Letters of an item's id that a person must type."""


class Part(StrEnum):
    """What kind of thing is to be answered."""

    FINDING = "finding"
    SAMPLE = "sample"
    OWN = "own"


PART_WORDS = {Part.FINDING: "要確認", Part.SAMPLE: "抜取り", Part.OWN: "点検者"}


@dataclass(frozen=True)
class Answer:
    """What somebody said to an item; the newest counts."""

    reason: LogReason
    remark: str
    by: str
    at: str


@dataclass(frozen=True)
class Item:
    """One thing to be answered before the review is signed."""

    id: str
    part: Part
    code: Code | None
    sentence: str
    subject: str
    who: str
    first: dt.datetime | None
    last: dt.datetime | None
    count: int
    rows: tuple[int, ...]
    next_step: str
    answer: Answer | None = None

    @property
    def when(self) -> str:
        """To the minute, in Japan."""
        if self.first is None or self.last is None:
            return ""
        first, last = in_japan(self.first), in_japan(self.last)
        if last - first < dt.timedelta(minutes=1):
            return f"{first:%Y-%m-%d %H:%M}"
        same = first.date() == last.date()
        return f"{first:%Y-%m-%d %H:%M} から {last:{'%H:%M' if same else '%Y-%m-%d %H:%M'}}"


@dataclass(frozen=True)
class Seen:
    """A review as it stands."""

    span: Span
    items: tuple[Item, ...]
    accounts: tuple[Counted, ...]
    due: dt.date | None
    """The day by which it is to be signed."""

    @property
    def findings(self) -> int:
        return sum(one.part is Part.FINDING for one in self.items)

    def open_for(self, staff_id: str) -> tuple[Item, ...]:
        """What is not answered yet and must be before this person signs."""
        return tuple(
            one
            for one in self.items
            if one.answer is None and (one.part is not Part.OWN or one.who == staff_id)
        )


class LogReviews:
    """The use cases of 操作ログの点検 and `ikiiki log review`, `reply`, `sign`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: tuple[Span, Read] | None = None
        """As last read: between two answers the log is not read again, for a look and before a signature it is."""

    @property
    def may_sign(self) -> bool:
        return self._desk.actor.may(Right.ACCESS_LOG) and self._desk.actor.may(Right.LEDGER_ADD)

    def look(self) -> Seen:
        """The review under way, or what one begun now would find. Nothing is noted, and nothing drawn before it is begun."""
        with self._desk.reading(Right.ACCESS_LOG) as tx:
            self._kept = None
            span = open_span(tx) or next_span(tx, self._desk.actor.site, self._desk.now())
            return self._seen(tx, span)

    def since(self, day: dt.date) -> Seen:
        """As `look`, over all rows from that day on, reviewed or not: to look once more. It cannot be signed."""
        with self._desk.reading(Right.ACCESS_LOG) as tx:
            whole = next_span(tx, self._desk.actor.site, self._desk.now())
            first, before = _first_of(tx, day)
            lines = tx.ledger.lines(self._desk.actor.site)
            kept = sum(day_of(read_line(raw, name="ledger.hkl")[1].at) < day for raw in lines)
            span = Span(
                0, first, tx.access.count(), before, tx.access.head(), (kept, len(lines)), whole.at, None
            )
            return self._seen(tx, span)

    def begin(self) -> Seen:
        """Go on with the review under way, or begin one over everything since the last."""
        self._desk.actor.require(Right.ACCESS_LOG)
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            self._kept = None
            span = open_span(tx)
            if span is None:
                span = replace(
                    next_span(tx, self._desk.actor.site, self._desk.now()),
                    by=self._desk.actor.staff_id,
                    lot=self._desk.entropy(LOT).hex(),
                    limits=limits_of(tx),
                )
                self._add(tx, span.review, "begun", span.body)
                self._desk.log(tx, "log_review", f"{span.first}-{span.last}")
            return self._seen(tx, span)

    def answer(self, item_id: str, reason: LogReason, remark: str) -> Item:
        """Answer an item (its id, or the beginning of it), in writing; what was answered may be answered anew until it is signed.

        Raises `UsageError` for no such item, an empty remark or one that names an applicant; `Refused` for one's own
        acts, while there is another manager.
        """
        self._desk.actor.require(Right.ACCESS_LOG)
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            seen = self._under_way(tx)
            found = [one for one in seen.items if one.id.startswith(item_id)]
            if len(item_id) < SHORTEST or len(found) != 1:
                raise UsageError(
                    "その番号のものは、この点検にありません", where=item_id[:64],
                    next_step=f"ikiiki log review で番号を確かめてください（{SHORTEST}文字以上）",
                )  # fmt: skip
            item, me = found[0], self._desk.actor.staff_id
            if item.who == me and (others := _managers(tx) - {me}):
                raise Refused(
                    "自分の操作には、自分で答えられません", where=item.id[:SHORTEST],
                    next_step=f"ほかの取扱責任者（{'、'.join(sorted(others))}）が、自分のIDでログインして答えてください",
                )  # fmt: skip
            text = read_item(REMARK, remark.strip(), today(self._desk))
            refuse_text(tx, {REMARK.words: text})
            body = {"item": item.id, "reason": reason.value, "remark": text}
            self._add(tx, seen.span.review, "answered", body)
            about = item.code.value if item.code else item.part.value
            self._desk.log(tx, "log_answer", f"{about} {reason.value} {item.id[:SHORTEST]}")
            return next(one for one in self._seen(tx, seen.span).items if one.id == item.id)

    def sign(self) -> LedgerLine:
        """Close the review: its report's hash into the log, and a line with the log's head into the ledger.

        Raises `Refused` while something is not answered.
        """
        self._desk.actor.require(Right.ACCESS_LOG)
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            self._kept = None  # the log is read once more
            seen = self._under_way(tx)
            left = seen.open_for(self._desk.actor.staff_id)
            if left:
                own = any(one.part is Part.OWN for one in left)
                raise Refused(
                    f"まだ答えていないものが{len(left)}件あります。署名していません", where=left[0].id[:SHORTEST],
                    next_step="点検する人自身の操作は、ほかの取扱責任者が見て答えます" if own else "1件ずつ確かめて、答えてください",
                )  # fmt: skip
            assert self._kept is not None
            span, read = self._kept
            report = report_hash(tx.log_reviews.of(span.review))
            self._desk.log(
                tx, "log_sign", f"{span.first}-{span.last} findings={seen.findings} sha256={report}"
            )
            self._add(
                tx, span.review, "signed",
                {"report": report, "findings": seen.findings, "items": len(seen.items), "carried": read.carried},
            )  # fmt: skip
            write_line(
                self._desk, tx, Act.INSPECT, Content.ACCESS_LOG, seen.findings, Unit.TIMES,
                ref=f"sha256:{tx.access.head()}",
            )  # fmt: skip
            self._kept = None
            site = self._desk.actor.site
            raw = tx.ledger.lines(site, tx.ledger.size(site) - 1)[0]
        return read_line(raw, name=f"ledger-{site}")[1]

    def rows(self, item: Item) -> list[AccessRow]:
        """The rows an item rests on, oldest first; the first few hundred of many."""
        with self._desk.reading(Right.ACCESS_LOG) as tx:
            if item.part is Part.OWN or item.code is Code.ONESELF:
                newest = tx.access.page(0, 2000)
                return [row for row in reversed(newest) if row.staff_id == item.who]
            return tx.access.rows(item.rows)

    # -- parts ------------------------------------------------------------------------------------------------

    def _under_way(self, tx: Tx) -> Seen:
        span = open_span(tx)
        if span is None:
            raise Refused(
                "点検が始まっていません",
                where="操作ログの点検",
                next_step="ikiiki log review（F5 の「ログの点検」）で始めてください",
            )
        return self._seen(tx, span)

    def _add(self, tx: Tx, review: int, step: str, body: Mapping[str, object]) -> None:
        tx.log_reviews.add(ReviewStep(review, step, body, iso(self._desk.now()), self._desk.actor.staff_id))

    def _seen(self, tx: Tx, span: Span) -> Seen:
        if self._kept is None or self._kept[0] != span:
            self._kept = span, read_span(tx, self._desk.actor.site, span)
        read = self._kept[1]
        answers = _answers(tx.log_reviews.of(span.review)) if span.review else {}
        items = [
            Item(
                one.id, Part.FINDING, one.code, one.sentence, one.subject, one.who, one.first, one.last, one.count,
                one.rows, one.next_step, answers.get(one.id),
            )
            for one in read.anomalies
        ]  # fmt: skip
        items += [_sample(row, answers) for row in read.drawn]
        items += self._own(tx, span, read, answers)
        items.sort(key=lambda one: list(Part).index(one.part))
        return Seen(span, tuple(items), read.accounts, due_of(tx, self._desk))

    def _own(self, tx: Tx, span: Span, read: Read, answers: Mapping[str, Answer]) -> list[Item]:
        """Whoever reviews is reviewed by another; where there is nobody else, that is a finding."""
        managers = _managers(tx)
        found = []
        for one in read.accounts:
            if one.staff_id not in managers or not one.rows:
                continue
            alone = managers == {one.staff_id}
            name = sha256_hex(f"own {one.staff_id} {span.head}\n".encode())
            sentence = WORDS[Code.ONESELF] if alone else "点検して署名する人の操作は、ほかの人が見ます"
            step = NEXT[Code.ONESELF] if alone else "この人が署名するときだけ、ほかの取扱責任者が見て答えます"
            found.append(
                Item(
                    name, Part.FINDING if alone else Part.OWN, Code.ONESELF if alone else None, sentence, f"{one.rows}行",
                    one.staff_id, None, one.last, one.rows, (), step, answers.get(name),
                )
            )  # fmt: skip
        return found


def due_of(tx: Tx, desk: Desk) -> dt.date | None:
    """The day by which the next review is to be signed, as 「すること」 has it; None when none is due before the contract's end."""
    if tx.settings.get("programme") is None:
        return None
    return next(
        (
            one.due
            for one in duties_of(tx, desk)
            if one.kind is Kind.LOG_REVIEW and one.site is desk.actor.site
        ),
        None,
    )


def unproven_reviews(tx: Tx) -> list[int]:
    """Signed reviews whose report is not the one the log was signed over: somebody altered the table."""
    wrong = []
    for step in tx.log_reviews.all():
        if step.step != "signed":
            continue
        steps = [one for one in tx.log_reviews.of(step.review) if one.step != "signed"]
        if report_hash(steps) != step.body.get("report"):
            wrong.append(step.review)
    return wrong


def report_hash(steps: Sequence[ReviewStep]) -> str:
    """SHA-256 over how a review began and all that was answered (docs/log-review.md, "What is signed")."""
    told = [{**step.body, "step": step.step, "at": step.at, "by": step.by} for step in steps]
    return sha256_hex(b"hk-log-review-v1\n" + canonical_json({"steps": told}) + b"\n")


def _managers(tx: Tx) -> set[str]:
    return {row.staff_id for row in tx.staff.list() if row.until is None and row.role is Role.MANAGER}


def _answers(steps: list[ReviewStep]) -> dict[str, Answer]:
    return {
        step.body["item"]: Answer(LogReason(step.body["reason"]), step.body["remark"], step.by, step.at)
        for step in steps
        if step.step == "answered"
    }


def _sample(row: AccessRow, answers: Mapping[str, Answer]) -> Item:
    name = sha256_hex(f"sample {row.seq} {row.chain}\n".encode())
    return Item(
        name, Part.SAMPLE, None, "抜き取った操作です。本人に用件を聞いてください",
        f"{row.seq}行目 {deed_words(row.act)} 受付番号 {opened(row) or 0:04}", row.staff_id, row.at, row.at, 1, (row.seq,),
        "何のために開いたかを本人に聞き、受付の記録や電話の控えと合うかを見てください", answers.get(name),
    )  # fmt: skip


def _first_of(tx: Tx, day: dt.date) -> tuple[int, str]:
    """The first row from that day on, and the chain before it."""
    seq, before = 0, "0" * 64
    while page := tx.access.after(seq, 500):
        for row in page:
            if in_japan(row.at).date() >= day:
                return row.seq, before
            seq, before = row.seq, row.chain
    return seq + 1, before


def told(item: Item) -> str:
    """All there is to say of one item."""
    words = [item.sentence]
    words += [f"対象    {harmless(item.subject, lines=False)}"] if item.subject else []
    words += [f"利用者  {harmless(item.who, lines=False)}"] if item.who else []
    words += [f"日時    {item.when}"] if item.when else []
    words += [f"行数    {item.count}"] if item.count > 1 else []
    if item.answer:
        words += [
            f"答え    {LOG_WORDS[item.answer.reason]}",
            f"        {item.answer.remark}",
            f"答えた人 {item.answer.by}",
        ]
    return "\n".join([*words, f"次にすること: {item.next_step}"])  # fmt: skip


def account_words(one: Counted) -> str:
    """How an account stands."""
    if not one.role:
        return "名簿にない"
    if one.until is not None:
        return f"取消し {in_japan(one.until).date()}"
    return "この間の操作なし" if not one.rows else "利用中"


__all__ = [
    "PART_WORDS", "Answer", "Item", "LogReviews", "Part", "Seen", "account_words",
    "due_of", "told", "unproven_reviews",
]  # fmt: skip
