"""Numbered changes of the vault's tables: all that are missing in one transaction, after a backup.

`PRAGMA user_version` counts the applied ones. A database that has more than this program knows was written by a newer
one and is left alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import IntegrityFailure
from storage.vault.errors import newer_vault
from storage.vault.files import private_folder
from storage.vault.sqlcipher import Connection, copy_into, dbapi2

BACKUPS = "backups"
Migration = tuple[int, str, str | Callable[[Connection], None]]
"""(number from 1 on without gaps, what it does, SQL or a callable that changes the connection it is given)."""


def latest(migrations: Sequence[Migration]) -> int:
    """The number of the last one. Raises `ValueError` unless they are numbered 1, 2, 3, …"""
    if [migration[0] for migration in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError("migrations must be numbered from 1 without gaps")
    return len(migrations)


def pending(connection: Connection, migrations: Sequence[Migration], name: str) -> bool:
    """Whether some are missing. Raises `NewerVault` when the database is ahead of the program."""
    version = version_of(connection)
    if version > latest(migrations):
        raise newer_vault(f"{name} 表の版{version}")
    return version < latest(migrations)


def version_of(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: Connection, migrations: Sequence[Migration]) -> None:
    """Apply the missing ones in one transaction: all of them, or none when one fails.

    Needs the vault alone. Foreign keys are checked at the end instead of at each step, so that a table can be rebuilt
    (https://sqlite.org/lang_altertable.html#otheralter).
    """
    version, last = version_of(connection), latest(migrations)
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number, _, change in migrations[version:]:
                _apply(connection, change)
                connection.execute(f"PRAGMA user_version = {number}")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise IntegrityFailure("表の更新の後、つながりの切れた行があります", where=f"表の版{last}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def back_up_before(
    connection: Connection, folder: Path, key: bytes, generation: int, now: dt.datetime
) -> Path | None:
    """An encrypted copy under the vault's own key before an upgrade; None for a database without tables yet.

    It opens only while the vault keeps this key: `staff.remove_staff` makes a new one and drops such copies.
    """
    version = version_of(connection)
    if version == 0:
        return None
    private_folder(folder / BACKUPS)
    path = (
        folder / BACKUPS / f"{backup_prefix(generation)}{version}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.db"
    )
    unfinished = path.with_name(path.name + ".tmp")
    unfinished.unlink(missing_ok=True)
    copy_into(connection, unfinished, key)
    return unfinished.replace(path)


def backup_prefix(generation: int) -> str:
    """How the names of one generation's copies begin; the version and the time follow."""
    return f"before-migration-{generation}-"


def statements(sql: str) -> list[str]:
    """`sql` cut into statements; a trigger's body stays whole."""
    found, statement = [], ""
    for piece in sql.split(";")[:-1]:
        statement += piece + ";"
        if dbapi2.complete_statement(statement):
            found.append(statement)
            statement = ""
    if (statement + sql.rsplit(";", 1)[-1]).strip():
        raise ValueError("the SQL ends within a statement")
    return found


def _apply(connection: Connection, change: str | Callable[[Connection], None]) -> None:
    if callable(change):
        change(connection)
        return
    for statement in statements(change):  # executescript would commit first
        connection.execute(statement)
