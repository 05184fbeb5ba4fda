"""Every kind of remote that the conformance suite runs against: add a maker, and the whole suite runs on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.exchange.remote import Remote
from storage.remotes.folder import FolderRemote


def _folder(tmp_path: Path) -> Remote:
    folder = tmp_path / "remote"
    folder.mkdir()
    return FolderRemote(folder)


MAKERS: dict[str, Callable[[Path], Remote]] = {"folder": _folder}


@pytest.fixture(params=sorted(MAKERS))
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Remote:
    return MAKERS[request.param](tmp_path)
