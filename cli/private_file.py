"""Files with people in them, outside the vault: new ones only, and only their owner can read them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from core.disk import name_taken
from core.errors import Refused, UsageError

HEADER = "vault.json"
"""What a folder has that is a vault: looked for before anything of storage is loaded."""
_SURVIVOR = re.compile(r"\.?(.+)-kept(?:\.new)?")
"""Where what survives an erasure is built, and stays, beside a vault of the name before it."""


def need_outside(place: Path) -> Path:
    """`place`, to write to by hand. Raises `Refused` for one in any vault's folder, or where the one that survives its erasure will lie.

    What lies there is taken for the vault's own: under the name of an erasure's papers, a ledger would stop every command.
    """
    try:
        where = place.absolute().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle; what no name may hold
        raise UsageError(
            "その場所を使えません", where=str(place), next_step="別の場所を指定してください"
        ) from error
    if any(os.path.lexists(one / HEADER) for folder in (where, *where.parents) for one in _vaults(folder)):
        raise Refused(
            "保管庫のフォルダの中と、消去のあとに残すものの場所には、書き出せません。まだ何も書いていません",
            where=str(place),
            next_step="別のフォルダを指定してください",
        )
    return place


def _vaults(folder: Path) -> Iterator[Path]:
    """The vaults whose own this folder would be."""
    yield folder
    if survivor := _SURVIVOR.fullmatch(folder.name):
        yield folder.with_name(survivor[1])


def need_new(file: Path) -> None:
    """Raises `UsageError` where there is anything of that name already, a link that leads nowhere too, and as `need_outside`."""
    need_outside(file)
    if file.exists() or file.is_symlink():
        raise name_taken(str(file))


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
