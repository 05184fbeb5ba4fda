"""A list that is read from the vault a page at a time: the millionth row costs what the tenth does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.office.listing import Landmark, ListFilter

Row = TypeVar("Row")


@dataclass(frozen=True)
class Paged(Generic[Row]):
    """What a filter lets through, as a source of a `VirtualList`. Where pages begin is remembered until it is counted anew:
    a page is then found from a place not far off."""

    which: ListFilter
    counted: Callable[[ListFilter], int]
    read: Callable[[ListFilter, int, int, Landmark | None], Sequence[Row]]
    placed: Callable[[ListFilter, int], Landmark | None]
    number: Callable[[Row], int]
    """The row's 受付番号."""
    _places: list[Landmark] = field(default_factory=list)

    def count(self) -> int:
        count = self.counted(self.which)
        self._places[:] = [Landmark(count, None)]
        return count

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        near = min(self._places, key=lambda place: abs(place.offset - offset), default=None)
        if near is not None and offset < abs(near.offset - offset):
            near = None
        rows = self.read(self.which, offset, limit, near)
        if rows and (near is None or near.offset != offset):
            self._places.append(Landmark(offset, self.number(rows[0])))
        return rows

    def line_of(self, number: int) -> int | None:
        """Where a 受付番号 stands; from there on, pages are found from there."""
        return self.keep(self.placed(self.which, number))

    def keep(self, place: Landmark | None) -> int | None:
        """The line of a place, which is remembered."""
        if place is None:
            return None
        self._places.append(place)
        return place.offset
