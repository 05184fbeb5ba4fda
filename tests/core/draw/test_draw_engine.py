"""The draw gives what its rules say, whoever computes it."""

import random
from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import crockford_id
from core.draw.engine import draw_value, in_order, run
from core.draw.result import Result
from core.draw.roll import ListLine, Roll
from core.draw.rules import Course
from core.draw.steps import SeedInput
from core.errors import IntegrityFailure
from tests.core.draw.played import play, rules

COURSES = (Course("A", 6, 1), Course("B", 4, 0), Course("C", 2, 2))
PARAMS = rules(courses=COURSES)


def seed_of(number: int) -> SeedInput:
    return SeedInput("hiking-2026-1", "0" * 64, f"{number:020d}")


@st.composite
def rolls(draw: st.DrawFn) -> Roll:
    chance = random.Random(draw(st.integers(0, 2**32)))
    made = []
    for _ in range(draw(st.integers(1, 25))):
        wishes = tuple(chance.sample("ABC", chance.randint(1, 3)))
        unit_id = crockford_id(chance.randbytes(10))
        made.append(ListLine(unit_id, chance.randint(1, 3), chance.randint(1, 3), wishes, "0" * 64))
    return Roll.of(made)


seeds = st.integers(0, 10**20 - 1).map(seed_of)


def oracle(lines: list[ListLine], seed: SeedInput) -> list[str]:
    """The rules once more, as plainly as they can be said, straight to the lines of result.txt."""
    hexed = sha256(seed.to_bytes()).hexdigest()
    free = {"A": 5, "B": 4, "C": 0}

    def value(line: ListLine) -> str:
        tickets = [f"hkr1 ticket {hexed} {line.id} {j + 1}\n" for j in range(line.tickets)]
        return sorted(sha256(ticket.encode()).hexdigest() for ticket in tickets)[0]

    out = []
    for line in sorted(lines, key=lambda one: (value(one), one.id)):
        fits = [course for course in line.courses if free[course] >= line.size]
        if fits:
            free[fits[0]] -= line.size
        seat = fits[0] if fits else "-"
        out.append(f"{value(line)} {line.id} {line.size} {','.join(line.courses)} {seat}")
    return out


@given(rolls(), seeds)
def test_the_result_is_what_the_rules_say(roll: Roll, seed: SeedInput) -> None:
    result = run(PARAMS, roll, seed)
    assert result.to_bytes().decode().split("\n")[:-1] == oracle(list(roll.lines), seed)
    assert Result.parse(result.to_bytes()) == result


@given(rolls(), seeds, st.randoms(use_true_random=False))
def test_the_order_in_which_units_were_entered_changes_nothing(
    roll: Roll, seed: SeedInput, chance: random.Random
) -> None:
    shuffled = list(roll.lines)
    chance.shuffle(shuffled)
    assert run(PARAMS, Roll.of(shuffled), seed) == run(PARAMS, roll, seed)
    assert run(PARAMS, Roll(tuple(shuffled)), seed) == run(PARAMS, roll, seed)


@given(rolls(), seeds)
def test_no_outing_takes_more_than_it_gives_away_and_nobody_is_parted(roll: Roll, seed: SeedInput) -> None:
    result = run(PARAMS, roll, seed)
    taken: Counter[str] = Counter()
    sizes = {line.id: line.size for line in roll.lines}
    assert {line.id for line in result.lines} == sizes.keys()
    for line in result.lines:
        assert line.size == sizes[line.id]
        if line.course:
            assert line.course in line.courses
            taken[line.course] += line.size
    assert all(taken[course.code] <= course.room for course in COURSES)


@given(rolls(), seeds)
def test_no_seat_stays_empty_that_someone_waiting_could_fill(roll: Roll, seed: SeedInput) -> None:
    result = run(PARAMS, roll, seed)
    free = {course.code: course.room for course in COURSES}
    for line in result.lines:
        if line.course:
            free[line.course] -= line.size
    for line in result.lines:
        if line.course is None:
            assert all(free[course] < line.size for course in line.courses)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=20), seeds)
def test_skipping_who_does_not_fit_only_adds_winners(sizes: list[int], seed: SeedInput) -> None:
    chance = random.Random(len(sizes))
    roll = Roll.of(ListLine(crockford_id(chance.randbytes(10)), size, 1, ("A",), "0" * 64) for size in sizes)
    stopped, free = set(), 5
    for _, line in in_order(seed.seed, roll):
        if line.size > free:
            break
        free -= line.size
        stopped.add(line.id)
    skipped = {line.id for line in run(PARAMS, roll, seed).lines if line.course}
    assert stopped <= skipped


def test_more_tickets_can_only_bring_a_unit_forward() -> None:
    for number in range(50):
        seed, unit_id = f"{number:064x}", "K7Q29F3MXA"
        values = [draw_value(seed, unit_id, tickets) for tickets in range(1, 6)]
        assert values == sorted(values, reverse=True)


def test_every_unit_has_the_same_chance_of_the_first_place() -> None:
    roll = Roll.of(ListLine(f"{n:010d}", 1, 1, ("A",), "0" * 64) for n in range(8))
    firsts = Counter(in_order(f"{number:064x}", roll)[0][1].id for number in range(8000))
    expected = 8000 / 8
    chi_squared = sum((firsts[line.id] - expected) ** 2 / expected for line in roll.lines)
    assert chi_squared < 24.3  # 7 degrees of freedom, p = 0.001; the seeds are fixed


def test_a_roll_beyond_the_rules_is_not_drawn() -> None:
    with pytest.raises(IntegrityFailure):
        run(PARAMS, Roll.of([ListLine("0" * 10, 1, 1, ("Z",), "0" * 64)]), seed_of(1))


def test_a_result_that_seats_someone_where_they_did_not_wish_cannot_be_read() -> None:
    first, _, rest = play().result.to_bytes().partition(b"\n")
    words = first.split(b" ")
    words[3:] = [b"A", b"B"]
    with pytest.raises(IntegrityFailure) as refused:
        Result.parse(b" ".join(words) + b"\n" + rest)
    assert refused.value.where == "result.txt 1行目"
