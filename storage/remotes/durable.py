"""Files that are there whole or not at all, also after a power cut: written aside, synced, then named.

A file being written is called `.tmp-…`; whoever lists a folder passes over names that begin with a dot, and `sweep`
removes what a crash left behind.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

TEMPORARY = ".tmp-"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
"""What file systems without hard links (FAT on a carried medium, some mounts) answer."""


def create(path: Path, data: bytes, mode: int = 0o600) -> bool:
    """Create `path` with `data` and `mode` (less the umask); False, with nothing changed, when anything is there already.

    Where hard links exist, two writers cannot both win. Without them a last look precedes the rename: enough for a
    medium that one person carries.
    """
    temporary = _write_aside(path, data, mode)
    try:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if _taken(path):
                return False
            temporary.rename(path)
        sync_folder(path.parent)
        return True
    finally:
        temporary.unlink(missing_ok=True)


def replace(path: Path, data: bytes) -> None:
    """Put `data` (0600) in the place of whatever `path` held."""
    temporary = _write_aside(path, data, 0o600)
    try:
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
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


def read_file(path: Path, limit: int) -> bytes | None:
    """Up to `limit` + 1 bytes of a regular file, None when there is none. Symbolic links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ELOOP, errno.ENXIO}:
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(limit + 1)


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


def _write_aside(path: Path, data: bytes, mode: int) -> Path:
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(6)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _taken(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True
