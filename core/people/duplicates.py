"""Which applications may come from one person: same folded kana and same birth date."""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import Applicant
from core.people.kana import fold_kana


@dataclass(frozen=True)
class Shared:
    """What more than one application has."""

    keys: frozenset[str]
    phones: frozenset[str]


def folded_key(applicant: Applicant) -> str:
    """What two applications of one person have in common; "" when name or birth date is not known."""
    if not applicant.kana or applicant.birth_date is None:
        return ""
    return f"{fold_kana(applicant.kana)} {applicant.birth_date.isoformat()}"
