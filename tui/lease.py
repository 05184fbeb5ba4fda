"""When an open vault may be closed: after the person has left it, and after the last worker has."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.opener import Session


class Lease:
    """A session with the count of workers inside. Locking the screen retires it; no worker is ever killed for it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._inside = 0
        self._retired = False
        self._closed = False
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        with self._lock:
            return self._inside > 0

    def enter(self) -> None:
        with self._lock:
            self._inside += 1

    def leave(self) -> None:
        """A worker has ended; the last one of a retired session closes it, in its own thread."""
        with self._lock:
            self._inside -= 1
            last = self._due()
        if last:
            self.session.close()

    def retire(self) -> None:
        """The person has left. Closes now, or as the last worker ends."""
        with self._lock:
            self._retired = True
            last = self._due()
        if last:
            self.session.close()

    def _due(self) -> bool:
        due = self._retired and self._inside == 0 and not self._closed
        self._closed = self._closed or due
        return due
