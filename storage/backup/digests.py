"""What every table holds, as a count and a hash, so that a copy can be compared without the original."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import IntegrityFailure
from storage.vault import sqlcipher
from storage.vault.sqlcipher import Connection

Digest = tuple[int, str]
"""Rows, and SHA-256 over them in order."""
_EVERY = 20_000
"""Rows between two calls that may stop it."""


def table_digests(connection: Connection, step: Callable[[], None] = lambda: None) -> dict[str, Digest]:
    """By name, every table in one transaction of the caller's, SQLite's own left out. `step` may raise to stop it."""
    return {name: _digest(connection, name, order, step) for name, order in _tables(connection)}


def _tables(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT name, wr, (SELECT group_concat(cid + 1) FROM pragma_table_info(list.name))"
        " FROM pragma_table_list AS list WHERE schema = 'main' AND type IN ('table', 'shadow')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return [(name, columns if without_rowid else "rowid") for name, without_rowid, columns in rows]


def _digest(connection: Connection, table: str, order: str, step: Callable[[], None]) -> Digest:
    quoted = table.replace('"', '""')
    digest, count = hashlib.sha256(), 0
    for row in connection.execute(f'SELECT * FROM "{quoted}" ORDER BY {order}'):  # noqa: S608 - names of our own tables
        digest.update(b"".join(_bytes(value) for value in row) + b"\n")
        count += 1
        if count % _EVERY == 0:
            step()
    step()
    return count, digest.hexdigest()


def _bytes(value: Any) -> bytes:
    """Its type, its length and itself: two different rows have different bytes."""
    if value is None:
        return b"n"
    if isinstance(value, bytes):
        return b"b%d:" % len(value) + value
    text = (value if isinstance(value, str) else repr(value)).encode()
    kind = b"t" if isinstance(value, str) else b"i" if isinstance(value, int) else b"r"
    return kind + b"%d:" % len(text) + text


def differences(wanted: Mapping[str, Digest], found: Mapping[str, Digest]) -> list[str]:
    """The names of tables that are missing, too many or do not hold the same."""
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def need_sound(connection: Connection, name: str) -> None:
    """Raises `IntegrityFailure` unless every page, SQLite's structure and the links between rows are whole."""
    sqlcipher.checkpoint(connection)
    damaged = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    structure = connection.execute("PRAGMA integrity_check(1)").fetchall()
    links = connection.execute("PRAGMA foreign_key_check").fetchall()
    if damaged or structure != [("ok",)] or links:
        raise IntegrityFailure("控えのデータベースが、検査に通りません", where=name)
