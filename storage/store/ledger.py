"""The lines of both sites' ledgers, and the checkpoints that pin them."""

from __future__ import annotations

from collections.abc import Collection

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.roles import SITE_WORDS, Site
from storage.store.rows import Connection
from storage.store.schema_flow import LEDGER_ACT, LEDGER_BY_HAND, LEDGER_COPY

NOTHING = "0" * 64
"""What the first line follows."""


class LedgerTable:
    """Implements `core.office.ports.LedgerRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, org: Site, seq: int, line: bytes) -> None:
        """Add the next line, whole, with its LF.

        Raises `IntegrityFailure` unless `seq` is the next, and the line begins with the hash of the one before
        (docs/formats.md, hkl1).
        """
        place = f"{SITE_WORDS[org]}の管理簿 {seq}行目"
        if seq != self.size(org) + 1:
            raise IntegrityFailure("管理簿の番号が続いていません", where=place)
        if not line.endswith(b"\n") or line.count(b"\n") != 1:
            raise IntegrityFailure("管理簿の行の形が正しくありません", where=place)
        if not line.startswith(self.head(org).encode() + b" "):
            raise IntegrityFailure("管理簿の行が、前の行とつながっていません", where=place)
        self._connection.execute(
            "INSERT INTO ledger_line (org, seq, line, sha256) VALUES (?, ?, ?, ?)",
            (org.value, seq, line, sha256_hex(line)),
        )

    def size(self, org: Site) -> int:
        (last,) = self._connection.execute(
            "SELECT max(seq) FROM ledger_line WHERE org = ?", (org.value,)
        ).fetchone()
        return int(last or 0)

    def head(self, org: Site) -> str:
        row = self._connection.execute(
            "SELECT sha256 FROM ledger_line WHERE org = ? ORDER BY seq DESC LIMIT 1", (org.value,)
        ).fetchone()
        return str(row[0]) if row else NOTHING

    def lines(self, org: Site, start: int = 0, limit: int | None = None) -> list[bytes]:
        """At most `limit` lines (None: all) from seq `start` + 1 on."""
        rows = self._connection.execute(
            "SELECT line FROM ledger_line WHERE org = ? AND seq > ? ORDER BY seq LIMIT ?",
            (org.value, start, -1 if limit is None else limit),
        )
        return [bytes(line) for (line,) in rows]

    def with_acts(self, org: Site, acts: Collection[str]) -> list[bytes]:
        """In order of seq."""
        found: list[tuple[int, bytes]] = []
        for act in sorted(set(acts)):
            begins = f'{{"act":"{act}"'.encode("ascii")
            found += self._connection.execute(
                "SELECT seq, line FROM ledger_line WHERE org = ?"  # noqa: S608 - fixed words
                f" AND {LEDGER_ACT} >= ? AND {LEDGER_ACT} < ?",
                (org.value, begins + b",", begins + b"-"),
            )
        return [bytes(line) for _, line in sorted(found)]

    def of_copies(self, org: Site) -> list[bytes]:
        return self._where(org, LEDGER_COPY)

    def by_hand(self, org: Site) -> list[bytes]:
        return self._where(org, LEDGER_BY_HAND)

    def _where(self, org: Site, clause: str) -> list[bytes]:
        rows = self._connection.execute(
            f"SELECT line FROM ledger_line WHERE org = ? AND {clause} ORDER BY seq",  # noqa: S608 - fixed words
            (org.value,),
        )
        return [bytes(line) for (line,) in rows]

    def put_checkpoint(self, org: Site, epoch: int, size: int, document: bytes) -> None:
        """Keep a checkpoint; the same again changes nothing. Two of one size that differ are both kept: evidence."""
        self._connection.execute(
            "INSERT INTO ledger_checkpoint (org, epoch, size, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (org.value, epoch, size, document),
        )

    def checkpoints(self, org: Site) -> list[bytes]:
        """In the order they came."""
        rows = self._connection.execute(
            "SELECT document FROM ledger_checkpoint WHERE org = ? ORDER BY id", (org.value,)
        )
        return [bytes(document) for (document,) in rows]
