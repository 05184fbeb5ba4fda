"""Who ⑤ is about, and how far it is: over the accepted applications in this vault."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.applicant import Application, State
from core.office.counter import records_away
from core.office.ports import Tx
from core.office.review_items import APPLICANTS, verdict_on


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
    among = tx.applications.all((State.ACCEPTED,)) if records is None else tx.applications.by_records(records)
    return [a for a in among if a.state is State.ACCEPTED and a.record not in away]


def applicants_status(tx: Tx) -> ReviewStatus:
    """How far ⑤ is, over the accepted applications in this vault."""
    return status_of_applicants(tx, versions=False)


def status_of_applicants(tx: Tx, *, versions: bool) -> ReviewStatus:
    """The same; `versions`: with the count by which a list sees that something in it has changed."""
    counts = tx.review_list.counts()
    said = {verdict: count for verdict, (count, _) in counts.items()}
    return ReviewStatus(
        sum(said.values()), said.get("confirmed", 0), said.get("returned", 0),
        sum(sum_ for _, sum_ in counts.values()) if versions else 0,
    )  # fmt: skip


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
    return bool(
        verdict_on(
            tx.reviews.latest(APPLICANTS, [application.record]), application.record, application.version_hash
        )[0]
    )
