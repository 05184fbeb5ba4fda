"""Questions that tell something of somebody who is not opened: by a telephone, a birth date, an address. Each leaves its row.

The list shows neither; but that a number finds somebody, or a form has a double, says what they are. So who asks is named in
the access log, whether or not anybody is found where a miss tells as much, and its review asks about many
(`core.ledger.anomaly_looking.Lookups`). The same question asked again in a session is one: lists are counted, and read page by page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.office.desk import Desk
from core.office.listing import ListFilter, phone_digits
from core.roles import Right

NAMED = 9
"""So many 受付番号 are named in a row."""


class Lookups:
    """What one person has asked since logging in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: set[tuple[str, ...]] = set()

    def searched(self, which: ListFilter) -> None:
        """Before a list is read, counted or gone through: log that telephones are searched, if they are.

        A search by a 受付番号 that ends nobody's telephone is none: the number stands in every list.
        """
        digits = phone_digits(which)
        if not digits or ("search", digits) in self._asked:
            return
        with self._desk.writing(Right.OPEN_RECORD) as tx:
            every = ListFilter(search=digits)
            own = tx.applications.get(int(digits)) is not None
            count = tx.applications.count(every) - own
            if count or not own:
                some = tx.applications.page(every, 0, NAMED + own)
                named = [one.number for one in some if one.number != int(digits)][:NAMED]
                words = [f"digits={len(digits)}", f"n={count}", *_named(named), *(["number"] if own else [])]
                self._desk.log(tx, "search", " ".join(words))
        self._asked.add(("search", digits))

    def checked(self, right: Right, questions: Iterable[tuple[str, str]], numbers: Sequence[int]) -> None:
        """A form being keyed has found these 受付番号, by these questions (what of, and what was typed)."""
        fresh = {("check", *question) for question in questions} - self._asked
        if fresh:
            with self._desk.writing(right, meanwhile=True) as tx:
                self._desk.log(tx, "check", " ".join(_named(numbers)))
            self._asked |= fresh

    def alike(self, right: Right, number: int, others: Sequence[int]) -> None:
        """These share a telephone or an address with the application `number`."""
        question = ("companions", *map(str, (number, *others)))
        if others and question not in self._asked:
            with self._desk.writing(right, meanwhile=True) as tx:
                self._desk.log(tx, "companions", " ".join(_named([number, *others])))
            self._asked.add(question)


def _named(numbers: Sequence[int]) -> list[str]:
    return ["no=" + ",".join(map(str, numbers))] if numbers else []
