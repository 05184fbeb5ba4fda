"""Where a courier takes its bundles: a folder, or Box. `courier/remote.toml` says which; it holds no secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import UsageError
from core.exchange.remote import Remote
from core.toml_text import read_toml
from storage.courier.credential import unseal
from storage.courier.places import note_place
from storage.remotes.durable import replace
from storage.remotes.folder import FolderRemote

REMOTE = "remote.toml"
_CHOOSE = "ikiiki sync --remote folder:/フォルダ か ikiiki courier box で"


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


@dataclass(frozen=True)
class Chosen:
    """What `remote.toml` says: a folder and its path, or Box and its folder's number there ("" where an earlier version set it)."""

    kind: Literal["folder", "box"]
    place: str

    @property
    def id(self) -> str:
        """As `places.jsonl` names it: `folder:<path>` or `box:<number>`."""
        return f"{self.kind}:{self.place}"


def chosen(courier: Path) -> Chosen | None:
    """The place bundles are taken to; None before one was set. Raises `UsageError` for a file that does not say which."""
    try:
        return _chosen((courier / REMOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            "受渡しの場所の設定が読めません",
            where=f"courier/{REMOTE}",
            next_step=f"{_CHOOSE}決め直してください",
        ) from error


def _chosen(text: str) -> Chosen:
    document = read_toml(text)
    kind = document["kind"]
    place = document["path"] if kind == "folder" else document.get("folder", "")
    if kind not in ("folder", "box") or not isinstance(place, str):
        raise ValueError(kind)
    return Chosen(kind, place)


def set_folder(courier: Path, text: str, now: dt.datetime) -> None:
    """Take bundles to a folder from now on. The place before stays on record."""
    _set(courier, folder_text(text), now)


def set_box(courier: Path, folder: str, now: dt.datetime) -> None:
    """Take bundles to that Box folder from now on; how to get in lies sealed beside it. The place before stays on record."""
    _set(courier, f'kind = "box"\nfolder = "{folder}"\n'.encode(), now)


def _set(courier: Path, content: bytes, now: dt.datetime) -> None:
    try:
        before = place_of(courier)
    except UsageError:  # this is how a file that cannot be read is mended; `places.jsonl` has what it said
        before = ""
    note_place(courier, before, _chosen(content.decode()).id, now)
    replace(courier / REMOTE, content)


def place_of(courier: Path) -> str:
    """The id of the place bundles are taken to; "" before one was set. Raises as `chosen`."""
    there = chosen(courier)
    return there.id if there else ""


def shared_folder(courier: Path) -> Path | None:
    """The folder where bundles are exchanged; None where there is none: for Box, and before one was set. Raises as `chosen`."""
    there = chosen(courier)
    return Path(there.place) if there and there.kind == "folder" else None


def destination(courier: Path, credential: Callable[[], str]) -> Remote:
    """The remote that was set. `credential` is asked for Box alone. Raises `UsageError` when none was set, and as `chosen`."""
    there = chosen(courier)
    if there is None:
        raise UsageError(
            "受渡しの場所がまだ決まっていません",
            where=f"courier/{REMOTE}",
            next_step=f"{_CHOOSE}決めてください",
        )
    if there.kind == "folder":
        return FolderRemote(Path(there.place))
    sealed = unseal(courier, credential())  # before the SDK is loaded
    from storage.remotes.box.remote import BoxRemote
    from storage.remotes.box.settings import BoxSettings

    return BoxRemote(BoxSettings.from_bytes(sealed), courier / "uploads")
