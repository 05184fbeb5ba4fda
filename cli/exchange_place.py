"""Where a site exchanges its bundles: a folder, or Box, whose settings are sealed under a credential of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from cli.clock import now
from cli.private_file import need_outside
from core.errors import UsageError
from core.roles import Right
from storage.boxes import COURIER
from storage.courier import credential as sealed
from storage.courier.destination import set_box, set_folder

if TYPE_CHECKING:
    from cli.inside import Inside


def set_remote(folder: Path, text: str) -> None:
    """Remember where bundles are exchanged: `folder:/mnt/share`. Raises `UsageError`."""
    set_folder(folder / COURIER, text, now())


def use_box(inside: Inside, settings: Path, credential: Path, jwt_config: Path | None) -> str:
    """See `Session.use_box`."""
    inside.office.actor.require(Right.PARTNER)
    try:
        text = settings.read_text(encoding="utf-8")
        console = json.loads(jwt_config.read_text(encoding="utf-8")) if jwt_config else None
    except (OSError, ValueError):
        raise UsageError("Boxの設定のファイルを読めません", where=str(jwt_config or settings)) from None
    from storage.remotes.box.settings import BoxSettings
    from storage.remotes.durable import create as create_private

    need_outside(credential)
    chosen = BoxSettings.from_toml(text, console)
    secret = sealed.credential_text(os.urandom(sealed.BYTES))
    handed = f"{secret}\n".encode("ascii")
    if not create_private(credential, handed):
        raise UsageError("その名前のファイルがもうあります", where=str(credential))
    inside.office.written.note(str(credential.absolute()), handed, last=True)
    courier = inside.folder / COURIER
    sealed.seal(courier, chosen.to_bytes(), secret, os.urandom(12))
    inside.office.exchange.keep_courier_credential(secret)
    set_box(courier, chosen.folder, now())
    return chosen.folder
