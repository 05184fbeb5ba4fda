"""The ward's review ⑤ and ⑨, and its approval ⑩; at the contractor, what the ward has said.

A word is about one version of one record: `core.applicant.version_hash` for ⑤, `participant_hash` for ⑨. A later
change of what was confirmed makes the record open again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.applicant import Applicant, Application, Problem, State, Warning_
from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, iso, programme_of
from core.office.exchange import Exchange, Opened, Sent
from core.office.forms import as_fields
from core.office.ledger import write_line
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


def applicants_status(tx: Tx) -> ReviewStatus:
    """How far ⑤ is, over the accepted applications in this vault."""
    words = tx.reviews.latest(APPLICANTS)
    verdicts = [
        verdict_on(words, application.record, application.version_hash)[0]
        for application in tx.applications.all((State.ACCEPTED,))
    ]
    return ReviewStatus(len(verdicts), verdicts.count("confirmed"), verdicts.count("returned"))


def confirmed_applications(tx: Tx) -> tuple[list[Application], list[Application]]:
    """(confirmed in their current version, accepted but not): who goes into the draw, and who is named as left out."""
    words = tx.reviews.latest(APPLICANTS)
    taken: list[Application] = []
    left: list[Application] = []
    for application in tx.applications.all((State.ACCEPTED,)):
        verdict, _ = verdict_on(words, application.record, application.version_hash)
        (taken if verdict == "confirmed" else left).append(application)
    return taken, left


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

    def rows(self, stage: str) -> list[ReviewItem]:
        """Everything under review, exceptions first, then by 受付番号. One access-log entry per page of 25 shown."""
        with self._desk.writing(Right.REVIEW) as tx:
            items = self._items(tx, stage)
            self._desk.log(tx, "review", f"stage={stage} rows={len(items)}")
        return sorted(items, key=lambda item: (bool(item.verdict), not item.exception, item.number))

    def status(self, stage: str) -> ReviewStatus:
        with self._desk.reading() as tx:
            if stage == APPLICANTS:
                return applicants_status(tx)
            verdicts = [item.verdict for item in self._items(tx, stage)]
            return ReviewStatus(len(verdicts), verdicts.count("confirmed"), verdicts.count("returned"))

    def confirm(self, stage: str, records: Sequence[str]) -> int:
        """Confirm these records in their current version. Returns how many were newly confirmed."""
        return self._say(stage, records, "confirmed", "")

    def return_(self, stage: str, records: Sequence[str], code: str) -> int:
        """Return these records to the contractor with a code of `RETURN_CODES`."""
        if code not in RETURN_CODES:
            raise UsageError(
                "差戻しの理由が正しくありません", next_step="次のどれか: " + " ".join(RETURN_CODES)
            )
        return self._say(stage, records, "returned", code)

    def confirm_rest(self, stage: str) -> int:
        """Confirm everything that has no word yet and that this site's own check finds nothing against."""
        with self._desk.reading(Right.REVIEW) as tx:
            rest = [item.record for item in self._items(tx, stage) if not item.verdict and not item.problems]
        return self._say(stage, rest, "confirmed", "")

    def unsent(self) -> int:
        """Words given and not yet sent."""
        with self._desk.reading() as tx:
            return len(tx.reviews.unsent())

    def send(self) -> Sent | None:
        """Seal the words not yet sent for the contractor. None when there are none."""
        self._refuse_elsewhere()
        with self._desk.writing(Right.REVIEW) as tx:
            rows = tx.reviews.unsent()
            if not rows:
                return None
            counts = {v: sum(row.verdict == v for row in rows) for v in ("confirmed", "returned")}
            for act, verdict in ((Act.CONFIRM, "confirmed"), (Act.SEND_BACK, "returned")):
                if counts[verdict]:
                    write_line(self._desk, tx, act, Content.REVIEW, counts[verdict], Unit.RECORDS)
            sent = self._exchange.seal(tx, "review", {ENTRY: to_lines(rows)}, counts)
            tx.reviews.mark_sent(rows, sent.name)
        self._exchange.flush()
        return sent

    def take_in(self, tx: Tx, bundle: Opened, name: str) -> None:
        """At the contractor: store the ward's words."""
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise IntegrityFailure("点検結果は区から委託先へ送るものです", where=name)
        for row in from_lines(bundle.entries.get(ENTRY, b"")):
            if tx.applications.by_record(row.record) is None:
                raise IntegrityFailure("区の点検に、こちらにない記録があります", where=row.record)
            tx.reviews.add(dataclasses.replace(row, sent_in=name))

    def _say(self, stage: str, records: Sequence[str], verdict: str, code: str) -> int:
        now = self._desk.now()
        with self._desk.writing(Right.REVIEW) as tx:
            self._refuse_elsewhere()
            items = {item.record: item for item in self._items(tx, stage)}
            said = 0
            for record in records:
                item = items.get(record)
                if item is None:
                    raise UsageError("その記録は点検の対象にありません", where=record)
                if item.verdict == verdict and verdict == "confirmed":
                    continue
                tx.reviews.add(
                    ReviewRow(stage, record, item.version_hash, verdict, code, self._desk.actor.staff_id, now)
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

    def _items(self, tx: Tx, stage: str) -> list[ReviewItem]:
        words = tx.reviews.latest(stage)
        programme = programme_of(tx)
        rules = programme.reading_rules()
        if stage == APPLICANTS:
            subjects = [(a, a.version_hash, "") for a in tx.applications.all((State.ACCEPTED,))]
        elif stage == PARTICIPANTS:
            subjects = [
                (a, participant_hash(a.record, a.version_hash, draw, unit, outing), outing)
                for a, draw, unit, outing in self._seats.seated(tx)
            ]
        else:
            raise UsageError("点検の段階は applicants か participants です", where=stage)
        seen: dict[object, int] = {}
        items = []
        for application, version, outing in subjects:
            reading = read_applicant(as_fields(application.applicant), rules)
            problems = list(reading.problems)
            key = folded_key(application.applicant)
            if key and key in seen and stage == APPLICANTS:
                problems.append(Problem.DUPLICATE)
            seen.setdefault(key or application.record, application.number)
            verdict, changed = verdict_on(words, application.record, version)
            items.append(
                ReviewItem(
                    application.number, application.record, application.applicant, tuple(problems),
                    application.warnings, application.reason, verdict, changed, version, outing,
                )
            )  # fmt: skip
        return items


def to_lines(rows: Iterable[ReviewRow]) -> bytes:
    """`reviews.jsonl` of a `review` bundle: record numbers, hashes and codes, nothing else."""
    return b"".join(
        canonical_json(
            {
                "stage": row.stage, "record": row.record, "version": row.version_hash, "verdict": row.verdict,
                "code": row.code, "actor": row.actor, "at": iso(row.at),
            }
        ) + b"\n"
        for row in rows
    )  # fmt: skip


def from_lines(data: bytes) -> list[ReviewRow]:
    """Parse `reviews.jsonl`. Raises `IntegrityFailure` for anything but the closed form."""
    rows = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            body = json.loads(line)
            row = ReviewRow(
                body["stage"], body["record"], body["version"], body["verdict"], body["code"], body["actor"],
                dt.datetime.fromisoformat(body["at"]),
            )  # fmt: skip
            ok = (
                row.stage in (APPLICANTS, PARTICIPANTS)
                and row.verdict in ("confirmed", "returned")
                and (row.code in RETURN_CODES if row.verdict == "returned" else row.code == "")
            )
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityFailure("点検の記録が読めません", where=f"reviews.jsonl {number}行目") from error
        if not ok:
            raise IntegrityFailure("点検の記録の符号が正しくありません", where=f"reviews.jsonl {number}行目")
        rows.append(row)
    return rows
