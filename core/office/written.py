"""Files with people in them, or keys, that the program wrote outside the vault: which, and where, so that they can be erased.

Kept in the vault alone: a path is a person's own words. Ledger and log tell that a paper was made, never where it lies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from core.canonical import sha256_hex
from core.office.desk import Desk, iso
from core.office.ports import Tx
from core.roles import Right

_KEY = "written_files"


@dataclass(frozen=True)
class Written:
    """One file: its absolute path, the hash of what was written there last, and when (RFC 3339)."""

    path: str
    sha256: str
    at: str
    last: bool = False
    """It opens the way into the place of exchange, and is needed until that is empty."""


def written_files(tx: Tx) -> list[Written]:
    """All of them, oldest first."""
    return [Written(*one) for one in json.loads(tx.settings.get(_KEY) or "[]")]


class WrittenFiles:
    """Where the program's own files lie."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def note(self, path: str, content: bytes, *, last: bool = False) -> None:
        """That `content` is about to be written at `path` (absolute). Before it is: a crash must not lose track of it."""
        with self._desk.writing(Right.READ) as tx:
            rest = [one for one in written_files(tx) if one.path != path]
            rest.append(Written(path, sha256_hex(content), iso(self._desk.now()), last))
            tx.settings.put(
                _KEY,
                json.dumps([[one.path, one.sha256, one.at, one.last] for one in rest], ensure_ascii=False),
            )

    def list(self) -> Sequence[Written]:
        with self._desk.reading() as tx:
            return written_files(tx)
