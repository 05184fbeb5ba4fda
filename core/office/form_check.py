"""What a form being keyed would become, for showing it beside the fields before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import Reading, age_on, town_of
from core.office.grouping import Companion
from core.programme import Programme


@dataclass(frozen=True)
class FormCheck:
    """What a form being keyed would become."""

    reading: Reading
    duplicates: tuple[int, ...]
    """受付番号 of live applications of the same folded kana and birth date."""
    age: int | None
    town: str
    companions: tuple[Companion, ...] = ()
    """Who may belong to the same group."""


def form_check(
    programme: Programme,
    reading: Reading,
    duplicates: tuple[int, ...] = (),
    proposed: tuple[Companion, ...] = (),
) -> FormCheck:
    """What this reading would become, beside those who are there already."""
    born = reading.applicant.birth_date
    age = age_on(born, programme.reference_date) if born else None
    return FormCheck(reading, duplicates, age, town_of(reading.applicant.address), proposed)
