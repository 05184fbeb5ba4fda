"""A program in a terminal of its own, which counts and times what it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

QUIET = 0.08
"""Seconds without a byte after which a screen counts as painted."""
STARVED = 5.0
"""Seconds a key may take to bring its first byte on a machine that has no time for it; a key that brings none takes as many."""
PATIENCE = 120.0
"""Seconds after which what was waited for will not come."""


@dataclass(frozen=True)
class Painted:
    """What a key brought: how many bytes, and seconds from the key to the last of them."""

    size: int
    seconds: float


class Seat:
    """Somebody before a screen of `columns` by `rows`. Use it in a `with`: the program ends with it."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 120, rows: int = 40
    ) -> None:
        self.started = time.perf_counter()
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], list(command), dict(env))
        self.seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.end)

    def until(self, *words: str) -> float:
        """Seconds from the start until one of these words has been written. Raises `RuntimeError` when none comes."""
        wanted = [word.encode() for word in words]
        limit = time.perf_counter() + PATIENCE
        while not any(word in self.seen for word in wanted):
            if time.perf_counter() > limit or not self._read(1.0):
                raise RuntimeError(f"waited in vain for {words}: {self.seen[-500:]!r}")
        return time.perf_counter() - self.started

    def settle(self) -> Painted:
        """Read until it is quiet."""
        begun = last = time.perf_counter()
        size = 0
        while ready := self._read(QUIET, nothing=0):
            size, last = size + ready, time.perf_counter()
        return Painted(size, last - begun)

    def press(self, keys: bytes) -> Painted:
        """A key, and what it brought."""
        begun = time.perf_counter()
        os.write(self.end, keys)
        first = self._read(STARVED, nothing=0)
        came = time.perf_counter() - begun if first else 0.0
        rest = self.settle()
        return Painted(first + rest.size, came + rest.seconds)

    def idle(self, seconds: float) -> int:
        """Bytes written while nobody does anything."""
        until, size = time.perf_counter() + seconds, 0
        while (left := until - time.perf_counter()) > 0:
            size += self._read(left, nothing=0)
        return size

    def kilobytes(self) -> int:
        """Memory it holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0])

    def _read(self, seconds: float, nothing: int = 1) -> int:
        """How many bytes came; `nothing` when none did in so many seconds."""
        if not select.select([self.end], [], [], seconds)[0]:
            return nothing
        try:
            data = os.read(self.end, 1 << 16)
        except OSError:  # it has ended
            return 0
        self.seen = (self.seen + data)[-(1 << 18) :]
        return len(data)
