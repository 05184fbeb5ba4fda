"""A vault's tables in memory, without the vault around them: made by the migrations once for each test process, then copied."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlcipher3 import dbapi2

from storage.store import MIGRATIONS
from storage.vault.migrations import migrate

KEYED = f"PRAGMA key = \"x'{'42' * 32}'\""


def fresh_tables(*, any_thread: bool = False) -> Any:
    """A connection as the vault opens it, all migrations applied, nothing in it."""
    connection = _connected(any_thread=any_thread)
    _made().backup(connection)
    connection.execute("PRAGMA foreign_keys = ON")  # as `migrate` leaves it
    return connection


@cache
def _made() -> Any:
    """Not to be changed."""
    connection = _connected(any_thread=True)
    migrate(connection, MIGRATIONS)
    return connection


def _connected(*, any_thread: bool) -> Any:
    connection: Any = dbapi2.connect(":memory:", isolation_level=None, check_same_thread=not any_thread)  # type: ignore[attr-defined]
    connection.execute(KEYED)
    return connection
