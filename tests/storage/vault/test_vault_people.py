"""People come, change their passwords, and go; a re-keying takes effect at one moment, whenever the process dies."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from core.errors import IkiikiError, IntegrityFailure, LoginFailed, Refused
from core.roles import Role
from storage.vault.errors import VaultBusy, VaultChanged
from storage.vault.header import NAME, read_header
from storage.vault.integrity import check_integrity
from storage.vault.kdf import LIGHT_KDF
from storage.vault.keys import database_key
from storage.vault.locks import gate
from storage.vault.rekey import STEPS, rekey
from storage.vault.sqlcipher import APPLICATION_ID, connect
from storage.vault.staff import add_staff, change_password, remove_staff
from storage.vault.vault import NewStaff

NEW = NewStaff("tanaka", "田中", Role.AUDITOR, "another long password")


def names(vault):
    with vault.read() as connection:
        return [row[0] for row in connection.execute("SELECT name FROM person ORDER BY id")]


def test_an_added_person_logs_in_and_signs_with_the_key_that_was_recorded(lab):
    recorded = []

    def record(connection, person, public):
        connection.execute("INSERT INTO person (name) VALUES (?)", (person.staff_id,))
        recorded.append(public)

    with lab.open() as vault:
        public = add_staff(vault, NEW, kdf=LIGHT_KDF, record=record)
        with lab.open("tanaka", NEW.password) as theirs:  # at once, while the first is still inside
            assert theirs.signing_key.public_key().public_bytes_raw() == public
            assert names(theirs) == ["tanaka"]
        assert recorded == [public]


def test_when_recording_is_refused_nobody_gets_a_slot(lab):
    def record(connection, person, public):
        raise Refused("もういます")

    with lab.open() as vault:
        before = (lab.folder / NAME).read_bytes()
        with pytest.raises(Refused, match="もういます"):
            add_staff(vault, NEW, kdf=LIGHT_KDF, record=record)
        assert (lab.folder / NAME).read_bytes() == before


def test_after_a_death_between_slot_and_row_the_same_call_puts_it_right(lab):
    def record(connection, person, public):
        connection.execute("INSERT INTO person (name) VALUES (?)", (person.staff_id,))

    child = os.fork()
    if child == 0:
        try:
            vault = lab.open()
            put = vault.write_header

            def put_and_die(header):
                put(header)
                os.kill(os.getpid(), signal.SIGKILL)

            vault.write_header = put_and_die
            add_staff(vault, NEW, kdf=LIGHT_KDF, record=record)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with lab.open() as vault:
        assert (names(vault), vault.header.slot("tanaka") is None) == ([], False)
        public = add_staff(vault, NEW, kdf=LIGHT_KDF, record=record)
    with lab.open("tanaka", NEW.password) as vault:
        assert names(vault) == ["tanaka"]
        assert vault.signing_key.public_key().public_bytes_raw() == public


def test_an_id_in_use_is_refused_and_keeps_its_password(lab_of_two):
    with lab_of_two.open() as vault, pytest.raises(Refused, match="すでにいます"):
        add_staff(vault, NewStaff("suzuki", "x", Role.MANAGER, "stolen password"), kdf=LIGHT_KDF)
    lab_of_two.open("suzuki")


def test_adding_leaves_others_inside_able_to_write(lab_of_two):
    with lab_of_two.open() as one, lab_of_two.open("suzuki") as other:
        add_staff(one, NEW, kdf=LIGHT_KDF)
        with other.write() as connection:
            connection.execute("INSERT INTO person (name) VALUES ('x')")
        assert other.header.slot("tanaka") is not None


def test_a_password_changed_while_somebody_is_added_is_not_lost(lab_of_two):
    def record(connection, person, public):
        change_password(suzuki, lab_of_two.password, "a wholly new one")

    with lab_of_two.open("suzuki") as suzuki, lab_of_two.open() as vault:
        add_staff(vault, NEW, kdf=LIGHT_KDF, record=record)
    lab_of_two.open("suzuki", "a wholly new one")
    lab_of_two.open("tanaka", NEW.password)


def test_a_removed_person_cannot_log_in_and_everything_else_is_kept(lab_of_two, add_people):
    with lab_of_two.open() as vault:
        add_people(vault, 50)
        with vault.write() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
            connection.execute("INSERT INTO visit VALUES (3, '2026-06-10')")
        before = names(vault)
        remove_staff(
            vault, "suzuki", record=lambda c: c.execute("INSERT INTO person (name) VALUES ('ended')")
        )
        assert vault.generation == 2
        assert names(vault) == [*before, "ended"]  # the caller goes on working
        with vault.read() as connection:
            found = connection.execute("SELECT count(*) FROM words WHERE words MATCH '\"ダ00\"'").fetchone()
            assert found == (50,)
            assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
            assert connection.execute("PRAGMA user_version").fetchone() == (1,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert check_integrity(vault) == []
    with pytest.raises(LoginFailed):
        lab_of_two.open("suzuki")
    assert sorted(path.name for path in lab_of_two.folder.glob("vault-*")) == ["vault-2.db"]
    with lab_of_two.open() as vault:
        assert names(vault) == [*before, "ended"]


def test_the_old_data_key_opens_nothing_after_a_removal(lab_of_two):
    with lab_of_two.open("suzuki") as vault:
        old = vault.data_key
    with lab_of_two.open() as vault:
        remove_staff(vault, "suzuki")
        assert vault.data_key != old
    with pytest.raises(IntegrityFailure):
        connect(lab_of_two.folder / "vault-2.db", database_key(old))
    with pytest.raises(IntegrityFailure):
        read_header(lab_of_two.folder).verify(old)


def test_those_who_stay_keep_their_passwords_and_keys(lab_of_two):
    with lab_of_two.open("suzuki") as vault:
        public = vault.signing_key.public_key().public_bytes_raw()
    with lab_of_two.open() as vault:
        rekey(vault)
    with lab_of_two.open("suzuki") as vault:
        assert vault.generation == 2
        assert vault.signing_key.public_key().public_bytes_raw() == public


def test_nobody_removes_themselves_or_somebody_who_is_not_there(lab_of_two):
    before = lab_of_two.digest()
    with lab_of_two.open() as vault:
        for staff_id in ("sato", "nobody"):
            with pytest.raises(Refused):
                remove_staff(vault, staff_id)
        assert vault.generation == 1
    assert lab_of_two.digest() == before


def test_removing_while_somebody_is_inside_is_refused_and_says_who(lab_of_two):
    with lab_of_two.open() as vault, lab_of_two.open("suzuki") as other:
        with pytest.raises(VaultBusy) as refusal:
            remove_staff(vault, "suzuki")
        assert f"suzuki（プロセス{os.getpid()}）" in str(refusal.value)
        assert "sato" not in str(refusal.value)
        for each in (vault, other):  # both may go on
            with each.write() as connection:
                connection.execute("INSERT INTO person (name) VALUES ('x')")


def test_a_failing_step_leaves_the_vault_as_it_was_and_usable(lab_of_two, add_people):
    def fail(step):
        raise IkiikiError("disk on fire")

    with lab_of_two.open() as vault:
        add_people(vault, 5)
        with pytest.raises(IkiikiError, match="disk on fire"):
            remove_staff(vault, "suzuki", at_step=fail)
        assert vault.generation == 1
        assert len(names(vault)) == 5
        assert not list(lab_of_two.folder.glob("vault-2*")) + list(lab_of_two.folder.glob("*.tmp"))
    lab_of_two.open("suzuki")


def test_an_interruption_just_after_the_rename_loses_nothing(lab_of_two, add_people, monkeypatch):
    replace = Path.replace

    def replace_and_interrupt(path, target):
        replace(path, target)
        if target == lab_of_two.folder / NAME:
            raise KeyboardInterrupt

    with lab_of_two.open() as vault:
        add_people(vault, 5)
        before = names(vault)
        monkeypatch.setattr(Path, "replace", replace_and_interrupt)
        with pytest.raises(KeyboardInterrupt):
            remove_staff(vault, "suzuki")
        monkeypatch.undo()
        with pytest.raises(VaultChanged), vault.write():
            pass
    with lab_of_two.open() as vault:
        assert vault.generation == 2
        assert names(vault) == before
    assert [path.name for path in lab_of_two.folder.glob("vault-*")] == ["vault-2.db"]


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_during_re_keying_leaves_the_old_vault_or_the_new_one_whole(lab_of_two, add_people, step):
    with lab_of_two.open() as vault:
        add_people(vault, 40)
        before = names(vault)
    child = os.fork()
    if child == 0:
        try:

            def die(name):
                if name == step:
                    os.kill(os.getpid(), signal.SIGKILL)

            remove_staff(lab_of_two.open(), "suzuki", at_step=die)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    effective = STEPS.index(step) >= STEPS.index("effective")
    with lab_of_two.open() as vault:
        assert vault.generation == (2 if effective else 1)
        assert names(vault) == before
        assert check_integrity(vault) == []
    left = sorted(path.name for path in lab_of_two.folder.iterdir() if path.name.startswith("vault"))
    assert left == [f"vault-{2 if effective else 1}.db", "vault.json"]
    if effective:
        with pytest.raises(LoginFailed):
            lab_of_two.open("suzuki")
    else:
        with lab_of_two.open() as vault:
            remove_staff(vault, "suzuki")  # and once more, to the end
            assert names(vault) == before


def test_a_vault_opened_before_a_re_keying_elsewhere_refuses_to_write_to_the_old_file(lab_of_two, tmp_path):
    """The locks forbid it; should they fail (a network disk), the generation in the header still does."""
    with lab_of_two.open("suzuki") as other:
        shutil.copytree(lab_of_two.folder, tmp_path / "re-keyed")
        shutil.rmtree(tmp_path / "re-keyed" / "inside")
        original, lab_of_two.folder = lab_of_two.folder, tmp_path / "re-keyed"
        with lab_of_two.open() as vault:
            remove_staff(vault, "suzuki")
        shutil.copy2(lab_of_two.folder / NAME, original / NAME)
        for attempt in (other.write, other.read):
            with pytest.raises(VaultChanged, match="鍵が新しく"), attempt():
                pass


def test_a_lost_slot_is_noticed_at_the_next_write(lab_of_two):
    with lab_of_two.open() as vault, lab_of_two.open("suzuki") as other:
        with gate(lab_of_two.folder):
            vault.write_header(vault.header.without("suzuki"))
        with pytest.raises(VaultChanged, match="終了"), other.write():
            pass


def test_a_new_password_replaces_the_old_and_keeps_the_keys(lab_of_two):
    with lab_of_two.open("suzuki") as vault:
        public = vault.signing_key.public_key().public_bytes_raw()
        change_password(vault, lab_of_two.password, "a wholly new one")
        with vault.write() as connection:  # who is inside stays inside
            connection.execute("INSERT INTO person (name) VALUES ('x')")
    with pytest.raises(LoginFailed):
        lab_of_two.open("suzuki")
    with lab_of_two.open("suzuki", "a wholly new one") as vault:
        assert vault.signing_key.public_key().public_bytes_raw() == public
    lab_of_two.open("sato")


def test_a_password_is_not_changed_with_a_wrong_old_one_nor_to_a_short_one(lab):
    with lab.open() as vault:
        before = lab.digest()
        with pytest.raises(LoginFailed):
            change_password(vault, "wrong wrong wrong", "a wholly new one")
        with pytest.raises(Refused):
            change_password(vault, lab.password, "short")
        assert lab.digest() == before
