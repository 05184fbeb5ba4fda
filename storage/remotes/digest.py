"""Hashing beside the work it belongs to: what is large is hashed by a thread of its own while the next block comes or goes."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

_AT_ONCE = 4 << 20
"""Bytes up to which nothing is gained by another thread."""
_BEHIND = 2
"""Blocks that may wait to be hashed: no more is held in memory."""


class Digest:
    """Like a hash of `hashlib`, for one who calls `update` alone with what is never changed afterwards."""

    def __init__(self, algorithm: str) -> None:
        self._hash: Any = hashlib.new(algorithm, usedforsecurity=algorithm != "sha1")
        self._size = 0
        self._thread: ThreadPoolExecutor | None = None
        self._room = BoundedSemaphore(_BEHIND)
        self._last: Future[None] | None = None

    def update(self, data: bytes) -> None:
        self._size += len(data)
        if len(data) > _AT_ONCE:  # a part of an upload: not to be held any longer than its upload takes
            if self._last is not None:
                self._last.result()
            self._hash.update(data)
            return
        if self._thread is None:
            if self._size <= _AT_ONCE:
                self._hash.update(data)
                return
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="digest")
        self._room.acquire()
        self._last = self._thread.submit(self._update, data)

    def _update(self, data: bytes) -> None:
        try:
            self._hash.update(data)
        finally:
            self._room.release()

    def hexdigest(self) -> str:
        """Of all that came so far; its thread ends with it."""
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        if self._last is not None:
            self._last.result()
        return str(self._hash.hexdigest())
