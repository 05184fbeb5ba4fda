"""A restored vault holds what the backup held, takes the place of the old one, and asks before it sends."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.backing import restore
from cli.clock import now
from cli.entering import enter
from core.canonical import canonical_json
from core.errors import IkiikiError, IntegrityFailure, LoginFailed, Refused
from core.ledger.codes import Act
from core.office.listing import ListFilter
from core.office.staff import NewPerson
from core.roles import Role, Site
from storage.backup.container import DATABASE, HEADER, STATE, Writer, reading
from storage.backup.digests import differences, table_digests
from storage.backup.making import make_backup, state_of
from storage.backup.names import BackupName
from storage.backup.restoring import unpack
from storage.store import MIGRATIONS
from storage.vault import sqlcipher
from storage.vault.errors import RolledBack
from storage.vault.header import read_header
from storage.vault.keys import database_key, seal_data_key
from storage.vault.marks import read_mark
from storage.vault.migrations import migrate
from storage.vault.sqlcipher import Identity
from storage.vault.vault import open_vault
from tests.storage.backup.conftest import NAMES, PASSWORD, Place, key_in

TOUCHED = {"vault", "access_log", "ledger_line", "setting"}
"""The tables that a restore and the login for it write to: the last with the moment of the login, to the second."""


def digests(session: Any) -> dict[str, Any]:
    with session.vault.read() as connection:
        return table_digests(connection)


def restored(
    backup: Path, to: Path, *, declared: bool = True, staff: str = "sato", password: str = PASSWORD
) -> Any:
    return restore(backup, to, staff, password, declared=declared, terminal="test")


def names(session: Any) -> list[str]:
    return [one.kana for one in session.office.intake.page(ListFilter(), 0, 9)]


def test_a_restored_vault_compares_equal_and_tells_of_it(place: Place, tmp_path: Path) -> None:
    session = place.open()
    held, made = digests(session), session.back_up()
    key_in(session, NAMES[2])
    session.close()
    done = restored(made.path, tmp_path / "again")
    assert done.staff == ("sato",)
    assert done.lost is not None
    assert done.lost > 0
    again = Place(done.folder).open()
    try:
        assert {"setting", *differences(held, digests(again))} == TOUCHED
        assert sorted(names(again)) == sorted(NAMES[:2])
        newest = again.office.ledger.page(Site.CONTRACTOR, 0, 1)[0]
        assert (newest.act, newest.ref) == (Act.RESTORE, f"medium:{made.id}")
        assert again.office.ledger.verify() == []
        for path in ("courier/key", "courier/partner.json"):
            was, is_now = place.folder / path, done.folder / path
            assert was.exists() == is_now.exists()
            assert not was.exists() or was.read_bytes() == is_now.read_bytes()
    finally:
        again.close()


def test_the_old_vault_is_refused_after_a_declared_restore_and_nothing_without(
    place: Place, tmp_path: Path
) -> None:
    session = place.open()
    made = session.back_up()
    session.close()
    with pytest.raises(Refused, match="控えより新しい保管庫"):
        restored(made.path, tmp_path / "again", declared=False)
    assert not (tmp_path / "again").exists()
    place.open().close()  # it goes on
    restored(made.path, tmp_path / "again")
    with pytest.raises(RolledBack):
        place.open()
    Place(tmp_path / "again").open().close()


def test_a_machine_that_never_saw_the_vault_needs_no_declaration(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = place.open()
    made = session.back_up()
    session.close()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    done = restored(made.path, tmp_path / "again", declared=False)
    assert done.lost is None
    Place(done.folder).open().close()


def forged(of: Path, to: Path) -> Path:
    """A backup of the people in the vault `of`, under a key somebody chose who has no password; signed by nobody."""
    data_key = b"A" * 32
    header = replace(read_header(of), signed_by="", signature=b"")
    for slot in header.slots:
        sealed = seal_data_key(data_key, slot.hpke_public, header.seal_info(slot.staff_id))
        header = header.with_slot(replace(slot, sealed=sealed))
    database = to / "planted.db"
    identity = Identity(header.vault_id, header.site.value, header.generation, 10**6)
    connection = sqlcipher.create(database, database_key(data_key), identity, now().isoformat())
    migrate(connection, MIGRATIONS)
    state = state_of(connection, "planted")
    sqlcipher.checkpoint(connection)
    connection.close()
    path = to / str(BackupName(header.site, now(), "0123456789"))
    with path.open("wb") as file:
        writer = Writer(file, data_key, os.urandom, lambda: None)
        writer.put(HEADER, header.serialise(data_key))
        writer.put_file(DATABASE, database)
        writer.put_sealed(STATE, canonical_json({"id": "0123456789", "state": state.document()}))
        writer.finish()
    return path


def test_a_backup_made_without_a_staff_key_is_not_restored_where_the_vault_is_known(
    place: Place, tmp_path: Path
) -> None:
    place.open().close()
    path = forged(place.folder, tmp_path)
    with pytest.raises(IntegrityFailure, match="この端末の知っている職員の作ったものではありません"):
        restored(path, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_backup_made_without_a_staff_key_is_not_rehearsed_either(place: Place, tmp_path: Path) -> None:
    session = place.open()
    try:
        seen = session.rehearse(PASSWORD, forged(place.folder, tmp_path))
    finally:
        session.close()
    assert not seen.equal
    assert "この端末の知っている職員の作ったものではありません" in seen.differences[0]


def test_what_a_rehearsal_lays_down_is_no_vault_for_whoever_takes_it_away(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a true backup, by somebody who was in it, has left, and can read and write the folder."""
    session = place.open()
    session.office.staff.add(NewPerson("mori", "見本", Role.HANDLER, PASSWORD))
    made = session.back_up()
    session.office.staff.revoke("mori")

    def taken(folder: Path, *words: Any, **named: Any) -> Any:
        shutil.copytree(folder, tmp_path / "taken")
        return enter(folder, *words, **named)

    monkeypatch.setattr("cli.backing.enter", taken)
    try:
        assert session.rehearse(PASSWORD, made.path).equal
    finally:
        session.close()
    header = read_header(tmp_path / "taken")
    assert [slot.staff_id for slot in header.slots] == ["sato"]
    assert (header.signed_by, header.generation) == ("", 3)
    with pytest.raises(IntegrityFailure, match="この端末の知っている職員の書いたものではありません"):
        Place(tmp_path / "taken").open()


def test_a_vault_exchanged_between_laying_down_and_opening_is_not_taken_for_it(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its people are the same, and its key is one that somebody else has."""
    session = place.open()
    made = session.back_up()
    vault_id, mark_dir = session.vault.vault_id, session.vault.state_dir
    session.close()
    before = read_mark(mark_dir, vault_id)

    def exchanged(folder: Path, *words: Any, **named: Any) -> Any:
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        unpack(made.path, folder, "sato", PASSWORD, kept=before, declared=True, entropy=os.urandom)
        return enter(folder, *words, **named)

    monkeypatch.setattr("cli.backing.enter", exchanged)
    with pytest.raises(IntegrityFailure, match="差し替えられました"):
        restored(made.path, tmp_path / "again")
    after = read_mark(mark_dir, vault_id)
    assert before is not None and after is not None
    assert (after, after.known) == (before, before.known)
    assert not (tmp_path / "again").exists()


def test_a_backup_by_somebody_who_has_left_since_is_restored(place: Place, tmp_path: Path) -> None:
    session = place.open()
    session.office.staff.add(NewPerson("mori", "見本", Role.MANAGER, PASSWORD))
    session.close()
    with open_vault(place.folder, "mori", PASSWORD, migrations=MIGRATIONS, now=now) as vault:
        name = BackupName(Site.CONTRACTOR, now(), "0123456789")
        path = make_backup(vault, place.folder / "backups", name, noted=lambda: None)
    session = place.open()
    session.office.staff.revoke("mori")
    session.close()
    with reading(path) as reader:
        assert reader.header.signed_by == "mori"
    done = restored(path, tmp_path / "again")
    Place(done.folder).open().close()


def test_never_over_anything_that_is_there(place: Place, tmp_path: Path) -> None:
    session = place.open()
    made = session.back_up()
    session.close()
    with pytest.raises(Refused, match="すでに何かがある"):
        restored(made.path, place.folder)
    (tmp_path / "empty").mkdir()
    assert restored(made.path, tmp_path / "empty").folder == tmp_path / "empty"


def test_what_fails_leaves_no_half_vault(place: Place, tmp_path: Path) -> None:
    session = place.open()
    session.office.staff.add(NewPerson("mori", "見本", Role.HANDLER, PASSWORD))
    made = session.back_up()
    session.office.staff.add(NewPerson("late", "見本", Role.MANAGER, PASSWORD))
    session.close()
    there = sorted(path.name for path in tmp_path.iterdir())
    target = tmp_path / "again"
    with pytest.raises(LoginFailed, match="パスワード"):
        restored(made.path, target, password="not the password")
    with pytest.raises(LoginFailed):
        restored(made.path, target, staff="late")  # came after the backup
    with pytest.raises(Refused, match="権限がありません"):
        restored(made.path, target, staff="mori")  # a restore is for those in charge
    with pytest.raises(IkiikiError, match="控えのファイルがありません"):
        restored(tmp_path / "nothing.ikb", target)
    assert sorted(path.name for path in tmp_path.iterdir()) == there
    place.open().close()  # and the living vault is the one that holds


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(place: Place, tmp_path: Path) -> None:
    from tests.storage.vault.test_vaults_of_earlier_versions import EARLIER_PASSWORD, laid_down

    folder = laid_down(1, tmp_path / "old")
    vault = open_vault(folder, "sato", EARLIER_PASSWORD, migrations=MIGRATIONS[:1], now=now)
    try:
        name = BackupName(Site.CONTRACTOR, now(), "0123456789")
        path = make_backup(vault, folder / "backups", name, noted=lambda: None)
    finally:
        vault.close()
    done = restored(path, tmp_path / "again", password=EARLIER_PASSWORD)
    again = open_vault(done.folder, "sato", EARLIER_PASSWORD, migrations=MIGRATIONS, now=now)
    with again, again.read() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("SELECT count(*) FROM application").fetchone() == (2,)
