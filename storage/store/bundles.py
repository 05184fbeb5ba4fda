"""Sealed bundles, sent and received, with their bytes: sealed once, kept, sent again byte for byte."""

from __future__ import annotations

import builtins
import datetime as dt
from typing import Any

from core.errors import IntegrityFailure
from core.office.ports import BundleRow
from storage.store.rows import Connection, json_of, json_text, moment_of, moment_text

_COLUMNS = "channel, epoch, seq, direction, name, kind, manifest_sha256, counts, created, settled"


def _bundle_of(row: Any) -> BundleRow:
    return BundleRow(
        channel=row[0],
        epoch=row[1],
        seq=row[2],
        direction=row[3],
        name=row[4],
        kind=row[5],
        manifest_sha256=row[6],
        counts=json_of(row[7]),
        created=moment_of(row[8]),
        settled=moment_of(row[9]) if row[9] else None,
    )


class BundleTable:
    """Implements `core.office.ports.Bundles`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: BundleRow, zip_bytes: bytes, manifest: bytes) -> None:
        """Keep a bundle; the same bytes again change nothing.

        Raises `IntegrityFailure` when that name, or that place in its channel, is taken by other bytes.
        """
        taken = self._connection.execute(
            "SELECT name FROM bundle WHERE name = ? OR (direction = ? AND channel = ? AND epoch = ? AND seq = ?)",
            (row.name, row.direction, row.channel, row.epoch, row.seq),
        ).fetchone()
        if taken:
            if taken[0] == row.name and self.content(row.name) == (zip_bytes, manifest):
                return
            raise IntegrityFailure(
                "同じ番号で中身の違う送受信ファイルがあります。前のものを残しました",
                where=row.name,
                next_step="両方のファイルを保全し、相手方に連絡してください",
            )
        self._connection.execute(
            f"INSERT INTO bundle ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed words
            (
                row.channel,
                row.epoch,
                row.seq,
                row.direction,
                row.name,
                row.kind,
                row.manifest_sha256,
                json_text(row.counts),
                moment_text(row.created),
                moment_text(row.settled) if row.settled else None,
            ),
        )
        self._connection.execute(
            "INSERT INTO bundle_content (name, zip, manifest) VALUES (?, ?, ?)",
            (row.name, zip_bytes, manifest),
        )

    def last(self, channel: str, epoch: int, direction: str) -> BundleRow | None:
        """The one with the highest seq."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM bundle WHERE channel = ? AND epoch = ? AND direction = ?"  # noqa: S608 - fixed words
            " ORDER BY seq DESC LIMIT 1",
            (channel, epoch, direction),
        ).fetchone()
        return _bundle_of(row) if row else None

    def get(self, name: str) -> BundleRow | None:
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM bundle WHERE name = ?", (name,)).fetchone()  # noqa: S608 - fixed words
        return _bundle_of(row) if row else None

    def content(self, name: str) -> tuple[bytes, bytes]:
        """(zip, manifest). Raises `IntegrityFailure` when there is no such bundle."""
        row = self._connection.execute(
            "SELECT zip, manifest FROM bundle_content WHERE name = ?", (name,)
        ).fetchone()
        if row is None:
            raise _missing(name)
        return bytes(row[0]), bytes(row[1])

    def list(self, direction: str) -> builtins.list[BundleRow]:
        """In order of epoch, channel, seq."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM bundle WHERE direction = ? ORDER BY epoch, channel, seq",  # noqa: S608 - fixed words
            (direction,),
        )
        return [_bundle_of(row) for row in rows]

    def settle(self, name: str, at: dt.datetime) -> None:
        """Note when it arrived or was imported; the first time stands. Raises `IntegrityFailure` for an unknown name."""
        if self.get(name) is None:
            raise _missing(name)
        self._connection.execute(
            "UPDATE bundle SET settled = ? WHERE name = ? AND settled IS NULL", (moment_text(at), name)
        )


def _missing(name: str) -> IntegrityFailure:
    return IntegrityFailure("その送受信ファイルは保管庫にありません", where=name)
