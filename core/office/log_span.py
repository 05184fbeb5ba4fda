"""The stretch of the 操作ログ that a review covers: read once, in pages, its chain checked, every rule shown every row."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.strict import FIRST_YEAR, LAST_YEAR
from core.ledger.access import access_hash
from core.ledger.anomalies import Account, Anomaly, Carried, Code, Facts
from core.ledger.anomaly_rule import kind_of, opened
from core.ledger.anomaly_rules import RULES, Accounts, Frozen, Rules
from core.ledger.codes import Act
from core.ledger.deeds import Kind
from core.ledger.line import read_line
from core.office.desk import programme_of
from core.office.log_ports import AccessRow, ReviewStep
from core.office.ports import Tx
from core.programme import LogReview, Programme
from core.roles import Site

NOTHING = "0" * 64
PAGE = 500
_MAKING = frozenset({Act.PRINT, Act.EXPORT, Act.COPY, Act.BACKUP})
_COPIES = ("medium:", "batch:")


@dataclass(frozen=True)
class Span:
    """Rows `first` to `last` of the log, and the lines of this site's ledger of the same time."""

    review: int
    first: int
    last: int
    before: str
    """The chain of the row before `first`, as the last review was signed over it."""
    head: str
    """The chain of row `last` when the review was begun."""
    lines: tuple[int, int]
    """The ledger's size at the last review, and now."""
    at: dt.datetime
    """When it was begun."""
    since: dt.datetime | None
    """When the last one was."""
    by: str = ""
    """Who began it; "" where nobody has yet."""
    lot: str = ""
    """What the sample is drawn by, made when it was begun; "" before, and then there is no sample."""
    limits: LogReview | None = None
    """The thresholds when it was begun: what is changed while it goes on is for the next. None before: the programme's."""

    @property
    def body(self) -> dict[str, Any]:
        """As the step `begun` keeps it."""
        return {
            "first": self.first, "last": self.last, "before": self.before, "head": self.head, "lines": list(self.lines),
            "at": self.at.isoformat(), "since": self.since.isoformat() if self.since else "", "lot": self.lot,
            **({"limits": asdict(self.limits)} if self.limits else {}),
        }  # fmt: skip


def span_of(step: ReviewStep) -> Span:
    """The span a review was begun over. One begun by a program of before has the head for its lot, or no thresholds of its own."""
    body = step.body
    limits = LogReview(**body["limits"]) if "limits" in body else None
    since = dt.datetime.fromisoformat(body["since"]) if body["since"] else None
    return Span(
        step.review, body["first"], body["last"], body["before"], body["head"], (body["lines"][0], body["lines"][1]),
        dt.datetime.fromisoformat(body["at"]), since, step.by, body.get("lot", body["head"]), limits,
    )  # fmt: skip


def open_span(tx: Tx) -> Span | None:
    """The review that is begun and not signed."""
    begun, signed = tx.log_reviews.last("begun"), tx.log_reviews.last("signed")
    if begun is None or (signed is not None and signed.review >= begun.review):
        return None
    return span_of(begun)


def next_span(tx: Tx, site: Site, now: dt.datetime) -> Span:
    """What a review begun now would cover: everything since the last."""
    signed = tx.log_reviews.last("signed")
    before = span_of(tx.log_reviews.of(signed.review)[0]) if signed is not None else None
    return Span(
        before.review + 1 if before else 1,
        before.last + 1 if before else 1,
        max(tx.access.count(), before.last if before else 0),
        before.head if before else NOTHING,
        tx.access.head(),
        (before.lines[1] if before else 0, tx.ledger.size(site)),
        now,
        before.at if before else None,
    )


@dataclass
class Counted:
    """What one id did in the span."""

    staff_id: str
    role: str = ""
    """"" for an id that is not on the roster."""
    until: dt.datetime | None = None
    last: dt.datetime | None = None
    rows: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)
    failed: int = 0

    def see(self, row: AccessRow) -> None:
        self.rows += 1
        kind = kind_of(row)
        if row.act == "login_failed":
            self.failed += 1
        elif kind is not None:
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.last = row.at if self.last is None else max(self.last, row.at)


@dataclass(frozen=True)
class Read:
    """What reading a span came to."""

    anomalies: tuple[Anomaly, ...]
    drawn: tuple[AccessRow, ...]
    """Openings drawn by lot, to be asked about."""
    accounts: tuple[Counted, ...]
    """Every id of the roster, and every other that the span names."""
    carried: dict[str, Any]
    """What the next review must know, as the step `signed` keeps it."""


def limits_of(tx: Tx) -> LogReview:
    programme = _programme(tx)
    return programme.log_review if programme else LogReview()


def _programme(tx: Tx) -> Programme | None:
    return programme_of(tx) if tx.settings.get("programme") is not None else None


def read_span(tx: Tx, site: Site, span: Span) -> Read:
    """Everything there is to say of a span; the same again whenever it is read, unless the log was altered."""
    facts = _facts(tx, site, span)
    accounts, rules, frozen = Accounts(facts), Rules(facts), Frozen(facts)
    everybody = [accounts, rules, frozen, *(rule(facts) for rule in RULES)]
    chain, lot = _Chain(span), _Lot(span.lot, facts.limits.samples if span.lot else 0)
    counted = {
        one.staff_id: Counted(one.staff_id, one.role, one.until, facts.carried.seen.get(one.staff_id))
        for one in facts.accounts
    }
    for row in rows_of(tx, span):
        chain.see(row)
        row = _datable(row)
        lot.see(row)
        counted.setdefault(row.staff_id, Counted(row.staff_id)).see(row)
        for rule in everybody:
            rule.see(row)
    found = [*chain.end(), *(one for rule in everybody for one in rule.end())]
    found.sort(key=lambda one: list(Code).index(one.code))
    carried = {
        "seen": {staff: at.isoformat() for staff, at in sorted(accounts.used.items())},
        "frozen": sorted(frozen.frozen),
        "begun": rules.begun,
    }
    return Read(tuple(found), lot.drawn, tuple(counted.values()), carried)


def _datable(row: AccessRow) -> AccessRow:
    """With a moment that can be reckoned with. One at the edge of the calendar, which a failed login could bring in before
    their moments were looked at, is the nearest there is in the years of `is_moment`."""
    if FIRST_YEAR <= row.at.year <= LAST_YEAR:
        return row
    first, last = dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC), dt.datetime(LAST_YEAR, 12, 31, tzinfo=dt.UTC)
    return replace(row, at=first if row.at.year < FIRST_YEAR else last)


def rows_of(tx: Tx, span: Span) -> Iterator[AccessRow]:
    """The rows of a span, a page at a time."""
    seq = span.first - 1
    while seq < span.last:
        page = [row for row in tx.access.after(seq, PAGE) if row.seq <= span.last]
        if not page:
            return
        yield from page
        seq = page[-1].seq


def access_rows(tx: Tx) -> Iterator[AccessRow]:
    """The whole log, oldest first, a page at a time."""
    seq = 0
    while page := tx.access.after(seq, PAGE):
        yield from page
        seq = page[-1].seq


def broken_at(tx: Tx) -> int:
    """The number of the first row of the whole log that does not fit those before it, or is not there; 0: all do.

    Also where a review was signed over a row that reads otherwise now.
    """
    heads = {}
    for step in tx.log_reviews.all():
        if step.step == "begun":
            heads[int(step.body["last"])] = step.body["head"]
    before, seq = NOTHING, 0
    for row in access_rows(tx):
        if row.seq != seq + 1 or _hash_of(before, row) != row.chain:
            return seq + 1
        if heads.pop(row.seq, row.chain) != row.chain:
            return row.seq
        before, seq = row.chain, row.seq
    heads.pop(0, None)
    return min(heads, default=0)


def _hash_of(before: str, row: AccessRow) -> str:
    body = {
        "seq": row.seq, "at": row.at.isoformat(), "staff_id": row.staff_id, "act": row.act, "detail": row.detail,
        "terminal": row.terminal,
    }  # fmt: skip
    return access_hash(before, body)


class _Chain:
    """Whether the rows are those that were written."""

    def __init__(self, span: Span) -> None:
        self._span, self._seq, self._before = span, span.first - 1, span.before
        self._found: list[Anomaly] = []

    def see(self, row: AccessRow) -> None:
        if row.seq != self._seq + 1:
            missing = row.seq - self._seq - 1
            self._add(Code.GAP, f"{self._seq + 1}行目から{missing}行", row)
        elif _hash_of(self._before, row) != row.chain:
            first = row.seq == self._span.first > 1
            self._add(
                Code.REWRITTEN if first else Code.CHAIN,
                f"{row.seq - 1 if first else row.seq}行目まで" if first else f"{row.seq}行目",
                row,
            )
        self._seq, self._before = row.seq, row.chain

    def _add(self, code: Code, subject: str, row: AccessRow) -> None:
        if len(self._found) < PAGE:
            self._found.append(Anomaly(code, subject, row.staff_id, row.at, row.at, 1, (row.seq,)))

    def end(self) -> list[Anomaly]:
        if self._seq < self._span.last:
            self._found.append(
                Anomaly(
                    Code.GAP, f"{self._seq + 1}行目から{self._span.last - self._seq}行", "", None, None, 1
                )
            )
        elif self._before != self._span.head:
            self._found.append(Anomaly(Code.CHAIN, f"{self._span.last}行目", "", None, None, 1))
        return self._found


class _Lot:
    """The openings to be asked about. The lot is made when the review is begun and stands in it from then on, so that nobody
    can look for a better one, and everybody can draw it again."""

    def __init__(self, lot: str, count: int) -> None:
        self._lot, self._count = lot, count
        self._heap: list[tuple[int, int, AccessRow]] = []

    def see(self, row: AccessRow) -> None:
        if not self._count or opened(row) is None:
            return
        ticket = -int(sha256_hex(f"{self._lot} {row.seq}\n".encode()), 16)
        if len(self._heap) < self._count:
            heapq.heappush(self._heap, (ticket, row.seq, row))
        elif ticket > self._heap[0][0]:
            heapq.heapreplace(self._heap, (ticket, row.seq, row))

    @property
    def drawn(self) -> tuple[AccessRow, ...]:
        return tuple(row for _, _, row in sorted(self._heap, key=lambda one: one[1]))


def _facts(tx: Tx, site: Site, span: Span) -> Facts:
    programme = _programme(tx)
    return Facts(
        limits=span.limits or limits_of(tx),
        accounts=tuple(
            Account(row.staff_id, row.role.value, row.since, row.until) for row in tx.staff.list()
        ),
        since=span.since,
        now=span.at,
        outings=frozenset(one.date for one in programme.outings) if programme else frozenset(),
        made=frozenset(_made(tx, site, span)),
        carried=_carried(tx, span),
    )


def _made(tx: Tx, site: Site, span: Span) -> Iterator[str]:
    """Numbers of the copies this site's ledger says were made in the span."""
    start, end = span.lines
    for raw in tx.ledger.lines(site, start, end - start):
        if b'"ref":"medium:' in raw or b'"ref":"batch:' in raw:
            try:
                line = read_line(raw, name=f"ledger-{site}")[1]
            except IntegrityFailure:
                continue  # `ikiiki ledger verify` names the line; what it stood for is found missing here
            if line.act in _MAKING and line.ref.startswith(_COPIES):
                yield line.ref.partition(":")[2]


def _carried(tx: Tx, span: Span) -> Carried:
    signed = tx.log_reviews.last("signed")
    body: Mapping[str, Any] = signed.body["carried"] if signed is not None else {}
    seen = {staff: dt.datetime.fromisoformat(at) for staff, at in body.get("seen", {}).items()}
    if not span.review:  # a look back: what came before it is not known
        return Carried(
            {row.staff_id: seen.get(row.staff_id, span.at) for row in tx.staff.list()}, begun=span.first > 1
        )
    return Carried(seen, frozenset(body.get("frozen", ())), bool(body.get("begun", False)))
