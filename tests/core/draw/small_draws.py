"""Small draws to reason about: units by their wishes, outings by their seats, and whom the engine seats where."""

import random
from collections.abc import Sequence

from hypothesis import strategies as st

from core.canonical import crockford_id
from core.draw.engine import run
from core.draw.roll import ListLine, Roll
from core.draw.rules import Course
from core.draw.steps import SeedInput
from tests.core.draw.enumerated import NOWHERE
from tests.core.draw.played import rules

seeds = st.integers(0, 10**20 - 1).map(lambda n: SeedInput("hiking-2026-1", "0" * 64, f"{n:020d}"))


def unit(number: int, wishes: str, size: int = 1, tickets: int = 1) -> ListLine:
    return ListLine(f"{number:010d}", size, tickets, tuple(wishes), "0" * 64)


def courses_of(*rooms: int) -> tuple[Course, ...]:
    return tuple(Course(code, room) for code, room in zip("ABC", rooms, strict=False))


def seats(courses: tuple[Course, ...], lines: Sequence[ListLine], seed: SeedInput) -> dict[str, str]:
    """By unit, in draw order, where the engine puts it."""
    result = run(rules(courses=courses, max_size=6, max_tickets=9), Roll.of(lines), seed)
    return {line.id: line.course or NOWHERE for line in result.lines}


@st.composite
def draws(
    draw: st.DrawFn, most: int = 12, largest: int = 3, named: str = "ABC", wishes: int = 3, room: int = 12
) -> tuple[tuple[Course, ...], list[ListLine], SeedInput]:
    """Outings too small for all, units with random numbers, and a seed."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, most))
    courses = tuple(Course(code, chance.randint(0, max(1, min(room, count)))) for code in named)
    lines = [
        ListLine(
            crockford_id(chance.randbytes(10)), chance.randint(1, largest), chance.randint(1, 3),
            tuple(chance.sample(named, chance.randint(1, min(wishes, len(named))))), "0" * 64,
        )
        for _ in range(count)
    ]  # fmt: skip
    return courses, lines, draw(seeds)


def rank(line: ListLine, seat: str) -> int:
    """0 the first wish; going without comes last."""
    return len(line.courses) if seat == NOWHERE else line.courses.index(seat)
