"""Finished draws as they stand, kept between looks: each is replayed when its files have changed, not whenever somebody asks.

What is kept names records and units and opens nobody: who that is, is looked up each time. One for each person who has come in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from core.applicant import Application
from core.draw.events import EventLog
from core.draw.standing import PlaceState, Standing
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.seating import approval_of, coming, need_people, standing_of

T = TypeVar("T")


class Kept(Generic[T]):
    """An answer for each draw, good as long as all it was worked out from is as it was. May be asked by many threads at once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, T]] = {}

    def get(self, name: str, state: object, work_out: Callable[[], T]) -> T:
        """`state`: equal as long as the answer is right, whoever changed the vault."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != state:
            kept = self._kept[name] = state, work_out()
        return kept[1]


@dataclass(frozen=True)
class Finished:
    """A draw after all events that are here."""

    draw: str
    standing: Standing
    log: EventLog
    members: dict[str, tuple[str, ...]]
    """By unit its records, also of those who left since."""

    @cached_property
    def seats(self) -> list[tuple[str, str, str]]:
        """(record, unit, outing) of everybody in a unit that is seated, in draw order."""
        return [
            (record, place.id, place.course)
            for place in self.standing.places
            if place.course
            for record in self.members.get(place.id, ())
        ]

    def going(self, outing: str) -> set[str]:
        """The records seated there."""
        return {record for record, _, seat in self.seats if seat == outing}

    @cached_property
    def persons(self) -> dict[str, tuple[int, int]]:
        """By outing: (seated, on its waiting list)."""
        seated, waiting = dict.fromkeys(self.standing.free, 0), dict.fromkeys(self.standing.free, 0)
        for place in self.standing.places:
            if place.course:
                seated[place.course] += place.size
            elif place.state is PlaceState.WAITING:
                for course in place.courses:
                    waiting[course] += place.size
        return {course: (seated[course], waiting[course]) for course in seated}


class FinishedDraws:
    """The finished draws of one vault."""

    def __init__(self) -> None:
        self._draws = Kept[Finished]()

    def get(self, tx: Tx, draw: str) -> Finished:
        """Raises `Refused` before the draw is done at both sites."""
        return self._draws.get(
            draw,
            tx.draws.state(draw),
            lambda: Finished(draw, *standing_of(tx, draw), tx.draws.members(draw)),
        )

    def by_outing(self, tx: Tx) -> dict[str, Finished]:
        """The draw in which the seats of each outing were drawn, of those that are done.

        Raises `Refused` where all people are erased.
        """
        done = [self.get(tx, draw) for draw in done_draws(tx)]
        if done:
            need_people(tx)
        return {outing: one for one in reversed(done) for outing in one.persons}


@dataclass(frozen=True)
class _Place:
    """A seat by the record of who has it."""

    draw: str
    unit_id: str
    outing: str


class Seated:
    """What the review asks for ⑨."""

    def __init__(self, finished: FinishedDraws) -> None:
        self._finished = finished
        self._places = Kept[dict[str, _Place]]()

    def state(self, tx: Tx) -> object:
        """Equal as long as the same people, as they are, have the same seats."""
        return self._draws(tx)[1], tx.applications.changes()

    @staticmethod
    def _draws(tx: Tx) -> tuple[list[str], object]:
        """(the finished draws, those not approved last; what tells that none of it has changed)."""
        draws = sorted(done_draws(tx), key=lambda name: approval_of(tx, name) is None)
        return draws, [(name, tx.draws.state(name)) for name in draws]

    def seated(
        self, tx: Tx, records: Collection[str] | None = None
    ) -> list[tuple[Application, str, str, str]]:
        """Everybody seated (of these records), each once, by 受付番号: who has seats of two rounds is asked about the one not
        approved yet."""
        draws, state = self._draws(tx)
        places = self._places.get("all", state, lambda: self._of(tx, draws))
        wanted = places.keys() if records is None else places.keys() & set(records)
        people = sorted(tx.applications.by_records(sorted(wanted)), key=lambda one: one.number)
        return [
            (one, place.draw, place.unit_id, place.outing)
            for one in people
            if coming(one)
            for place in (places[one.record],)
        ]

    def _of(self, tx: Tx, draws: Sequence[str]) -> dict[str, _Place]:
        return {
            record: _Place(draw, unit, outing)
            for draw in draws
            for record, unit, outing in self._finished.get(tx, draw).seats
        }
