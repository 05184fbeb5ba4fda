"""A use case is made when it is first asked for, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, RLock

import pytest

from core.office.once import once


class Desk:
    """Makes two things, of which the second needs the first."""

    def __init__(self) -> None:
        self.making = RLock()
        self.made: list[str] = []

    @once
    def first(self) -> list[int]:
        """The first thing."""
        self.made.append("first")
        return []

    @once
    def second(self) -> list[list[int]]:
        self.made.append("second")
        return [self.first]

    @once
    def broken(self) -> str:
        self.made.append("broken")
        raise ValueError("not today")


def test_nothing_is_made_before_it_is_asked_for() -> None:
    desk = Desk()
    assert desk.made == []
    assert desk.second[0] is desk.first
    assert desk.made == ["second", "first"]
    assert desk.first is desk.first and Desk.first.__doc__ == "The first thing."


def test_threads_that_ask_together_get_the_same_thing() -> None:
    desk, start = Desk(), Barrier(8)

    def ask() -> int:
        start.wait()
        return id(desk.second)

    with ThreadPoolExecutor(8) as pool:
        answers = {future.result() for future in [pool.submit(ask) for _ in range(8)]}
    assert len(answers) == 1 and desk.made == ["second", "first"]


def test_what_could_not_be_made_is_made_anew_the_next_time() -> None:
    desk = Desk()
    for _ in range(2):
        with pytest.raises(ValueError, match="not today"):
            desk.broken  # noqa: B018 - asking is what is tested
    assert desk.made == ["broken", "broken"]
