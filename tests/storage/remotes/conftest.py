"""Every kind of remote that the conformance suite runs against: add a maker, and the whole suite runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from core.exchange.remote import Remote
from storage.remotes.folder import FolderRemote
from tests.box.pretend import PretendBox


@contextmanager
def _folder(tmp_path: Path) -> Iterator[Remote]:
    folder = tmp_path / "remote"
    folder.mkdir()
    yield FolderRemote(folder)


@contextmanager
def _box(tmp_path: Path) -> Iterator[Remote]:
    with PretendBox() as box:
        yield box.remote(box.contractor, tmp_path)


MAKERS: dict[str, Callable[[Path], AbstractContextManager[Remote]]] = {"folder": _folder, "box": _box}


@pytest.fixture(params=sorted(MAKERS))
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    with MAKERS[request.param](tmp_path) as made:
        yield made
