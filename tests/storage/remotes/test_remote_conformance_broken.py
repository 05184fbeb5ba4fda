"""What every remote must do when a call is broken off at any step: the file is there whole, or not at all, and once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import count

import pytest

from core.errors import RemoteUnreachable
from core.exchange.remote import Put, Remote
from tests.storage.remotes.conftest import Place

NAME = "1-cw-00000001.zip"
SMALL = b"sealed" * 1000
LARGE = bytes(range(250)) * 84_000  # 21 MB: Box takes it in parts


def at_every_step(place: Place, call: Callable[[Remote], object]) -> int:
    """Break `call` off at each of its steps in each way, by turns with what follows; how many times it was broken."""
    broken = 0
    for way in place.ways:
        for step in count(1):
            remote = place.remote()
            with place.breaking(way, step) as struck:
                try:
                    call(remote)
                except RemoteUnreachable as error:
                    assert error.exit_code == 5
                if not struck():
                    break
            broken += 1
            assert step < 200, "it goes on for ever"
            finish_and_clear(place)
    return broken


def finish_and_clear(place: Place) -> None:
    """A program started afterwards finishes the work, and clears the place for the next turn."""
    fresh = place.remote()
    there = [(one.name, one.size) for one in fresh.list()]
    assert there in ([], [(NAME, len(SMALL))], [(NAME, len(LARGE))])
    data = LARGE if there == [(NAME, len(LARGE))] else SMALL
    assert fresh.put(NAME, data) is (Put.SAME if there else Put.CREATED)
    assert fresh.get(NAME, len(data)) == data
    assert [one.name for one in fresh.list()] == [NAME]
    assert fresh.delete(NAME)
    assert fresh.list() == []


def test_a_put_broken_off_at_any_step_leaves_all_or_nothing(place: Place) -> None:
    assert at_every_step(place, lambda remote: remote.put(NAME, SMALL)) >= 5


def test_a_large_put_broken_off_at_any_step_leaves_all_or_nothing(place: Place) -> None:
    assert at_every_step(place, lambda remote: remote.put_from(NAME, BytesIO(LARGE))) >= 5


def test_a_deletion_broken_off_at_any_step_leaves_all_or_nothing(place: Place) -> None:
    place.remote().put(NAME, SMALL)
    for way in place.ways:
        for step in count(1):
            with place.breaking(way, step) as struck:
                with suppress(RemoteUnreachable):
                    place.remote().delete(NAME)
                if not struck():
                    break
            assert place.remote().put(NAME, SMALL) in (Put.CREATED, Put.SAME)
            assert place.remote().get(NAME, len(SMALL)) == SMALL


def test_a_read_broken_off_at_any_step_gives_nothing_and_harms_nothing(place: Place) -> None:
    place.remote().put(NAME, SMALL)
    for way in place.ways:
        for step in count(1):
            with place.breaking(way, step) as struck:
                try:
                    assert place.remote().get(NAME, len(SMALL)) == SMALL
                except RemoteUnreachable:
                    assert struck()
                if not struck():
                    break
            assert place.remote().get(NAME, len(SMALL)) == SMALL


def test_what_others_leave_there_is_passed_over(place: Place) -> None:
    place.litter()
    remote = place.remote()
    assert remote.list() == []
    assert remote.put(NAME, SMALL) is Put.CREATED
    assert [one.name for one in remote.list()] == [NAME]
    assert remote.get(NAME, len(SMALL)) == SMALL


@pytest.mark.parametrize("times", [2, 5])
def test_a_name_can_be_used_put_and_deleted_again_and_again(place: Place, times: int) -> None:
    remote = place.remote()
    for turn in range(times):
        data = bytes([turn]) * 100
        assert remote.put(NAME, data) is Put.CREATED
        assert place.remote().get(NAME, 100) == data
        assert remote.delete(NAME)
