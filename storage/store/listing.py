"""Which applications a list shows, in what order: a `ListFilter` as SQL, and the folded text a search looks in."""

from __future__ import annotations

from typing import Any

from core.applicant import State, town_of
from core.office.listing import PHONE_END, ListFilter, Order, ReviewOrder, digits_of
from core.people.kana import fold_kana
from storage.store.rows import Connection
from storage.store.search import contains, contains_at_all

_CONFIRMED = """EXISTS (
    SELECT 1 FROM review
    WHERE review.id = (SELECT max(id) FROM review AS word
                       WHERE word.stage = 'applicants' AND word.record = application.record
                         AND word.id NOT IN (SELECT review FROM review_undone))
      AND review.verdict = 'confirmed' AND review.version_hash = application.version_hash)"""


TOWN = "substr(search_text, instr(search_text, char(10)) + 1)"
"""The folded town out of `search_text`; written so in the index that sorts by it."""
PHONE_ENDS = "substr(phone, -4)"
"""Written so in the index by which they are found."""
BORN = "coalesce(birth_date, '')"
KEYS: dict[Order | ReviewOrder, str] = {
    Order.NUMBER: "application.number",
    Order.KANA: "kana",
    Order.AGE: BORN,
    Order.TOWN: TOWN,
    Order.STATE: "state",
    ReviewOrder.EXCEPTIONS: "rank",
    ReviewOrder.ANSWER: "answer",
}
"""What each order sorts by. There is an index on each (`storage.store.schema`)."""


def table_of(which: ListFilter) -> str:
    """What a list is read from, the table whose index gives its order first."""
    if not (which.under_review or which.came_back):
        return "application"
    if isinstance(which.order, ReviewOrder) or which.came_back:
        return "review_list CROSS JOIN application ON application.number = review_list.number"
    return "application CROSS JOIN review_list ON review_list.number = application.number"


def counted(which: ListFilter) -> str:
    """What a list is counted from: the one table, where the filter asks nothing of the other."""
    alone = ListFilter(under_review=True, order=which.order, backwards=which.backwards)
    return "review_list" if which == alone and isinstance(which.order, ReviewOrder) else table_of(which)


def number_of(which: ListFilter) -> str:
    """The column with the 受付番号, in the table that gives the order."""
    return "review_list.number" if isinstance(which.order, ReviewOrder) else "application.number"


def order_by(which: ListFilter, *, from_end: bool = False) -> str:
    """The ORDER BY of a list; `from_end`: of the same list read from its end."""
    down = " DESC" if which.backwards is not from_end else ""
    keys = dict.fromkeys((KEYS[which.order], number_of(which)))
    return " ORDER BY " + ", ".join(f"{key}{down}" for key in keys)


def beside(which: ListFilter, *, after: bool) -> str:
    """A condition on the rows from a row on (`after`), or before it, in the order of the list. Its parameters are that
    row's key, twice, and number; in order of number the number alone."""
    sign = ">" if after is not which.backwards else "<"
    key = KEYS[which.order]
    equal = "=" if after else ""
    if which.order is Order.NUMBER:
        return f"{key} {sign}{equal} ?"
    return f"{key} {sign}= ? AND ({key}, {number_of(which)}) {sign}{equal} (?, ?)"  # the first alone lets the index be used


def search_text(kana: str, address: str) -> str:
    """What `ListFilter.search` is looked for in: kana and town, a line each; never house number, phone or mail."""
    return f"{fold_kana(kana)}\n{fold_kana(town_of(address))}"


def only_searched(which: ListFilter) -> str:
    """What is searched, folded, by a filter that asks for part of a name or town and for nothing else; else ""."""
    alone = ListFilter(search=which.search, phones=which.phones, order=which.order, backwards=which.backwards)
    return fold_kana(which.search) if which == alone and not digits_of(which.search) else ""


def where(which: ListFilter, connection: Connection, *, whole: bool = False) -> tuple[str, list[Any]]:
    """The filter as a WHERE clause over `application` ("" when it lets all pass), and its parameters; the connection tells
    how a search is done best for reading some rows, or (`whole`) for counting them all."""
    clauses: list[str] = []
    values: list[Any] = []
    if which.under_review:
        clauses.append("review_list.under = 1")
    if which.came_back:
        clauses.append("(review_list.verdict = 'returned' OR review_list.changed = 1)")
    if which.states != frozenset(State):
        clauses.append(f"state IN ({', '.join('?' * len(which.states))})")
        values += sorted(which.states)
    if which.route is not None:
        clauses.append("route = ?")
        values.append(which.route.value)
    if which.unconfirmed_only:
        clauses.append(f"NOT {_CONFIRMED}")
    wanted = fold_kana(which.search)
    if wanted:
        if digits := digits_of(which.search):  # neither a kana name nor a town, as they are kept, has a digit
            clause, found = _by_digits(digits, phones=which.phones)
            clauses.append(clause)
            values += found
        else:
            search = contains_at_all if whole else contains
            clause, found = search(connection, number_of(which), wanted)
            clauses.append(clause)
            values += found
    return (f" WHERE {' AND '.join(clauses)}" if clauses else ""), values


def _by_digits(digits: str, *, phones: bool) -> tuple[str, list[Any]]:
    """A condition on the 受付番号 of whoever has this number, or a telephone that ends so. Both are looked up, never read through."""
    ways: list[str] = []
    values: list[Any] = []
    if len(digits) <= 18:
        ways.append("SELECT ?")
        values.append(int(digits))
    if len(digits) >= PHONE_END and phones:
        ways.append(f"SELECT number FROM application WHERE {PHONE_ENDS} = ? AND phone LIKE ?")  # noqa: S608 - fixed words
        values += [digits[-PHONE_END:], f"%{digits}"]
    return (f"application.number IN ({' UNION ALL '.join(ways)})" if ways else "0"), values
