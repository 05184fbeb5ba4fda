"""Changes of the tables: all or none, after a backup, and never by an older program."""

from __future__ import annotations

import pytest

from storage.vault.errors import NewerVault, VaultBusy
from storage.vault.keys import database_key
from storage.vault.migrations import latest, statements
from storage.vault.rekey import rekey
from storage.vault.sqlcipher import connect


def add_column(connection):
    connection.execute("ALTER TABLE person ADD COLUMN town TEXT")


REBUILD = """
CREATE TABLE new_person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT, ward TEXT) STRICT;
INSERT INTO new_person (id, name) SELECT id, name FROM person;
DROP TRIGGER person_kept;
DROP TABLE person;
ALTER TABLE new_person RENAME TO person;
"""


@pytest.fixture
def newer(vault_tables):
    return [*vault_tables, (2, "town", add_column), (3, "rebuild a table others point to", REBUILD)]


def version(connection):
    return connection.execute("PRAGMA user_version").fetchone()[0]


def fill(vault):
    with vault.write() as connection:
        connection.execute("INSERT INTO person (name) VALUES ('ア')")
        connection.execute("INSERT INTO visit VALUES (1, '2026-06-10')")


def test_missing_migrations_are_applied_at_login_after_an_encrypted_backup(lab, newer):
    with lab.open() as vault:
        fill(vault)
    with lab.open(migrations=newer) as vault:
        with vault.read() as connection:
            assert version(connection) == 3
            assert connection.execute("SELECT id, name, ward FROM person").fetchall() == [(1, "ア", None)]
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
        (backup,) = (lab.folder / "backups").iterdir()
        assert backup.name == "before-migration-1-1-20260420T000000Z.db"
        assert backup.stat().st_mode & 0o777 == 0o600
        copy = connect(backup, database_key(vault.data_key))
        assert version(copy) == 1
        assert copy.execute("SELECT name FROM person").fetchall() == [("ア",)]
        copy.close()


def test_one_failing_migration_undoes_all_and_the_old_program_goes_on(lab, newer):
    broken = [*newer, (4, "broken", "CREATE TABLE fine (a); CREATE TABLE fine (a);")]
    with lab.open() as vault:
        fill(vault)
    with pytest.raises(Exception, match="already exists"):
        lab.open(migrations=broken)
    with lab.open() as vault, vault.read() as connection:
        assert version(connection) == 1
        assert connection.execute("SELECT name FROM sqlite_schema WHERE name = 'fine'").fetchall() == []


def test_a_migration_that_breaks_links_between_rows_is_undone(lab, newer):
    with lab.open() as vault:
        fill(vault)
    broken = [*lab.tables, (2, "broken", "DROP TRIGGER person_kept; DELETE FROM person;")]
    with pytest.raises(Exception, match="つながりの切れた行"):
        lab.open(migrations=broken)
    with lab.open() as vault, vault.read() as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (1,)


def test_an_older_program_refuses_newer_tables_and_changes_nothing(lab, newer):
    lab.open(migrations=newer).close()
    before = lab.digest()
    with pytest.raises(NewerVault, match="新しい版のikiiki"):
        lab.open()
    assert lab.digest() == before


def test_migrating_needs_the_vault_alone(lab_of_two, newer):
    with lab_of_two.open("suzuki"):
        with pytest.raises(VaultBusy, match="suzuki"):
            lab_of_two.open(migrations=newer)
        assert list((lab_of_two.folder / "backups").iterdir()) == []
    with lab_of_two.open(migrations=newer) as vault, vault.read() as connection:
        assert version(connection) == 3


def test_backups_under_a_key_that_is_gone_go_with_it(lab, newer):
    with lab.open(migrations=newer) as vault:
        assert list((lab.folder / "backups").iterdir()) != []
        (lab.folder / "backups" / "made-by-a-person.zip").touch(0o600)
        rekey(vault)
    assert [path.name for path in (lab.folder / "backups").iterdir()] == ["made-by-a-person.zip"]


def test_a_triggers_body_stays_one_statement():
    sql = (
        "CREATE TABLE a (b); -- a; comment\nCREATE TRIGGER t BEFORE DELETE ON a\n"
        "BEGIN SELECT 'x;y'; SELECT RAISE(ABORT, 'no'); END;\nCREATE INDEX i ON a (b);\n"
    )
    found = statements(sql)
    assert len(found) == 3
    assert "".join(found) == sql.rstrip("\n")
    with pytest.raises(ValueError, match="within a statement"):
        statements("CREATE TABLE a (b)")


def test_migrations_are_numbered_without_gaps():
    assert latest([(1, "a", ""), (2, "b", "")]) == 2
    for wrong in ([(2, "a", "")], [(1, "a", ""), (3, "b", "")], [(1, "a", ""), (1, "b", "")]):
        with pytest.raises(ValueError, match="without gaps"):
            latest(wrong)
