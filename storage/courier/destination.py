"""Where a courier takes its bundles: a folder, or Box. `courier/remote.toml` says which; it holds no secret."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from core.errors import UsageError
from core.exchange.remote import Remote
from storage.courier.credential import unseal
from storage.remotes.durable import replace
from storage.remotes.folder import FolderRemote

REMOTE = "remote.toml"
BOX = 'kind = "box"\n'


def folder_text(text: str) -> bytes:
    """`folder:/mnt/share` as `remote.toml` has it. Raises `UsageError`."""
    kind, _, place = text.partition(":")
    if kind != "folder" or not place:
        raise UsageError(
            "受渡しの場所が読めません",
            where=text,
            next_step="例: --remote folder:/mnt/share（Boxは ikiiki courier box で設定します）",
        )
    path = str(Path(place).absolute()).replace("\\", "\\\\").replace('"', '\\"')
    return f'kind = "folder"\npath = "{path}"\n'.encode()


def set_folder(courier: Path, text: str) -> None:
    """Take bundles to a folder from now on."""
    replace(courier / REMOTE, folder_text(text))


def set_box(courier: Path) -> None:
    """Take bundles to Box from now on; how to get in lies sealed beside it."""
    replace(courier / REMOTE, BOX.encode())


def shared_folder(courier: Path) -> Path | None:
    """The folder where bundles are exchanged; None where there is none: for Box, and before one was set."""
    try:
        document = tomllib.loads((courier / REMOTE).read_text(encoding="utf-8"))
        return Path(document["path"]) if document["kind"] == "folder" else None
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return None


def destination(courier: Path, credential: Callable[[], str]) -> Remote:
    """The remote that was set. `credential` is asked for Box alone. Raises `UsageError` when none was set."""
    try:
        document = tomllib.loads((courier / REMOTE).read_text(encoding="utf-8"))
        if document["kind"] != "box":
            return FolderRemote(Path(document["path"]))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UsageError(
            "受渡しの場所がまだ決まっていません",
            next_step="ikiiki sync --remote folder:/フォルダ か ikiiki courier box で決めてください",
        ) from error
    sealed = unseal(courier, credential())  # before the SDK is loaded
    from storage.remotes.box.remote import BoxRemote
    from storage.remotes.box.settings import BoxSettings

    return BoxRemote(BoxSettings.from_bytes(sealed), courier / "uploads")
