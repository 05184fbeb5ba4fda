"""What stands in the place of a vault that is being erased, or was: one small file that says where the rest is."""

from __future__ import annotations

import json
from pathlib import Path

from core.canonical import canonical_json
from core.errors import IntegrityFailure, Refused
from storage.vault.files import read_private, replace_private

POINTER = "erased.json"
KEPT = "-kept"
"""What the folder of the vault that survives is called, after the name of the old one, beside it."""
_FORMAT = "ikiiki-erased"
_LIMIT = 4096


class VaultErased(Refused):
    """There is no vault here any more, or there is about to be none."""


def kept_beside(folder: Path) -> Path:
    """Where the vault that survives an erasure of `folder` lies."""
    return folder.with_name(folder.name + KEPT)


def write_pointer(folder: Path, kept: Path) -> None:
    """From this moment on the vault at `folder` is being erased, whatever happens."""
    body = {"format": _FORMAT, "version": 1, "kept": kept.name}
    replace_private(folder / POINTER, canonical_json(body) + b"\n")


def read_pointer(folder: Path) -> Path | None:
    """The folder of the vault that survives; None when nothing was begun here. Raises `IntegrityFailure`."""
    try:
        content = read_private(folder / POINTER, limit=_LIMIT)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        told = json.loads(content)
        name = told["kept"]
        if told["format"] != _FORMAT or not isinstance(name, str) or Path(name).name != name:
            raise ValueError("not as written")
        if name in ("", "..", folder.name) or "\0" in name:
            raise ValueError("not beside")
        return folder.with_name(name)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IntegrityFailure(
            "消去のしるしが読めません",
            where=str(folder / POINTER),
            next_step="隣にある、名前が -kept で終わるフォルダを --vault に指定してください",
        ) from error


def refuse_erased(folder: Path) -> None:
    """Raises `VaultErased` where an erasure was begun."""
    kept = read_pointer(folder)
    if kept is not None:
        raise VaultErased(
            "この保管庫は消去されました", where=str(folder),
            next_step=f"管理簿・抽選の記録・消去の報告は、--vault {kept} にあります",
        )  # fmt: skip
