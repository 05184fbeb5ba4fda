"""How far a round is, and whether it is to stop: what workers and the deciding thread tell each other."""

from __future__ import annotations

import threading

from core.office.ports import Progress


class Halted(Exception):
    """A piece of work that was not begun, or was broken off: the asking thread had decided so, and expects it."""


class Meter:
    """How many bytes have passed of how many. Workers count; the deciding thread tells (`look`), and may be told to stop."""

    def __init__(self, progress: Progress | None, *, alone: bool) -> None:
        """`alone`: there are no workers, so what counts also tells."""
        self._progress, self._alone = progress, alone
        self._lock = threading.Lock()
        self._done = self._total = 0
        self.stopped = False
        """Somebody asked to stop: every stream breaks off."""

    def expect(self, size: int) -> None:
        """So many bytes more are to pass."""
        self._total += size
        self.look()

    def moved(self, size: int) -> None:
        with self._lock:
            self._done += size
        if self._alone:
            self.look()

    def look(self) -> None:
        """Raises what `progress` raises to stop the round, with every worker told to break off."""
        if self._progress is None or not self._total:
            return
        try:
            self._progress(min(self._done, self._total), self._total)
        except BaseException:
            self.stopped = True
            raise
