"""What the use cases need of the 操作ログ and of its reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class AccessRow:
    """One line of the 操作ログ. `detail` holds codes and numbers (受付番号), never personal data."""

    seq: int
    at: dt.datetime
    staff_id: str
    act: str
    """A word of `core.ledger.deeds`."""
    detail: str
    terminal: str
    """The terminal's name, and behind a space the address it is used from, where it came over SSH."""
    chain: str
    """SHA-256 chaining it to the line before."""


class AccessLog(Protocol):
    def append(self, at: dt.datetime, staff_id: str, act: str, detail: str, terminal: str) -> None: ...
    def page(self, offset: int, limit: int) -> list[AccessRow]:
        """Newest first."""
        ...

    def after(self, seq: int, limit: int) -> list[AccessRow]:
        """Oldest first, from the row behind that number on."""
        ...

    def rows(self, seqs: Sequence[int]) -> list[AccessRow]:
        """Those of these numbers that there are, in order."""
        ...

    def count(self) -> int: ...
    def head(self) -> str: ...


@dataclass(frozen=True)
class ReviewStep:
    """One step of a review of the log: `begun`, `answered` or `signed`. Steps are only ever added."""

    review: int
    """Reviews are numbered from 1."""
    step: str
    body: Mapping[str, Any]
    at: str
    """RFC 3339."""
    by: str
    """Staff id."""


class LogReviewRows(Protocol):
    def add(self, step: ReviewStep) -> None:
        """Raises `IntegrityFailure` for a step out of turn: reviews follow each other, and a signed one is closed."""
        ...

    def of(self, review: int) -> list[ReviewStep]:
        """The steps of a review, in order."""
        ...

    def last(self, step: str) -> ReviewStep | None:
        """The newest of that kind."""
        ...

    def all(self) -> list[ReviewStep]: ...
