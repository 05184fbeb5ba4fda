"""Two paired vault folders with a folder between them; and remotes that fail where a test wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from core.exchange.remote import Put, Remote, RemoteFile
from tests.storage.courier.posts import Post, post_pair


@pytest.fixture
def between(tmp_path: Path) -> Path:
    folder = tmp_path / "remote"
    folder.mkdir()
    return folder


@pytest.fixture
def make_posts(between: Path) -> Callable[[Path], tuple[Post, Post]]:
    return partial(post_pair, between=between)


@pytest.fixture
def posts(tmp_path: Path, make_posts: Callable[[Path], tuple[Post, Post]]) -> tuple[Post, Post]:
    return make_posts(tmp_path)


class Cut(BaseException):
    """The machine stops here."""


@dataclass
class Interrupted(Remote):
    """A remote at whose `at`-th call everything stops, before or after the call has had its effect."""

    remote: Remote
    at: int
    after: bool
    error: Callable[[], BaseException] = Cut
    calls: int = 0

    def put_from(self, name: str, source: BinaryIO) -> Put:
        self._before()
        outcome = self.remote.put_from(name, source)
        self._after()
        return outcome

    def list(self) -> list[RemoteFile]:
        self._before()
        files = self.remote.list()
        self._after()
        return files

    def get_into(self, name: str, target: BinaryIO, limit: int) -> None:
        self._before()
        self.remote.get_into(name, target, limit)
        self._after()

    def delete(self, name: str) -> bool:
        self._before()
        outcome = self.remote.delete(name)
        self._after()
        return outcome

    def _before(self) -> None:
        if self.calls == self.at and not self.after:
            raise self.error()

    def _after(self) -> None:
        self.calls += 1
        if self.calls == self.at + 1 and self.after:
            raise self.error()


@pytest.fixture
def interrupted() -> type[Interrupted]:
    return Interrupted


@pytest.fixture
def cut() -> type[Cut]:
    return Cut
