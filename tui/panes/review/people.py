"""Who is under review, as a source of the list: those of ⑤ in the vault, read a page at a time; those of ⑨ in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from core.office.listing import Landmark, ListFilter, Order, ReviewOrder
from core.office.review import APPLICANTS, Review, ReviewItem
from tui.paged import Paged
from tui.panes.review.orders import ITEMS
from tui.view import View, line_of
from tui.widgets.virtual_list import VirtualList

NEAR = 300
"""So many rows behind the cursor are looked through before the vault is asked for the next person without a word."""


class People(Protocol):
    """The list of one stage, looked at in one way."""

    def count(self) -> int: ...
    def page(self, offset: int, limit: int) -> Sequence[ReviewItem]: ...
    def line_of(self, number: int) -> int | None: ...
    def mark(self, items: Collection[ReviewItem]) -> None:
        """These read otherwise now, in the vault as well."""
        ...

    def next_open(self, after: ReviewItem | None) -> int | None:
        """The line of the next without a word, from there on and then from the top; None when nobody is left."""
        ...


def people(review: Review, stage: str, view: View, seated: Sequence[ReviewItem]) -> People:
    """The list of a stage; `seated`: that of ⑨ as it was read."""
    return _InVault(review, view) if stage == APPLICANTS else _InMemory(seated, view)


class _InVault:
    def __init__(self, review: Review, view: View) -> None:
        order: Order | ReviewOrder = ReviewOrder.ANSWER if view.by else ReviewOrder.EXCEPTIONS
        if view.by not in ("", "state"):
            order = Order(view.by)
        which = ListFilter(search=view.words, under_review=True, order=order, backwards=view.backwards)

        def read(which: ListFilter, offset: int, limit: int, near: Landmark | None) -> Sequence[ReviewItem]:
            return review.page(APPLICANTS, offset, limit, which, near)

        self._review = review
        self._list = Paged(which, review.count, read, review.place, lambda item: item.number)

    def count(self) -> int:
        return self._list.count()

    def page(self, offset: int, limit: int) -> Sequence[ReviewItem]:
        return self._list.page(offset, limit)

    def line_of(self, number: int) -> int | None:
        return self._list.line_of(number)

    def mark(self, items: Collection[ReviewItem]) -> None:
        """The vault knows."""

    def next_open(self, after: ReviewItem | None) -> int | None:
        which = self._list.which
        found = self._review.next_open(which, after.number) if after is not None else None
        return self._list.keep(found or self._review.next_open(which, None))


class _InMemory:
    def __init__(self, items: Sequence[ReviewItem], view: View) -> None:
        self._seen = ITEMS.seen(items, view)

    def count(self) -> int:
        return len(self._seen)

    def page(self, offset: int, limit: int) -> Sequence[ReviewItem]:
        return self._seen[offset : offset + limit]

    def line_of(self, number: int) -> int | None:
        return line_of((item.number for item in self._seen), number)

    def mark(self, items: Collection[ReviewItem]) -> None:
        """Each stays where it is, however sorted: no row leaps away under the cursor."""
        changed = {item.record: item for item in items}
        self._seen = [changed.get(item.record, item) for item in self._seen]

    def next_open(self, after: ReviewItem | None) -> int | None:
        here = line_of((item.number for item in self._seen), after.number) if after else None
        start = 0 if here is None else here + 1
        order = [*range(start, len(self._seen)), *range(start)]
        return next((index for index in order if not self._seen[index].verdict), None)


def next_near(rows: VirtualList[ReviewItem]) -> int | None:
    """The next without a word among those just behind the cursor."""
    for index in range(rows.cursor + 1, min(rows.cursor + 1 + NEAR, rows.count)):
        row = rows.row(index)
        if row is not None and not row.verdict:
            return index
    return None
