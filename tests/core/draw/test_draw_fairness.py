"""Is the draw fair? The engine against every order of few units, and what must hold whatever the dice say.

Each statement says for which draws it is true. Where a natural one is true only for some, the smallest draw for which
it is not stands beside it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import crockford_id
from core.draw.engine import run
from core.draw.roll import ListLine, Roll
from core.draw.rules import Course
from core.draw.steps import SeedInput
from core.draw.units import Entry, number_units, shapes
from tests.core.draw.chi_squared import surprise, tail
from tests.core.draw.enumerated import NOWHERE, anywhere, chances, orders, seated
from tests.core.draw.played import rules
from tests.core.draw.small_draws import courses_of, draws, rank, seats, seeds, unit

UNLIKELY = 0.001
"""With fixed seeds a test passes always or never; an honest draw would fail one in a thousand of them."""


# -- chances, against every order -----------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "room"), [(n, r) for n in range(1, 7) for r in range(n + 2)])
def test_alike_units_have_seats_by_units(count: int, room: int) -> None:
    found = chances([unit(n, "A") for n in range(count)], courses_of(room))
    assert {anywhere(of) for of in found.values()} == {min(Fraction(1), Fraction(room, count))}


@pytest.mark.parametrize("tickets", [(1, 1, 2), (2, 1, 1, 1, 1), (1, 2, 3, 4), (9, 1, 1)])
def test_the_only_seat_goes_by_tickets(tickets: tuple[int, ...]) -> None:
    lines = [unit(n, "A", tickets=t) for n, t in enumerate(tickets)]
    found = chances(lines, courses_of(1))
    assert [anywhere(found[line.id]) for line in lines] == [Fraction(t, sum(tickets)) for t in tickets]


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_two_tickets_among_single_ones_is_the_known_formula(count: int) -> None:
    """All but one get a seat: with 2 tickets among n - 1 single ones one is last in 2 / (n (n + 1)) of all draws."""
    lines = [unit(0, "A", tickets=2), *(unit(n, "A") for n in range(1, count))]
    found = chances(lines, courses_of(count - 1))
    assert found[lines[0].id][NOWHERE] == Fraction(2, count * (count + 1))


CASES: dict[str, tuple[tuple[Course, ...], list[ListLine]]] = {
    "one outing": (courses_of(2), [unit(n, "A") for n in range(5)]),
    "tickets": (courses_of(2), [unit(0, "A", 1, 3), unit(1, "A", 1, 2), unit(2, "A"), unit(3, "A")]),
    "groups": (courses_of(4), [unit(0, "A", 3), unit(1, "A", 2), unit(2, "A", 2), unit(3, "A"), unit(4, "A")]),
    "wishes": (courses_of(1, 2), [unit(0, "AB"), unit(1, "A"), unit(2, "BA"), unit(3, "B"), unit(4, "AB")]),
    "all of it": (
        (Course("A", 4, 1), Course("B", 2), Course("C", 1)),
        [unit(0, "AB", 2, 2), unit(1, "BAC"), unit(2, "A", 3), unit(3, "CA", 1, 3), unit(4, "BC", 2), unit(5, "AC")],
    ),
}  # fmt: skip
RUNS = 3000


def outcomes(courses: tuple[Course, ...], lines: list[ListLine]) -> dict[Hashable, Fraction]:
    """The exact probability of who sits where, of all together."""
    found: dict[Hashable, Fraction] = {}
    for order, chance in orders(lines):
        got = seated(order, courses)
        key = tuple(got[line.id] for line in lines)
        found[key] = found.get(key, Fraction(0)) + chance
    assert sum(found.values()) == 1
    return found


def by_seeds(courses: tuple[Course, ...], lines: list[ListLine]) -> Counter[Hashable]:
    counted: Counter[Hashable] = Counter()
    for number in range(RUNS):
        got = seats(courses, lines, SeedInput("hiking-2026-1", "0" * 64, f"{number:020d}"))
        counted[tuple(got[line.id] for line in lines)] += 1
    return counted


def by_numbers(courses: tuple[Course, ...], lines: list[ListLine]) -> Counter[Hashable]:
    """One seed for ever; the units get fresh numbers each time, as before each draw."""
    seed, chance = SeedInput("hiking-2026-1", "0" * 64, "08365512907744019283"), random.Random(8)
    counted: Counter[Hashable] = Counter()
    for _ in range(RUNS):
        fresh = [line._replace(id=crockford_id(chance.randbytes(10))) for line in lines]
        got = seats(courses, fresh, seed)
        counted[tuple(got[line.id] for line in fresh)] += 1
    return counted


@pytest.mark.parametrize("source", [by_seeds, by_numbers])
@pytest.mark.parametrize("case", CASES)
def test_the_engine_seats_people_as_often_as_all_orders_together(case: str, source: Callable[..., Counter[Hashable]]) -> None:  # fmt: skip
    courses, lines = CASES[case]
    assert surprise(source(courses, lines), outcomes(courses, lines)) > UNLIKELY


@pytest.mark.parametrize("bias", ["tickets forgotten", "first come", "large first", "a value of three bits"])
def test_an_unfair_draw_would_be_noticed(bias: str) -> None:
    """The same counts from draws that go wrong in a small way: the test above can fail."""
    courses, lines = CASES["all of it"]
    chance = random.Random(9)
    counted: Counter[Hashable] = Counter()
    for _ in range(RUNS):

        def value(line: ListLine) -> float:
            drawn = min(chance.random() for _ in range(1 if bias == "tickets forgotten" else line.tickets))
            match bias:
                case "first come":
                    return drawn + 0.05 * int(line.id)
                case "large first":
                    return drawn - 0.1 * line.size
                case "a value of three bits":
                    return int(drawn * 8)  # ties go to whoever comes first in the list
            return drawn

        got = seated(sorted(lines, key=value), courses)
        counted[tuple(got[line.id] for line in lines)] += 1
    assert surprise(counted, outcomes(courses, lines)) < 1e-6


@pytest.mark.parametrize(
    ("x", "freedom", "p"),
    [(10.828, 1, 0.001), (13.816, 2, 0.001), (16.266, 3, 0.001), (24.322, 7, 0.001), (29.588, 10, 0.001),
     (3.841, 1, 0.05), (18.307, 10, 0.05), (31.410, 20, 0.05), (43.773, 30, 0.05), (44.985, 31, 0.05)],
)  # fmt: skip
def test_the_tail_is_that_of_the_tables(x: float, freedom: int, p: float) -> None:
    assert abs(tail(x, freedom) - p) < p * 1e-3


# -- nobody's chance depends on when they applied -------------------------------------------------------------


@st.composite
def applications(draw: st.DrawFn) -> list[Entry]:
    """Up to six; the members of a group wish for the same in the same order."""
    made: list[Entry] = []
    for index in range(draw(st.integers(1, 3))):
        wishes = tuple(draw(st.sampled_from(["A", "B", "AB", "BA"])))
        size, tickets = draw(st.integers(1, 2)), draw(st.integers(1, 2))
        for _ in range(size):
            number = len(made) + 1
            group = f"G{index}" if size > 1 else None
            made.append(Entry(f"{number:010d}", "カナ", dt.date(1950, 1, 1), wishes, group, number, tickets))
    made += [
        Entry(f"{number:010d}", "カナ", dt.date(1950, 1, 1), ("A",), None, number)
        for number in range(len(made) + 1, draw(st.integers(len(made), 6)) + 1)
    ]
    return made


def chance_by_record(entries: Sequence[Entry], courses: tuple[Course, ...]) -> dict[str, dict[str, Fraction]]:
    """From applications to everybody's exact chances, through groups and fresh numbers."""
    shaped, held = shapes(rules(courses=courses, max_size=2), entries)
    assert not held
    units = number_units(shaped, entries, random.Random(1).randbytes)
    found = chances([made.line for made in units], courses)
    return {record: found[made.line.id] for made in units for record, _ in made.opening.salts}


@settings(max_examples=60, deadline=None)
@given(applications(), st.randoms(use_true_random=False), st.integers(0, 4), st.integers(0, 4))
def test_receipt_numbers_and_the_order_of_intake_change_nobodys_chance(
    entries: list[Entry], chance: random.Random, a: int, b: int
) -> None:
    courses = courses_of(a, b)
    receipts = [entry.order for entry in entries]
    chance.shuffle(receipts)
    again = [
        Entry(e.record, e.kana, e.birth_date, e.preferences, e.group, receipt, e.tickets)
        for e, receipt in zip(entries, receipts, strict=True)
    ]
    chance.shuffle(again)
    assert chance_by_record(again, courses) == chance_by_record(entries, courses)


def test_only_within_a_group_the_lowest_receipt_says_which_wish_is_first() -> None:
    """The one thing receipts decide, as docs/formats.md, "Groups" has it: nothing between groups."""

    def pair(first: int, second: int) -> list[Entry]:
        return [
            Entry(f"{n:010d}", "カナ", dt.date(1950, 1, 1), wishes, "G", order)
            for n, (order, wishes) in enumerate([(first, ("A", "B")), (second, ("B", "A"))])
        ]

    courses = courses_of(2, 2)
    found = [chance_by_record(pair(*receipts), courses) for receipts in ((1, 2), (2, 1))]
    assert found == [{f"{n:010d}": {seat: Fraction(1)} for n in range(2)} for seat in ("A", "B")]


@given(draws(), st.randoms(use_true_random=False))
def test_a_list_in_any_order_is_the_same_bytes_and_so_is_its_result(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput], chance: random.Random
) -> None:
    courses, lines, seed = case
    params, other = rules(courses=courses), lines.copy()
    chance.shuffle(other)
    assert Roll.of(other).to_bytes() == Roll.of(lines).to_bytes()
    assert run(params, Roll.of(other), seed).to_bytes() == run(params, Roll.of(lines), seed).to_bytes()


# -- nobody has a reason to complain --------------------------------------------------------------------------


@given(draws(most=25))
def test_nobody_goes_without_an_outing_that_had_room_for_them_at_their_turn(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput],
) -> None:
    """No justified envy: whoever sits where somebody would rather be either came first, or sits where that unit did
    not fit any more. Told from the result alone."""
    courses, lines, seed = case
    got = seats(courses, lines, seed)
    by_id = {line.id: line for line in lines}
    free = {course.code: course.room for course in courses}
    for key, seat in got.items():
        line = by_id[key]
        for better in line.courses[: rank(line, seat)]:
            assert free[better] < line.size
            if line.size == 1:
                later = list(got)[list(got).index(key) + 1 :]
                assert all(got[other] != better for other in later), "full is full"
        if seat != NOWHERE:
            free[seat] -= line.size
    assert all(room >= 0 for room in free.values())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), seeds)
def test_person_by_person_a_group_sits_together_or_not_at_all_and_no_outing_overflows(seed: int, chosen: SeedInput) -> None:  # fmt: skip
    chance = random.Random(seed)
    courses = (Course("A", 7, 2), Course("B", 4))
    entries = []
    for number in range(1, 25):
        group = f"G{number // 4}" if number % 4 < chance.choice((0, 2, 3)) else None
        wishes = ("A", "B") if number // 4 % 2 else ("B",)
        entries.append(Entry(f"{number:010d}", "カナ", dt.date(1950, 1, 1), wishes, group, number))
    units = number_units(shapes(rules(courses=courses), entries)[0], entries, chance.randbytes)
    got = seats(courses, [made.line for made in units], chosen)
    seat_of = {record: got[made.line.id] for made in units for record, _ in made.opening.salts}
    together: dict[str, set[str]] = {}
    for entry in entries:
        together.setdefault(entry.group or entry.record, set()).add(seat_of[entry.record])
    assert all(len(where) == 1 for where in together.values())
    taken = Counter(seat_of.values())
    assert taken["A"] <= 5 and taken["B"] <= 4 and len(seat_of) == len(entries)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=5), st.integers(0, 6))
def test_skipping_who_does_not_fit_takes_no_chance_from_anybody(sizes: list[int], room: int) -> None:
    """One outing: in every order the winners of "stop" are among those of "skip"."""
    lines = [unit(n, "A", size) for n, size in enumerate(sizes)]
    for order, _ in orders(lines):
        skip = {key for key, seat in seated(order, courses_of(room)).items() if seat == "A"}
        stop, free = set(), room
        for line in order:
            if line.size > free:
                break
            free -= line.size
            stop.add(line.id)
        assert stop <= skip


# -- several tickets ------------------------------------------------------------------------------------------


@given(draws(), st.integers(1, 5))
def test_more_tickets_never_bring_their_holder_a_worse_seat(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput], more: int
) -> None:
    """With the same seed, for any sizes and wishes: one only moves forward, and who was passed keeps their order."""
    courses, lines, seed = case
    before = seats(courses, lines, seed)
    for line in lines[:3]:
        richer = [line._replace(tickets=line.tickets + more) if other is line else other for other in lines]
        after = seats(courses, richer, seed)
        assert rank(line, after[line.id]) <= rank(line, before[line.id])
        assert list(after).index(line.id) <= list(before).index(line.id)
        assert [key for key in after if key != line.id] == [key for key in before if key != line.id]


@pytest.mark.parametrize("room", [1, 2, 3])
def test_each_further_ticket_helps_its_holder_less_and_costs_every_other(room: int) -> None:
    """One outing, single people: exactly, from all orders."""
    found = [
        chances([unit(0, "A", tickets=t), *(unit(n, "A") for n in range(1, 5))], courses_of(room))
        for t in range(1, 7)
    ]
    mine = [anywhere(of["0000000000"]) for of in found]
    others = [anywhere(of["0000000001"]) for of in found]
    gains = [after - before for before, after in pairwise(mine)]
    assert all(gain > 0 for gain in gains) and gains == sorted(gains, reverse=True)
    assert others == sorted(others, reverse=True) and len(set(others)) == len(others)
    assert all(m + 4 * o == room for m, o in zip(mine, others, strict=True)), "no seat comes from nowhere"
