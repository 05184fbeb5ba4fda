"""How values are written in the vault's columns, and the little of a database connection the tables use."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Cursor(Protocol):
    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """What the tables need of an open `sqlcipher3` connection (sqlcipher3 ships no types)."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor: ...


FEW = 500
"""Values in one statement: SQLite takes no million, and many at once cost less than one by one."""


def pieces(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """`values` in their order, at most `FEW` at a time."""
    return (values[start : start + FEW] for start in range(0, len(values), FEW))


def moment_text(moment: dt.datetime) -> str:
    """RFC 3339 text with offset and microseconds where there are any. Raises `ValueError` without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the vault needs its UTC offset")
    return moment.isoformat()


def moment_of(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def json_text(value: Any) -> str:
    """Compact JSON, keys sorted, Japanese as it is: the same value is always the same text."""
    return _COMPACT.encode(value)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
"""Made once: `json.dumps` makes one for every value it is handed."""


def json_of(text: str) -> Any:
    return json.loads(text)
