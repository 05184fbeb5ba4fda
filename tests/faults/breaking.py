"""A machine that breaks at the n-th thing a command does to its disk: full, failing, or suddenly read-only.

Counted are, within the sites' folder, the files opened for writing, written, synced, renamed, linked, removed, made, and
the commits of the vault. `FULL` and `READ_ONLY` last; `FAILING` (EIO) strikes once, as a bad sector does.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as dbapi2

from tests.journeys.acting import Machine, Result, in_process

FULL, FAILING, READ_ONLY = "disk full", "a write fails once", "disk suddenly read-only"
WAYS = {FULL: errno.ENOSPC, FAILING: errno.EIO, READ_ONLY: errno.EROFS}
_SQLITE = {FULL: 13, FAILING: 10, READ_ONLY: 8}  # SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY
_BY_PATH = ("replace", "rename", "link", "unlink", "mkdir", "rmdir", "symlink")
_BY_DESCRIPTOR = ("write", "fsync", "ftruncate")
_THERE = "a folder that is there"
"""Whatever the disk is like, the system says only that it is there."""
_FREEING = {"unlink", "rmdir", "ftruncate"}
"""What a full disk still allows."""


@dataclass
class Disk:
    """How far it is. `at`: the moment that goes wrong, from 1; 0 for none."""

    root: str
    way: str
    at: int
    moments: int = 0

    @property
    def struck(self) -> bool:
        return 0 < self.at <= self.moments

    def moment(self, what: str, path: object = None) -> None:
        """One more. Raises `OSError` when it goes wrong."""
        if path is not None and not self._ours(path):
            return
        self.moments += 1
        if self._goes_wrong(what):
            raise OSError(
                WAYS[self.way], os.strerror(WAYS[self.way]), path if isinstance(path, str | Path) else None
            )

    def commit(self) -> None:
        self.moments += 1
        if self._goes_wrong("commit"):
            error = dbapi2.OperationalError(self.way)
            error.sqlite_errorcode = _SQLITE[self.way]
            raise error

    def _goes_wrong(self, what: str) -> bool:
        if not self.at or what == _THERE:
            return False
        if self.way == FAILING:
            return self.moments == self.at
        return self.moments >= self.at and not (self.way == FULL and what in _FREEING)

    def _ours(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and Path(path).absolute().is_relative_to(self.root)


@contextmanager
def breaking(root: Path, way: str, at: int) -> Iterator[Disk]:
    """Within it the disk under `root` goes wrong at moment `at`."""
    disk = Disk(str(root), way, at)
    real_open, real_io = os.open, io.open

    def opening(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            disk.moment("open", path)
        return real_open(path, flags, *rest, **more)

    def by_path(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(path: Any, *rest: Any, **more: Any) -> Any:
            there = name == "mkdir" and os.path.isdir(path)  # noqa: PTH112 - Path.mkdir is what is struck here
            disk.moment(_THERE if there else name, path)
            return real(path, *rest, **more)

        return call

    def by_descriptor(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(descriptor: int, *rest: Any) -> Any:
            disk.moment(name)
            return real(descriptor, *rest)

        return call

    class Raw(io.FileIO):
        """A file whose every write counts."""

        def write(self, data: Any) -> Any:
            disk.moment("write")
            return super().write(data)

    def opened(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **more: Any) -> Any:
        ours = isinstance(file, int) or disk._ours(file)
        if not ours or not set(mode) & set("wax+"):
            return real_io(file, mode, buffering, *rest, **more)
        if not isinstance(file, int):
            disk.moment("open", file)
        raw = Raw(
            file,
            mode.replace("b", "").replace("t", ""),
            closefd=more.get("closefd", True),
            opener=more.get("opener"),
        )
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        return io.TextIOWrapper(
            buffered, *rest, **{k: v for k, v in more.items() if k not in {"closefd", "opener"}}
        )

    class Connection(dbapi2.Connection):  # type: ignore[misc]
        def execute(self, sql: str, *rest: Any) -> Any:
            if sql == "COMMIT":
                disk.commit()
            return super().execute(sql, *rest)

    real_connect = dbapi2.connect

    def connecting(*words: Any, **more: Any) -> Any:
        return real_connect(*words, **more, factory=Connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", opening)
        for name in _BY_PATH:
            patch.setattr(os, name, by_path(name))
        for name in _BY_DESCRIPTOR:
            patch.setattr(os, name, by_descriptor(name))
        patch.setattr(io, "open", opened)
        patch.setattr(dbapi2, "connect", connecting)
        yield disk


def run_broken(machine: Machine, way: str, at: int, words: tuple[object, ...]) -> tuple[Result, Disk]:
    """The command on a disk that goes wrong at that moment."""
    line, env = machine.words(*words), machine.env()
    with breaking(machine.base, way, at) as disk:
        result = in_process(line, env)
    return result, disk
