"""What the charts show: counts of applications, ages, seats, wishes and attendance. No person is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.applicant import State
from core.draw.standing import PlaceState
from core.errors import Refused
from core.office.intake import Intake
from core.office.listing import ListFilter
from core.office.participants import OutingStatus, Participants
from core.office.ports import Progress

CLASS_YEARS = 5
OLDEST_CLASS = 90
"""From this age on all are one class: 五歳階級 as the ward's statistics have them."""
_PAGE = 500


@dataclass(frozen=True)
class AgeClass:
    """Five years of age, and how many accepted applicants are in them at the reference date."""

    youngest: int
    """`OLDEST_CLASS`: that age and more."""
    people: int


@dataclass(frozen=True)
class OutingFigures:
    """One outing in numbers of people."""

    outing: OutingStatus
    first: int
    """Accepted applicants who wish for it before all others."""
    every: int
    """Who name it at all."""


@dataclass(frozen=True)
class Figures:
    """All of it."""

    outings: Sequence[OutingFigures]
    ages: Sequence[AgeClass]
    """From the youngest class to the oldest that anybody is in, empty ones between them too."""
    unknown_age: int
    won: Sequence[int]
    """Seated in their first wish, their second, …"""
    waiting: int
    """On some waiting list, and seated nowhere."""

    @property
    def drawn(self) -> bool:
        return bool(self.waiting or any(self.won))


def figures(intake: Intake, participants: Participants, progress: Progress) -> Figures:
    """Count everything once."""
    which = ListFilter(states=frozenset({State.ACCEPTED}))
    total = intake.count(which)
    first, every, ages = Counter[str](), Counter[str](), Counter[int]()
    wishes: dict[int, tuple[str, ...]] = {}
    unknown = 0
    for offset in range(0, total, _PAGE):
        progress(offset, total)
        for row in intake.page(which, offset, _PAGE):
            wishes[row.number] = row.preferences
            first.update(row.preferences[:1])
            every.update(row.preferences)
            if row.age is None:
                unknown += 1
            else:
                ages[min(row.age // CLASS_YEARS * CLASS_YEARS, OLDEST_CLASS)] += 1
    outings = participants.outings()
    won, waiting = _seats(participants, outings, wishes)
    return Figures(
        [OutingFigures(outing, first[outing.code], every[outing.code]) for outing in outings],
        [AgeClass(age, ages[age]) for age in range(min(ages), max(ages) + 1, CLASS_YEARS)] if ages else [],
        unknown,
        won,
        waiting,
    )


def _seats(
    participants: Participants, outings: Sequence[OutingStatus], wishes: dict[int, tuple[str, ...]]
) -> tuple[list[int], int]:
    """(seated by rank of the wish, how many only wait)."""
    ranks: dict[int, int] = {}
    waiting: set[int] = set()
    for outing in outings:
        try:
            people = participants.list(outing.code)
        except Refused:  # its round has not been drawn
            continue
        for person in people:
            wished = wishes.get(person.number, ())
            if person.standing is PlaceState.WAITING:
                waiting.add(person.number)
            elif outing.code in wished:
                rank = wished.index(outing.code)
                ranks[person.number] = min(rank, ranks.get(person.number, rank))
    counted = Counter(ranks.values())
    return [counted[rank] for rank in range(max(counted, default=-1) + 1)], len(waiting - ranks.keys())
