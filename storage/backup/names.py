"""What a backup file is called: site, moment and the id it has in the inventory; letters that every medium takes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from core.roles import Site

ENDING = ".ikb"
_NAME = re.compile(r"ikiiki-(contractor|ward)-([0-9]{8}T[0-9]{6}Z)-([0-9A-HJKMNP-TV-Z]{10})\.ikb")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class BackupName:
    """`made` in UTC, to the second."""

    site: Site
    made: dt.datetime
    id: str

    def __str__(self) -> str:
        return f"ikiiki-{self.site.value}-{self.made.astimezone(dt.UTC):{_STAMP}}-{self.id}{ENDING}"


def backup_name(text: str) -> BackupName | None:
    """The parts of a file's name; None when it is no backup's."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        made = dt.datetime.strptime(found[2], _STAMP).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return BackupName(Site(found[1]), made, found[3])


def backups_in(folder: Path) -> list[tuple[BackupName, Path]]:
    """The backups that lie there, oldest first; nothing when there is no such folder."""
    if not folder.is_dir():
        return []
    found = ((backup_name(path.name), path) for path in folder.iterdir() if path.is_file())
    return sorted(((name, path) for name, path in found if name), key=lambda each: each[0].made)
