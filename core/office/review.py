"""The ward's review ⑤ and ⑨, and its approval ⑩; at the contractor, what the ward has said.

What a word is about, and what the review shows: `core.office.review_items`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.applicant import Application
from core.choosing import one_of
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.choices import STAGE_WORDS
from core.office.corrections import need
from core.office.desk import Desk
from core.office.envelope import MOST_IN_A_BUNDLE, Opened, Sent
from core.office.exchange import Exchange
from core.office.finished import Kept
from core.office.ledger import write_line
from core.office.listing import Landmark, ListFilter, ReviewOrder
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
from core.office.review_reading import check_all, page_of
from core.office.review_standing import ReviewStatus as ReviewStatus
from core.office.review_standing import applicants_status as applicants_status
from core.office.review_standing import confirmed_applications as confirmed_applications
from core.office.review_standing import said as said
from core.office.review_standing import status_of_applicants, under_review
from core.roles import Right, Site

BY_EXCEPTIONS = ListFilter(under_review=True, order=ReviewOrder.EXCEPTIONS)
"""The list of ⑤ as it comes."""
PAGE_ROWS = 25
"""People on a page: of the paper, and of the list as the access log counts it."""


@dataclass(frozen=True)
class Undone:
    """A record whose last word was taken back."""

    record: str
    number: int
    verdict: str
    """What stands now: "" | confirmed | returned."""


class SeatSource(Protocol):
    """Where ⑨ learns who is seated: the participants use cases."""

    def seated(
        self, tx: Tx, records: Collection[str] | None = None
    ) -> list[tuple[Application, str, str, str]]:
        """(application, draw, unit id, outing) of everybody seated now, of these records."""
        ...

    def state(self, tx: Tx) -> object:
        """Equal as long as the same people, as they are, have the same seats."""
        ...


class Review:
    """The use cases of the 点検 pane and `ikiiki review`."""

    def __init__(self, desk: Desk, seats: SeatSource, exchange: Exchange) -> None:
        self._desk = desk
        self._seats = seats
        self._exchange = exchange
        self._ninth = Kept[ReviewStatus]()
        self._shown: dict[str, dict[str, str]] = {}
        """By stage, the versions `rows` showed this person: a word is about what was seen."""
        self._pages: dict[str, dict[str, int]] = {}
        """By stage, the page of the list each record stood on."""
        self._noted: set[tuple[str, str, int]] = set()
        """Stages, verdicts and pages that have their entry in the access log."""
        self._seated: list[ReviewItem] = []
        """The list of ⑨ as it was last read."""
        self._given: list[tuple[str, list[str]]] = []
        """What this person said since logging in, newest last: stage and records of each act."""

    def rows(self, stage: str) -> list[ReviewItem]:
        """Everything under review, exceptions first (of these what changed after a word), then by 受付番号.

        One access-log entry. What these rows say is what `confirm` and `return_` then speak about.
        """
        count = self.open_list(stage)
        return self.page(stage, 0, count) if stage == APPLICANTS else self._seated

    def open_list(self, stage: str) -> int:
        """Read the list anew, as `rows` does, with one access-log entry; how long it is. `page` then gives it in pieces."""
        if stage != APPLICANTS:
            self._seated = self.look(stage)
        with self._desk.writing(Right.REVIEW) as tx:
            if stage == APPLICANTS:
                check_all(tx)
            count = tx.applications.count(BY_EXCEPTIONS) if stage == APPLICANTS else len(self._seated)
            self._desk.log(tx, "review", f"stage={stage} rows={count}")
        self._shown[stage], self._pages[stage] = {}, {}
        self._noted = {noted for noted in self._noted if noted[0] != stage}
        if stage != APPLICANTS:
            self._note_shown(stage, 0, self._seated)
        return count

    def count(self, which: ListFilter) -> int:
        """How long the list of ⑤ is, looked at so."""
        with self._desk.reading(Right.REVIEW) as tx:
            return tx.applications.count(which)

    def page(
        self,
        stage: str,
        offset: int,
        limit: int,
        which: ListFilter | None = None,
        near: Landmark | None = None,
    ) -> list[ReviewItem]:
        """Some of the list of ⑤ as it was last read (`open_list`), in the order of `which`; `near`: a place not far off.

        Who is shown is what `confirm` and `return_` then speak about.
        """
        with self._desk.reading(Right.REVIEW) as tx:
            items = page_of(tx, which or BY_EXCEPTIONS, offset, limit, near)
        self._note_shown(stage, offset, items)
        return items

    def following(
        self, which: ListFilter, after: int | None, limit: int
    ) -> tuple[list[ReviewItem], int | None]:
        """(so many of the list of ⑤ behind this 受付番号, the last of them when more follow). The list is read anew, and logged.

        Raises `UsageError` when there is no such application.
        """
        self.open_list(APPLICANTS)
        near = None
        if after is not None:
            with self._desk.reading(Right.REVIEW) as tx:
                need(tx, after)
            near = Landmark(0, after)
        found = [item for item in self.page(APPLICANTS, 0, limit + 2, which, near) if item.number != after]
        return found[:limit], found[limit - 1].number if 0 < limit < len(found) else None

    def _note_shown(self, stage: str, offset: int, items: Sequence[ReviewItem]) -> None:
        self._shown.setdefault(stage, {}).update({item.record: item.version_hash for item in items})
        self._pages.setdefault(stage, {}).update(
            {item.record: (offset + index) // PAGE_ROWS + 1 for index, item in enumerate(items)}
        )

    def place(self, which: ListFilter, number: int) -> Landmark | None:
        """Where in the list of ⑤ a 受付番号 stands; None when it is not in it."""
        with self._desk.reading(Right.REVIEW) as tx:
            return tx.applications.place(which, number)

    def next_open(self, which: ListFilter, after: int | None) -> Landmark | None:
        """The first in the list of ⑤ without a word, behind this 受付番号 (None: from its top); None when there is none."""
        with self._desk.reading(Right.REVIEW) as tx:
            number = tx.applications.next_open(which, after)
            return None if number is None else tx.applications.place(which, number)

    def records(self, stage: str, numbers: Sequence[int]) -> dict[int, str]:
        """The records behind these 受付番号, of those that the stage is about."""
        with self._desk.reading(Right.REVIEW) as tx:
            known = tx.applications.by_numbers(numbers)
            about = {s.application.record for s in self._subjects(tx, stage, [one.record for one in known])}
        return {one.number: one.record for one in known if one.record in about}

    def look(self, stage: str) -> list[ReviewItem]:
        """As `rows`, for a caller that logs by itself who gets to see them."""
        with self._desk.reading(Right.REVIEW) as tx:
            items = items_of(tx, stage, self._subjects(tx, stage))
        return sorted(items, key=lambda item: item.order)

    def status(self, stage: str) -> ReviewStatus:
        with self._desk.reading() as tx:
            if stage == APPLICANTS:
                return status_of_applicants(tx, versions=True)
            state = self._seats.state(tx), tx.reviews.state()
            return self._ninth.get(stage, state, lambda: self._status_of_seated(tx, stage))

    def _status_of_seated(self, tx: Tx, stage: str) -> ReviewStatus:
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
                "差戻しの理由の符号が正しくありません", where=code[:20], next_step=one_of(RETURN_CODES)
            )
        return self._say(stage, self._as_shown(stage, records), "returned", code)

    def confirm_rest(self, stage: str) -> int:
        """Confirm everything that has no word yet and that this site's own check finds nothing against.

        What changed after a word on it is left for a look of its own.
        """
        if stage == APPLICANTS:
            with self._desk.writing(Right.REVIEW) as tx:
                self._refuse_elsewhere()
                check_all(tx)
                plain = dict(tx.review_list.plain())
            return self._say(stage, plain, "confirmed", "")
        rest = {
            item.record: item.version_hash
            for item in self.look(stage)
            if not item.verdict and not item.problems and not item.changed
        }
        return self._say(stage, rest, "confirmed", "")

    def rest(self, stage: str) -> tuple[int, int]:
        """(how many `confirm_rest` would confirm, how many without a word it would leave), as of the last reading."""
        if stage == APPLICANTS:
            with self._desk.reading(Right.REVIEW) as tx:
                plain = tx.review_list.count_plain()
                return plain, status_of_applicants(tx, versions=False).open - plain
        doubts = [bool(item.problems or item.changed) for item in self.look(stage) if not item.verdict]
        return doubts.count(False), doubts.count(True)

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
            sent = seal_words(self._desk, tx, self._exchange)
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
                for a, draw, unit, outing in self._seats.seated(tx, records)
            ]
        raise UsageError("点検の段階が正しくありません", where=stage[:20], next_step=one_of(STAGE_WORDS))


def seal_words(desk: Desk, tx: Tx, exchange: Exchange) -> Sent | None:
    """Seal the words not yet sent for the contractor, in the caller's transaction, in as many bundles as it takes.

    None when there are none; else the last bundle, with the counts of all.
    """
    sent, total = None, Counter[str]()
    while rows := tx.reviews.unsent(MOST_IN_A_BUNDLE):
        counts = {v: sum(row.verdict == v for row in rows) for v in ("confirmed", "returned")}
        for act, verdict in ((Act.CONFIRM, "confirmed"), (Act.SEND_BACK, "returned")):
            if counts[verdict]:
                write_line(desk, tx, act, Content.REVIEW, counts[verdict], Unit.RECORDS)
        sent = exchange.seal(tx, "review", {ENTRY: to_lines(rows)}, counts)
        tx.reviews.mark_sent(rows, sent.name)
        total.update(counts)
    return sent and dataclasses.replace(sent, counts=dict(total))


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
