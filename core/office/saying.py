"""What a one-time code speaks of: the same bytes at both sites when both hold the same (docs/exchange.md, "What is said").

Always a whole: every bundle up to one, everybody under review, everybody seated. A code cannot say "all but one".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.canonical import canonical_json, sha256_hex
from core.draw.result import RESULT, Result
from core.exchange.codes import PROTOCOL, CodeKind, value_of
from core.exchange.signed import domain
from core.office.approving import verdicts_on
from core.office.keyring import epoch_of
from core.office.ports import BundleRow, Tx
from core.office.review import APPLICANTS, participant_hash, verdict_on
from core.office.review_standing import under_review
from core.office.seating import Seat, seated_in, standing_of

KIND_WORDS: dict[CodeKind, str] = {
    CodeKind.RECEIPT: "届いた束の受領",
    CodeKind.REVIEW: "応募者の点検⑤（全員を確認）",
    CodeKind.APPROVAL: "参加者の点検⑨と承認⑩（全員）",
}


@dataclass(frozen=True)
class Said:
    """One thing a code can say, as this site's vault has it."""

    kind: CodeKind
    count: int
    """Bundles, applicants or participants in it."""
    subject: str
    """The bundle's or the draw's name; "" for ⑤."""
    words: Sequence[tuple[str, str]]
    """(record, version) of everybody it is about; none for a receipt."""
    document: Mapping[str, object] = field(repr=False)

    @property
    def hash(self) -> str:
        return sha256_hex(domain("said") + canonical_json(self.document) + b"\n")

    @property
    def value(self) -> str:
        """By which people compare: four groups of four letters."""
        return value_of(self.hash)

    @property
    def sentence(self) -> str:
        """What it is, in Japanese, without personal data."""
        what = {CodeKind.RECEIPT: f"束 {self.subject} まで", CodeKind.APPROVAL: self.subject}.get(
            self.kind, ""
        )
        unit = "束" if self.kind is CodeKind.RECEIPT else "人"
        return f"{KIND_WORDS[self.kind]} {what} {self.count}{unit}".replace("  ", " ")


def review_of(tx: Tx) -> tuple[Said, Sequence[str]]:
    """(⑤ as a whole, the verdicts held on it): everybody under review, in the versions this vault holds."""
    words = tx.reviews.latest(APPLICANTS)
    people = sorted(under_review(tx), key=lambda one: one.record)
    said = _said(CodeKind.REVIEW, "", [(one.record, one.version_hash) for one in people], epoch_of(tx), {})
    return said, [verdict_on(words, one.record, one.version_hash)[0] for one in people]


def approval_said(tx: Tx, draw: str) -> tuple[Said, Sequence[str]]:
    """(⑨ and ⑩ of a finished draw, the verdicts held on it): everybody seated, after all events."""
    _, log = standing_of(tx, draw)
    result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
    seats = sorted(seated_in(tx, draw), key=lambda seat: seat.application.record)
    more = {"draw": draw, "result": result.sha256, "events": log.head}
    said = _said(
        CodeKind.APPROVAL,
        draw,
        [(seat.application.record, _version(seat)) for seat in seats],
        epoch_of(tx),
        more,
    )
    return said, verdicts_on(tx, seats)


def receipt_of(row: BundleRow) -> Said:
    """All bundles of a channel up to this one: its manifest names the one before it, and so on to the first."""
    return _said(
        CodeKind.RECEIPT,
        row.name,
        [],
        row.epoch,
        {"bundle": row.name, "manifest": row.manifest_sha256},
        row.seq,
    )


def _said(
    kind: CodeKind, subject: str, words: Sequence[tuple[str, str]], epoch: int, more: Mapping[str, object], count: int | None = None
) -> Said:  # fmt: skip
    people = [{"record": record, "version": version} for record, version in words]
    document = {"protocol": PROTOCOL, "kind": kind.value, "epoch": epoch, **more}
    if kind is not CodeKind.RECEIPT:
        document["people"] = people
    return Said(kind, len(words) if count is None else count, subject, tuple(words), document)


def _version(seat: Seat) -> str:
    one = seat.application
    return participant_hash(one.record, one.version_hash, seat.draw, seat.unit_id, seat.outing)
