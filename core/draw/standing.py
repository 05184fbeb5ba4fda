"""Who is seated and who waits after the events: derived by replay, never chosen (docs/formats.md, "events.txt")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.draw.events import (
    EVENTS,
    Cancel,
    Close,
    Decline,
    Disqualify,
    Event,
    Late,
    Over,
    Release,
    Reserve,
    Shrink,
)
from core.draw.files import text
from core.draw.result import Result
from core.draw.rules import Params
from core.errors import Refused

STANDING = "standing.txt"


class PlaceState(StrEnum):
    """How a unit stands."""

    SEATED = "seated"
    RESERVED = "reserved"  # on seats the ward had kept
    WAITING = "waiting"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Place:
    """One unit as it stands."""

    id: str
    size: int
    state: PlaceState
    courses: tuple[str, ...]
    """What it still wishes for, its seat's outing included; empty when it is out."""
    course: str | None
    """Where it sits."""


@dataclass(frozen=True)
class Promotion:
    """A waiting unit that got a seat because of event `seq`."""

    seq: int
    id: str
    course: str


@dataclass(frozen=True)
class Standing:
    """All units in draw order, late ones behind them in the order they came."""

    places: tuple[Place, ...]
    promotions: tuple[Promotion, ...]
    free: dict[str, int]
    """Drawn seats nobody sits on, by outing; 0 for one called off, or whose day has come."""
    reserve: dict[str, int]
    """Seats the ward still keeps, by outing; 0 as above."""

    def seated(self, course: str) -> tuple[Place, ...]:
        """Who goes there, in draw order."""
        return tuple(place for place in self.places if place.course == course)

    def waiting(self, course: str) -> tuple[Place, ...]:
        """The waiting list of that outing, in draw order."""
        return tuple(
            place for place in self.places if place.state is PlaceState.WAITING and course in place.courses
        )

    def to_bytes(self) -> bytes:
        """standing.txt: `<id> <size> <state> <courses, course or ->`, in draw order."""
        return text(*(f"{place.id} {place.size} {place.state} {_what(place)}" for place in self.places))


def _what(place: Place) -> str:
    if place.state is PlaceState.OUT:
        return "-"
    return place.course or ",".join(place.courses)


@dataclass
class _Seat:
    """A unit while the replay runs."""

    id: str
    size: int
    courses: list[str]
    course: str | None
    state: PlaceState


class Board:
    """The replay: apply the events one by one. Mutable; ask `standing()` for a picture of it."""

    def __init__(self, params: Params, result: Result) -> None:
        self._max_size = params.max_size
        self._free = {course.code: course.room for course in params.courses}
        self._reserve = {course.code: course.reserve for course in params.courses}
        self._closed: set[str] = set()
        self._past: set[str] = set()
        self._seats: dict[str, _Seat] = {}
        self._promotions: list[Promotion] = []
        self._seq = 0
        for line in result.lines:
            state = PlaceState.SEATED if line.course else PlaceState.WAITING
            self._seats[line.id] = _Seat(line.id, line.size, list(line.courses), line.course, state)
            if line.course:
                self._free[line.course] -= line.size

    def apply(self, event: Event) -> tuple[Promotion, ...]:
        """Takes one event and seats whoever then fits; returns who was promoted.

        Raises `Refused`, the board unchanged, when the event makes no sense as things stand.
        """
        match event:
            case Cancel(unit_id) | Disqualify(unit_id):
                self._leave(self._unit(unit_id))
            case Decline(unit_id, course):
                self._decline(self._unit(unit_id), course)
            case Shrink(unit_id, size):
                self._shrink(self._unit(unit_id), size)
            case Close(course):
                self._close(course)
            case Over(course):
                self._over(course)
            case Reserve(unit_id, course):
                self._give_reserve(self._unit(unit_id), course)
            case Release(course, seats):
                if seats > self._open(self._reserve, course):
                    raise self._no("区優先枠の残りより多くは開放できません")
                self._reserve[course] -= seats
                self._free[course] += seats
            case Late():
                self._late(event)
        self._seq += 1
        promoted = tuple(self._fill())
        self._promotions.extend(promoted)
        return promoted

    def _no(self, what: str) -> Refused:
        return Refused(what, where=f"{EVENTS} {self._seq + 1}行目")

    def _unit(self, unit_id: str) -> _Seat:
        seat = self._seats.get(unit_id)
        if seat is None:
            raise self._no("この抽選にない番号です")
        if seat.state is PlaceState.OUT:
            raise self._no("すでに辞退または失格となった番号です")
        return seat

    def _not_off(self, course: str) -> None:
        if course not in self._free:
            raise self._no("この抽選にない回です")
        if course in self._closed:
            raise self._no("中止された回です")

    def _open(self, room: dict[str, int], course: str) -> int:
        self._not_off(course)
        if course in self._past:
            raise self._no("開催日が来た回です")
        return room[course]

    def _give_back(self, seat: _Seat, seats: int) -> None:
        """To where they came from; of an outing whose day has come they stay empty."""
        if seat.course and seat.course not in self._past:
            room = self._reserve if seat.state is PlaceState.RESERVED else self._free
            room[seat.course] += seats

    def _stand_up(self, seat: _Seat) -> None:
        self._give_back(seat, seat.size)
        seat.course = None
        seat.state = PlaceState.WAITING if seat.courses else PlaceState.OUT

    def _leave(self, seat: _Seat) -> None:
        seat.courses = []
        self._stand_up(seat)

    def _strike(self, seat: _Seat, course: str) -> None:
        seat.courses.remove(course)
        if seat.course == course or not seat.courses:
            self._stand_up(seat)

    def _decline(self, seat: _Seat, course: str) -> None:
        if course not in seat.courses:
            raise self._no("希望していない回です")
        self._strike(seat, course)

    def _shrink(self, seat: _Seat, size: int) -> None:
        if size >= seat.size:
            raise self._no("人数は減らすことしかできません")
        self._give_back(seat, seat.size - size)
        seat.size = size

    def _close(self, course: str) -> None:
        self._not_off(
            course
        )  # its day may have come: an outing is called off in the morning, and written down later
        for seat in self._seats.values():
            if course in seat.courses:
                self._strike(seat, course)
        self._closed.add(course)
        self._free[course] = self._reserve[course] = 0

    def _over(self, course: str) -> None:
        self._open(self._free, course)
        for seat in self._seats.values():
            if course in seat.courses and seat.course != course:
                self._strike(seat, course)
        self._past.add(course)
        self._free[course] = self._reserve[course] = 0

    def _give_reserve(self, seat: _Seat, course: str) -> None:
        if seat.state is not PlaceState.WAITING or course not in seat.courses:
            raise self._no("その回を待っている番号ではありません")
        if self._open(self._reserve, course) < seat.size:
            raise self._no("区優先枠の残りが足りません")
        self._reserve[course] -= seat.size
        seat.course, seat.state = course, PlaceState.RESERVED

    def _late(self, event: Late) -> None:
        if event.id in self._seats:
            raise self._no("すでにある番号です")
        if event.size > self._max_size:
            raise self._no("1組の人数が上限を超えています")
        for course in event.courses:
            self._open(self._free, course)
        self._seats[event.id] = _Seat(event.id, event.size, list(event.courses), None, PlaceState.WAITING)

    def _fill(self) -> Iterable[Promotion]:
        # One pass is enough: seating only takes room away, so whoever did not fit will not fit afterwards.
        for seat in self._seats.values():
            if seat.state is PlaceState.WAITING:
                for course in seat.courses:
                    if self._free[course] >= seat.size:
                        self._free[course] -= seat.size
                        seat.course, seat.state = course, PlaceState.SEATED
                        yield Promotion(self._seq, seat.id, course)
                        break

    def standing(self) -> Standing:
        """The picture now."""
        return Standing(
            tuple(
                Place(seat.id, seat.size, seat.state, tuple(seat.courses), seat.course)
                for seat in self._seats.values()
            ),
            tuple(self._promotions),
            dict(self._free),
            dict(self._reserve),
        )


def replay(params: Params, result: Result, events: Iterable[Event] = ()) -> Standing:
    """The standing after all events. Raises `Refused` naming the line of one that makes no sense."""
    board = Board(params, result)
    for event in events:
        board.apply(event)
    return board.standing()
