"""Checking a whole vault: every page's MAC, SQLite's own structure, and the links between rows."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import IntegrityFailure
from storage.vault import sqlcipher
from storage.vault.opened import OpenVault
from storage.vault.sqlcipher import PAGE_BYTES, Connection, dbapi2


@dataclass(frozen=True)
class Finding:
    """One thing wrong. `kind`: cipher | structure | link | length | damaged | unfinished."""

    kind: str
    words: str


def check_integrity(vault: OpenVault) -> list[Finding]:
    """What is wrong with the vault's database; nothing when all is well.

    Reads everything, with writers kept out meanwhile. A page put back from an older state of the same vault is not
    seen here: against that stand the mark (`marks`) and the other site's checkpoints.
    """
    try:
        with vault.connection(damaged=True) as connection:
            sqlcipher.checkpoint(connection)
            connection.execute("BEGIN IMMEDIATE")
            try:
                return _findings(vault, connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
    except IntegrityFailure as error:
        return [Finding("damaged", error.what)]


def _findings(vault: OpenVault, connection: Connection) -> list[Finding]:
    path = vault.database_path
    log = path.with_name(path.name + "-wal")
    found = []
    if log.exists() and log.stat().st_size > 0:
        # SQLCipher's check reads the database file alone and would report what merely stands in the log.
        found.append(Finding("unfinished", "ほかの人が読んでいるため、ページの検査を省きました"))
    else:
        found += [Finding("cipher", row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        if path.stat().st_size != pages * PAGE_BYTES:
            found.append(Finding("length", f"長さが{pages}ページと合いません"))
    try:
        structure = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except dbapi2.DatabaseError as error:
        return [*found, Finding("structure", str(error))]
    found += [Finding("structure", words) for words in structure if words != "ok"]
    for table, row_id, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        found.append(Finding("link", f"表 {table} の行 {row_id} が指す {parent} の行がありません"))
    return found
