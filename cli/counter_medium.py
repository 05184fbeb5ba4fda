"""※ The medium that takes the applications of the ward's counter to the contractor: written at the one, taken in at the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.private_file import need_outside
from core.exchange.names import MANIFEST, ZIP, bundle_name
from core.office.envelope import DESK_CHANNEL
from storage.remotes.folder import FolderRemote

if TYPE_CHECKING:
    from core.office.office import Office


def write_desk_medium(office: Office, folder: Path) -> str | None:
    """At the ward: write the counter's applications, sealed, to a medium; the newest bundle's name.

    What an earlier medium carries, and the contractor's ledger does not tell of yet, goes with it.
    """
    need_outside(folder)
    medium = FolderRemote(folder)
    medium.list()  # no medium there: find out before anything is sealed for it
    office.records.seal_desk()
    name = None
    for name, zip_bytes, manifest in office.records.desk_on_the_way():
        medium.put(f"{name}{ZIP}", zip_bytes)
        medium.put(f"{name}{MANIFEST}", manifest)
    return name


def read_desk_medium(office: Office, folder: Path) -> list[str]:
    """At the contractor: take in what a medium from the ward's counter holds; the names of new bundles."""
    medium = FolderRemote(folder)
    found = (bundle_name(file.name, MANIFEST) for file in medium.list())
    names = [str(one) for one in sorted(one for one in found if one and one.channel.value == DESK_CHANNEL)]

    def read(name: str) -> tuple[bytes, bytes]:
        return medium.get(f"{name}{ZIP}", 256 * 2**20), medium.get(f"{name}{MANIFEST}", 2**20)

    taken = []
    for name in office.exchange.in_turn(names, read):
        if office.records.take_in_desk(name, *read(name)):
            taken.append(name)
    return taken
