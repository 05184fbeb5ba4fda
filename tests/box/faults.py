"""Faults to order: what goes wrong, with which request, how often; and a seeded source of random ones."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong."""

    REFUSED = "refused"
    """The connection is closed before the body was read, without an answer."""
    RESET_BEFORE = "reset-before"
    """The connection is reset; nothing was done. `after_bytes`: so much of the body is read first (None: all)."""
    RESET_AFTER = "reset-after"
    """What was asked is done, then the connection is reset: the answer is lost."""
    STATUS = "status"
    """Answered with `status`, `code` and `headers`, and nothing is done, unless `acts`: then it is done all the same."""
    CONFLICT_SAME = "conflict-same"
    """For uploads and commits: it is done, and answered with 409 that names the file now there, of equal content."""
    CONFLICT_OTHER = "conflict-other"
    """For uploads and commits: the name is suddenly taken by other bytes; answered with 409."""
    TRUNCATED = "truncated"
    """Only the first `after_bytes` bytes (None: half) of the answer's body come, then the connection is closed."""
    ALTERED = "altered"
    """The byte of the answer's body at `after_bytes` (None: in the middle) comes flipped."""
    SLOW = "slow"
    """It stalls until the client gives up or the server stops: at once, or with `after_bytes` after so much of the
    answer's body."""


CODES = {
    202: "accepted", 400: "bad_request", 401: "unauthorized", 403: "access_denied_insufficient_permissions",
    404: "not_found", 409: "conflict", 412: "precondition_failed", 429: "rate_limit_exceeded",
    500: "internal_server_error", 502: "bad_gateway", 503: "unavailable", 504: "gateway_timeout",
}  # fmt: skip


@dataclass
class Fault:
    """The `nth` request (from 1) with this `method` ("*": any) whose path matches `path` (a regular expression, found
    anywhere) goes wrong, and so do those that follow it, `times` in all.

    `retry_after` is a number of seconds or a ready HTTP date (see `http_date`). `answered` counts how often it struck.
    """

    method: str
    path: str
    nth: int = 1
    kind: Kind = Kind.STATUS
    times: int = 1
    status: int = 503
    code: str | None = None
    message: str = "ordered"
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: int | str | None = None
    body: bytes | None = None
    """Sent instead of the usual error object: b"" or a gateway's HTML page."""
    acts: bool = False
    after_bytes: int | None = None
    seen: int = 0
    answered: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Count a request, and say whether it is one that goes wrong."""
        if self.answered >= self.times or self.method not in ("*", method) or not re.search(self.path, path):
            return False
        self.seen += 1
        if self.seen < self.nth:
            return False
        self.answered += 1
        return True

    def answer_headers(self) -> dict[str, str]:
        """The headers of an answer with `status`."""
        waits = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        challenge = {"WWW-Authenticate": 'Bearer realm="Service"'} if self.status == 401 else {}
        return {**challenge, **waits, **self.headers}

    def answer_code(self) -> str:
        return self.code or CODES.get(self.status, "bad_request")


def http_date(seconds: float) -> str:
    """A moment as Retry-After may also give it."""
    return formatdate(seconds, usegmt=True)


class Faults:
    """The faults ordered, asked in order for every request: the first that takes it strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []
        self._random: RandomFaults | None = None
        self.struck: list[tuple[str, str, Kind]] = []
        """(method, path, kind) of every request that went wrong."""

    def order(self, *faults: Fault) -> None:
        """Let these strike too."""
        with self._lock:
            self._ordered.extend(faults)

    def at_random(self, source: RandomFaults | None) -> None:
        """Let `source` decide where nothing was ordered; None ends that."""
        with self._lock:
            self._random = source

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._ordered.clear()
            self._random = None

    @property
    def waiting(self) -> list[Fault]:
        """Those that have not struck as often as ordered: a test that expects faults asserts this is empty."""
        return [fault for fault in self._ordered if fault.answered < fault.times]

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault for a request, if any."""
        with self._lock:
            taken: Fault | None = None
            for fault in self._ordered:
                if fault.takes(method, path):
                    taken = fault
                    break
            if taken is None and self._random is not None:
                taken = self._random.draw(method, path)
            if taken is not None:
                self.struck.append((method, path, taken.kind))
            return taken


Maker = Callable[[], Fault]


def _fault(kind: Kind, **more: object) -> Maker:
    return lambda: Fault("*", "", kind=kind, **more)  # type: ignore[arg-type]


#: What may happen on any day. SLOW is not among them: a client must have a time-out for it.
EVERYDAY: Sequence[Maker] = (
    _fault(Kind.REFUSED),
    _fault(Kind.RESET_BEFORE),
    _fault(Kind.RESET_AFTER),
    _fault(Kind.STATUS, status=500),
    _fault(Kind.STATUS, status=502, body=b"<html><body>Bad Gateway</body></html>"),
    _fault(Kind.STATUS, status=503, retry_after=1),
    _fault(Kind.STATUS, status=503, acts=True),
    _fault(Kind.STATUS, status=429, retry_after=1),
    _fault(Kind.TRUNCATED),
    _fault(Kind.ALTERED),
)


class RandomFaults:
    """Each request whose path matches `path` goes wrong with the same chance; the same seed gives the same faults."""

    def __init__(
        self,
        seed: int,
        chance: float,
        *,
        path: str = "",
        kinds: Sequence[Maker] = EVERYDAY,
        at_most: int | None = None,
    ) -> None:
        self._dice = random.Random(seed)
        self._chance = chance
        self._path = path
        self._kinds = kinds
        self._left = at_most

    def draw(self, method: str, path: str) -> Fault | None:
        """The fault for a request, if luck will have it."""
        if not re.search(self._path, path):
            return None
        lucky = self._dice.random() >= self._chance
        fault = self._dice.choice(
            self._kinds
        )()  # drawn always, so that the sequence depends on the count alone
        if lucky or self._left == 0:
            return None
        if self._left is not None:
            self._left -= 1
        return fault
