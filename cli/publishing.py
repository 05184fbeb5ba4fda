"""What the public gets of a draw: its folder, and the hashes that the ward's notice gives beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.private_file import need_outside
from core.canonical import sha256_hex
from core.errors import UsageError
from core.roles import Right

if TYPE_CHECKING:
    from core.office.office import Office


def publish(office: Office, folder: Path, draw: str | None) -> str:
    """Write the public folder of the newest draw, or of the one named, and enter it in the ledger; the draw's id."""
    from storage.public.publish import publish as write_public

    office.actor.require(Right.EXPORT)
    need_outside(folder)
    name, files = office.publication.files(draw)
    try:
        write_public(folder, files)
    except OSError as error:
        raise UsageError("公開フォルダに書けません", where=str(folder)) from error
    office.publication.published(name)
    return name


def notice_hashes(office: Office) -> dict[str, str]:
    """What the ward's notice gives: SHA-256 by file name, of the tools of this version and of both sites' keys."""
    from storage.public import checking_tools

    of_both = checking_tools() | office.publication.keys()
    return {name: sha256_hex(data) for name, data in of_both.items()}
