"""Measuring one thing against its floor."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]

ROUNDS = 3
"""At least so many, and as many more as fit into `SPELL`."""
SPELL = 3.0
"""Seconds. Work of a few milliseconds is disturbed in every one of three rounds; in a hundred it is not."""


@dataclass(frozen=True)
class Bench:
    """One benchmark. `prepare` makes the input and returns (ours, floor); neither may leave anything behind."""

    name: str
    unit: str
    """What is counted: rows, units."""
    count: int
    """How many of them one run works through."""
    floor: str
    """What the floor does, in words."""
    limit: float
    """The ratio ours/floor above which `python -m bench` fails."""
    prepare: Callable[[], tuple[Work, Work]]


@dataclass(frozen=True)
class Outcome:
    """Seconds, the best of all rounds: what the machine does when nothing else disturbs it."""

    bench: Bench
    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        """How many times the floor; the only number that can be compared between machines."""
        return self.ours / self.floor

    @property
    def within(self) -> bool:
        """Whether the ratio is within its limit."""
        return self.ratio <= self.bench.limit


def seconds(work: Work) -> float:
    """How long one run takes, with the garbage of earlier runs collected before and not during it."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
    finally:
        gc.enable()


def measure(bench: Bench) -> Outcome:
    """Run ours and the floor by turns, so that a slow spell of the machine meets both."""
    ours, floor = bench.prepare()
    pairs: list[tuple[float, float]] = []
    while len(pairs) < ROUNDS or sum(map(sum, pairs)) < SPELL:
        pairs.append((seconds(ours), seconds(floor)))
    return Outcome(bench, min(pair[0] for pair in pairs), min(pair[1] for pair in pairs))
