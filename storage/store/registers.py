"""The registers: every version of every entry, only ever added."""

from __future__ import annotations

from core.register_kinds import Entry, Kind
from storage.store.rows import Connection, json_of, json_text


class RegisterTable:
    """Implements `core.office.register_port.RegisterRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, entry: Entry) -> None:
        """The next version of its entry, or the first."""
        self._connection.execute(
            "INSERT INTO register_entry (kind, key, version, body, ended, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                entry.kind.value, entry.key, entry.version, json_text(dict(entry.body)), int(entry.ended),
                entry.at, entry.by,
            ),
        )  # fmt: skip

    def all(self) -> list[Entry]:
        """Every version of every register, in the order they were written."""
        rows = self._connection.execute(
            "SELECT kind, key, version, body, ended, at, by FROM register_entry ORDER BY id"
        )
        return [
            Entry(Kind(row[0]), row[1], row[2], json_of(row[3]), bool(row[4]), row[5], row[6]) for row in rows
        ]
