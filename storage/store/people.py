"""Small tables about the people at work and their settings: staff, settings, unfinished forms."""

from __future__ import annotations

import builtins
import datetime as dt
from typing import Any

from core.errors import Refused
from core.office.ports import StaffRow
from core.roles import Role
from storage.store.rows import Connection, json_of, json_text, moment_of, moment_text


class StaffTable:
    """Implements `core.office.ports.StaffRows`. A person's row is never removed: old ledger lines need its key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> builtins.list[StaffRow]:
        """Present and past, in the order they were named."""
        rows = self._connection.execute(
            "SELECT staff_id, name, role, signing_public, since, until FROM staff ORDER BY id"
        )
        return [
            StaffRow(
                row[0],
                row[1],
                Role(row[2]),
                bytes(row[3]),
                moment_of(row[4]),
                moment_of(row[5]) if row[5] else None,
            )
            for row in rows
        ]

    def add(self, row: StaffRow) -> None:
        """Raises `Refused` while somebody is named with that id."""
        if row.until is None and self._active(row.staff_id):
            raise Refused(
                "そのIDの職員がすでにいます", where=row.staff_id, next_step="ほかのIDを付けてください"
            )
        self._connection.execute(
            "INSERT INTO staff (staff_id, name, role, signing_public, since, until) VALUES (?, ?, ?, ?, ?, ?)",
            (
                row.staff_id,
                row.name,
                row.role.value,
                row.signing_public,
                moment_text(row.since),
                moment_text(row.until) if row.until else None,
            ),
        )

    def end(self, staff_id: str, at: dt.datetime) -> None:
        """Raises `Refused` when nobody is named with that id."""
        if not self._active(staff_id):
            raise Refused("そのIDの職員はいません", where=staff_id, next_step="職員の一覧を確かめてください")
        self._connection.execute(
            "UPDATE staff SET until = ? WHERE staff_id = ? AND until IS NULL", (moment_text(at), staff_id)
        )

    def _active(self, staff_id: str) -> bool:
        row = self._connection.execute(
            "SELECT 1 FROM staff WHERE staff_id = ? AND until IS NULL", (staff_id,)
        )
        return row.fetchone() is not None


class SettingTable:
    """Implements `core.office.ports.Settings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        row = self._connection.execute("SELECT value FROM setting WHERE name = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, value: str) -> None:
        self._connection.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (key, value),
        )


class DraftTable:
    """Implements `core.office.ports.Drafts`: one unfinished form a person."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, staff_id: str) -> dict[str, Any] | None:
        row = self._connection.execute("SELECT body FROM draft WHERE staff_id = ?", (staff_id,)).fetchone()
        return dict(json_of(row[0])) if row else None

    def put(self, staff_id: str, draft: dict[str, Any] | None) -> None:
        if draft is None:
            self._connection.execute("DELETE FROM draft WHERE staff_id = ?", (staff_id,))
            return
        self._connection.execute(
            "INSERT INTO draft (staff_id, body) VALUES (?, ?) ON CONFLICT (staff_id) DO UPDATE SET body = excluded.body",
            (staff_id, json_text(draft)),
        )
