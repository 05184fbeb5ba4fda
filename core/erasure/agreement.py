"""Who has agreed to the erasure: `core.ledger.agreement` with the erasure's own words."""

from __future__ import annotations

from collections.abc import Iterable

from core.ledger.agreement import DAYS, ERASURE, Agreement, agreements_of
from core.ledger.line import LedgerLine

REF = ERASURE.ref

__all__ = ["DAYS", "REF", "Agreement", "agreement_of"]


def agreement_of(lines: Iterable[LedgerLine]) -> Agreement | None:
    """The proposal in force in one site's ledger; None when there is none, or it was dropped or carried out."""
    return next(iter(agreements_of(lines, ERASURE).values()), None)
