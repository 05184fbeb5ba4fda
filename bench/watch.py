"""A watch that can be stood still: what a contestant has to do besides its work is not counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """What was measured while it was `running`, and not `standing`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.busy = 0.0
        """Seconds of a processor."""

    @contextmanager
    def running(self) -> Iterator[None]:
        self._turn(-1)
        yield
        self._turn(+1)

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Within `running`."""
        self._turn(+1)
        yield
        self._turn(-1)

    def _turn(self, sign: int) -> None:
        self.seconds += sign * time.perf_counter()
        self.busy += sign * time.process_time()
