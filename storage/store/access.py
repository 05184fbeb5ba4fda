"""The 操作ログ: who did what, each row chained to the one before."""

from __future__ import annotations

import datetime as dt

from core.ledger.access import access_hash
from core.office.ports import AccessRow
from storage.store.rows import Connection, moment_of, moment_text

NOTHING = "0" * 64
"""What the first row follows."""


class AccessTable:
    """Implements `core.office.ports.AccessLog`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, at: dt.datetime, staff_id: str, act: str, detail: str, terminal: str) -> None:
        """Add a row. Its chain is `access_hash` over seq, at (as stored), staff_id, act, detail and terminal."""
        seq = self.count() + 1
        row = {
            "seq": seq,
            "at": moment_text(at),
            "staff_id": staff_id,
            "act": act,
            "detail": detail,
            "terminal": terminal,
        }
        self._connection.execute(
            "INSERT INTO access_log (seq, at, staff_id, act, detail, terminal, chain)"
            " VALUES (:seq, :at, :staff_id, :act, :detail, :terminal, :chain)",
            {**row, "chain": access_hash(self.head(), row)},
        )

    def page(self, offset: int, limit: int) -> list[AccessRow]:
        """Newest first. Raises `ValueError` below 0."""
        if offset < 0 or limit < 0:
            raise ValueError("offset and limit count from 0")
        rows = self._connection.execute(
            "SELECT seq, at, staff_id, act, detail, terminal, chain FROM access_log ORDER BY seq DESC LIMIT ? OFFSET ?",
            (limit, offset),
        )
        return [AccessRow(row[0], moment_of(row[1]), row[2], row[3], row[4], row[5], row[6]) for row in rows]

    def count(self) -> int:
        """Rows are numbered from 1 without a gap, and never removed."""
        (last,) = self._connection.execute("SELECT max(seq) FROM access_log").fetchone()
        return int(last or 0)

    def head(self) -> str:
        """The newest row's chain, 64 zeros when there is none."""
        row = self._connection.execute("SELECT chain FROM access_log ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0]) if row else NOTHING
