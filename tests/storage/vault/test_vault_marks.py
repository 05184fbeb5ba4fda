"""An old copy put back is noticed, in part or as a whole, and told apart from a crash."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from core.errors import IntegrityFailure
from storage.vault.errors import RolledBack
from storage.vault.header import NAME
from storage.vault.marks import (
    Mark,
    advance_mark,
    check_mark,
    default_state_dir,
    forget_mark,
    read_mark,
)
from storage.vault.opened import rollback_mark
from storage.vault.rekey import rekey


def put_back(lab, copy):
    shutil.rmtree(lab.folder)
    shutil.copytree(copy, lab.folder)


@pytest.fixture
def old_copy(lab, add_people, tmp_path):
    with lab.open() as vault:
        add_people(vault, 1)
    shutil.copytree(lab.folder, tmp_path / "old")
    return tmp_path / "old"


def test_every_commit_is_counted_and_marked_outside_the_vault(lab, add_people):
    with lab.open() as vault:
        for number in range(3):
            assert rollback_mark(vault) == read_mark(lab.state_dir, vault.vault_id)
            assert rollback_mark(vault).counter == number
            add_people(vault, 1)
        assert not lab.state_dir.is_relative_to(lab.folder)


def test_a_whole_old_folder_put_back_is_noticed_and_left_alone(lab, old_copy, add_people):
    with lab.open() as vault:
        add_people(vault, 1)
    put_back(lab, old_copy)
    before = lab.digest()
    with pytest.raises(RolledBack, match="古い状態に戻されています") as failure:
        lab.open()
    assert failure.value.exit_code == 6
    assert lab.digest() == before


def test_an_old_folder_from_before_a_re_keying_is_noticed(lab, old_copy):
    with lab.open() as vault:
        rekey(vault)
    put_back(lab, old_copy)
    with pytest.raises(RolledBack):
        lab.open()


def test_an_old_database_alone_put_back_is_noticed(lab, old_copy, add_people):
    with lab.open() as vault:
        add_people(vault, 1)
    shutil.copy2(old_copy / "vault-1.db", lab.folder / "vault-1.db")
    with pytest.raises(RolledBack):
        lab.open()


def test_an_old_header_with_a_new_database_and_the_reverse_are_integrity_failures(lab, old_copy):
    with lab.open() as vault:
        rekey(vault)
    new_header = (lab.folder / NAME).read_bytes()
    shutil.copy2(old_copy / NAME, lab.folder / NAME)
    with pytest.raises(IntegrityFailure):
        lab.open()
    assert (lab.folder / "vault-2.db").exists()
    (lab.folder / NAME).write_bytes(new_header)
    shutil.copy2(old_copy / "vault-1.db", lab.folder / "vault-2.db")
    with pytest.raises(IntegrityFailure):
        lab.open()


def test_a_death_between_commit_and_mark_is_no_rollback(lab, add_people):
    with lab.open() as vault:
        add_people(vault, 1)
        behind = rollback_mark(vault)
        mark_file = lab.state_dir / f"{vault.vault_id}.json"
        kept = mark_file.read_bytes()
        add_people(vault, 1)
    mark_file.write_bytes(kept)  # as if the process had died before the second mark
    with lab.open() as vault:
        assert rollback_mark(vault).counter == behind.counter + 1
        assert read_mark(lab.state_dir, vault.vault_id) == rollback_mark(vault)


def test_a_mark_never_goes_back(lab):
    mark = Mark("a" * 32, 2, 9)
    advance_mark(lab.state_dir, mark)
    advance_mark(lab.state_dir, replace(mark, counter=8))
    assert read_mark(lab.state_dir, mark.vault_id) == mark


@pytest.mark.parametrize("current", [Mark("a" * 32, 1, 9), Mark("a" * 32, 2, 8), Mark("a" * 32, 1, 10)])
def test_older_in_generation_or_in_count_is_a_rollback(current):
    with pytest.raises(RolledBack):
        check_mark(current, Mark("a" * 32, 2, 9))
    check_mark(Mark("a" * 32, 2, 9), Mark("a" * 32, 2, 9))
    check_mark(current, None)


def test_without_a_mark_an_old_copy_cannot_be_told_and_an_agreed_restore_drops_it(lab, old_copy, add_people):
    with lab.open() as vault:
        add_people(vault, 1)
        vault_id = vault.vault_id
    put_back(lab, old_copy)
    forget_mark(lab.state_dir, vault_id)
    with lab.open() as vault:
        assert read_mark(lab.state_dir, vault_id) == rollback_mark(vault)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"counter":-1}', b"\xff", b'{"counter":1,"generation":true}']
)
def test_a_damaged_mark_says_where_it_lies(lab, content):
    with lab.open() as vault:
        path = lab.state_dir / f"{vault.vault_id}.json"
    path.write_bytes(content)
    with pytest.raises(IntegrityFailure) as failure:
        lab.open()
    assert str(path) in str(failure.value)


def test_marks_lie_where_the_desktop_standard_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_state_dir() == tmp_path / "ikiiki"
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/invalid")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_state_dir() == tmp_path / ".local" / "state" / "ikiiki"
