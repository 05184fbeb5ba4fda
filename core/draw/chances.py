"""What the rules mean before the draw: the chance of a place, found by drawing very often.

The allocation is the draw's own (docs/formats.md, "hkr1", "Seed, values, order, seats"). The draw values are drawn,
not hashed: SHA-256 of different texts is taken for independent uniform numbers there, so a unit's value with t tickets
is the smallest of t uniform numbers, and `1 - (1 - u) ** (1 / t)` of a single uniform u is distributed just so. The
tests hold both against the engine. Nothing here has anything to do with the seed of a real draw.

Chances are of persons, not of units: a group of three counts three times. Each comes with the half-width of its 95%
interval, taken from how much the runs differ among themselves (people of one run are not independent: one's seat is
another's loss). Where the rules give the chance in closed form, that is used, and marked as exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from core.draw.rules import Course, Params
from core.draw.units import Shape
from core.errors import Refused

Z95 = 1.959964
"""Two-sided 95% point of the normal distribution."""
NO_SEAT = -1
_STEP = 50


@dataclass(frozen=True)
class Rate:
    """A share of persons, 0 to 1."""

    share: float
    error: float
    """Half-width of the 95% interval; 0 when exact."""
    exact: bool = False


@dataclass(frozen=True)
class Odds:
    """The chances of some people, on average over them."""

    people: int
    anywhere: Rate
    """Of a seat in any of the outings they wish for."""
    first: Rate
    """Of a seat in the outing they wish for first."""


@dataclass(frozen=True)
class CourseOdds:
    """One outing, and the chances of those who wish for it first."""

    course: Course
    wished: int
    """Persons who name it at all."""
    odds: Odds | None
    """None when nobody wishes for it first."""


@dataclass(frozen=True)
class Outlook:
    """What a list of units may expect under a set of rules."""

    params: Params
    runs: int
    units: int
    overall: Odds
    courses: tuple[CourseOdds, ...]
    sizes: Mapping[int, Odds]
    """By persons in the unit."""
    tickets: Mapping[int, Odds]
    """By tickets of the unit."""


@dataclass(frozen=True)
class Change:
    """What becomes of some people's chance of any seat."""

    after: Rate
    gain: float
    """Share gained, negative when lost: the mean over pairs of runs with the same luck before and after."""
    error: float
    """Half-width of the 95% interval of `gain`."""


@dataclass(frozen=True)
class TicketGain:
    """What `tickets` instead of one do to those who have them, and to the others."""

    tickets: int
    before: Rate
    """Anybody's chance of any seat while everybody has one ticket."""
    one: Change
    """One person, anybody, alone has that many."""
    one_others: Change
    half: Change
    """Half of the units, any half, have that many."""
    half_others: Change


class Table:
    """Units and rooms as plain numbers: what the inner loop runs over."""

    def __init__(self, params: Params, shapes: Sequence[Shape]) -> None:
        index = {course.code: number for number, course in enumerate(params.courses)}
        self.room = [course.room for course in params.courses]
        self.sizes = [len(shape.records) for shape in shapes]
        self._wishes = [
            (len(shape.records), tuple(index[code] for code in shape.courses)) for shape in shapes
        ]

    def seats(self, order: Iterable[int]) -> list[int]:
        """By unit, which of its wishes it gets (0 the first) or `NO_SEAT`, when units come in this order."""
        room, wishes = self.room.copy(), self._wishes
        got = [NO_SEAT] * len(wishes)
        for unit in order:
            size, courses = wishes[unit]
            for rank, course in enumerate(courses):
                if room[course] >= size:
                    room[course] -= size
                    got[unit] = rank
                    break
        return got


def order_of(luck: Sequence[float], tickets: Sequence[int] | None = None) -> list[int]:
    """Units in draw order, from one uniform number each; `tickets` None: everybody has one."""
    values = (
        luck
        if tickets is None
        else [u if t == 1 else 1 - (1 - u) ** (1 / t) for u, t in zip(luck, tickets, strict=True)]
    )
    return sorted(range(len(values)), key=values.__getitem__)


def outlook(
    params: Params,
    shapes: Sequence[Shape],
    runs: int,
    chance: Random,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outlook:
    """Draw `runs` times (2 and more). Raises `Refused` without units, and what `progress` raises."""
    _need(shapes, 1)
    table = Table(params, shapes)
    sizes = table.sizes
    kinds = [(s.courses[0], len(s.records), s.tickets) for s in shapes]
    number = {kind: place for place, kind in enumerate(dict.fromkeys(kinds))}
    kind_of = [number[kind] for kind in kinds]
    plain = all(shape.tickets == 1 for shape in shapes)
    tickets = None if plain else [shape.tickets for shape in shapes]
    seated = [[0] * runs for _ in number]
    first = [[0] * runs for _ in number]
    for run in range(runs):
        if run % _STEP == 0:
            progress(run, runs)
        got = table.seats(order_of([chance.random() for _ in sizes], tickets))
        for kind, size, rank in zip(kind_of, sizes, got, strict=True):
            if rank >= 0:
                seated[kind][run] += size
                if rank == 0:
                    first[kind][run] += size
    known_any, known_first = exact_chances(params, shapes)

    def odds(belongs: Callable[[tuple[str, int, int]], bool]) -> Odds | None:
        units = [unit for unit, kind in enumerate(kinds) if belongs(kind)]
        if not units:
            return None
        rows = [place for kind, place in number.items() if belongs(kind)]
        people = sum(sizes[unit] for unit in units)

        def rate(known: Sequence[Fraction | None], counts: list[list[int]]) -> Rate:
            closed = _closed(known, sizes, units)
            if closed is not None:
                return Rate(float(closed), 0.0, True)
            per_run = [sum(column) for column in zip(*(counts[row] for row in rows), strict=True)]
            return _rate(per_run, [people] * runs)

        return Odds(people, rate(known_any, seated), rate(known_first, first))

    overall = odds(lambda kind: True)
    assert overall is not None, "there are units"
    courses = tuple(
        CourseOdds(
            course,
            sum(len(shape.records) for shape in shapes if course.code in shape.courses),
            odds(lambda kind, code=course.code: kind[0] == code),  # type: ignore[misc]
        )
        for course in params.courses
    )
    by_size = {size: odds(lambda kind, size=size: kind[1] == size) for size in sorted(set(sizes))}  # type: ignore[misc]
    by_tickets = {
        held: odds(lambda kind, held=held: kind[2] == held)  # type: ignore[misc]
        for held in sorted({kind[2] for kind in kinds})
    }
    return Outlook(
        params,
        runs,
        len(shapes),
        overall,
        courses,
        {size: found for size, found in by_size.items() if found},
        {held: found for held, found in by_tickets.items() if found},
    )


def ticket_gain(
    params: Params,
    shapes: Sequence[Shape],
    tickets: int,
    runs: int,
    chance: Random,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TicketGain:
    """What `tickets` (2 and more) would do where everybody else has one, whatever tickets `shapes` name.

    No application says who would get more, so it is asked of anybody: a person chosen anew in each run, and a half of
    the units chosen anew in each run. A group has that many when all its members do. Raises `Refused` with fewer than
    two units, and what `progress` raises.
    """
    _need(shapes, 2)
    table = Table(params, shapes)
    sizes, units = table.sizes, range(len(shapes))
    people = sum(sizes)
    before: list[int] = []
    one, one_others, half, half_others = _Pairs(), _Pairs(), _Pairs(), _Pairs()

    def persons(got: Sequence[int], those: Iterable[int]) -> int:
        return sum(sizes[unit] for unit in those if got[unit] >= 0)

    for run in range(runs):
        if run % _STEP == 0:
            progress(run, runs)
        luck = [chance.random() for _ in units]
        base = table.seats(order_of(luck))
        all_base = persons(base, units)
        before.append(all_base)
        # A person chosen evenly sits in a unit chosen by its size.
        lone = chance.choices(units, weights=sizes)[0]
        got = table.seats(order_of(luck, [tickets if unit == lone else 1 for unit in units]))
        one.add(int(base[lone] >= 0), int(got[lone] >= 0), 1)
        rest = [persons(of, units) - persons(of, [lone]) for of in (base, got)]
        one_others.add(rest[0], rest[1], people - sizes[lone])
        chosen = set(chance.sample(units, len(units) // 2))
        got = table.seats(order_of(luck, [tickets if unit in chosen else 1 for unit in units]))
        theirs_base, theirs = persons(base, chosen), persons(got, chosen)
        count = sum(sizes[unit] for unit in chosen)
        half.add(theirs_base, theirs, count)
        half_others.add(all_base - theirs_base, persons(got, units) - theirs, people - count)
    level = [Shape(shape.records, shape.courses, 1) for shape in shapes]
    closed = _closed(exact_chances(params, level)[0], sizes, units)
    return TicketGain(
        tickets,
        _rate(before, [people] * runs) if closed is None else Rate(float(closed), 0.0, True),
        one.change(),
        one_others.change(),
        half.change(),
        half_others.change(),
    )


def exact_chances(
    params: Params, shapes: Sequence[Shape]
) -> tuple[list[Fraction | None], list[Fraction | None]]:
    """By unit, the chance of any seat and of the first wish, where it can be written down; None where it cannot.

    It can where an outing has room for everybody who names it (1); where none has room for the unit even when empty
    (0); and where all who compete for a set of outings are alike: same outings, persons and tickets. Of n such units
    of s persons, the sum of ⌊room / s⌋ sit, each with the same chance; for the first wish, where the order of the
    wishes is the same too, the first ⌊room / s⌋ of them.
    """
    room = {course.code: course.room for course in params.courses}
    naming: dict[str, list[Shape]] = {code: [] for code in room}
    for shape in shapes:
        for code in shape.courses:
            naming[code].append(shape)
    ample = {code for code, all_ in naming.items() if sum(len(s.records) for s in all_) <= room[code]}
    alike = {code: {(frozenset(s.courses), len(s.records), s.tickets) for s in naming[code]} for code in room}
    orders = {code: {s.courses for s in naming[code]} for code in room}
    anywhere: list[Fraction | None] = []
    first: list[Fraction | None] = []
    for shape in shapes:
        size, wishes, front = len(shape.records), shape.courses, shape.courses[0]
        same = all(len(alike[code]) == 1 for code in wishes)
        rivals = len(naming[front])
        units = [room[code] // size for code in wishes]
        if any(code in ample for code in wishes):
            anywhere.append(Fraction(1))
        elif not any(units):
            anywhere.append(Fraction(0))
        else:
            anywhere.append(min(Fraction(1), Fraction(sum(units), rivals)) if same else None)
        if front in ample:
            first.append(Fraction(1))
        elif not units[0]:
            first.append(Fraction(0))
        else:
            ordered = same and all(len(orders[code]) == 1 for code in wishes)
            first.append(min(Fraction(1), Fraction(units[0], rivals)) if ordered else None)
    return anywhere, first


class _Pairs:
    """Per run: persons seated before and after, of so many."""

    def __init__(self) -> None:
        self._before: list[int] = []
        self._after: list[int] = []
        self._of: list[int] = []

    def add(self, before: int, after: int, of: int) -> None:
        self._before.append(before)
        self._after.append(after)
        self._of.append(of)

    def change(self) -> Change:
        gained = [after - before for before, after in zip(self._before, self._after, strict=True)]
        gain = _rate(gained, self._of)
        return Change(_rate(self._after, self._of), gain.share, gain.error)


def _rate(counts: Sequence[int], of: Sequence[int]) -> Rate:
    """Σ counts / Σ of over independent runs, with the error of a ratio of means.

    Runs that do not differ at all prove less than they seem: then 3 / runs, the 95% bound of what never happened.
    """
    runs, whole = len(counts), sum(of)
    share = sum(counts) / whole
    rest = [count - share * size for count, size in zip(counts, of, strict=True)]
    spread = math.sqrt(sum(x * x for x in rest) / (runs - 1))
    error = Z95 * spread / math.sqrt(runs) / (whole / runs)
    return Rate(share, max(error, 3 / runs) if len(set(counts)) == 1 else error)


def _closed(known: Sequence[Fraction | None], sizes: Sequence[int], units: Iterable[int]) -> Fraction | None:
    """The average over the persons of these units, if the chance of every one is known."""
    total, people = Fraction(0), 0
    for unit in units:
        chance = known[unit]
        if chance is None:
            return None
        total += chance * sizes[unit]
        people += sizes[unit]
    return total / people


def _need(shapes: Sequence[Shape], least: int) -> None:
    if len(shapes) < least:
        raise Refused(
            "見込みを計算できるだけの応募がありません",
            where=f"{len(shapes)}組",
            next_step=f"この抽選の対象になる応募が{least}組以上になってから行ってください",
        )
