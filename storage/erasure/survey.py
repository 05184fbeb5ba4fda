"""Which files a vault's folder holds, by kind. Everything in it is ours; what has no other kind is `other`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from core.erasure.copies import Found, Kind
from storage.boxes import COURIER, EVIDENCE, INBOX, OUTBOX
from storage.vault.erased import POINTER
from storage.vault.header import NAME as HEADER
from storage.vault.locks import GATE, INSIDE, LOCK
from storage.vault.migrations import BACKUPS

_DATABASE = re.compile(r"vault-[0-9]+\.db(-wal|-shm|-journal)?")
STANDING = frozenset({POINTER, LOCK, GATE})
"""What is needed until the very end: the word that this vault is gone, and the locks held meanwhile."""


def survey(folder: Path, *, everything: bool = False) -> list[Found]:
    """All files below `folder`, in order of kind and name. Links are named, never followed.

    `everything`: also the entries of who is inside, which come and go with them.
    """
    order = list(Kind)
    found = [
        Found(kind_of(name), name, size)
        for name, size in _files(folder)
        if everything or not name.startswith(f"{INSIDE}/")
    ]
    return sorted(found, key=lambda one: (order.index(one.kind), one.name))


def kind_of(name: str) -> Kind:
    """By its place below the vault, written with `/`."""
    first, _, rest = name.partition("/")
    if not rest:
        if first.startswith(HEADER):
            return Kind.HEADER
        return Kind.DATABASE if _DATABASE.fullmatch(first) else Kind.OTHER
    if first == COURIER:
        return Kind.EVIDENCE if rest.startswith(f"{EVIDENCE}/") else Kind.COURIER
    return {OUTBOX: Kind.OUTBOX, INBOX: Kind.INBOX, BACKUPS: Kind.BACKUP, "published": Kind.PUBLISHED}.get(
        first, Kind.OTHER
    )


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    for top, folders, names in os.walk(folder):
        here = Path(top)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*names, *links]):
            path = here / name
            place = path.relative_to(folder).as_posix()
            if place not in STANDING:
                yield place, path.lstat().st_size
