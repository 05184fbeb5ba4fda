"""Source rows: every row as it was read, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from core.office.ports import SourceRow
from storage.store.rows import Connection, json_of, json_text, moment_of, moment_text, pieces

_COLUMNS = "source, file_name, file_sha256, row, receipt, fingerprint, cells, outcome, number, at"


_INSERT = f"INSERT INTO source_row ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - fixed words


def _row_of(row: SourceRow) -> tuple[Any, ...]:
    """In the order of `_COLUMNS`."""
    return (
        row.source,
        row.file_name,
        row.file_sha256,
        row.row,
        row.receipt,
        row.fingerprint,
        json_text(row.cells),
        row.outcome,
        row.number,
        moment_text(row.at),
    )


def _source_of(row: Any) -> SourceRow:
    return SourceRow(
        source=row[0],
        file_name=row[1],
        file_sha256=row[2],
        row=row[3],
        receipt=row[4],
        fingerprint=row[5],
        cells=json_of(row[6]),
        outcome=row[7],
        number=row[8],
        at=moment_of(row[9]),
    )


class SourceTable:
    """Implements `core.office.ports.Sources`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: SourceRow) -> None:
        """Keep a row for ever. Its application must exist when the transaction ends."""
        self.add_all([row])

    def add_all(self, rows: Iterable[SourceRow]) -> None:
        """As `add`, many at once."""
        self._connection.executemany(_INSERT, [_row_of(row) for row in rows])

    def find_all(self, source: str, receipts: Sequence[str], fingerprints: Sequence[str]) -> list[SourceRow]:
        """As `find`, many at once."""
        return [
            *self._newest(source, "receipt", "", receipts),
            *self._newest(source, "fingerprint", "receipt IS NULL AND ", fingerprints),
        ]

    def _newest(self, source: str, column: str, only: str, values: Sequence[str]) -> Iterator[SourceRow]:
        for few in pieces(values):
            marks = ", ".join("?" * len(few))
            for row in self._connection.execute(
                f"SELECT {_COLUMNS} FROM source_row WHERE id IN (SELECT max(id) FROM source_row"  # noqa: S608 - fixed words
                f" WHERE source = ? AND {only}{column} IN ({marks}) GROUP BY {column})",
                (source, *few),
            ):
                yield _source_of(row)

    def find(self, source: str, receipt: str | None, fingerprint: str) -> SourceRow | None:
        """The newest row of this form: by its receipt, or among those without one by fingerprint."""
        if receipt is not None:
            known, value = "receipt = ?", receipt
        else:
            known, value = "receipt IS NULL AND fingerprint = ?", fingerprint
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM source_row WHERE source = ? AND {known} ORDER BY id DESC LIMIT 1",  # noqa: S608 - fixed words
            (source, value),
        ).fetchone()
        return _source_of(row) if row else None

    def of_application(self, number: int) -> list[SourceRow]:
        """In the order they were read."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM source_row WHERE number = ? ORDER BY id",  # noqa: S608 - fixed words
            (number,),
        )
        return [_source_of(row) for row in rows]

    def count(self) -> int:
        (number,) = self._connection.execute("SELECT count(*) FROM source_row").fetchone()
        return int(number)
