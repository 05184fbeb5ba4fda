"""Which applications a list shows, in what order, and how a page far down is found without counting the rows before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.applicant import Route, State
from core.people.text import DASHES, clean, fold_width

PHONE_END = 4
"""So many digits and more are looked for at the end of telephone numbers."""
PHONE_LONGEST = 15
"""No telephone has more digits."""


class Order(StrEnum):
    """What a list of applications is sorted by; where that is the same, by 受付番号."""

    NUMBER = "number"
    KANA = "kana"
    AGE = "age"
    """The eldest first; those without a birth date before them."""
    TOWN = "town"
    STATE = "state"


ORDER_WORDS = {
    Order.NUMBER: "受付番号", Order.KANA: "カナ氏名", Order.AGE: "年齢の高い順", Order.TOWN: "町名", Order.STATE: "状態",
}  # fmt: skip


class ReviewOrder(StrEnum):
    """What else a list under review can be sorted by: both as of when it was last read, so that no answer moves a row."""

    EXCEPTIONS = "exceptions"
    """Without a word first, of these what changed after one, then other exceptions."""
    ANSWER = "answer"
    """Without a word first, then by the word."""


@dataclass(frozen=True)
class ListFilter:
    """Which applications a list shows."""

    states: frozenset[State] = frozenset(State)
    search: str = ""
    """Part of a kana name or town, a 受付番号, or the last digits (4 and more) of a phone."""
    phones: bool = True
    """Whether digits are looked for in telephone numbers: not for who may open nobody, and would find one digit by digit."""
    unconfirmed_only: bool = False
    """Only those whose current version the ward has not confirmed in ⑤."""
    route: Route | None = None
    under_review: bool = False
    """Only what ⑤ is about."""
    came_back: bool = False
    """Only what the ward returned, or what has changed since a word of it."""
    order: Order | ReviewOrder = Order.NUMBER
    backwards: bool = False
    """The whole list from its end."""


def digits_of(search: str) -> str:
    """The digits of a search that is a number, written in any width, with hyphens or without; else ""."""
    digits = "".join(
        letter
        for letter in fold_width(clean(search).text)
        if letter not in f"{DASHES}()" and not letter.isspace()
    )
    return digits if digits.isascii() and digits.isdigit() else ""


def phone_digits(which: ListFilter) -> str:
    """The digits that a filter looks for in telephone numbers; "" where it looks in none."""
    digits = digits_of(which.search) if which.phones else ""
    return digits if PHONE_END <= len(digits) <= PHONE_LONGEST else ""


@dataclass(frozen=True)
class Landmark:
    """A place in a list, from which a page is found without counting all rows before it. It holds for one filter and
    order, until a row of the list changes."""

    offset: int
    """From 0."""
    number: int | None
    """The 受付番号 there; None: the end of the list."""
