"""The 操作ログ: who did what, each row chained to the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core.errors import IntegrityFailure
from core.ledger.access import access_hash
from core.office.log_ports import AccessRow
from storage.store.rows import Connection, moment_of, moment_text, pieces

NOTHING = "0" * 64
"""What the first row follows."""


_SELECT = "SELECT seq, at, staff_id, act, detail, terminal, chain FROM access_log"


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
        return self._read("ORDER BY seq DESC LIMIT ? OFFSET ?", limit, offset)

    def after(self, seq: int, limit: int) -> list[AccessRow]:
        """Oldest first, from the row behind that number on."""
        return self._read("WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)

    def rows(self, seqs: Sequence[int]) -> list[AccessRow]:
        """Those of these numbers that there are, in order."""
        return [
            row
            for few in pieces(sorted(set(seqs)))
            for row in self._read(f"WHERE seq IN ({', '.join('?' * len(few))}) ORDER BY seq", *few)
        ]

    def _read(self, which: str, *values: int) -> list[AccessRow]:
        found = self._connection.execute(f"{_SELECT} {which}", values)
        return [_row(row) for row in found]

    def count(self) -> int:
        """Rows are numbered from 1 without a gap, and never removed."""
        (last,) = self._connection.execute("SELECT max(seq) FROM access_log").fetchone()
        return int(last or 0)

    def head(self) -> str:
        """The newest row's chain, 64 zeros when there is none."""
        row = self._connection.execute("SELECT chain FROM access_log ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0]) if row else NOTHING


def _row(row: Any) -> AccessRow:
    """Raises `IntegrityFailure` for a moment that this program does not write."""
    try:
        return AccessRow(row[0], moment_of(row[1]), row[2], row[3], row[4], row[5], row[6])
    except ValueError as error:
        raise IntegrityFailure(
            "操作ログの日時が読めません。書き換えられています", where=f"操作ログ {row[0]}行目",
            next_step="何も消さずに、取扱責任者から相手の取扱責任者と保守担当へ知らせてください",
        ) from error  # fmt: skip
