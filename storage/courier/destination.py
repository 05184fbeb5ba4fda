"""Where a courier takes its bundles: a folder, or Box. `courier/remote.toml` says which; it holds no secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from core.errors import UsageError
from core.exchange.remote import Remote
from core.toml_text import read_toml
from storage.courier.credential import unseal
from storage.courier.places import note_place
from storage.remotes.durable import replace
from storage.remotes.folder import FolderRemote

REMOTE = "remote.toml"


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


def set_folder(courier: Path, text: str, now: dt.datetime) -> None:
    """Take bundles to a folder from now on. The place before stays on record."""
    content = folder_text(text)
    note_place(courier, place_of(courier), _id(content.decode()), now)
    replace(courier / REMOTE, content)


def set_box(courier: Path, folder: str, now: dt.datetime) -> None:
    """Take bundles to that Box folder from now on; how to get in lies sealed beside it. The place before stays on record."""
    content = f'kind = "box"\nfolder = "{folder}"\n'
    note_place(courier, place_of(courier), _id(content), now)
    replace(courier / REMOTE, content.encode())


def place_of(courier: Path) -> str:
    """`folder:<path>` or `box:<number>` (without the number where it was set by an earlier version); "" before one was set."""
    try:
        return _id((courier / REMOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _id(text: str) -> str:
    document = read_toml(text)
    if document["kind"] == "box":
        return f"box:{document.get('folder', '')}"
    return f"folder:{document['path']}"


def shared_folder(courier: Path) -> Path | None:
    """The folder where bundles are exchanged; None where there is none: for Box, and before one was set."""
    try:
        document = read_toml((courier / REMOTE).read_text(encoding="utf-8"))
        return Path(document["path"]) if document["kind"] == "folder" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def destination(courier: Path, credential: Callable[[], str]) -> Remote:
    """The remote that was set. `credential` is asked for Box alone. Raises `UsageError` when none was set."""
    try:
        document = read_toml((courier / REMOTE).read_text(encoding="utf-8"))
        if document["kind"] == "folder":
            return FolderRemote(Path(document["path"]))
        if document["kind"] != "box":
            raise ValueError(document["kind"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "受渡しの場所がまだ決まっていません",
            where=f"courier/{REMOTE}",
            next_step="ikiiki sync --remote folder:/フォルダ か ikiiki courier box で決めてください",
        ) from error
    sealed = unseal(courier, credential())  # before the SDK is loaded
    from storage.remotes.box.remote import BoxRemote
    from storage.remotes.box.settings import BoxSettings

    return BoxRemote(BoxSettings.from_bytes(sealed), courier / "uploads")
