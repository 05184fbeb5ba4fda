"""Making one file go: overwritten where it lies, synced, unlinked, synced, and looked for again.

On flash, and on file systems that copy on write, overwriting proves nothing: what counts is that the key is gone. On a
plain disk it takes the old blocks with it, at the price of writing them once.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from core.errors import IkiikiError
from storage.remotes.durable import BLOCK
from storage.vault.files import sync_folder

_ZEROS = bytes(BLOCK)


def destroy(path: Path) -> bool:
    """False when nothing was there. A link is taken away itself. Raises `IkiikiError` when it is still there afterwards."""
    try:
        facts = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    if stat.S_ISREG(facts.st_mode):
        _overwrite(path)
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
    if is_there(path):
        raise IkiikiError(
            "消したはずのファイルが残っています", where=path.name,
            next_step="ほかのプログラムが書いていないか確かめ、もう一度実行してください",
        )  # fmt: skip
    return True


def is_there(path: Path) -> bool:
    """Another look: whatever bears that name."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _overwrite(path: Path) -> None:
    with suppress(PermissionError):  # a read-only file of ours can still be unlinked
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            left = os.fstat(descriptor).st_size
            while left > 0:
                left -= os.write(descriptor, _ZEROS[: min(left, BLOCK)])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
