"""The database: encrypted in every file at every moment, damage noticed, connections kept apart."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading

import pytest

from core.errors import IntegrityFailure
from storage.vault import sqlcipher
from storage.vault.integrity import check_integrity
from storage.vault.keys import database_key
from storage.vault.sqlcipher import APPLICATION_ID, Identity, dbapi2, raw_key

MARKER = "トドロキミツバチ"


def files_with_marker(*folders):
    wanted = [MARKER.encode(encoding) for encoding in ("utf-8", "cp932", "utf-16-le", "utf-16-be")]
    return [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and any(text in path.read_bytes() for text in wanted)
    ]


def write_marker(vault):
    with vault.write() as connection:
        connection.executemany(
            "INSERT INTO person (name) VALUES (?)", [(f"{MARKER}{n}",) for n in range(3000)]
        )
        connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
        connection.execute("CREATE INDEX by_name ON person (name)")


def test_no_file_ever_holds_plain_text(lab, tmp_path):
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "x").write_bytes(MARKER.encode("utf-16-le"))
    assert files_with_marker(tmp_path / "control")  # the search finds what is there
    with lab.open() as vault:
        write_marker(vault)
        with vault.read() as connection:  # a sort too big for the cache would go to a temporary file
            connection.execute("SELECT a.name FROM person a, visit b ORDER BY a.name").fetchall()
            assert files_with_marker(lab.folder, lab.state_dir) == []
    assert files_with_marker(lab.folder, lab.state_dir) == []


def test_after_a_kill_amid_writing_no_file_holds_plain_text_and_the_vault_opens(lab):
    child = os.fork()
    if child == 0:
        try:
            vault = lab.open()
            write_marker(vault)
            with vault.write() as connection:
                connection.execute("PRAGMA cache_size = 10")  # so that unfinished pages reach the log
                connection.executemany(
                    "INSERT INTO person (name) VALUES (?)", [(MARKER * 50,) for _ in range(5000)]
                )
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert (lab.folder / "vault-1.db-wal").stat().st_size > 0
    assert files_with_marker(lab.folder, lab.state_dir) == []
    with lab.open() as vault:
        with vault.read() as connection:
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (3000,)
        assert check_integrity(vault) == []


def test_plain_sqlite_cannot_read_it(lab):
    plain = sqlite3.connect(lab.folder / "vault-1.db")
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM sqlite_schema")
    plain.close()


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_that_is_not_32_bytes_is_never_used_as_a_passphrase(length):
    with pytest.raises(ValueError, match="32 bytes"):
        raw_key(b"k" * length)


def put_empty(path):
    path.write_bytes(b"")


def put_plain(path):
    path.unlink()
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE vault (one)")
    plain.commit()
    plain.close()
    path.chmod(0o600)


def put_noise(path):
    path.write_bytes(os.urandom(path.stat().st_size))


def cut_one_page(path):
    os.truncate(path, path.stat().st_size - 4096)


def cut_within_a_page(path):
    os.truncate(path, 4096 + 100)


def remove(path):
    path.unlink()


def flip_in_first_page(path):
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [put_empty, put_plain, put_noise, cut_one_page, cut_within_a_page, remove, flip_in_first_page],
    ids=lambda each: each.__name__,
)
def test_a_damaged_database_is_an_integrity_failure_and_is_left_as_it_is(lab, add_people, damage):
    with lab.open() as vault:
        add_people(vault, 500)
    damage(lab.folder / "vault-1.db")
    before = lab.digest()
    with pytest.raises(IntegrityFailure) as failure:
        lab.open()
    assert failure.value.exit_code == 6
    assert lab.digest() == before


def test_a_plain_database_is_called_what_it_is(lab):
    put_plain(lab.folder / "vault-1.db")
    with pytest.raises(IntegrityFailure, match="暗号化されていません"):
        lab.open()


def test_a_page_altered_far_inside_is_an_integrity_failure_when_it_is_read_and_a_finding(lab, add_people):
    with lab.open() as vault:
        add_people(vault, 2000)
    path = lab.folder / "vault-1.db"
    content = bytearray(path.read_bytes())
    content[-2000] ^= 1
    path.write_bytes(content)
    with lab.open() as vault:
        with pytest.raises(IntegrityFailure), vault.read() as connection:
            connection.execute("SELECT sum(length(name)) FROM person").fetchall()
            connection.execute("SELECT * FROM visit").fetchall()
        assert {finding.kind for finding in check_integrity(vault)} >= {"cipher"}


def test_another_vaults_database_is_an_integrity_failure(lab):
    path = lab.folder / "vault-1.db"
    with lab.open() as vault:
        key = database_key(vault.data_key)
    for other in (Identity("f" * 32, "contractor", 1, 99), Identity(vault.vault_id, "ward", 1, 99)):
        path.unlink()
        connection = sqlcipher.create(path, key, other, "2026-01-01")
        connection.execute("PRAGMA user_version = 1")
        connection.close()
        with pytest.raises(IntegrityFailure, match="世代のものではありません"):
            lab.open()


def test_a_foreign_database_under_the_same_key_is_an_integrity_failure(lab):
    path = lab.folder / "vault-1.db"
    with lab.open() as vault:
        key = database_key(vault.data_key)
    connection = sqlcipher.connect(path, key)
    connection.execute("PRAGMA application_id = 7")
    connection.close()
    with pytest.raises(IntegrityFailure, match="ikiikiの保管庫のデータベースではありません"):
        lab.open()
    connection = dbapi2.connect(str(path), isolation_level=None)
    connection.set_key(raw_key(key))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("DROP TABLE vault")
    connection.close()
    with pytest.raises(IntegrityFailure, match="番号がありません"):
        lab.open()


def test_the_settings_that_keep_data_safe_are_in_force(lab):
    with lab.open() as vault, vault.write() as connection:
        values = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "journal_mode",
                "synchronous",
                "secure_delete",
                "temp_store",
                "foreign_keys",
                "busy_timeout",
            )
        }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_sqlcipher_says_nothing_on_the_screen_about_a_wrong_key(lab, capfd):
    with pytest.raises(IntegrityFailure):
        sqlcipher.connect(lab.folder / "vault-1.db", b"k" * 32)
    assert capfd.readouterr() == ("", "")


def test_sqlite_utils_works_on_the_connection_and_catches_its_exceptions(lab):
    with lab.open() as vault, vault.write() as connection:
        tables = sqlcipher.database(connection)
        assert "person" in tables.table_names()
        tables["never_there"].drop(ignore=True)
        tables["extra"].insert({"a": 1})
        tables["extra"].insert({"a": 2, "b": 3}, alter=True)
        assert [row["b"] for row in tables["extra"].rows] == [None, 3]
        assert sys.modules["pysqlite3"].__name__ == "sqlcipher3"


def test_a_clean_vault_has_no_findings_even_with_an_unwritten_log(lab, add_people):
    with lab.open() as vault:
        add_people(vault, 300)
        assert (lab.folder / "vault-1.db-wal").stat().st_size > 0
        assert check_integrity(vault) == []


def test_a_reader_in_the_way_of_the_check_is_reported_not_mistaken_for_damage(lab, add_people, monkeypatch):
    monkeypatch.setattr(sqlcipher, "BUSY_SECONDS", 0.05)
    with lab.open() as one, lab.open() as other:
        add_people(one, 300)
        with other.read():
            add_people(one, 300)
            assert [finding.kind for finding in check_integrity(one)] == ["unfinished"]


def test_a_broken_link_between_rows_is_a_finding(lab):
    with lab.open() as vault:
        with vault.connection() as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("INSERT INTO visit VALUES (99, '2026-06-10')")
        assert [finding.kind for finding in check_integrity(vault)] == ["link"]


def test_each_thread_has_its_own_connection_and_loses_no_write(lab):
    seen, errors = {}, []  # kept, or another could get the number of one that is gone

    def work():
        try:
            for _ in range(25):
                with vault.write() as connection:
                    seen[id(connection)] = connection
                    connection.execute("INSERT INTO person (name) VALUES ('x')")
        except Exception as error:  # noqa: BLE001 - every failure counts
            errors.append(error)

    with lab.open() as vault:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(seen) == 4
        with vault.read() as connection:
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (100,)
            assert id(connection) not in seen


def test_closing_waits_for_a_running_transaction_and_closes_every_threads_connection(lab):
    inside, may_leave = threading.Event(), threading.Event()
    kept = []

    def work():
        with vault.write() as connection:
            kept.append(connection)
            connection.execute("INSERT INTO person (name) VALUES ('x')")
            inside.set()
            may_leave.wait()

    vault = lab.open()
    worker = threading.Thread(target=work)
    worker.start()
    inside.wait()
    closer = threading.Thread(target=vault.close)
    closer.start()
    assert closer.is_alive()
    may_leave.set()
    worker.join()
    closer.join()
    with pytest.raises(dbapi2.ProgrammingError):
        kept[0].execute("SELECT 1")
    with lab.open() as again, again.read() as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (1,)


def test_connections_of_ended_threads_do_not_pile_up(lab):
    def work():
        with vault.read():
            pass

    with lab.open() as vault:
        for _ in range(5):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert len(vault._connections) == 1


def test_a_read_cannot_write_and_an_exception_undoes_a_write(lab):
    with lab.open() as vault:
        with pytest.raises(RuntimeError, match="cannot write"), vault.read() as connection:
            connection.execute("INSERT INTO person (name) VALUES ('x')")
        with pytest.raises(KeyError), vault.write() as connection:
            connection.execute("INSERT INTO person (name) VALUES ('x')")
            raise KeyError
        with vault.read() as connection:
            assert connection.execute(
                "SELECT count(*), (SELECT commits FROM vault) FROM person"
            ).fetchone() == (0, 0)


def test_a_read_sees_one_state_while_others_write_and_within_a_write_sees_the_write(lab, add_people):
    with lab.open() as one, lab.open() as other:
        with one.read() as connection:
            add_people(other, 2)
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (0,)
        with one.write() as connection:
            connection.execute("INSERT INTO person (name) VALUES ('x')")
            with one.read() as same:
                assert same.execute("SELECT count(*) FROM person").fetchone() == (3,)


def test_a_broken_rule_of_the_tables_reaches_the_caller_as_it_is(lab):
    with lab.open() as vault, pytest.raises(dbapi2.IntegrityError, match="kept"), vault.write() as connection:
        connection.execute("INSERT INTO person (name) VALUES ('x')")
        connection.execute("DELETE FROM person")


def test_an_open_vault_is_not_used_after_a_fork(lab):
    with lab.open() as vault:
        child = os.fork()
        if child == 0:
            try:
                with vault.read():
                    pass
            except RuntimeError:
                os._exit(7)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
