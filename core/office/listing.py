"""Which applications a list shows, and how a page far down is found without counting the rows before it."""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import Route, State


@dataclass(frozen=True)
class ListFilter:
    """Which applications a list shows."""

    states: frozenset[State] = frozenset(State)
    search: str = ""
    """Part of a kana name or town, a 受付番号, or the last digits (4 and more) of a phone."""
    unconfirmed_only: bool = False
    """Only those whose current version the ward has not confirmed in ⑤."""
    route: Route | None = None


@dataclass(frozen=True)
class Landmark:
    """A place in a list, from which a page is found without counting all rows before it."""

    offset: int
    """From 0."""
    number: int | None
    """The 受付番号 there; None: the end of the list."""
