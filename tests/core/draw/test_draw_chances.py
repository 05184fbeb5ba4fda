"""The chances shown before the draw are those of the draw itself, and their uncertainty is what it says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.draw.chances import NO_SEAT, Odds, Table, exact_chances, order_of, outlook, ticket_gain
from core.draw.engine import in_order, run
from core.draw.roll import ListLine, Roll
from core.draw.rules import Course, Params
from core.draw.steps import SeedInput
from core.draw.units import Shape
from core.errors import Refused
from tests.core.draw.enumerated import anywhere, chances
from tests.core.draw.played import rules

CHI_5 = 20.515
"""Chi-squared with 5 degrees of freedom is beyond it once in a thousand."""


def lines_of(shapes: list[Shape]) -> list[ListLine]:
    return [
        ListLine(f"{n:010d}", len(s.records), s.tickets, s.courses, "0" * 64) for n, s in enumerate(shapes)
    ]


def shape(number: int, size: int, courses: str, tickets: int = 1) -> Shape:
    return Shape(tuple(f"{number}-{member}" for member in range(size)), tuple(courses), tickets)


def params_of(*rooms: int) -> Params:
    return rules(courses=tuple(Course(code, room) for code, room in zip("ABC", rooms, strict=False)))


@st.composite
def cases(draw: st.DrawFn, most: int = 5) -> tuple[Params, list[Shape]]:
    params = params_of(*draw(st.lists(st.integers(0, 6), min_size=3, max_size=3)))
    wishes = st.permutations("ABC").flatmap(lambda all_: st.sampled_from([all_[:1], all_[:2], all_]))
    kinds = st.tuples(st.integers(1, 3), wishes, st.integers(1, 3))
    # Often all alike, or nearly: only then is there a closed form.
    pool = draw(st.lists(kinds, min_size=1, max_size=2))
    chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=most))
    return params, [shape(n, size, "".join(w), t) for n, (size, w, t) in enumerate(chosen)]


@given(cases(most=20), st.integers(0, 10**19))
def test_in_the_draws_own_order_everybody_gets_the_seat_the_draw_gives(
    case: tuple[Params, list[Shape]], number: int
) -> None:
    params, shapes = case
    roll = Roll.of(lines_of(shapes))
    seed = SeedInput("hiking-2026-1", "0" * 64, f"{number:020d}")
    order = [int(line.id) for _, line in in_order(seed.seed, roll)]
    got = Table(params, shapes).seats(order)
    expected = {line.id: line.course for line in run(params, roll, seed).lines}
    for unit, rank in enumerate(got):
        assert (None if rank == NO_SEAT else shapes[unit].courses[rank]) == expected[f"{unit:010d}"]


@pytest.mark.parametrize("source", ["hashed", "drawn"])
def test_drawn_values_order_units_as_often_as_hashed_ones(source: str) -> None:
    """Three units with 1, 2 and 3 tickets: all six orders, each against its exact probability, for both sources."""
    tickets, runs = [1, 2, 3], 12_000
    roll = Roll.of(ListLine(f"{n:010d}", 1, t, ("A",), "0" * 64) for n, t in enumerate(tickets))
    chance = random.Random(6)
    counted: Counter[tuple[int, ...]] = Counter()
    for number in range(runs):
        if source == "hashed":
            order = [int(line.id) for _, line in in_order(f"{number:064x}", roll)]
        else:
            order = order_of([chance.random() for _ in tickets], tickets)
        counted[tuple(order)] += 1
    chi_squared = 0.0
    for one in permutations(range(3)):
        first, second, _ = (tickets[unit] for unit in one)
        expected = runs * first / 6 * second / (6 - first)
        chi_squared += (counted[one] - expected) ** 2 / expected
    assert chi_squared < CHI_5


@settings(deadline=None)
@given(cases())
def test_what_is_called_exact_is_what_all_orders_together_give(case: tuple[Params, list[Shape]]) -> None:
    params, shapes = case
    truth = chances(lines_of(shapes), params.courses)
    for unit, (any_, first) in enumerate(zip(*exact_chances(params, shapes), strict=True)):
        of = truth[f"{unit:010d}"]
        assert any_ in (None, anywhere(of))
        assert first in (None, of.get(shapes[unit].courses[0], Fraction(0)))


def test_the_first_wish_is_exact_only_where_all_wish_in_the_same_order() -> None:
    alike = [shape(n, 1, "AB") for n in range(4)]
    for last, known in (("AB", Fraction(1, 4)), ("BA", None)):
        any_, first = exact_chances(params_of(1, 1), [*alike[:3], shape(3, 1, last)])
        assert set(any_) == {Fraction(1, 2)} and set(first) == {known}


def test_one_outing_one_person_one_ticket_is_seats_by_applications() -> None:
    shapes = [shape(n, 1, "A") for n in range(120)]
    seen = outlook(rules(courses=(Course("A", 84, 4),)), shapes, 100, random.Random(1))
    for rate in (seen.overall.anywhere, seen.overall.first):
        assert (rate.share, rate.error, rate.exact) == (80 / 120, 0.0, True)
    assert seen.sizes.keys() == {1} and seen.tickets.keys() == {1}


def test_the_simulation_itself_finds_what_the_formula_says() -> None:
    """A pair among single people parts the closed form; it sits when at most three of the nine stand before it."""
    shapes = [shape(n, 1, "A") for n in range(9)] + [shape(9, 2, "A"), shape(10, 3, "B")]
    seen = outlook(params_of(5, 3), shapes, 4000, random.Random(2))
    assert seen.sizes[3].anywhere.exact and seen.sizes[3].anywhere.share == 1.0
    pair = seen.sizes[2].anywhere
    assert not pair.exact and abs(pair.share - 4 / 10) < 2 * pair.error < 0.06


@settings(max_examples=25, deadline=None, derandomize=True)
@given(cases(), st.integers(0, 2**32))
def test_simulated_shares_are_those_of_all_orders(case: tuple[Params, list[Shape]], seed: int) -> None:
    params, shapes = case
    truth = chances(lines_of(shapes), params.courses)
    seen = outlook(params, shapes, 400, random.Random(seed))
    people = sum(len(s.records) for s in shapes)

    def over(share: Callable[[int], Fraction], those: Iterable[int]) -> Fraction:
        numbers = list(those)
        persons = sum(len(shapes[n].records) for n in numbers)
        return sum((share(n) * len(shapes[n].records) for n in numbers), Fraction(0)) / persons

    def any_(n: int) -> Fraction:
        return anywhere(truth[f"{n:010d}"])

    def first(n: int) -> Fraction:
        return truth[f"{n:010d}"].get(shapes[n].courses[0], Fraction(0))

    found: list[tuple[Odds, Sequence[int]]] = [(seen.overall, range(len(shapes)))]
    for item in seen.courses:
        if item.odds:
            found.append((item.odds, [n for n, s in enumerate(shapes) if s.courses[0] == item.course.code]))
    found += [
        (odds, [n for n, s in enumerate(shapes) if len(s.records) == k]) for k, odds in seen.sizes.items()
    ]
    found += [(odds, [n for n, s in enumerate(shapes) if s.tickets == k]) for k, odds in seen.tickets.items()]
    for odds, those in found:
        for rate, share in ((odds.anywhere, any_), (odds.first, first)):
            # Five deviations of the widest case: all or nothing in each run.
            assert abs(rate.share - over(share, those)) <= (1e-9 if rate.exact else 0.13)
    assert sum(odds.people for odds in seen.sizes.values()) == people
    assert sum(item.odds.people for item in seen.courses if item.odds) == people


def test_the_stated_interval_holds_the_truth_as_often_as_it_says() -> None:
    shapes = [shape(0, 2, "AB"), shape(1, 1, "A", 2), shape(2, 1, "BA"), shape(3, 3, "A"), shape(4, 1, "B")]
    params = params_of(3, 1)
    truth = chances(lines_of(shapes), params.courses)
    expected = sum(anywhere(truth[f"{n:010d}"]) * len(s.records) for n, s in enumerate(shapes)) / 8
    held = 0
    for seed in range(300):
        rate = outlook(params, shapes, 150, random.Random(seed)).overall.anywhere
        assert not rate.exact
        held += abs(rate.share - expected) <= rate.error
    assert 272 <= held <= 297  # 285 expected, 3.3 deviations of a binomial (3.8) to either side


def test_more_tickets_gain_what_all_orders_say_and_others_lose_it() -> None:
    plain = [shape(n, 1, "A") for n in range(5)]
    params = params_of(2)
    gain = ticket_gain(params, plain, 3, 6000, random.Random(4))
    one = chances(lines_of([shape(0, 1, "A", 3), *plain[1:]]), params.courses)
    two = chances(lines_of([shape(0, 1, "A", 3), shape(1, 1, "A", 3), *plain[2:]]), params.courses)
    assert gain.before.exact and gain.before.share == 2 / 5
    for change, truth in (
        (gain.one, one["0000000000"]), (gain.one_others, one["0000000001"]),
        (gain.half, two["0000000000"]), (gain.half_others, two["0000000004"]),
    ):  # fmt: skip
        assert abs(change.after.share - anywhere(truth)) < 2 * change.after.error < 0.03
        assert abs(change.gain - (anywhere(truth) - Fraction(2, 5))) < 2 * change.error < 0.03
    assert gain.one.gain > 0 > gain.one_others.gain and gain.half.gain > 0 > gain.half_others.gain


def test_anybody_means_any_person_not_any_group() -> None:
    """Three together and two alone, three seats: three are in the group of the five who might have two tickets."""
    shapes = [shape(0, 3, "A"), shape(1, 1, "A"), shape(2, 1, "A")]
    gain = ticket_gain(params_of(3), shapes, 2, 4000, random.Random(7))
    # The group sits if it is first: 2/4 with two tickets, 1/4 when one of the others has them. Else the others do.
    expected = Fraction(3, 5) * Fraction(2, 4) + Fraction(2, 5) * Fraction(3, 4)
    # Besides a person of the group there are two, besides one alone there are four.
    others = (
        Fraction(3, 5) * Fraction(2, 4) * 2 + Fraction(2, 5) * (Fraction(1, 4) * 3 + Fraction(3, 4))
    ) / (Fraction(3, 5) * 2 + Fraction(2, 5) * 4)
    assert abs(gain.one.after.share - expected) < 2 * gain.one.after.error < 0.04
    assert abs(gain.one_others.after.share - others) < 2 * gain.one_others.after.error < 0.04


def test_tickets_on_the_list_are_set_aside_when_it_is_asked_what_tickets_do() -> None:
    plain = [shape(n, 1, "A") for n in range(6)]
    mixed = [shape(n, 1, "A", 1 + n % 3) for n in range(6)]
    asked = [ticket_gain(params_of(2), some, 2, 200, random.Random(5)) for some in (plain, mixed)]
    assert asked[0] == asked[1]


def test_the_same_randomness_gives_the_same_figures_and_other_randomness_others() -> None:
    shapes = [shape(n, 1 + n % 3, "AB" if n % 2 else "BA") for n in range(30)]
    seen = [outlook(params_of(9, 7), shapes, 200, random.Random(seed)) for seed in (1, 1, 2)]
    assert seen[0] == seen[1] != seen[2]


def test_a_chance_never_met_in_the_runs_is_not_called_certain() -> None:
    """One seat, a thousand alike but for one: nobody can conclude from 100 runs that it never wins."""
    shapes = [shape(n, 1, "A") for n in range(1000)] + [shape(1000, 1, "AB")]
    rate = outlook(params_of(1, 0), shapes, 100, random.Random(3)).overall.anywhere
    assert not rate.exact and rate.error == 3 / 100


def test_it_can_be_stopped_and_needs_somebody() -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert total == 300
        if done:
            raise Stop

    shapes = [shape(n, 1, "AB") for n in range(4)]
    with pytest.raises(Stop):
        outlook(params_of(1, 1), shapes, 300, random.Random(1), stop)
    with pytest.raises(Stop):
        ticket_gain(params_of(1, 1), shapes, 2, 300, random.Random(1), stop)
    with pytest.raises(Refused):
        outlook(params_of(1), [], 300, random.Random(1))
    with pytest.raises(Refused):
        ticket_gain(params_of(1), shapes[:1], 2, 300, random.Random(1))
