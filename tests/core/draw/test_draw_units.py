"""Who goes together, and the check of a roll by the site that did not write it."""

import dataclasses
import datetime as dt
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.draw import commitment
from core.draw.matching import Mismatch, match_roll
from core.draw.roll import Roll
from core.draw.rules import Params
from core.draw.units import Entry, Held, Opening, Shape, Unit, UnitProblem, number_units, shapes
from tests.core.draw.played import people, play, rules

BORN = dt.date(1950, 3, 4)


def entry(number: int, wishes: str, group: str | None = None, tickets: int = 1) -> Entry:
    return Entry(f"{number:010d}", "サトウ ハナコ", BORN, tuple(wishes), group, number, tickets)


def test_a_group_takes_the_common_wishes_in_the_order_of_the_lowest_receipt() -> None:
    later, first = entry(9, "ABC", "G1", 3), entry(2, "CXB", "G1", 2)
    good, held = shapes(rules(), [later, first])
    assert good == [Shape((first.record, later.record), ("C", "B"), 2)]
    assert held == []


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([entry(1, "A", "G"), entry(2, "B", "G")], UnitProblem.NO_COMMON_COURSE),
        ([entry(n, "A", "G") for n in range(1, 5)], UnitProblem.GROUP_TOO_LARGE),
        ([entry(1, "X")], UnitProblem.NO_COURSE),
        ([entry(1, "")], UnitProblem.NO_COURSE),
    ],
)
def test_who_cannot_be_drawn_is_named_not_dropped(members: list[Entry], problem: UnitProblem) -> None:
    other = entry(50, "A")
    good, held = shapes(rules(), [*members, other])
    assert held == [Held(tuple(member.record for member in members), problem)]
    assert [shape.records for shape in good] == [(other.record,)]


def test_a_largest_group_of_one_ties_nobody_to_anybody() -> None:
    good, held = shapes(rules(max_size=1), [entry(1, "A", "G"), entry(2, "B", "G")])
    assert [shape.courses for shape in good] == [("A",), ("B",)]
    assert held == []


def test_tickets_never_exceed_the_rules_and_a_wish_counts_once() -> None:
    good, _ = shapes(rules(max_tickets=2), [entry(1, "ABA", None, 9), entry(2, "A", None, 0)])
    assert [(shape.courses, shape.tickets) for shape in good] == [(("A", "B"), 2), (("A",), 1)]


@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_everyone_is_in_exactly_one_unit_or_held(seed: int, chance: random.Random) -> None:
    entries = people(30, ["A", "B", "Z"], random.Random(seed), grouped=True)
    good, held = shapes(rules(max_size=2), entries)
    records = [record for unit in (*good, *held) for record in unit.records]
    assert sorted(records) == sorted(one.record for one in entries)
    chance.shuffle(entries)
    assert shapes(rules(max_size=2), entries) == (good, held)


def test_a_record_or_a_receipt_twice_is_refused() -> None:
    for twice in (
        [entry(1, "A"), entry(1, "A")],
        [entry(1, "A"), dataclasses.replace(entry(2, "A"), order=1)],
    ):
        with pytest.raises(ValueError, match="twice"):
            shapes(rules(), twice)


def test_numbers_do_not_repeat_even_when_chance_does() -> None:
    given_out = iter([b"a" * 10, b"s" * 32, b"a" * 10, b"b" * 10, b"t" * 32])
    entries = [entry(1, "A"), entry(2, "A")]
    units = number_units(shapes(rules(), entries)[0], entries, lambda _: next(given_out))
    assert len({unit.line.id for unit in units}) == 2


def test_a_commitment_holds_record_name_and_birth_date_and_hides_them() -> None:
    salt = bytes(32)
    leaf = commitment.leaf(salt, "R", "サトウ", BORN)
    others = {
        commitment.leaf(bytes(31) + b"\x01", "R", "サトウ", BORN),
        commitment.leaf(salt, "S", "サトウ", BORN),
        commitment.leaf(salt, "R", "カトウ", BORN),
        commitment.leaf(salt, "R", "サトウ", dt.date(1950, 3, 5)),
    }
    assert leaf not in others
    assert len(others) == 4
    assert commitment.leaf(salt, "R", "サト\u30a6\u3099", BORN) == commitment.leaf(salt, "R", "サトヴ", BORN)
    with pytest.raises(ValueError, match="32 bytes"):
        commitment.leaf(b"short", "R", "サトウ", BORN)


PLAYED = play()


def matched(
    units: tuple[Unit, ...] = PLAYED.units,
    entries: tuple[Entry, ...] = PLAYED.entries,
    roll: Roll | None = None,
    params: Params = PLAYED.params,
) -> list[Mismatch]:
    lines = roll or Roll.of(unit.line for unit in units)
    return [finding.problem for finding in match_roll(params, lines, [u.opening for u in units], entries)]


def test_an_honest_roll_matches_one_to_one() -> None:
    assert matched() == []


def swapped(unit: Unit, **changes: object) -> Unit:
    return Unit(unit.line._replace(**changes), unit.opening)  # type: ignore[arg-type]


FIRST, REST = PLAYED.units[0], PLAYED.units[1:]
COUPLE = next(unit for unit in PLAYED.units if unit.line.size > 1)
OTHERS = tuple(unit for unit in PLAYED.units if unit is not COUPLE)


@pytest.mark.parametrize(
    ("check", "found"),
    [
        pytest.param(
            lambda: matched(REST, roll=PLAYED.roll),
            {Mismatch.NOT_OPENED, Mismatch.LEFT_OUT},
            id="a number without opening",
        ),
        pytest.param(lambda: matched(REST), {Mismatch.LEFT_OUT}, id="a confirmed one left out"),
        pytest.param(
            lambda: matched(
                entries=tuple(e for e in PLAYED.entries if e.record != FIRST.opening.salts[0][0])
            ),
            {Mismatch.NOT_CONFIRMED},
            id="a ghost",
        ),
        pytest.param(
            lambda: matched((swapped(FIRST, commitment="0" * 64), *REST)),
            {Mismatch.WRONG_COMMITMENT},
            id="another seal",
        ),
        pytest.param(
            lambda: matched((swapped(FIRST, tickets=FIRST.line.tickets % 3 + 1), *REST)),
            {Mismatch.WRONG_TERMS},
            id="another number of tickets",
        ),
        pytest.param(
            lambda: (
                matched((swapped(FIRST, courses=("A", "B", "C", "A")[: len(FIRST.line.courses) + 1]), *REST))
                if len(FIRST.line.courses) < 3
                else matched((swapped(FIRST, courses=FIRST.line.courses[:1]), *REST))
            ),
            {Mismatch.WRONG_TERMS},
            id="other wishes",
        ),
        pytest.param(
            lambda: matched(
                (
                    *PLAYED.units,
                    Unit(FIRST.line._replace(id="Z" * 10), Opening("Z" * 10, FIRST.opening.salts)),
                )
            ),
            {Mismatch.TWICE},
            id="one person under two numbers",
        ),
        pytest.param(
            lambda: matched(PLAYED.units, roll=Roll.of(unit.line for unit in REST)),
            {Mismatch.UNKNOWN_NUMBER, Mismatch.LEFT_OUT},
            id="an opening of no number",
        ),
        pytest.param(
            lambda: matched((Unit(COUPLE.line, Opening(COUPLE.line.id, COUPLE.opening.salts[:1])), *OTHERS)),
            {Mismatch.WRONG_GROUP, Mismatch.LEFT_OUT},
            id="a member left at home",
        ),
        pytest.param(
            lambda: matched((Unit(FIRST.line, Opening(FIRST.line.id, ())), *REST)),
            {Mismatch.NOT_OPENED, Mismatch.LEFT_OUT},
            id="an empty opening",
        ),
    ],
)
def test_every_way_to_cheat_with_the_roll_is_named(
    check: Callable[[], list[Mismatch]], found: set[Mismatch]
) -> None:
    assert set(check()) == found


def test_one_number_given_to_two_people_is_found() -> None:
    """The commitment opens to one of them only; the other opening of the same number is TWICE, and its owner left out."""
    second = PLAYED.units[1]
    both = Unit(FIRST.line, Opening(FIRST.line.id, second.opening.salts))
    units = (FIRST, both, *PLAYED.units[2:])
    roll = Roll.of(unit.line for unit in (FIRST, *PLAYED.units[2:]))
    assert set(matched(units, roll=roll)) == {Mismatch.TWICE, Mismatch.LEFT_OUT}


def test_a_corrected_phone_breaks_nothing_a_corrected_name_does() -> None:
    renamed = tuple(
        dataclasses.replace(one, kana="ベツジン") if one.record == FIRST.opening.salts[0][0] else one
        for one in PLAYED.entries
    )
    assert matched(entries=renamed) == [Mismatch.WRONG_COMMITMENT]
