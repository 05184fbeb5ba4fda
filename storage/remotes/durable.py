"""Files that are there whole or not at all, also after a power cut: written aside, synced, then named.

A file being written is called `.tmp-…`; whoever lists a folder passes over names that begin with a dot, and `sweep`
removes what a crash left behind.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".tmp-"
BLOCK = 1 << 20
"""Bytes held at a time of what may be large."""
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
"""What file systems without hard links (FAT on a carried medium, some mounts) answer."""


@dataclass(frozen=True)
class Aside:
    """A file that is being written under a name nobody looks at."""

    path: Path
    stream: BinaryIO


@contextmanager
def aside(folder: Path, mode: int = 0o600) -> Iterator[Aside]:
    """A new file in `folder`, to be written, read again, and then named with `settle`; whatever is not named goes."""
    path = folder / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(6)}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            yield Aside(path, stream)
    finally:
        path.unlink(missing_ok=True)


def begin_sync(stream: BinaryIO, start: int, end: int) -> None:
    """Have the disk begin on bytes that were written, without waiting: the sync that comes has less to do. Where the system
    does not know of it, nothing happens."""
    if hasattr(os, "posix_fadvise"):
        stream.flush()
        os.posix_fadvise(stream.fileno(), start, end - start, os.POSIX_FADV_DONTNEED)


def settle(written: Aside, path: Path) -> bool:
    """Give a file written aside its name, synced; False, with nothing changed, when anything is there already.

    Where hard links exist, two writers cannot both win. Without them a last look precedes the rename: enough for a
    medium that one person carries.
    """
    _sync(written.stream)
    try:
        os.link(written.path, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if _taken(path):
            return False
        written.path.rename(path)
    sync_folder(path.parent)
    return True


def create(path: Path, data: bytes | BinaryIO, mode: int = 0o600) -> bool:
    """Create `path` with `data` (all of a stream, from its start) and `mode` (less the umask); False, with nothing
    changed, when anything is there already."""
    with aside(path.parent, mode) as written:
        if isinstance(data, bytes):
            written.stream.write(data)
        else:
            data.seek(0)
            shutil.copyfileobj(data, written.stream, BLOCK)
        return settle(written, path)


def replace(path: Path, data: bytes) -> None:
    """Put `data` (0600) in the place of whatever `path` held."""
    with aside(path.parent) as written:
        written.stream.write(data)
        _sync(written.stream)
        written.path.replace(path)
    sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Append one line (0600), synced. A line torn by a crash before is cut off first: it was never acknowledged."""
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        whole = stream.read()
        stream.truncate(whole.rfind(b"\n") + 1)
        stream.seek(0, os.SEEK_END)
        stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())
    if new:
        sync_folder(path.parent)


def open_file(path: Path) -> BinaryIO | None:
    """A regular file to read, None when there is none. Symbolic links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ELOOP, errno.ENXIO}:
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb")


def read_file(path: Path, limit: int) -> bytes | None:
    """Up to `limit` + 1 bytes of a regular file, None when there is none. Symbolic links are not followed."""
    stream = open_file(path)
    if stream is None:
        return None
    with stream:
        return stream.read(limit + 1)


def same_bytes(one: BinaryIO, other: BinaryIO) -> bool:
    """Whether two streams hold the same, from their starts on."""
    one.seek(0)
    other.seek(0)
    while True:
        block = one.read(BLOCK)
        if other.read(BLOCK) != block:
            return False
        if not block:
            return True


def sweep(folder: Path, before: float) -> None:
    """Remove leftovers of crashed writes last touched before `before` (seconds since the epoch)."""
    for path in folder.iterdir():
        if path.name.startswith(TEMPORARY):
            try:
                if path.lstat().st_mtime < before:
                    path.unlink()
            except (FileNotFoundError, PermissionError):
                continue  # another process swept it, or it is another user's to sweep


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` last. Systems that cannot sync a folder keep them in order anyway."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:
            raise
    finally:
        os.close(descriptor)


def _sync(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _taken(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True
