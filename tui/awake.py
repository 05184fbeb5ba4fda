"""The clock of the lock."""

from __future__ import annotations

import time
from collections.abc import Callable


def awake_seconds() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock: a laptop opened again is locked."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


class Idle:
    """How long nobody has touched a key."""

    def __init__(self, seconds: Callable[[], float], longest: float) -> None:
        """`longest`: seconds after which the screen is to be locked."""
        self._seconds, self._longest = seconds, longest
        self.touch()

    def touch(self) -> None:
        self._last = self._seconds()

    def left(self) -> float:
        """Seconds until the lock; none or less when it is due."""
        return self._longest - (self._seconds() - self._last)
