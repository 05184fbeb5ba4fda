"""What became of bundles that will never be in force: set aside by who received them, voided by who sent them."""

from __future__ import annotations

import builtins
from typing import Any

from core.office.fates import Fate
from storage.store.rows import Connection, moment_of, moment_text


class FateTable:
    """Implements `core.office.fates.Fates`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, fate: Fate) -> None:
        """Write it down, once: the same fate of the same bundle again breaks a rule of the table."""
        self._connection.execute(
            "INSERT INTO bundle_fate (name, direction, fate, manifest_sha256, at) VALUES (?, ?, ?, ?, ?)",
            (
                fate.name,
                fate.direction,
                "void" if fate.void else "aside",
                fate.manifest_sha256,
                moment_text(fate.at),
            ),
        )

    def get(self, name: str) -> Fate | None:
        """The last word on it: that it is void stands over that it was set aside."""
        found = self._select("WHERE name = ? ORDER BY fate DESC LIMIT 1", name)
        return found[0] if found else None

    def list(self, direction: str) -> builtins.list[Fate]:
        """In order of name; of one that was set aside and then voided, both."""
        return self._select("WHERE direction = ? ORDER BY name, fate", direction)

    def _select(self, clause: str, value: str) -> builtins.list[Fate]:
        rows = self._connection.execute(
            f"SELECT name, direction, fate, manifest_sha256, at FROM bundle_fate {clause}",  # noqa: S608 - fixed words
            (value,),
        )
        return [_fate_of(row) for row in rows]


def _fate_of(row: Any) -> Fate:
    return Fate(row[0], row[1], row[2] == "void", row[3], moment_of(row[4]))
