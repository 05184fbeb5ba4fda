"""Not more uploads in a minute than Box takes: 240 for each user (Box, "Rate limits")."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets `burst` through at once, then `each_minute` of them a minute. Shared by all threads of a run."""

    def __init__(
        self,
        each_minute: int = 230,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._between = 60.0 / each_minute
        self._burst = each_minute - 1
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = clock() - self._burst * self._between

    def wait(self) -> None:
        """Return when one more may go."""
        with self._lock:
            now = self._clock()
            self._next = max(self._next, now - self._burst * self._between)
            mine = self._next
            self._next += self._between
        if mine > now:
            self._sleep(mine - now)
