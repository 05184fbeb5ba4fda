"""Who is inside, who has the vault alone, and two processes writing at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

import pytest

from core.errors import IntegrityFailure
from storage.vault.errors import VaultBusy
from storage.vault.locks import alone, gate, insiders
from storage.vault.rekey import rekey


def test_those_inside_are_listed_until_they_leave(lab_of_two):
    with lab_of_two.open(), lab_of_two.open("suzuki"):
        assert sorted(each.staff_id for each in insiders(lab_of_two.folder)) == ["sato", "suzuki"]
        assert {each.pid for each in insiders(lab_of_two.folder)} == {os.getpid()}
    assert insiders(lab_of_two.folder) == []


def test_a_killed_process_is_no_longer_inside_and_its_entry_goes_at_the_next_login(lab):
    child = os.fork()
    if child == 0:
        lab.open()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(list((lab.folder / "inside").iterdir())) == 1
    assert insiders(lab.folder) == []
    with lab.open() as vault:
        rekey(vault)
        assert len(list((lab.folder / "inside").iterdir())) == 1


def test_an_entry_cannot_put_control_characters_on_the_screen(lab, tmp_path):
    with lab.open(), lab.open() as vault:
        for entry in (lab.folder / "inside").iterdir():
            entry.write_text('{"pid": 1, "staff_id": "\\u001b[2J"}')
        assert {each.staff_id for each in insiders(lab.folder)} == {"?"}
        with pytest.raises(VaultBusy) as refusal:
            rekey(vault)
        assert "\x1b" not in str(refusal.value)


def test_restoring_waits_for_nobody_and_says_who_is_inside(lab):
    with lab.open(), pytest.raises(VaultBusy, match="sato"), alone(lab.folder):
        raise AssertionError("not alone")
    with alone(lab.folder), pytest.raises(VaultBusy, match="手入れ"):
        lab.open()
    lab.open()


def test_who_was_refused_the_vault_alone_is_still_inside(lab_of_two):
    with lab_of_two.open() as vault:
        with lab_of_two.open("suzuki"), pytest.raises(VaultBusy):
            rekey(vault)
        with pytest.raises(VaultBusy, match="sato"), alone(lab_of_two.folder):
            raise AssertionError("not alone")


def test_who_had_the_vault_alone_is_inside_again_and_others_may_come(lab_of_two):
    with lab_of_two.open() as vault:
        rekey(vault)
        with pytest.raises(VaultBusy, match="sato"), alone(lab_of_two.folder):
            raise AssertionError("not alone")
        lab_of_two.open("suzuki").close()


def test_while_the_gate_is_held_nobody_comes_in(lab):
    with gate(lab.folder), pytest.raises(VaultBusy):
        lab.open()


def test_having_it_alone_waits_for_other_threads_and_they_go_on_afterwards(lab):
    inside, may_leave, done = threading.Event(), threading.Event(), []

    def slow():
        with vault.write() as connection:
            inside.set()
            may_leave.wait()
            connection.execute("INSERT INTO person (name) VALUES ('slow')")

    def keyed():
        rekey(vault)
        done.append(vault.generation)

    def late():
        with vault.write() as connection:
            connection.execute("INSERT INTO person (name) VALUES ('late')")

    with lab.open() as vault:
        threads = [threading.Thread(target=each) for each in (slow, keyed, late)]
        threads[0].start()
        inside.wait()
        for thread in threads[1:]:
            thread.start()
        may_leave.set()
        for thread in threads:
            thread.join()
        assert done == [2]
        with vault.read() as connection:
            assert {row[0] for row in connection.execute("SELECT name FROM person")} == {"slow", "late"}
            assert connection.execute("SELECT generation FROM vault").fetchone() == (2,)


def test_a_link_among_the_entries_is_an_integrity_failure(lab, tmp_path):
    (lab.folder / "inside" / "x.json").symlink_to(tmp_path)
    with pytest.raises(IntegrityFailure):
        insiders(lab.folder)


def _write_many(lab, number, results):
    try:
        with lab.open() as vault:
            for _ in range(number):
                with vault.write() as connection:  # read, then write: what a deferred transaction gets wrong
                    count = connection.execute("SELECT count(*) FROM person").fetchone()[0]
                    connection.execute("INSERT INTO person (name) VALUES (?)", (f"{count}",))
        results.put("done")
    except Exception as error:  # noqa: BLE001 - reported to the parent
        results.put(repr(error))


def test_two_processes_writing_at_once_lose_nothing(lab):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    processes = [context.Process(target=_write_many, args=(lab, 100, results)) for _ in range(2)]
    for process in processes:
        process.start()
    assert [results.get(timeout=60) for _ in processes] == ["done", "done"]
    for process in processes:
        process.join()
    with lab.open() as vault, vault.read() as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM person ORDER BY id")]
        assert names == [str(number) for number in range(200)]
        assert connection.execute("SELECT commits FROM vault").fetchone() == (200,)
