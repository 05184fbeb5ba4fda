"""What Box's clock shows: every answer bears a Date (RFC 9110, section 6.6.1)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import requests


class Dates:
    """Remembers the newest Date and what our clock showed when it came. May be called from several threads.

    A Date is cut to the second and was written before the answer travelled: good for minutes, which is what is asked.
    """

    def __init__(self, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._newest: dt.datetime | None = None
        self._ours: dt.datetime | None = None

    def listen(self, session: requests.Session) -> None:
        """Hear every answer that comes through `session`, refusals too."""
        session.hooks["response"].append(self._heard)

    def skew(self) -> dt.timedelta | None:
        """Box's clock minus ours; None before the first answer."""
        with self._lock:
            return self._newest - self._ours if self._newest and self._ours else None

    def _heard(self, response: requests.Response, *_: Any, **__: Any) -> None:
        ours = self._clock()
        try:
            said = parsedate_to_datetime(response.headers.get("Date", ""))
        except (ValueError, TypeError):
            return  # none, or nothing that could be read: it tells nothing
        if said.tzinfo is None:
            said = said.replace(tzinfo=dt.UTC)
        with self._lock:
            if self._newest is None or said >= self._newest:
                self._newest, self._ours = said, ours
