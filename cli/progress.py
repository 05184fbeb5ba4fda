"""How far long work is, for a person at a terminal: one line on the standard error that is painted over and goes at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.options import CHOICE

if TYPE_CHECKING:
    from core.office.ports import Progress

_BETWEEN = 0.1
"""Seconds between two paintings."""


@contextmanager
def progress_line(title: str) -> Iterator[Progress | None]:
    """Something to tell how far work is, and None where nobody looks: without a terminal, or with `--json`."""
    if CHOICE.json or not sys.stderr.isatty():
        yield None
        return
    painted, last = -1, 0.0

    def paint(done: int, total: int) -> None:
        nonlocal painted, last
        percent = 100 * done // total if total else 0
        if percent == painted or (time.monotonic() - last < _BETWEEN and done < total):
            return
        painted, last = percent, time.monotonic()
        sys.stderr.write(f"\r{title} {percent:3}%")
        sys.stderr.flush()

    try:
        yield paint
    finally:
        if painted >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
