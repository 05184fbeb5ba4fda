"""The draw itself: seed to draw values, values to order, order to seats (docs/formats.md, "hkr1", step 5).

Three steps that anybody can repeat with `sha256sum` and `sort`: verify.sh does.
"""

from __future__ import annotations

from hashlib import sha256

from core.draw.result import Result, ResultLine
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
    """All units with their draw values, sorted by (draw value, id)."""
    # The first 77 bytes are the same for every ticket; a copy of their digest state halves the hashing.
    begun = sha256(f"hkr1 ticket {seed} ".encode("ascii"))
    # Value and id in one string sort as the pair would, and are no work for the garbage collector.
    keys: list[str] = []
    for line in roll.lines:
        if line.tickets == 1:
            digest = begun.copy()
            digest.update(f"{line.id} 1\n".encode("ascii"))
            keys.append(digest.hexdigest() + line.id)
        else:
            keys.append(draw_value(seed, line.id, line.tickets) + line.id)
    keys.sort()
    by_id = {line.id: line for line in roll.lines}
    return [(key[:64], by_id[key[64:]]) for key in keys]


def run(params: Params, roll: Roll, seed_input: SeedInput) -> Result:
    """The result. In draw order each unit takes the first of its courses with room for the whole unit.

    One that does not fit waits, and those behind it go on: skip, not stop.
    Raises `IntegrityFailure` when the roll does not fit the rules.
    """
    check_roll(params, roll)
    room = {course.code: course.room for course in params.courses}
    lines: list[ResultLine] = []
    for value, line in in_order(seed_input.seed, roll):
        seat = None
        for course in line.courses:
            if room[course] >= line.size:
                room[course] -= line.size
                seat = course
                break
        lines.append(ResultLine(value, line.id, line.size, line.courses, seat))
    return Result(tuple(lines))
