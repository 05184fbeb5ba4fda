"""What every remote must do with what is large, odd, written by many at once, or broken off."""

from __future__ import annotations

import hashlib
import threading
from io import BytesIO
from pathlib import Path

import pytest

from core.exchange.remote import Put, Remote, RemoteConflict
from tests.storage.remotes.conftest import Place

NAME = "1-cw-00000001.zip"


@pytest.mark.parametrize("size", [19_999_999, 20_000_000, 33_554_433, 200_000_000])
def test_what_is_large_comes_back_byte_for_byte(remote: Remote, tmp_path: Path, size: int) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    with path.open("rb") as source:
        assert remote.put_from(NAME, source) is Put.CREATED
        assert remote.put_from(NAME, source) is Put.SAME
    with (tmp_path / "back").open("w+b") as target:
        remote.get_into(NAME, target, size)
        target.seek(0)
        assert hashlib.file_digest(target, "sha256").digest() == hashlib.sha256(path.read_bytes()).digest()
    assert [(one.name, one.size) for one in remote.list()] == [(NAME, size)]


def test_a_large_file_never_replaces_what_is_there(remote: Remote) -> None:
    remote.put(NAME, b"one")
    with pytest.raises(RemoteConflict):
        remote.put_from(NAME, BytesIO(bytes(20_000_000)))
    assert remote.get(NAME, 3) == b"one"


def test_more_names_than_one_page_holds_are_all_listed(place: Place) -> None:
    expected = [f"{number:04}" for number in range(2101)]
    place.fill(expected)
    assert [one.name for one in place.remote().list()] == expected


def test_of_many_who_put_other_bytes_at_once_one_wins_and_the_others_are_told(remote: Remote) -> None:
    gate, outcomes = threading.Barrier(6), []

    def put(number: int) -> None:
        gate.wait()
        try:
            outcomes.append((remote.put(NAME, bytes([number]) * 5000), number))
        except RemoteConflict:
            outcomes.append((None, number))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for outcome, number in outcomes if outcome is Put.CREATED]
    assert len(outcomes) == 6 and len(winners) == 1
    assert remote.get(NAME, 5000) == bytes(winners) * 5000


def test_of_many_who_put_the_same_at_once_all_are_content(remote: Remote) -> None:
    gate, outcomes = threading.Barrier(6), []

    def put() -> None:
        gate.wait()
        outcomes.append(remote.put(NAME, b"same" * 1000))

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Put.CREATED, *[Put.SAME] * 5]
