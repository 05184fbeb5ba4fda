"""Not more in a minute than Box takes of one user: 1,000 requests, among them 240 uploads (Box, "Rate limits").

What goes beyond is answered with 429 and a time to wait, for all threads of both at once: slower than to be in time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

REQUESTS = 950
UPLOADS = 230
"""A little less than Box's figures: its minute is not ours."""
MINUTE = 60.0


class Pace:
    """Lets `each_minute` through in any sixty seconds, and below that costs nothing. Shared by all threads of a run."""

    def __init__(
        self,
        each_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._gone: deque[float] = deque(maxlen=each_minute)
        """When the last so many went, or are to go; the oldest first."""

    def wait(self) -> None:
        """Return when one more may go."""
        with self._lock:
            now = self._clock()
            full = len(self._gone) == self._gone.maxlen
            mine = max(now, self._gone[0] + MINUTE) if full else now
            self._gone.append(mine)
        if mine > now:
            self._sleep(mine - now)


def paced(call: Callable[[], T], pace: Pace) -> Callable[[], T]:
    """`call`, each time it is made in its turn: also when it is tried again."""

    def in_turn() -> T:
        pace.wait()
        return call()

    return in_turn
