"""The draw itself: seed to draw values, values to order, order to seats (docs/formats.md, "hkr1", step 5).

Three steps that anybody can repeat with `sha256sum` and `sort`: verify.sh does.
"""

from __future__ import annotations

from hashlib import sha256

from core.draw.result import Result
from core.draw.roll import ListLine, Roll, check_roll
from core.draw.rules import Params
from core.draw.steps import SeedInput


def draw_value(seed: str, unit_id: str, tickets: int = 1) -> str:
    """The smallest, over j = 1…tickets, of SHA-256(`hkr1 ticket <seed> <id> <j>` LF), 64 hex digits."""
    return min(
        sha256(f"hkr1 ticket {seed} {unit_id} {j}\n".encode("ascii")).hexdigest()
        for j in range(1, tickets + 1)
    )


def in_order(seed: str, roll: Roll) -> list[tuple[str, ListLine]]:
    """All units with their draw values, sorted by (draw value, id): a line compares by its id first, and no id stands twice."""
    begin = f"hkr1 ticket {seed} "
    # One ticket, as nearly everybody has, is written out: the call would cost a fifth of the whole order.
    return sorted(
        [
            (
                sha256(f"{begin}{line.id} 1\n".encode("ascii")).hexdigest()
                if line.tickets == 1
                else draw_value(seed, line.id, line.tickets),
                line,
            )
            for line in roll.lines
        ]
    )


def run(params: Params, roll: Roll, seed_input: SeedInput) -> Result:
    """The result. In draw order each unit takes the first of its courses with room for the whole unit.

    One that does not fit waits, and those behind it go on: skip, not stop.
    Raises `IntegrityFailure` when the roll does not fit the rules.
    """
    check_roll(params, roll)
    room = {course.code: course.room for course in params.courses}

    def seat(size: int, courses: tuple[str, ...]) -> str | None:
        for course in courses:
            if room[course] >= size:
                room[course] -= size
                return course
        return None

    return Result(
        tuple(
            [
                (value, unit_id, size, courses, seat(size, courses))
                for value, (unit_id, size, _, courses, _) in in_order(seed_input.seed, roll)
            ]
        )
    )
