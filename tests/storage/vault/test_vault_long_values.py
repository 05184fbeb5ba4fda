"""A value longer than a page, one of whose pages is damaged: SQLCipher reads zeros there and says nothing.

Whatever reads a vault or copies it either has what was written or says that the database is damaged; and no damage becomes
part of a copy whose pages are all in order.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import IntegrityFailure
from storage.erasure.survivor import build
from storage.vault import sqlcipher
from storage.vault.integrity import check_integrity
from storage.vault.migrations import Migration
from storage.vault.opened import OpenVault
from storage.vault.rekey import rekey
from storage.vault.sqlcipher import PAGE_BYTES

NAMES = [(number, f"トドロキ{number}" * 900) for number in (1, 2)]
SELECT = "SELECT id, name FROM person ORDER BY id"
REBUILD: Migration = (
    2,
    "rebuild",
    """
    CREATE TABLE new_person (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    INSERT INTO new_person (id, name) SELECT id, name FROM person;
    DROP TRIGGER person_kept;
    DROP TABLE person;
    ALTER TABLE new_person RENAME TO person;
    """,
)


@pytest.fixture
def damaged(lab: Any, tmp_path: Path) -> Iterator[Iterator[int]]:
    """One page after the other damaged, all else as it was: the number of each."""
    with lab.open() as vault:
        # the database ends with the last page of a value: what follows a damaged page fails, and so would tell
        with vault.write() as connection:
            connection.executemany("INSERT INTO person VALUES (?, ?)", NAMES)
        path = vault.database_path
    kept, whole = shutil.copytree(lab.folder, tmp_path / "kept"), path.read_bytes()
    assert not path.with_name(path.name + "-wal").exists()

    def each() -> Iterator[int]:
        for page in range(1, len(whole) // PAGE_BYTES):
            shutil.rmtree(lab.folder)
            shutil.rmtree(lab.state_dir, ignore_errors=True)
            shutil.copytree(kept, lab.folder)
            changed = bytearray(whole)
            changed[page * PAGE_BYTES + 100] ^= 1
            path.write_bytes(changed)
            yield page

    yield each()


def tried(damaged: Iterator[int], act: Callable[[], object]) -> dict[int, bool]:
    """Whether `act` found each damaged page to be so. What it gives otherwise is what was written."""
    told = {}
    for page in damaged:
        try:
            assert act() == NAMES, page
        except IntegrityFailure as failure:
            assert failure.where == "vault-1.db" and failure.next_step, page
            told[page] = True
        else:
            told[page] = False
    assert len(told) > 8
    return told


def rows(vault: OpenVault) -> object:
    with vault.read() as connection:
        return connection.execute(SELECT).fetchall()


def test_reading(lab: Any, damaged: Iterator[int]) -> None:
    def act() -> object:
        with lab.open() as vault:
            return rows(vault)

    assert sum(tried(damaged, act).values()) >= 6, "each value has three pages of its own"


def test_what_is_made_of_what_was_read_is_not_committed(lab: Any, damaged: Iterator[int]) -> None:
    def act() -> object:
        with lab.open() as vault:
            try:
                with vault.write() as connection:
                    read = connection.execute(SELECT).fetchall()
                    connection.executemany("INSERT INTO visit VALUES (1, ?)", [(name,) for _, name in read])
            except IntegrityFailure:
                with vault.read() as connection:  # another connection, which blames nothing
                    assert connection.execute("SELECT count(*) FROM visit").fetchone() == (0,)
                raise
            return read

    assert sum(tried(damaged, act).values()) >= 6


def test_an_error_that_zeros_led_to_is_told_as_what_it_is(lab: Any, damaged: Iterator[int]) -> None:
    def act() -> object:
        with lab.open() as vault, vault.read() as connection:
            read = connection.execute(SELECT).fetchall()
            if read != NAMES:
                raise ValueError("a name cannot end in zeros")
            return read

    tried(damaged, act)


def test_damage_is_looked_for_and_named(lab: Any, damaged: Iterator[int]) -> None:
    for page in damaged:
        try:
            vault = lab.open()
        except IntegrityFailure:
            continue
        with vault:
            assert any(f"page {page + 1}" in finding.words for finding in check_integrity(vault)), page


def test_a_copy(lab: Any, damaged: Iterator[int], tmp_path: Path) -> None:
    copy, key = tmp_path / "copy.db", bytes(range(32))

    def act() -> object:
        assert not copy.exists(), "left by a copy that failed"
        with lab.open() as vault:
            source = vault.connect()
            try:
                sqlcipher.copy_into(source, copy, key)
            finally:
                source.close()
        connection = sqlcipher.connect(copy, key)
        try:
            return connection.execute(SELECT).fetchall()
        finally:
            connection.close()

    assert all(tried(damaged, act).values()), "a copy reads every page"


def test_a_new_key(lab: Any, damaged: Iterator[int]) -> None:
    def act() -> object:
        with lab.open() as vault:
            rekey(vault)
            return rows(vault)

    assert sum(tried(damaged, act).values()) >= 6


def test_an_upgrade(lab: Any, damaged: Iterator[int], vault_tables: list[Migration]) -> None:
    def act() -> object:
        with lab.open(migrations=[*vault_tables, REBUILD]) as vault:
            return rows(vault)

    assert all(tried(damaged, act).values()), "the copy before it reads every page"


def test_what_survives_an_erasure(
    lab: Any, damaged: Iterator[int], vault_tables: list[Migration], tmp_path: Path
) -> None:
    def fill(old: Any, new: Any) -> None:
        new.executemany("INSERT INTO person VALUES (?, ?)", old.execute(SELECT).fetchall())

    def act() -> object:
        kept = tmp_path / "survivor"
        shutil.rmtree(kept, ignore_errors=True)
        with lab.open() as vault:
            with vault.alone():
                build(vault, kept, fill, vault_tables, [], [])
            return rows(vault)

    assert sum(tried(damaged, act).values()) >= 6


def test_memory_that_ran_out_is_no_damage(lab: Any) -> None:
    """SQLite's own word for a page it cannot encipher after that."""
    with lab.open() as vault, pytest.raises(MemoryError), vault.write():
        raise MemoryError
