"""How a list is looked at: what is searched for, in which order; and rows in memory that are looked at so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.people.kana import fold_kana

Row = TypeVar("Row")

PEOPLE_ORDERS: Mapping[str, str] = {"kana": "カナ氏名順", "age": "年齢の高い順", "town": "町名順"}
"""The orders that every list of people has."""


@dataclass(frozen=True)
class View:
    """How a person looks at a list now."""

    words: str = ""
    """What is searched for; "" for everything."""
    by: str = ""
    """The name of the order; "" as the list comes."""
    backwards: bool = False
    only: frozenset[str] = frozenset()
    """What else it is narrowed to, where a place has such actions."""


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """How rows that are in memory are searched and sorted."""

    texts: Callable[[Row], Iterable[str]]
    """What a search looks in."""
    keys: Mapping[str, Callable[[Row], Any]]
    """What each order sorts by; rows that are equal keep the order in which they came."""
    number: Callable[[Row], int] | None = None
    """The number that a search for digits means whole."""

    def seen(self, rows: Sequence[Row], view: View) -> list[Row]:
        """These rows as they are looked at."""
        found = [row for row in rows if self._is_found(row, view.words)]
        if view.by:
            found.sort(key=self.keys[view.by])
        return found[::-1] if view.backwards else found

    def _is_found(self, row: Row, words: str) -> bool:
        wanted = _folded(words)
        if not wanted:
            return True
        if self.number is not None and wanted.isdecimal() and self.number(row) == int(wanted):
            return True
        return any(wanted in _folded(text) for text in self.texts(row))


def line_of(numbers: Iterable[int], number: int) -> int | None:
    """Where in a list with these 受付番号 one stands; None when it is not among them."""
    return next((line for line, one in enumerate(numbers) if one == number), None)


def age_key(age: int | None) -> int:
    """The eldest first; whose age is not known before them, as in the vault's own order."""
    return -(1000 if age is None else age)


def _folded(text: str) -> str:
    return fold_kana(text).casefold()
