"""What every remote must do, whatever it is made of. `remote` comes from conftest.py, one run per kind."""

from collections.abc import Callable

import pytest

from core.errors import IntegrityFailure, UsageError
from core.exchange.remote import Put, Remote, RemoteConflict, RemoteMissing

NAME = "1-cw-00000001.zip"


def names(remote: Remote) -> list[str]:
    return [file.name for file in remote.list()]


def test_a_new_remote_is_empty(remote: Remote) -> None:
    assert remote.list() == []


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 5000])
def test_what_is_put_comes_back_byte_for_byte(remote: Remote, data: bytes) -> None:
    assert remote.put(NAME, data) is Put.CREATED
    assert remote.get(NAME, len(data)) == data
    assert [(file.name, file.size) for file in remote.list()] == [(NAME, len(data))]


def test_putting_the_same_again_changes_nothing(remote: Remote) -> None:
    remote.put(NAME, b"one")
    assert remote.put(NAME, b"one") is Put.SAME
    assert names(remote) == [NAME]


@pytest.mark.parametrize("other", [b"two", b"one ", b"on", b""])
def test_other_bytes_never_replace_what_is_there(remote: Remote, other: bytes) -> None:
    remote.put(NAME, b"one")
    with pytest.raises(RemoteConflict) as caught:
        remote.put(NAME, other)
    assert caught.value.exit_code == 6
    assert remote.get(NAME, 10) == b"one"


def test_names_are_listed_in_order(remote: Remote) -> None:
    for name in ("b", "a-1", "a", "1-cw-00000002.zip", "1-cw-00000001.zip"):
        remote.put(name, name.encode())
    assert names(remote) == sorted(names(remote))
    assert len(names(remote)) == 5


def test_what_is_not_there_is_missing_and_may_come_later(remote: Remote) -> None:
    with pytest.raises(RemoteMissing) as caught:
        remote.get(NAME, 10)
    assert caught.value.exit_code == 5


def test_more_than_the_limit_is_not_read(remote: Remote) -> None:
    remote.put(NAME, b"12345")
    assert remote.get(NAME, 5) == b"12345"
    with pytest.raises(IntegrityFailure):
        remote.get(NAME, 4)


def test_deleting_frees_the_name_and_can_be_repeated(remote: Remote) -> None:
    remote.put(NAME, b"one")
    assert remote.delete(NAME) is True
    assert remote.delete(NAME) is False
    assert names(remote) == []
    assert remote.put(NAME, b"two") is Put.CREATED


@pytest.mark.parametrize(
    "name", ["", ".x", "../x", "a/b", "A", "a b", "あ", "a\n", "x" * 101, "-x", "con:1", "a\x00"]
)
def test_names_that_some_remote_would_mangle_are_refused(remote: Remote, name: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: remote.put(name, b""), lambda: remote.get(name, 1), lambda: remote.delete(name),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(UsageError):
            call()
    assert remote.list() == []
