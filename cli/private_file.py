"""Files with people in them, outside the vault: new ones only, and only their owner can read them."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import UsageError


def need_new(file: Path) -> None:
    """Raises `UsageError` where there is anything of that name already, a link that leads nowhere too."""
    if file.exists() or file.is_symlink():
        raise UsageError(
            "同じ名前のファイルがすでにあります。上書きはしていません",
            where=str(file),
            next_step="別の名前を付けるか、前のファイルを片付けてください",
        )


def write_new(file: Path, data: bytes) -> None:
    """Make `file` as `create`, and its folder if need be. Raises `UsageError`."""
    need_new(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        create(file, data)
    except OSError as error:
        raise UsageError(
            "ファイルに書けません",
            where=str(file),
            next_step="空きと書き込みの許可を確かめるか、別の場所を指定してください",
        ) from error


def create(file: Path, data: bytes) -> None:
    """Make `file`, 0600 and synced; what is there already is never written into. Raises `OSError`.

    (Written into, it would keep its own mode, or be what somebody's link leads to.)
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
