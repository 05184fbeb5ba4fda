"""The draw: putting a hundred thousand units in order."""

from __future__ import annotations

from hashlib import sha256

from bench.measure import Bench, Work
from core.draw.engine import draw_value, in_order
from core.draw.roll import ListLine, Roll

UNITS = 100_000
SEED = sha256(b"bench").hexdigest()


def prepare() -> tuple[Work, Work]:
    """Ours orders the roll; the floor hashes as many lines and sorts (hash, id). Both must agree on the order."""
    ids = sorted(sha256(str(number).encode()).hexdigest()[:16].upper() for number in range(UNITS))
    roll = Roll(tuple(ListLine(unit_id, 1, 1, ("A",), SEED) for unit_id in ids))

    def floor() -> list[tuple[str, str]]:
        return sorted(
            (sha256(f"hkr1 ticket {SEED} {one} 1\n".encode("ascii")).hexdigest(), one) for one in ids
        )

    def ours() -> list[tuple[str, ListLine]]:
        return in_order(SEED, roll)

    first, same = ours()[0], floor()[0]
    if (first[0], first[1].id) != same or first[0] != draw_value(SEED, first[1].id):
        raise AssertionError("the floor computes something else than the draw does")
    return ours, floor


BENCH = Bench("draw: order", "units", UNITS, "sha256 of each ticket line, then sort", 1.5, prepare)
