"""A backup is one state of a vault in use, openable by its people alone; what goes wrong leaves nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import errno
import os
import re
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.errors import IkiikiError, IntegrityFailure, LoginFailed, Refused, Stopped, UsageError
from core.ledger.codes import Act, Content
from core.office.backups import Backups
from core.office.staff import NewPerson
from core.roles import Role, Site
from storage.backup.container import reading
from storage.backup.making import working
from tests.storage.backup.conftest import NAMES, PASSWORD, key_in

FIRST_PASSWORD = "only until the first login"


def lines_of(session: Any, act: Act) -> list[Any]:
    desk = session.office.ledger
    return [line for line in desk.page(Site.CONTRACTOR, 0, 999) if line.act is act]


def lying_in(session: Any) -> list[str]:
    return sorted(path.name for path in (session.vault.folder / "backups").iterdir())


def test_a_backup_is_private_named_by_its_number_and_in_the_inventory(office: Any) -> None:
    made = office.back_up()
    assert re.fullmatch(r"ikiiki-contractor-\d{8}T\d{6}Z-[0-9A-Z]{10}\.ikb", made.path.name)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert lying_in(office) == [made.path.name]
    (copy,) = office.office.inventory.list()
    assert (copy.id, copy.content, copy.here) == (made.id, Content.BACKUP, 1)
    assert made.id in made.path.name


def test_nothing_of_a_person_stands_in_the_file_and_its_key_is_its_own(office: Any) -> None:
    made = office.back_up()
    content = made.path.read_bytes()
    assert not any(name.split()[0].encode() in content for name in NAMES)
    assert b"SQLite format 3" not in content
    assert (office.vault.folder / "courier" / "key").read_bytes().strip() not in content
    with reading(made.path) as reader, pytest.raises(IntegrityFailure):
        reader.verify(office.vault.data_key)


def test_while_others_write_it_is_one_state(office: Any, tmp_path: Path) -> None:
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            with office.vault.write() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO setting (name, value) VALUES ('one', ?)", (str(len(written)),)
                )
                connection.execute(
                    "INSERT OR REPLACE INTO setting (name, value) VALUES ('two', ?)", (str(len(written)),)
                )
            written.append(1)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    places = [
        tmp_path / where for where in ("one", "two")
    ]  # in one, the later would take the place of the other
    for place in places:
        place.mkdir()
    try:
        made = [office.back_up(place) for place in places]
        so_far = len(written)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert so_far > 0
    for one in made:
        assert office.rehearse(PASSWORD, one.path).differences == ()


@pytest.mark.parametrize("part", ["vault.json", "vault.db", "state", "backup.json", "files/courier/key"])
def test_a_byte_changed_anywhere_is_noticed_and_noted(office: Any, part: str) -> None:
    made = office.back_up()
    with zipfile.ZipFile(made.path) as archive:
        info = archive.getinfo(part)
        at = info.header_offset + 30 + len(info.filename) + 20 + info.file_size // 2
    content = bytearray(made.path.read_bytes())
    content[at] ^= 1
    made.path.write_bytes(content)
    try:
        seen = office.rehearse(PASSWORD, made.path)
    except IntegrityFailure:
        return  # it could not even be told whose it is
    assert not seen.equal
    assert [line.content for line in lines_of(office, Act.INCIDENT)] == [Content.BACKUP]


def test_a_file_cut_short_or_of_another_kind_is_refused(office: Any, tmp_path: Path) -> None:
    made = office.back_up()
    content = made.path.read_bytes()
    for name, wrong in (
        ("short.ikb", content[:-200]),
        ("other.ikb", b"PK\x03\x04" + bytes(500)),
        ("empty.ikb", b""),
    ):
        (tmp_path / name).write_bytes(wrong)
        with pytest.raises(IntegrityFailure, match="控えを使えません"):
            office.rehearse(PASSWORD, tmp_path / name)


def test_a_full_disk_leaves_nothing_and_no_line(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("storage.backup.making.os.fsync", full)
        with pytest.raises(IkiikiError, match="ディスクがいっぱい"):
            office.back_up()
    assert lying_in(office) == []
    assert lines_of(office, Act.BACKUP) == []


def test_stopped_anywhere_it_leaves_nothing_and_no_line(office: Any) -> None:
    def run(stop_at: int) -> int:
        """How often it asked whether to go on; at that time it was told no."""
        count = 0

        def progress(done: int, of: int) -> None:
            nonlocal count
            count += 1
            if count == stop_at:
                raise Stopped("止めました")

        with contextlib.suppress(Stopped):
            office.back_up(None, progress)
        return count

    whole = run(0)
    (made,) = lying_in(office)
    for stop_at in (1, whole // 4, whole // 2, whole):
        assert run(stop_at) == stop_at
        assert lying_in(office) == [made]
        assert len(lines_of(office, Act.BACKUP)) == 1


def test_what_a_killed_backup_left_is_gone_with_the_next(office: Any) -> None:
    folder = office.vault.folder / "backups"
    (folder / "making-ABCDEFGHJK.db").write_bytes(b"x")
    (folder / "making-0011").mkdir()
    (folder / "ikiiki-contractor-20260420T000000Z-ABCDEFGHJK.ikb.part").write_bytes(b"x")
    made = office.back_up()
    assert lying_in(office) == [made.path.name]


def test_one_at_a_time(office: Any) -> None:
    with working(office.vault.folder), pytest.raises(Refused, match="ほかの人が"):
        office.back_up()


def test_elsewhere_it_is_a_medium_in_the_inventory(office: Any, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    with pytest.raises(Refused, match="置き場所がありません"):
        office.back_up(usb)
    usb.mkdir()
    made = office.back_up(usb)
    assert made.path.parent == usb
    assert lying_in(office) == []
    (copy,) = office.office.inventory.list()
    assert copy.medium.value == "usb"
    with pytest.raises(UsageError, match="媒体が読めません"):
        office.back_up(usb, medium="cloud")


def test_older_ones_that_need_not_stay_go_and_only_our_own(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(dt.datetime(2026, 4, 20, 9, second, tzinfo=dt.UTC) for second in range(9))
    monkeypatch.setattr("cli.backing.now", lambda: next(moments))
    stranger = office.vault.folder / "backups" / "ikiiki-contractor-20200101T000000Z-0123456789.ikb"
    first = office.back_up()
    stranger.write_bytes(b"another's")
    second = office.back_up(keep="1d")
    assert second.removed == (first.id,)
    assert lying_in(office) == sorted([stranger.name, second.path.name])
    assert [copy.id for copy in office.office.inventory.list()] == [second.id]
    assert [line.ref for line in lines_of(office, Act.DESTROY)] == [f"medium:{first.id}"]


def test_handlers_may_make_one_and_an_audit_may_not(place: Any, office: Any) -> None:
    for staff, role in (("mori", Role.HANDLER), ("kido", Role.AUDITOR)):
        office.office.staff.add(NewPerson(staff, "見本", role, FIRST_PASSWORD))
        with contextlib.closing(place.open(FIRST_PASSWORD, staff)) as first:
            first.office.staff.change_password(FIRST_PASSWORD, PASSWORD)
    handler, auditor = place.open(staff="mori"), place.open(staff="kido")
    try:
        made = handler.back_up()
        assert handler.rehearse(PASSWORD).equal
        with pytest.raises(Refused, match="権限がありません"):
            auditor.back_up()
        with pytest.raises(Refused, match="権限がありません"):
            auditor.rehearse(PASSWORD)
    finally:
        handler.close()
        auditor.close()
    assert lying_in(office) == [made.path.name]


def test_a_rehearsal_says_what_would_be_lost_and_leaves_no_trace_but_its_line(office: Any) -> None:
    made = office.back_up()
    key_in(office, NAMES[2])
    seen = office.rehearse(PASSWORD)
    assert seen.path == made.path
    assert seen.equal
    assert seen.tables > 20
    assert seen.changed > 0
    assert lying_in(office) == [made.path.name]
    (line,) = lines_of(office, Act.DRILL)
    assert (line.content, line.ref) == (Content.BACKUP, f"medium:{made.id}")


def test_a_rehearsal_without_a_backup_says_what_to_do(office: Any) -> None:
    with pytest.raises(Refused, match="控えがまだありません"):
        office.rehearse(PASSWORD)


def test_a_wrong_password_at_a_rehearsal_counts_as_a_failed_login(office: Any) -> None:
    office.back_up()
    for _ in range(5):
        with pytest.raises(LoginFailed, match="パスワードが違います"):
            office.rehearse("not the password")
    with pytest.raises(LoginFailed, match="秒"):
        office.rehearse(PASSWORD)
    assert lines_of(office, Act.DRILL) == []


def test_who_leaves_without_a_backup_of_today_is_told(office: Any) -> None:
    desk = office.office.backups
    assert desk.last() is None
    assert desk.due_today() == "きょうの控えは、まだ取っていません"
    office.back_up()
    assert not desk.due_today()
    tomorrow = desk.last() + dt.timedelta(days=1)
    later = dataclasses.replace(desk._desk, now=lambda: tomorrow)
    assert Backups(later).due_today()
