"""Every kind of remote that the conformance suite runs against: add a place, and the whole suite runs on it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from core.exchange.remote import Remote
from storage.remotes import durable
from storage.remotes.box.patience import Patience
from storage.remotes.box.remote import BoxRemote
from storage.remotes.folder import FolderRemote
from tests.box.faults import Fault, Kind
from tests.box.pretend import PretendBox


class Place(Protocol):
    """Where a remote lies, and what may happen to it there."""

    ways: tuple[str, ...]
    """In which ways a call can be broken off."""

    def remote(self) -> Remote:
        """A remote as a program that has just been started would have it; it tries nothing twice."""
        ...

    def fill(self, names: Sequence[str]) -> None:
        """Empty files of these names, put there by somebody else."""
        ...

    def litter(self) -> None:
        """What other people leave in such a place."""
        ...

    def breaking(self, way: str, step: int) -> AbstractContextManager[Callable[[], bool]]:
        """Within it the `step`-th step (from 1) goes wrong, and all after it. Gives what tells whether it came to that."""
        ...


class FolderPlace:
    """A folder; a step is a call that makes something last."""

    ways = ("fails", "fails though it acted")

    def __init__(self, tmp_path: Path) -> None:
        self._folder = tmp_path / "remote"
        self._folder.mkdir()

    def remote(self) -> Remote:
        return FolderRemote(self._folder)

    def fill(self, names: Sequence[str]) -> None:
        for name in names:
            (self._folder / name).touch()

    def litter(self) -> None:
        for name in (".DS_Store", "Thumbs.db", "名簿.zip", "~$a.xlsx", "1-CW-00000009.ZIP", " edge "):
            (self._folder / name).write_bytes(b"x")
        (self._folder / "sub").mkdir()
        (self._folder / "link").symlink_to(self._folder / "Thumbs.db")
        os.mkfifo(self._folder / "pipe")

    @contextmanager
    def breaking(self, way: str, step: int) -> Iterator[Callable[[], bool]]:
        calls = 0

        def failing(real: Callable[..., Any]) -> Callable[..., Any]:
            def called(*args: Any, **more: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls < step:
                    return real(*args, **more)
                if way == "fails though it acted":
                    made = real(*args, **more)
                    if isinstance(made, int):
                        os.close(made)
                raise OSError(errno.EIO, "broken off")

            return called

        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "fsync", "link", "unlink"):
                patch.setattr(durable.os, name, failing(getattr(os, name)))
            yield lambda: calls >= step


class BoxPlace:
    """A pretend Box; a step is a request."""

    ways = (Kind.REFUSED, Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.TRUNCATED)

    def __init__(self, box: PretendBox, tmp_path: Path) -> None:
        self._box, self._notes = box, tmp_path

    def remote(self) -> Remote:
        waits = Patience(sleep=self._box.waited.append, attempts=1)
        return BoxRemote(self._box.settings(self._box.contractor), self._notes / "uploads", patience=waits)

    def fill(self, names: Sequence[str]) -> None:
        for name in names:
            self._box.state.put(self._box.folder.id, name, b"", self._box.ward)

    def litter(self) -> None:
        box = self._box
        for name in ("Thumbs.db", "名簿.zip", "~$a.xlsx", "1-CW-00000009.ZIP", "Box Note.boxnote"):
            box.state.put(box.folder.id, name, b"x", box.ward)
        box.state.add_folder("sub", box.contractor, parent=box.folder.id)
        box.state.add_folder("1-cw-00000008.zip", box.contractor, parent=box.folder.id)

    @contextmanager
    def breaking(self, way: str, step: int) -> Iterator[Callable[[], bool]]:
        faults = self._box.server.faults
        before = len(faults.struck)
        faults.order(Fault("*", "", nth=step, kind=Kind(way), times=1000))
        yield lambda: len(faults.struck) > before
        faults.clear()


@contextmanager
def _folder(tmp_path: Path) -> Iterator[Place]:
    yield FolderPlace(tmp_path)


@contextmanager
def _box(tmp_path: Path) -> Iterator[Place]:
    with PretendBox() as box:
        yield BoxPlace(box, tmp_path)


MAKERS: dict[str, Callable[[Path], AbstractContextManager[Place]]] = {"folder": _folder, "box": _box}


@pytest.fixture(params=sorted(MAKERS))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with MAKERS[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def remote(place: Place) -> Remote:
    return place.remote()
