"""A folder as remote: whole files or none, odd things in the way, media that are gone or may not be written."""

import errno
import os
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from core.errors import IntegrityFailure, RemoteUnreachable
from core.exchange.remote import Put, RemoteConflict, RemoteMissing, RemoteReadOnly
from storage.remotes import durable
from storage.remotes.folder import FolderRemote

NAME = "1-cw-00000001.zip"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "remote"
    made.mkdir()
    return made


def failing(code: int) -> Callable[..., None]:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


class Growing:
    """A file that was small when it was looked at, and has no end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.handed_out = 0

    def __enter__(self) -> "Growing":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int) -> bytes:
        self.handed_out += size
        assert self.handed_out < 10_000, "read on and on"
        return bytes(size)


def test_a_file_that_grows_while_it_is_read_stops_at_the_limit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NAME).write_bytes(b"small")
    growing = Growing(folder / NAME)
    monkeypatch.setattr("storage.remotes.folder.open_file", lambda path: growing)
    target = BytesIO()
    with pytest.raises(IntegrityFailure, match="大きすぎます"):
        FolderRemote(folder).get_into(NAME, target, 1000)
    assert len(target.getvalue()) <= 1000


def test_odd_things_in_the_folder_are_passed_over(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"")
    (folder / "Thumbs.db").write_bytes(b"")
    (folder / "名簿.zip").write_bytes(b"")
    (folder / "sub").mkdir()
    (folder / "link").symlink_to(folder / "Thumbs.db")
    os.mkfifo(folder / "pipe")
    FolderRemote(folder).put(NAME, b"x")
    assert [file.name for file in FolderRemote(folder).list()] == [NAME]


@pytest.mark.parametrize("kind", ["folder", "link", "dangling", "pipe"])
def test_something_else_under_the_name_is_a_conflict_and_never_followed(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"x")
    if kind == "folder":
        (folder / NAME).mkdir()
    elif kind == "pipe":
        os.mkfifo(folder / NAME)
    else:
        (folder / NAME).symlink_to(target if kind == "link" else tmp_path / "nothing")
    with pytest.raises(RemoteConflict):
        FolderRemote(folder).put(NAME, b"x")
    with pytest.raises(RemoteMissing):
        FolderRemote(folder).get(NAME, 10)
    assert target.read_bytes() == b"x" and not (tmp_path / "nothing").exists()


def test_a_missing_folder_is_out_of_reach_not_made(tmp_path: Path) -> None:
    remote = FolderRemote(tmp_path / "usb")
    calls: list[Callable[[], object]] = [
        lambda: remote.put(NAME, b""), remote.list, lambda: remote.get(NAME, 1), lambda: remote.delete(NAME),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(RemoteUnreachable, match="ありません") as caught:
            call()
        assert not isinstance(caught.value, RemoteMissing)
        assert caught.value.next_step
    assert not (tmp_path / "usb").exists()


def test_a_file_in_place_of_the_folder_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "remote").write_bytes(b"")
    for call in (
        FolderRemote(tmp_path / "remote").list,
        lambda: FolderRemote(tmp_path / "remote").put(NAME, b""),
    ):
        with pytest.raises(RemoteUnreachable, match="フォルダではありません"):
            call()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_remote_that_may_only_be_read_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    (folder / NAME).write_bytes(b"x")
    monkeypatch.setattr(durable.os, "open", _opening(code))
    with pytest.raises(RemoteReadOnly):
        FolderRemote(folder).put("new", b"x")
    assert FolderRemote(folder).get(NAME, 10) == b"x"


def _opening(code: int) -> Callable[..., int]:
    real = os.open

    def opened(path: str | Path, flags: int, *args: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(code, os.strerror(code))
        return real(path, flags, *args)

    return opened


@pytest.mark.parametrize("step", ["fsync", "link"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    monkeypatch.setattr(durable.os, step, failing(code))
    with pytest.raises(RemoteUnreachable):
        FolderRemote(folder).put(NAME, b"x")
    assert list(folder.iterdir()) == []


def test_media_without_hard_links_are_written_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable.os, "link", failing(errno.EPERM))
    remote = FolderRemote(folder)
    assert remote.put(NAME, b"one") is Put.CREATED
    assert remote.put(NAME, b"one") is Put.SAME
    with pytest.raises(RemoteConflict):
        remote.put(NAME, b"two")
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_a_crash_leaves_only_a_leftover_that_nobody_sees_and_a_later_day_sweeps(folder: Path) -> None:
    leftover = folder / ".tmp-1-abc"
    leftover.write_bytes(b"half")
    written = leftover.stat().st_mtime
    soon, later = (
        FolderRemote(folder, clock=lambda: written + 60),
        FolderRemote(folder, clock=lambda: written + 90_000),
    )
    soon.put("a", b"")
    assert leftover.exists() and [file.name for file in soon.list()] == ["a"]
    later.put("b", b"")
    assert not leftover.exists()


def test_of_two_who_put_at_once_one_wins_and_the_other_is_told(folder: Path) -> None:
    gate, outcomes = threading.Barrier(8), []

    def put(number: int) -> None:
        gate.wait()
        try:
            outcomes.append((FolderRemote(folder).put(NAME, bytes([number]) * 1000), number))
        except RemoteConflict:
            outcomes.append((None, number))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for outcome, number in outcomes if outcome is Put.CREATED]
    assert len(outcomes) == 8 and len(winners) == 1
    assert FolderRemote(folder).get(NAME, 1000) == bytes(winners) * 1000


def test_the_other_user_of_a_share_can_read_what_lies_there(folder: Path) -> None:
    old = os.umask(0o022)
    try:
        FolderRemote(folder).put(NAME, b"x")
    finally:
        os.umask(old)
    assert (folder / NAME).stat().st_mode & 0o777 == 0o644


def test_a_torn_last_line_is_cut_before_the_next_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    durable.append_line(path, b"one\n")
    with path.open("ab") as stream:
        stream.write(b"tw")
    durable.append_line(path, b"three\n")
    assert path.read_bytes() == b"one\nthree\n"
    assert path.stat().st_mode & 0o777 == 0o600
