"""After the draw: who came, and who was told what."""

from __future__ import annotations

import datetime as dt

from storage.store.rows import Connection, moment_of, moment_text


class AttendanceTable:
    """Implements `core.office.ports.Attendance`: what was noted last stands."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, outing: str, record: str, present: bool, at: dt.datetime, actor: str) -> None:
        self._connection.execute(
            "INSERT INTO attendance (outing, record, present, at, actor) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (outing, record) DO UPDATE"
            " SET present = excluded.present, at = excluded.at, actor = excluded.actor",
            (outing, record, int(present), moment_text(at), actor),
        )

    def of(self, outing: str) -> dict[str, bool]:
        rows = self._connection.execute(
            "SELECT record, present FROM attendance WHERE outing = ? ORDER BY record", (outing,)
        )
        return {record: bool(present) for record, present in rows}


class NoticeTable:
    """Implements `core.office.ports.NoticeRows`: every dispatch is kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, batch: str, record: str, kind: str, at: dt.datetime, form: str = "postcard") -> None:
        """The same notice of the same batch again changes nothing."""
        self._connection.execute(
            "INSERT INTO notice (batch, record, kind, at, form) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (batch, record, kind) DO NOTHING",
            (batch, record, kind, moment_text(at), str(form)),
        )

    def form(self, record: str, kind: str) -> str:
        row = self._connection.execute(
            "SELECT form FROM notice WHERE record = ? AND kind = ? ORDER BY id DESC LIMIT 1", (record, kind)
        ).fetchone()
        return str(row[0]) if row else "postcard"

    def all(self) -> list[tuple[str, str]]:
        return list(self._connection.execute("SELECT record, kind FROM notice ORDER BY id"))

    def state(self) -> object:
        return tuple(self._connection.execute("SELECT max(id) FROM notice").fetchone())

    def of(self, record: str) -> list[tuple[str, str, dt.datetime]]:
        rows = self._connection.execute(
            "SELECT kind, form, at FROM notice WHERE record = ? ORDER BY id", (record,)
        )
        return [(kind, form, moment_of(at)) for kind, form, at in rows]

    def sent(self) -> dict[str, tuple[str, str, dt.datetime]]:
        rows = self._connection.execute(
            "SELECT record, kind, batch, at FROM notice"
            " WHERE id IN (SELECT max(id) FROM notice GROUP BY record) ORDER BY record"
        )
        return {record: (kind, batch, moment_of(at)) for record, kind, batch, at in rows}
