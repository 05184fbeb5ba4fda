"""The clock of the lock."""

from __future__ import annotations

import time


def awake_seconds() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock: a laptop opened again is locked."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()
