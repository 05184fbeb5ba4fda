"""Private files: made for their owner alone, checked before use, replaced as a whole or not at all.

Folders are 0700 and files 0600. A link, a stranger's file or an open mode is refused before a byte is read: the
vault's bytes are encrypted, but its header can be swapped and its log of failed logins read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from core.errors import IntegrityFailure, Refused

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_TEMPORARY = ".tmp"


def check_private(path: Path, *, folder: bool = False) -> None:
    """Raises unless `path` itself is a plain file (or folder) of ours that nobody else may touch.

    `IntegrityFailure` for a link, another kind of file, or another owner; `Refused`, with the command to run, for
    open permissions. `FileNotFoundError` passes through.
    """
    _check(path.lstat(), path, folder=folder)


def _check(found: os.stat_result, path: Path, *, folder: bool) -> None:
    right_kind = stat.S_ISDIR(found.st_mode) if folder else stat.S_ISREG(found.st_mode)
    if not right_kind:
        raise IntegrityFailure(
            "フォルダーであるはずの場所に、別のものがあります"
            if folder
            else "ファイルであるはずの場所に、リンクなど別のものがあります",
            where=str(path),
            next_step="だれが置いたものかを確かめ、取扱責任者に知らせてください",
        )
    if found.st_uid != os.geteuid():
        raise IntegrityFailure(
            "所有者が、いまの利用者ではありません",
            where=str(path),
            next_step="保管庫を作った利用者で実行してください。心当たりがなければ取扱責任者に知らせてください",
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        mode = "700" if folder else "600"
        raise Refused(
            "ほかの利用者にも開かれています",
            where=str(path),
            next_step=f"chmod {mode} '{path}' を実行してから、もう一度お試しください",
        )


def private_folder(path: Path) -> None:
    """Make `path` 0700 when it is missing (its parent must exist); check it otherwise."""
    try:
        path.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        check_private(path, folder=True)


def read_private(path: Path, *, limit: int) -> bytes:
    """The bytes of a private file of at most `limit` bytes.

    Raises as `check_private`, and `IntegrityFailure` when it is longer. `FileNotFoundError` passes through.
    """
    check_private(path)
    descriptor = os.open(path, _READ)
    with os.fdopen(descriptor, "rb") as file:
        _check(os.fstat(descriptor), path, folder=False)
        content = file.read(limit + 1)
    if len(content) > limit:
        raise IntegrityFailure("ファイルが大きすぎます", where=str(path))
    return content


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a private file, made 0600 with `O_CREAT`; never follows a link. Raises as `check_private`."""
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    except OSError:
        if path.is_symlink():
            check_private(path)
        raise
    try:
        _check(os.fstat(descriptor), path, folder=False)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def make_private(path: Path) -> None:
    """Make an empty 0600 file. Raises `FileExistsError` when there is one."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE))


def sync_file(path: Path) -> None:
    """Have the bytes of `path` reach the disk."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Have the names in `path` reach the disk (a rename lasts only after this)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def temporary_of(path: Path) -> Path:
    """Where the next content of `path` is written before it takes the name. One writer at a time: hold a lock."""
    return path.with_name(path.name + _TEMPORARY)


def write_temporary(path: Path, content: bytes) -> Path:
    """Write `content`, synced, beside `path`; `os.replace` the result over `path`, then `sync_folder`."""
    temporary = temporary_of(path)
    temporary.unlink(missing_ok=True)
    descriptor = os.open(
        temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE
    )
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return temporary


def replace_private(path: Path, content: bytes) -> None:
    """Put `content` at `path`, 0600, so that after any crash the old or the new file is there, whole."""
    temporary = write_temporary(path, content)
    temporary.replace(path)
    sync_folder(path.parent)
