"""The just floor of an import: the very rows it leaves, inserted into a new vault in bulk.

The same tables with the same indexes, rules and settings, one transaction for each file: `csv` reads the file, `executemany` inserts
what ours made of it, table after table. The triggers that write the history and the list of the review are taken away:
their rows are inserted like the others. Taking the rows out of the vault that ours left is not counted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from bench.crowd import AT, PASSWORD, STAFF_ID
from bench.watch import Watch
from storage.readers.shape import MOST_ROWS
from storage.store import MIGRATIONS
from storage.vault.opened import OpenVault
from storage.vault.vault import open_vault

TABLES = ("application", "application_version", "application_unsent", "review_list", "source_row")
"""All that an import puts rows in, but for a line of each log."""
SEARCHED = (
    "INSERT INTO application_search (rowid, search_text) SELECT number, search_text || char(10) FROM application"
    " WHERE number >= ? AND number < ?"
)
"""The index that a search by name reads."""
PIECE = 1000
"""Rows held at a time, as ours holds them."""


def kept_rows(left: Path, fresh: Path, files: list[Path], watch: Watch) -> int:
    """What ours made of `files`, as it lies in the vault `left`, inserted into the empty vault `fresh`; how many applications."""
    full, empty = _opened(left), _opened(fresh)
    try:
        with empty.write() as vault:
            for (name,) in vault.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                vault.execute(f"DROP TRIGGER {name}")
        with full.read() as made:
            for file, first in zip(files, count(1, MOST_ROWS), strict=False):
                _insert(made, empty, file, range(first, first + MOST_ROWS), watch)
        with empty.read() as vault:
            (applications,) = vault.execute("SELECT count(*) FROM application").fetchone()
    finally:
        full.close()
        empty.close()
    return int(applications)


def _opened(vault: Path) -> OpenVault:
    return open_vault(vault, STAFF_ID, PASSWORD, migrations=MIGRATIONS, now=lambda: AT)


def _insert(made: Any, empty: OpenVault, file: Path, numbers: range, watch: Watch) -> None:
    with watch.running(), empty.write() as vault:
        with file.open(encoding="utf-8", newline="") as lines:
            for _ in csv.reader(lines):
                pass
        for table in TABLES:
            for rows in _made(made, table, numbers, watch):
                marks = ", ".join("?" * len(rows[0]))
                vault.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        vault.execute(SEARCHED, (numbers.start, numbers.stop))


def _made(made: Any, table: str, numbers: range, watch: Watch) -> Iterator[list[Any]]:
    """The rows of one file, some at a time, in the order in which ours made them."""
    with watch.standing():
        rows = made.execute(
            f"SELECT * FROM {table} WHERE number >= ? AND number < ? ORDER BY number",
            (numbers.start, numbers.stop),
        )
    while True:
        with watch.standing():
            piece = rows.fetchmany(PIECE)
        if not piece:
            return
        yield piece
