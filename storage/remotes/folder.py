"""A folder as the place in between: a mounted share, a carried medium, or, in the demo, a folder in place of Box."""

from __future__ import annotations

import errno
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import IntegrityFailure, RemoteUnreachable
from core.exchange.remote import (
    Put,
    RemoteConflict,
    RemoteFile,
    RemoteMissing,
    RemoteReadOnly,
    is_remote_name,
    require_remote_name,
)
from storage.remotes.durable import create, read_file, sweep, sync_folder

_SHARED = 0o644
"""The other site may be another user of the same share; what lies here is sealed."""
_STALE = 24 * 3600
"""Seconds after which a half-written file is nobody's any more."""


class FolderRemote:
    """A `core.exchange.remote.Remote` in one flat folder, which must exist: a missing one is an unplugged medium."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch, for sweeping old leftovers alone."""
        self._folder = folder
        self._clock = clock

    def put(self, name: str, data: bytes) -> Put:
        require_remote_name(name)
        with self._reachable(writing=True):
            sweep(self._folder, self._clock() - _STALE)
            if create(self._folder / name, data, _SHARED):
                return Put.CREATED
            if read_file(self._folder / name, len(data)) == data:
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

    def get(self, name: str, limit: int) -> bytes:
        require_remote_name(name)
        with self._reachable():
            self._require_folder()
            data = read_file(self._folder / name, limit)
        if data is None:
            raise RemoteMissing("共有先にファイルがありません", where=name)
        if len(data) > limit:
            raise IntegrityFailure("ファイルが大きすぎます", where=name)
        return data

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
