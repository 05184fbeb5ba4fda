"""The ward's review ⑤ and ⑨, and its approval ⑩; at the contractor, what the ward has said.

A word is about one version of one record: `core.applicant.version_hash` for ⑤, `participant_hash` for ⑨. A later
change of what was confirmed makes the record open again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.applicant import Applicant, Application, Problem, State, Warning_
from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.strict import HASH, ID10, STAFF_ID, Fields
from core.ledger.codes import Act, Content, Unit
from core.office.counter import records_away
from core.office.desk import Desk, iso, programme_of
from core.office.exchange import Exchange, Opened, Sent
from core.office.forms import as_fields
from core.office.ledger import write_line
from core.office.lines import from_jsonl, jsonl
from core.office.openings import exchanged
from core.office.ports import ReviewRow, Tx
from core.people.duplicates import folded_key
from core.people.reading import read_applicant
from core.roles import Right, Site

ENTRY = "reviews.jsonl"
APPLICANTS = "applicants"
PARTICIPANTS = "participants"

RETURN_CODES: dict[str, str] = {
    "not_resident": "区民であることを確認できない",
    "not_eligible": "対象年齢などの条件に合わない",
    "duplicate": "重複している",
    "unclear": "内容に不明な点がある",
    "ward_request": "区からの個別の依頼",
}
"""Why the ward returns a record: closed codes, so that no personal data travels in the ward's direction."""


@dataclass(frozen=True)
class ReviewItem:
    """One record as the review shows it: in review mode a row has all five items."""

    number: int
    record: str
    applicant: Applicant
    problems: tuple[Problem, ...]
    """What this site's own check finds, not what the sender said."""
    warnings: tuple[Warning_, ...]
    reason: str | None
    """Why the contractor accepted it in spite of a doubt."""
    verdict: str
    """"" | confirmed | returned, for the current version"""
    changed: bool
    """Confirmed or returned in an earlier version."""
    version_hash: str
    outing: str = ""
    """⑨: where the person is seated."""

    @property
    def exception(self) -> bool:
        """Worth a look before the rest."""
        return bool(self.problems) or self.reason is not None or self.changed or self.verdict == "returned"


@dataclass(frozen=True)
class ReviewStatus:
    """How far a review is."""

    total: int
    confirmed: int
    returned: int

    @property
    def open(self) -> int:
        return self.total - self.confirmed - self.returned

    @property
    def done(self) -> bool:
        return self.total > 0 and self.open == 0


def participant_hash(record: str, version: str, draw: str, unit_id: str, outing: str) -> str:
    """SHA-256 over what the ward confirms in ⑨: this person, in this version, has this seat."""
    body = {"record": record, "version": version, "draw": draw, "unit": unit_id, "outing": outing}
    return sha256_hex(b"hk-participant-v1\n" + canonical_json(body) + b"\n")


def verdict_on(words: Mapping[str, ReviewRow], record: str, version: str) -> tuple[str, bool]:
    """(verdict for this very version or "", whether an earlier version had one)."""
    word = words.get(record)
    if word is None:
        return "", False
    if word.version_hash != version:
        return "", True
    return word.verdict, False


def under_review(tx: Tx) -> list[Application]:
    """What ⑤ is about: the accepted, but at the ward not what its counter keyed and the contractor has yet to settle."""
    away = records_away(tx)
    return [a for a in tx.applications.all((State.ACCEPTED,)) if a.record not in away]


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

    def rows(self, stage: str) -> list[ReviewItem]:
        """Everything under review, exceptions first, then by 受付番号. One access-log entry.

        What these rows say is what `confirm` and `return_` then speak about.
        """
        with self._desk.reading(Right.REVIEW) as tx:
            items = self._items(tx, stage)
        with self._desk.writing(Right.REVIEW) as tx:
            self._desk.log(tx, "review", f"stage={stage} rows={len(items)}")
        self._shown[stage] = {item.record: item.version_hash for item in items}
        return sorted(items, key=lambda item: (bool(item.verdict), not item.exception, item.number))

    def status(self, stage: str) -> ReviewStatus:
        with self._desk.reading() as tx:
            words = tx.reviews.latest(stage)
            verdicts = [
                verdict_on(words, s.application.record, s.version)[0] for s in self._subjects(tx, stage)
            ]
        return ReviewStatus(len(verdicts), verdicts.count("confirmed"), verdicts.count("returned"))

    def confirm(self, stage: str, records: Sequence[str]) -> int:
        """Confirm these records in the version `rows` last showed. Returns how many were newly confirmed.

        Raises `Refused`, saying nothing, when one has changed since it was shown.
        """
        return self._say(stage, records, "confirmed", "")

    def return_(self, stage: str, records: Sequence[str], code: str) -> int:
        """Return these records to the contractor with a code of `RETURN_CODES`. Raises like `confirm`."""
        if code not in RETURN_CODES:
            raise UsageError(
                "差戻しの理由が正しくありません", next_step="次のどれか: " + " ".join(RETURN_CODES)
            )
        return self._say(stage, records, "returned", code)

    def confirm_rest(self, stage: str) -> int:
        """Confirm everything that has no word yet and that this site's own check finds nothing against.

        What changed after a word on it is left for a look of its own.
        """
        with self._desk.reading(Right.REVIEW) as tx:
            rest = {
                item.record: item.version_hash
                for item in self._items(tx, stage)
                if not item.verdict and not item.problems and not item.changed
            }
        return self._say(stage, list(rest), "confirmed", "", seen=rest)

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
        self,
        stage: str,
        records: Sequence[str],
        verdict: str,
        code: str,
        *,
        seen: Mapping[str, str] | None = None,
    ) -> int:
        seen = self._shown.get(stage, {}) if seen is None else seen
        now = self._desk.now()
        with self._desk.writing(Right.REVIEW) as tx:
            self._refuse_elsewhere()
            words = tx.reviews.latest(stage)
            subjects = {s.application.record: s for s in self._subjects(tx, stage)}
            said = 0
            for record in dict.fromkeys(records):
                subject = subjects.get(record)
                if subject is None:
                    raise UsageError("その記録は点検の対象にありません", where=record)
                if seen.get(record, subject.version) != subject.version:
                    raise Refused(
                        "一覧を開いたあとに内容が変わった応募があります。まだ何も記録していません",
                        where=f"受付番号 {subject.application.number:04}",
                        next_step="一覧を開き直し、いまの内容を確かめてください",
                    )
                word = words.get(record)
                if word and (word.version_hash, word.verdict, word.code) == (subject.version, verdict, code):
                    continue
                tx.reviews.add(
                    ReviewRow(stage, record, subject.version, verdict, code, self._desk.actor.staff_id, now)
                )
                said += 1
            if said:
                self._desk.log(
                    tx,
                    "confirm" if verdict == "confirmed" else "return",
                    f"stage={stage} n={said} {code}".strip(),
                )
            return said

    def _refuse_elsewhere(self) -> None:
        if self._desk.actor.site is not Site.WARD:
            raise Refused("点検の確認は区が行います", next_step="送受信で区の確認を受け取ってください")

    def _subjects(self, tx: Tx, stage: str) -> list[_Subject]:
        """What a stage is about, each with the hash a word on it binds."""
        if stage == APPLICANTS:
            return [_Subject(a, a.version_hash) for a in under_review(tx)]
        if stage == PARTICIPANTS:
            return [
                _Subject(a, participant_hash(a.record, a.version_hash, draw, unit, outing), outing, draw)
                for a, draw, unit, outing in self._seats.seated(tx)
            ]
        raise UsageError("点検の段階は applicants か participants です", where=stage)

    def _items(self, tx: Tx, stage: str) -> list[ReviewItem]:
        words = tx.reviews.latest(stage)
        confirmed = tx.reviews.latest(APPLICANTS)
        rules = programme_of(tx).reading_rules()
        seen: set[str] = set()
        items = []
        subjects = self._subjects(tx, stage)
        others = {record for draw in {s.draw for s in subjects if s.draw} for record in exchanged(tx, draw)}
        for subject in subjects:
            application, version = subject.application, subject.version
            problems = list(read_applicant(as_fields(application.applicant), rules).problems)
            key = folded_key(application.applicant)
            if key and key in seen and stage == APPLICANTS:
                problems.append(Problem.DUPLICATE)
            seen.add(key)
            verdict, changed = verdict_on(words, application.record, version)
            if stage == PARTICIPANTS and not verdict:
                # A seat goes to the person who was drawn: whoever differs from what ⑤ confirmed wants a look.
                changed = application.record in others or (
                    verdict_on(confirmed, application.record, application.version_hash)[0] != "confirmed"
                )
            items.append(
                ReviewItem(
                    application.number, application.record, application.applicant, tuple(problems),
                    application.warnings, application.reason, verdict, changed, version, subject.outing,
                )
            )  # fmt: skip
        return items


@dataclass(frozen=True)
class _Subject:
    application: Application
    version: str
    outing: str = ""
    draw: str = ""


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


def to_lines(rows: Iterable[ReviewRow]) -> bytes:
    """`reviews.jsonl` of a `review` bundle: record numbers, hashes and codes, nothing else."""
    return jsonl(
        [
            {
                "stage": row.stage, "record": row.record, "version": row.version_hash, "verdict": row.verdict,
                "code": row.code, "actor": row.actor, "at": iso(row.at),
            }
            for row in rows
        ]
    )  # fmt: skip


def from_lines(data: bytes) -> list[ReviewRow]:
    """Parse `reviews.jsonl`. Raises `IntegrityFailure` for anything but the closed form."""
    rows = []
    for number, body in enumerate(from_jsonl(data, ENTRY), start=1):
        where = f"{ENTRY} {number}行目"
        fields = Fields(body, where).exactly(_KEYS)
        row = ReviewRow(
            fields.text("stage"), fields.text("record", ID10), fields.text("version", HASH),
            fields.text("verdict"), fields.text("code"), fields.text("actor", STAFF_ID),
            dt.datetime.fromisoformat(fields.moment("at")),
        )  # fmt: skip
        codes: Iterable[str] = RETURN_CODES if row.verdict == "returned" else ("",)
        if (
            row.stage not in (APPLICANTS, PARTICIPANTS)
            or row.verdict not in ("confirmed", "returned")
            or row.code not in codes
        ):
            raise IntegrityFailure("点検の記録の符号が正しくありません", where=where)
        rows.append(row)
    return rows


_KEYS = ("stage", "record", "version", "verdict", "code", "actor", "at")
