"""The ward's review ⑤ and ⑨, and its approval ⑩; at the contractor, what the ward has said.

What a word is about, and what the review shows: `core.office.review_items`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.applicant import Application, State
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.counter import records_away
from core.office.desk import Desk
from core.office.exchange import Exchange, Opened, Sent
from core.office.ledger import write_line
from core.office.ports import ReviewRow, Tx
from core.office.review_items import APPLICANTS as APPLICANTS
from core.office.review_items import PARTICIPANTS as PARTICIPANTS
from core.office.review_items import ReviewItem as ReviewItem
from core.office.review_items import Subject, items_of
from core.office.review_items import participant_hash as participant_hash
from core.office.review_items import verdict_on as verdict_on
from core.office.review_lines import ENTRY as ENTRY
from core.office.review_lines import RETURN_CODES as RETURN_CODES
from core.office.review_lines import from_lines, to_lines
from core.roles import Right, Site

PAGE_ROWS = 25
"""People on a page: of the paper, and of the list as the access log counts it."""


@dataclass(frozen=True)
class ReviewStatus:
    """How far a review is."""

    total: int
    confirmed: int
    returned: int
    versions: int = 0
    """Grows with every change of a record under review, also of items that no word binds."""

    @property
    def open(self) -> int:
        return self.total - self.confirmed - self.returned

    @property
    def done(self) -> bool:
        return self.total > 0 and self.open == 0


def under_review(tx: Tx, records: Collection[str] | None = None) -> list[Application]:
    """What ⑤ is about: the accepted, but at the ward not what its counter keyed and the contractor has yet to settle.

    `records`: of these alone, each looked up by itself.
    """
    away = records_away(tx)
    if records is None:
        among: Iterable[Application | None] = tx.applications.all((State.ACCEPTED,))
    else:
        among = [tx.applications.by_record(record) for record in records]
    return [a for a in among if a is not None and a.state is State.ACCEPTED and a.record not in away]


def applicants_status(tx: Tx) -> ReviewStatus:
    """How far ⑤ is, over the accepted applications in this vault."""
    words = tx.reviews.latest(APPLICANTS)
    verdicts = [
        verdict_on(words, application.record, application.version_hash)[0] for application in under_review(tx)
    ]
    return ReviewStatus(len(verdicts), verdicts.count("confirmed"), verdicts.count("returned"))


def confirmed_applications(tx: Tx) -> tuple[list[Application], list[Application]]:
    """(confirmed in their current version, accepted but not): who goes into the draw, and who is named as left out."""
    words = tx.reviews.latest(APPLICANTS)
    taken: list[Application] = []
    left: list[Application] = []
    for application in under_review(tx):
        verdict, _ = verdict_on(words, application.record, application.version_hash)
        (taken if verdict == "confirmed" else left).append(application)
    return taken, left


def said(tx: Tx, application: Application) -> bool:
    """Whether ⑤ has a word on the current version of it."""
    return bool(verdict_on(tx.reviews.latest(APPLICANTS), application.record, application.version_hash)[0])


@dataclass(frozen=True)
class Undone:
    """A record whose last word was taken back."""

    record: str
    number: int
    verdict: str
    """What stands now: "" | confirmed | returned."""


class SeatSource(Protocol):
    """Where ⑨ learns who is seated: the participants use cases."""

    def seated(self, tx: Tx) -> list[tuple[Application, str, str, str]]:
        """(application, draw, unit id, outing) of everybody seated now."""
        ...


class Review:
    """The use cases of the 点検 pane and `ikiiki review`."""

    def __init__(self, desk: Desk, seats: SeatSource, exchange: Exchange) -> None:
        self._desk = desk
        self._seats = seats
        self._exchange = exchange
        self._shown: dict[str, dict[str, str]] = {}
        """By stage, the versions `rows` showed this person: a word is about what was seen."""
        self._pages: dict[str, dict[str, int]] = {}
        """By stage, the page of the list each record stood on."""
        self._noted: set[tuple[str, str, int]] = set()
        """Stages, verdicts and pages that have their entry in the access log."""
        self._given: list[tuple[str, list[str]]] = []
        """What this person said since logging in, newest last: stage and records of each act."""

    def rows(self, stage: str) -> list[ReviewItem]:
        """Everything under review, exceptions first (of these what changed after a word), then by 受付番号.

        One access-log entry. What these rows say is what `confirm` and `return_` then speak about.
        """
        items = self.look(stage)
        with self._desk.writing(Right.REVIEW) as tx:
            self._desk.log(tx, "review", f"stage={stage} rows={len(items)}")
        self._shown[stage] = {item.record: item.version_hash for item in items}
        self._pages[stage] = {item.record: index // PAGE_ROWS + 1 for index, item in enumerate(items)}
        self._noted = {noted for noted in self._noted if noted[0] != stage}
        return items

    def look(self, stage: str) -> list[ReviewItem]:
        """As `rows`, for a caller that logs by itself who gets to see them."""
        with self._desk.reading(Right.REVIEW) as tx:
            items = items_of(tx, stage, self._subjects(tx, stage))
        return sorted(items, key=lambda item: item.order)

    def status(self, stage: str) -> ReviewStatus:
        with self._desk.reading() as tx:
            words = tx.reviews.latest(stage)
            subjects = self._subjects(tx, stage)
            verdicts = [verdict_on(words, s.application.record, s.version)[0] for s in subjects]
        versions = sum(s.application.version for s in subjects)
        return ReviewStatus(len(verdicts), verdicts.count("confirmed"), verdicts.count("returned"), versions)

    def confirm(self, stage: str, records: Sequence[str]) -> int:
        """Confirm these records in the version `rows` last showed. Returns how many were newly confirmed.

        Raises `Refused`, saying nothing, when one has changed since it was shown.
        """
        return self._say(stage, self._as_shown(stage, records), "confirmed", "")

    def return_(self, stage: str, records: Sequence[str], code: str) -> int:
        """Return these records to the contractor with a code of `RETURN_CODES`. Raises like `confirm`."""
        if code not in RETURN_CODES:
            raise UsageError(
                "差戻しの理由が正しくありません", next_step="次のどれか: " + " ".join(RETURN_CODES)
            )
        return self._say(stage, self._as_shown(stage, records), "returned", code)

    def confirm_rest(self, stage: str) -> int:
        """Confirm everything that has no word yet and that this site's own check finds nothing against.

        What changed after a word on it is left for a look of its own.
        """
        rest = {
            item.record: item.version_hash
            for item in self.look(stage)
            if not item.verdict and not item.problems and not item.changed
        }
        return self._say(stage, rest, "confirmed", "")

    def confirm_seen(self, stage: str, seen: Mapping[str, str]) -> int:
        """Confirm records in the versions somebody has seen elsewhere (on paper), but where a word stands already.

        Raises `Refused`, saying nothing, when one has changed since.
        """
        return self._say(stage, seen, "confirmed", "", over=False)

    def undo(self, stage: str) -> list[Undone]:
        """Take back what this person said last, as long as it has not been sealed for the contractor.

        All of one act since logging in; of earlier ones, record by record. The words and that they were taken back
        stay in the vault. Raises `Refused` when there is nothing to take back, or somebody else has said more since.
        """
        with self._desk.writing(Right.REVIEW) as tx:
            me = self._desk.actor.staff_id
            waiting = [row for row in tx.reviews.unsent() if (row.stage, row.actor) == (stage, me)]
            last = next((given for given in reversed(self._given) if given[0] == stage), None)
            records = last[1] if last else [row.record for row in waiting[-1:]]
            words = tx.reviews.latest(stage, records)
            if not waiting or any(words.get(record) not in waiting for record in records):
                raise Refused(
                    "取り消せる答えがありません。送る用意をしたもの、そのあとで別の人が答えたものは取り消せません",
                    next_step="答えを替えるときは、その人をもう一度「確認」か「差戻し」にしてください",
                )
            for record in records:
                tx.reviews.undo(words[record], self._desk.now(), me)
            self._desk.log(tx, "undo", f"stage={stage} n={len(records)}")
            before = tx.reviews.latest(stage, records)
            subjects = {s.application.record: s for s in self._subjects(tx, stage, records)}
        if last:
            self._given.remove(last)
        return [
            Undone(record, s.application.number, verdict_on(before, record, s.version)[0])
            for record, s in subjects.items()
        ]

    def unsent(self) -> int:
        """Words given and not yet sent."""
        with self._desk.reading() as tx:
            return len(tx.reviews.unsent())

    def send(self) -> Sent | None:
        """Seal the words not yet sent for the contractor. None when there are none."""
        self._refuse_elsewhere()
        with self._desk.writing(Right.REVIEW) as tx:
            sent = seal_words(self._desk, tx, self._exchange) if tx.reviews.unsent() else None
        self._exchange.flush()
        return sent

    def take_in(self, tx: Tx, bundle: Opened, name: str) -> None:
        """At the contractor: store the ward's words."""
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise IntegrityFailure("点検結果は区から委託先へ送るものです", where=name)
        rows = from_lines(bundle.entries.get(ENTRY, b""))
        if not rows or len(rows) != sum(bundle.counts.values()):
            raise IntegrityFailure("点検の件数が送り状と合いません", where=f"{name} {ENTRY}")
        for row in rows:
            if tx.applications.by_record(row.record) is None:
                raise IntegrityFailure("区の点検に、こちらにない記録があります", where=row.record)
            tx.reviews.add(dataclasses.replace(row, sent_in=name))

    def _say(
        self, stage: str, seen: Mapping[str, str | None], verdict: str, code: str, *, over: bool = True
    ) -> int:  # fmt: skip
        now = self._desk.now()
        said = []
        with self._desk.writing(Right.REVIEW) as tx:
            self._refuse_elsewhere()
            words = tx.reviews.latest(stage, list(seen))
            subjects = {s.application.record: s for s in self._subjects(tx, stage, seen)}
            for record, version in seen.items():
                subject = subjects.get(record)
                if subject is None:
                    raise UsageError("その記録は点検の対象にありません", where=record)
                if version not in (None, subject.version):
                    raise Refused(
                        "一覧を開いたあとに内容が変わった応募があります。まだ何も記録していません",
                        where=f"受付番号 {subject.application.number:04}",
                        next_step="一覧を開き直し、いまの内容を確かめてください",
                    )
                stands, _ = verdict_on(words, record, subject.version)
                if stands and (not over or (stands, words[record].code) == (verdict, code)):
                    continue
                tx.reviews.add(
                    ReviewRow(stage, record, subject.version, verdict, code, self._desk.actor.staff_id, now)
                )
                said.append(record)
            noted = self._note(tx, stage, said, verdict, code)
        if said:
            self._given.append((stage, said))
            self._noted |= noted
        return len(said)

    def _note(
        self, tx: Tx, stage: str, said: list[str], verdict: str, code: str
    ) -> set[tuple[str, str, int]]:
        """An entry for each act; of people confirmed one by one, one for each page of the list.

        Who confirmed whom, and when, stands with the word itself.
        """
        act = "confirm" if verdict == "confirmed" else "return"
        page = self._pages.get(stage, {}).get(said[0], 0) if len(said) == 1 and not code else 0
        entry = (stage, verdict, page)
        if page and entry not in self._noted:
            self._desk.log(tx, act, f"stage={stage} page={page}")
        elif said and not page:
            self._desk.log(tx, act, f"stage={stage} n={len(said)} {code}".strip())
        return {entry} if page else set()

    def _as_shown(self, stage: str, records: Iterable[str]) -> dict[str, str | None]:
        """The version of each that `rows` showed; None for what it did not."""
        shown = self._shown.get(stage, {})
        return {record: shown.get(record) for record in records}

    def _refuse_elsewhere(self) -> None:
        if self._desk.actor.site is not Site.WARD:
            raise Refused("点検の確認は区が行います", next_step="送受信で区の確認を受け取ってください")

    def _subjects(self, tx: Tx, stage: str, records: Collection[str] | None = None) -> list[Subject]:
        """What a stage is about (of these records alone), each with the hash a word on it binds."""
        if stage == APPLICANTS:
            return [Subject(a, a.version_hash) for a in under_review(tx, records)]
        if stage == PARTICIPANTS:
            return [
                Subject(a, participant_hash(a.record, a.version_hash, draw, unit, outing), outing, draw, unit)
                for a, draw, unit, outing in self._seats.seated(tx)
                if records is None or a.record in records
            ]
        raise UsageError("点検の段階は applicants か participants です", where=stage)


def seal_words(desk: Desk, tx: Tx, exchange: Exchange) -> Sent:
    """Seal the words not yet sent for the contractor, in the caller's transaction. There must be some."""
    rows = tx.reviews.unsent()
    counts = {v: sum(row.verdict == v for row in rows) for v in ("confirmed", "returned")}
    for act, verdict in ((Act.CONFIRM, "confirmed"), (Act.SEND_BACK, "returned")):
        if counts[verdict]:
            write_line(desk, tx, act, Content.REVIEW, counts[verdict], Unit.RECORDS)
    sent = exchange.seal(tx, "review", {ENTRY: to_lines(rows)}, counts)
    tx.reviews.mark_sent(rows, sent.name)
    return sent


def confirm_heard(
    tx: Tx, stage: str, words: Iterable[tuple[str, str]], by: str, at: dt.datetime, where: str
) -> None:
    """At the contractor: these (record, version) are confirmed, as the ward told by telephone and `by` heard.

    `where` stands in place of the bundle's name. What the ward's words say already is not said twice.
    """
    known = tx.reviews.latest(stage)
    for record, version in words:
        if verdict_on(known, record, version)[0] != "confirmed":
            tx.reviews.add(ReviewRow(stage, record, version, "confirmed", "", by, at, where))
