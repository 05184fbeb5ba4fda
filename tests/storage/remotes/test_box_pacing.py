"""Box is asked no more often in a minute than it takes, and below that nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.remotes.box.pacing import MINUTE, REQUESTS, UPLOADS, Pace
from storage.remotes.box.patience import Patience
from storage.remotes.box.remote import BoxRemote
from tests.box.pretend import START, PretendBox

BOX_REQUESTS, BOX_UPLOADS = 1000, 240


class Clock:
    """Seconds that pass when somebody sleeps."""

    def __init__(self, start: float = 0.0) -> None:
        self.now, self.slept = start, 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.mark.parametrize(("each_minute", "box"), [(REQUESTS, BOX_REQUESTS), (UPLOADS, BOX_UPLOADS)])
def test_as_many_as_fit_go_at_once_and_the_next_waits_for_its_minute(each_minute: int, box: int) -> None:
    clock = Clock()
    pace = Pace(each_minute, clock=clock, sleep=clock.sleep)
    for _ in range(each_minute):
        pace.wait()
    assert clock.slept == 0 and each_minute < box
    pace.wait()
    assert clock.now == MINUTE


@given(st.lists(st.floats(0, 40), max_size=60), st.integers(1, 7))
def test_no_minute_has_more(gaps: list[float], each_minute: int) -> None:
    clock = Clock()
    pace = Pace(each_minute, clock=clock, sleep=clock.sleep)
    went = []
    for gap in gaps:
        clock.now += gap
        pace.wait()
        went.append(clock.now)
    for earlier, later in zip(went, went[each_minute:], strict=False):
        assert later - earlier >= MINUTE - 1e-6


@given(st.lists(st.floats(0, 40), max_size=60))
def test_who_stays_below_never_waits(gaps: list[float]) -> None:
    clock = Clock()
    pace = Pace(len(gaps) + 1, clock=clock, sleep=clock.sleep)
    for gap in gaps:
        clock.now += gap
        pace.wait()
    assert clock.slept == 0


def test_threads_that_come_at_once_get_a_turn_each() -> None:
    turns: list[float] = []
    pace = Pace(3, clock=lambda: 0.0, sleep=turns.append)
    threads = [threading.Thread(target=pace.wait) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [60.0] * 3 + [120.0] * 3 + [180.0] * 3


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def box(clock: Clock) -> Iterator[PretendBox]:
    with PretendBox(clock=clock) as made:
        yield made


def remote(box: PretendBox, clock: Clock, notes: Path, **paces: Any) -> BoxRemote:
    waits = Patience(sleep=box.waited.append, chance=lambda: 0.0)
    return BoxRemote(box.settings(box.contractor), notes, patience=waits, clock=clock, **paces)


def work(one: BoxRemote) -> None:
    """Of each sort of request a few."""
    for number in range(8):
        name = f"file-{number}"
        one.put(name, b"sealed" * 10)
        assert one.get(name, 100) == b"sealed" * 10
        one.list()
    for number in range(8):
        assert one.delete(f"file-{number}")


@pytest.mark.parametrize("limit", [20, 7])
def test_a_box_that_counts_never_has_to_refuse(
    box: PretendBox, clock: Clock, tmp_path: Path, limit: int
) -> None:
    box.server.limits.requests = limit
    work(remote(box, clock, tmp_path, requests=Pace(limit, clock=clock, sleep=clock.sleep)))
    assert box.waited == [] and clock.slept > 0
    assert len([one for one in box.server.requests if "oauth2" not in one.path]) > 2 * limit


def test_the_same_work_without_pace_is_refused(box: PretendBox, clock: Clock, tmp_path: Path) -> None:
    """So that the test above can fail."""
    box.server.limits.requests = 20
    box.waited = Forward(clock)
    work(remote(box, clock, tmp_path))
    assert box.waited


class Forward(list[float]):
    """What patience waits for passes."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def append(self, seconds: float) -> None:
        super().append(seconds)
        self._clock.now += seconds
