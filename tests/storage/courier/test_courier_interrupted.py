"""Whatever stops the courier wherever, the next round ends where an undisturbed one would, byte for byte."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import RemoteUnreachable
from core.exchange.names import Channel
from storage.remotes import durable
from storage.remotes.folder import FolderRemote

CW, WC = Channel.TO_WARD, Channel.TO_CONTRACTOR
MOST = 200


def tree(folder: Path) -> dict[str, bytes]:
    """Every file but the lock."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if not name.endswith("/lock")}


@pytest.fixture
def start(tmp_path: Path, posts: Any, between: Path) -> Callable[[], Any]:
    """Puts both folders and the remote back to where everything is still to be done by the ward."""
    contractor, ward = posts
    for _ in range(2):
        contractor.post(CW, ward)
    ward.post(WC, contractor)
    contractor.run()
    kept = tmp_path / "kept"
    for folder in (contractor.folder, ward.folder, between):
        shutil.copytree(folder, kept / folder.name)

    def reset() -> Any:
        for folder in (contractor.folder, ward.folder, between):
            shutil.rmtree(folder)
            shutil.copytree(kept / folder.name, folder)
        return ward

    return reset


@pytest.fixture
def undisturbed(start: Callable[[], Any], posts: Any, between: Path) -> dict[str, dict[str, bytes]]:
    start().run()
    posts[0].run()
    return {post.site.value: tree(post.folder) for post in posts} | {"remote": tree(between)}


def finished(posts: Any, between: Path) -> dict[str, dict[str, bytes]]:
    posts[1].run()
    posts[0].run()
    return {post.site.value: tree(post.folder) for post in posts} | {"remote": tree(between)}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("lost", [False, True], ids=["power cut", "connection lost"])
def test_stopped_at_any_call_to_the_remote(
    start: Any,
    posts: Any,
    between: Path,
    undisturbed: Any,
    interrupted: Any,
    cut: Any,
    after: bool,
    lost: bool,
) -> None:
    for at in range(MOST):
        ward = start()
        error = (lambda: RemoteUnreachable("切れました")) if lost else cut
        remote = interrupted(FolderRemote(between), at, after, error)
        try:
            ward.run(remote)
        except (cut, RemoteUnreachable):
            assert finished(posts, between) == undisturbed, f"stopped at call {at}"
        else:
            break
    assert 8 < at < MOST  # every call was reached


@pytest.mark.parametrize("step", ["open", "fsync", "link", "unlink"])
def test_stopped_at_any_step_on_disk(
    start: Any,
    posts: Any,
    between: Path,
    undisturbed: Any,
    cut: Any,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    real = getattr(os, step) if step != "unlink" else Path.unlink
    owner: Any = durable.os if step != "unlink" else Path
    for at in range(MOST):
        ward, done = start(), 0

        def change(*args: Any, at: int = at, **kwargs: Any) -> Any:
            nonlocal done
            done += 1
            if done == at + 1:
                raise cut
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, step, change)
        try:
            ward.run()
        except cut:
            monkeypatch.setattr(owner, step, real)
            for folder in (between, ward.folder / "inbox", ward.folder / "outbox"):
                for path in folder.glob("[0-9]*"):
                    assert path.read_bytes()  # never half a file under a real name
            leftovers = [path for path in between.glob(".tmp-*")]
            for path in leftovers:
                path.unlink()  # a later day's sweep
            assert finished(posts, between) == undisturbed, f"stopped at {step} {at}"
        else:
            monkeypatch.setattr(owner, step, real)
            break
    assert 8 < at < MOST


def test_a_journal_line_torn_by_a_crash_is_written_again(
    start: Any, posts: Any, between: Path, undisturbed: Any
) -> None:
    journal = "courier/journal.jsonl"
    whole = undisturbed["ward"][journal]
    for cut_at in (*range(0, len(whole), 61), len(whole) - 2, len(whole) - 1):
        ward = start()
        ward.run()
        (ward.folder / journal).write_bytes(whole[:cut_at])
        ward.run()
        assert sorted((ward.folder / journal).read_bytes().splitlines()) == sorted(whole.splitlines())


def test_nothing_temporary_stays(start: Any, posts: Any, undisturbed: Any, between: Path) -> None:
    ward = start()
    for folder in ("inbox", "courier/evidence"):
        (ward.folder / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        (ward.folder / folder / ".tmp-1-dead").write_bytes(b"half")
    assert finished(posts, between) == undisturbed
