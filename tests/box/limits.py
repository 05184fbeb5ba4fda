"""So many requests, and so many uploads, a user may make a minute (Box: 1,000 and 240)."""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.box.errors import too_many

MINUTE = 60.0


@dataclass
class Limits:
    """None: as many as you like. May be changed at any time."""

    requests: int | None = None
    uploads: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _times: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def count(self, user: str, now: float, *, upload: bool) -> None:
        """Note a request, or refuse it and say after how many seconds there is room again."""
        with self._lock:
            for what, limit in (("requests", self.requests), ("uploads", self.uploads if upload else None)):
                if limit is None:
                    continue
                times = self._times[user, what]
                while times and times[0] <= now - MINUTE:
                    times.popleft()
                if len(times) >= limit:
                    room = times[0] + MINUTE if times else now + MINUTE
                    raise too_many(max(1, math.ceil(room - now)))
                times.append(now)
