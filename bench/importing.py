"""One contestant of an import, in a process of its own, so that the most memory it held is its own.

`python -m bench.importing WHO PLACE FILE…` prints how many came in, seconds, seconds of a processor and kilobytes. Ours is what
both faces call, one file after the other; the login before it is not counted. `judged` is ours without the vault: the files
read, every row read and judged, nothing stored.

Ours is held against `kept`, the very rows it leaves inserted in bulk (`bench.kept_rows`; PLACE is the vault that ours left).
`small` is told beside it: the rows of the file as they are, in one table with as many indexes as an application of ours is
entered in, the vault's own settings, one transaction for each file. It judges nothing, keeps no row as it was written,
no history and no list, compares nobody. `plain` is `small` without the cipher.
"""

from __future__ import annotations

import csv
import os
import resource
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.crowd import PASSWORD, STAFF_ID, crowded_vault
from bench.crowd_files import HEADER
from bench.kept_rows import kept_rows
from bench.watch import Watch

OURS, KEPT, SMALL, PLAIN, JUDGED = "ours", "kept", "small", "plain", "judged"
INDEXED = (
    "record", "c5", "c6", "c2", "c3", "c7", "c8", "c0",
    "c2, c3", "c0, c6", "record, c0", "c8, c9", "c9", "c9, c8", "c3, c2",
)  # fmt: skip
"""As many as a row of ours has entries in: eight of `application`, three of `source_row`, four of `review_list`."""


def ours(vault: Path, files: list[Path], watch: Watch) -> int:
    """How many came in."""
    from cli.session import open_session

    session = open_session(vault, STAFF_ID, PASSWORD)

    def came_in(file: Path) -> int:
        report = session.office.importing.import_table(session.read_table(file))
        return report.accepted + report.held

    try:
        with watch.running():
            return sum(map(came_in, files))
    finally:
        session.close()


def judged(files: list[Path]) -> int:
    """How many were read."""
    from cli.demo_people import demo_programme
    from core.columns import recognise
    from core.people.reading import read_applicant, read_receipt
    from core.programme import parse_programme
    from storage.readers import read_table

    rules = parse_programme(demo_programme()).reading_rules()
    count = 0
    for file in files:
        table = read_table(file)
        columns = recognise(table.header, name=table.name)
        kept = []
        for row in table.rows:
            fields = columns.fields_of(row)
            kept.append((columns.kept_of(fields), read_applicant(fields, rules), read_receipt(fields)))
        count += len(kept)
    return count


def _opened(place: Path, *, cipher: bool) -> Any:
    from storage.vault.sqlcipher import WRITING_CACHE_KIB, dbapi2, raw_key

    database: Any
    if cipher:
        database = dbapi2.connect(str(place), isolation_level=None)
        database.execute(f'PRAGMA key = "{raw_key(secrets.token_bytes(32))}"')
    else:
        database = sqlite3.connect(place, isolation_level=None)
    for setting in (
        "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY",
        f"cache_size = -{WRITING_CACHE_KIB}",
    ):  # fmt: skip
        database.execute(f"PRAGMA {setting}")
    return database


def small(place: Path, files: list[Path], *, cipher: bool = True) -> int:
    """How many came in. The database stays."""
    database = _opened(place, cipher=cipher)
    columns = [f"c{index}" for index in range(len(HEADER))]
    database.execute(f"CREATE TABLE person (number INTEGER PRIMARY KEY, record TEXT, {', '.join(columns)})")
    for number, indexed in enumerate(INDEXED):
        database.execute(f"CREATE INDEX by{number} ON person ({indexed})")
    marks = ", ".join("?" * (len(columns) + 1))

    def rows(file: Path) -> Iterator[list[str]]:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            next(reader)
            for row in reader:
                yield [secrets.token_hex(5), *row]

    for file in files:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            f"INSERT INTO person (record, {', '.join(columns)}) VALUES ({marks})", rows(file)
        )
        database.execute("COMMIT")
    (count,) = database.execute("SELECT count(*) FROM person").fetchone()
    database.close()
    return int(count)


def main(who: str, place: str, *files: str) -> None:
    import cli.session  # noqa: F401 - loading programs is not measured

    paths, watch = [Path(file) for file in files], Watch()
    if who == OURS:
        count = ours(Path(place), paths, watch)
    elif who == KEPT:
        fresh = Path(place).parent / KEPT
        fresh.mkdir()
        count = kept_rows(Path(place), crowded_vault(fresh, 0), paths, watch)
    else:
        with watch.running():
            count = judged(paths) if who == JUDGED else small(Path(place), paths, cipher=who == SMALL)
    print(count, watch.seconds, watch.busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    os.umask(0o077)
    main(*sys.argv[1:])
