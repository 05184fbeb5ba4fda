"""A folder as the place in between: a mounted share, a carried medium, or, in the demo, a folder in place of Box."""

from __future__ import annotations

import datetime as dt
import errno
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.errors import IntegrityFailure, RemoteUnreachable
from core.exchange.remote import (
    Put,
    Remote,
    RemoteConflict,
    RemoteFile,
    RemoteMissing,
    RemoteReadOnly,
    is_remote_name,
    require_remote_name,
)
from storage.remotes.durable import BLOCK, create, open_file, same_bytes, sweep, sync_folder

_SHARED = 0o644
"""The other site may be another user of the same share; what lies here is sealed."""
_OWN = 5.0
"""Seconds within which a time stamp is our own clock's: FAT counts in twos, and a large file takes its time."""
_STALE = 24 * 3600
"""Seconds after which a half-written file is nobody's any more."""


class FolderRemote(Remote):
    """A `core.exchange.remote.Remote` in one flat folder, which must exist: a missing one is an unplugged medium."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch, for sweeping old leftovers and for `skew`."""
        self._folder = folder
        self._clock = clock
        self._ahead: float | None = None

    def skew(self) -> dt.timedelta | None:
        """How far the clock of the machine that keeps the folder is ahead of ours (`core.exchange.remote.Clocked`).

        By the time stamp of what was last created here: a file server writes its own. Where the stamp is ours to within a
        few seconds, the folder may as well be on this machine, and tells nothing.
        """
        if self._ahead is None or abs(self._ahead) <= _OWN:
            return None
        return dt.timedelta(seconds=self._ahead)

    def put_from(self, name: str, source: BinaryIO) -> Put:
        require_remote_name(name)
        with self._reachable(writing=True):
            sweep(self._folder, self._clock() - _STALE)
            if create(self._folder / name, source, _SHARED):
                with suppress(FileNotFoundError):  # somebody took it away at once
                    self._ahead = (self._folder / name).lstat().st_mtime - self._clock()
                return Put.CREATED
            if self._holds(name, source):
                sync_folder(self._folder)
                return Put.SAME
        raise RemoteConflict(
            "共有先に、同じ名前で内容の異なるファイルがあります",
            where=name,
            next_step="消さずに、相手方の取扱責任者と確認してください",
        )

    def list(self) -> list[RemoteFile]:
        with self._reachable():
            found = []
            for path in self._folder.iterdir():
                if not is_remote_name(path.name):
                    continue
                try:
                    facts = path.lstat()
                except FileNotFoundError:
                    continue  # deleted while we looked
                if stat.S_ISREG(facts.st_mode):
                    found.append(RemoteFile(path.name, facts.st_size))
            return sorted(found, key=lambda file: file.name)

    def get_into(self, name: str, target: BinaryIO, limit: int) -> None:
        require_remote_name(name)
        with self._reachable():
            self._require_folder()
            stream = open_file(self._folder / name)
            if stream is None:
                raise RemoteMissing("共有先にファイルがありません", where=name)
            with stream:
                left = limit  # counted: a file on a share may grow while it is read
                while block := stream.read(min(BLOCK, left + 1)):
                    left -= len(block)
                    if left < 0:
                        raise IntegrityFailure("ファイルが大きすぎます", where=name)
                    target.write(block)

    def delete(self, name: str) -> bool:
        require_remote_name(name)
        with self._reachable(writing=True):
            self._require_folder()
            try:
                (self._folder / name).unlink()
            except FileNotFoundError:
                return False
            sync_folder(self._folder)
            return True

    def _holds(self, name: str, source: BinaryIO) -> bool:
        stream = open_file(self._folder / name)
        if stream is None:
            return False
        with stream:
            return same_bytes(stream, source)

    def _require_folder(self) -> None:
        if not self._folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "no folder")

    @contextmanager
    def _reachable(self, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = str(self._folder)
            if writing and error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
                raise RemoteReadOnly(
                    "共有先のフォルダに書き込めません",
                    where=where,
                    next_step="書き込みの権限を確認してください。受け取りは続けられます",
                ) from error
            reason = {
                errno.ENOENT: "共有先のフォルダがありません",
                errno.ENOTDIR: "共有先がフォルダではありません",
                errno.EACCES: "共有先のフォルダを読めません",
                errno.ENOSPC: "共有先の空きがありません",
            }.get(error.errno or 0, "共有先のフォルダを使えません")
            raise RemoteUnreachable(
                reason, where=where, next_step="媒体や共有フォルダの接続を確認し、もう一度実行してください"
            ) from error
