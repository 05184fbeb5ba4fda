"""Box's own log against both ledgers: two offices exchange over the stand-in, and others touch what is theirs."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused, RemoteUnreachable, UsageError
from core.exchange.findings import Code, Finding
from core.exchange.happenings import Reach
from core.ledger.codes import Act, Content
from core.office.box_log import BoxLog, answer_document
from core.office.choices import AsideReason, BoxReason
from core.office.due import LateKind
from core.office.review import APPLICANTS
from core.roles import Role
from storage.courier import CourierReport, CourierStopped, run
from tests.box.faults import Fault, Kind
from tests.box.pretend import PretendBox
from tests.box.proxy import Proxy
from tests.box.things import Caller, File, User

DAYS = dt.timedelta(days=1)


class Line:
    """Both offices with their couriers on one pretend Box, and one clock for all three."""

    def __init__(self, bench: Any, box: PretendBox, folder: Path) -> None:
        self.bench, self.box, self._folder = bench, box, folder
        self.stranger = box.state.add_user("stranger@example.com", enterprise="901")
        bench.pair()
        logins = (box.contractor.login, box.ward.login)
        self.remotes = {
            one.site: box.remote(user, folder / one.site.value, collaborators=logins, read=10)
            for one, user in ((bench.contractor, box.contractor), (bench.ward, box.ward))
        }

    def later(self, by: dt.timedelta) -> None:
        for one in (self.bench.contractor, self.bench.ward):
            one.moment += by

    def carry(self, one: Any) -> CourierReport:
        """The courier alone."""
        return run(one.folder, self.remotes[one.site], one.now())

    def sync(self, rounds: int = 2) -> None:
        """Courier and people, at both sites, twenty minutes apart."""
        for _ in range(rounds):
            for one in (self.bench.contractor, self.bench.ward):
                self.later(dt.timedelta(minutes=20))
                one.office.exchange.flush()
                self.carry(one)
                one.office.exchange.flush()
                one.office.exchange.import_waiting()
                one.office.send_due()
                self.later(dt.timedelta(minutes=20))
                self.carry(one)

    def started(self) -> None:
        """Applications are at the ward, and everything is acknowledged."""
        self.sync()
        self.bench.contractor.key("サトウ ハナコ")
        self.bench.contractor.office.records.send()
        self.sync()

    def look(self, one: Any = None) -> BoxLog:
        """What the office sees once the log has been read."""
        one = one or self.bench.contractor
        self.later(dt.timedelta(minutes=20))
        self.carry(one)
        return one.office.box_log.look()

    def codes(self, one: Any = None) -> list[str]:
        return [found.code.value for found in self.look(one).judged.findings]

    def file(self, name: str) -> File:
        found = self.box.state.find(self.box.folder.id, name)
        assert isinstance(found, File)
        return found

    def zip(self, channel: str = "cw", seq: int = 1) -> File:
        return self.file(f"1-{channel}-{seq:08}.zip")

    def touch(self, what: str, user: User, file: File | None = None) -> None:
        """Somebody does something to a file that needs no request of the product's own."""
        self.box.state.events.add(what, Caller(user, "203.0.113.9"), file or self.zip())


@pytest.fixture
def box(request: pytest.FixtureRequest, bench: Any) -> Iterator[PretendBox]:
    """The contractor may read the enterprise's log, unless a test asks for "owner"."""
    clock = lambda: max(bench.contractor.moment, bench.ward.moment).timestamp()  # noqa: E731
    admin = getattr(request, "param", "enterprise") == "enterprise"
    with PretendBox(admin=admin, clock=clock) as made:
        yield made


both_reaches = pytest.mark.parametrize("box", ["enterprise", "owner"], indirect=True)


@pytest.fixture
def line(bench: Any, box: PretendBox, tmp_path: Path) -> Line:
    return Line(bench, box, tmp_path)


@both_reaches
def test_an_ordinary_exchange_leaves_no_finding_at_either_site(line: Line) -> None:
    line.started()
    line.bench.ward.office.review.confirm_rest(APPLICANTS)
    line.bench.ward.office.review.send()
    line.sync(3)
    line.later(20 * DAYS)
    line.bench.contractor.key("スズキ イチロウ")
    line.bench.contractor.office.records.send()
    line.sync(3)
    for one in (line.bench.contractor, line.bench.ward):
        seen = line.look(one)
        assert seen.judged.findings == []
        assert seen.judged.counts["download"] > 4 and seen.judged.counts["upload"] > 4
        assert seen.watch is not None and not any("heartbeat" in one.name for one in seen.happenings)
    assert not any("自分の取得のうち" in words for words in seen.judged.unchecked)


@pytest.mark.parametrize("seed", range(2))
def test_faults_tries_and_double_telling_are_ordinary_too(line: Line, seed: int) -> None:
    chance = random.Random(seed)
    line.started()
    for turn in range(4):
        line.bench.contractor.key(f"タナカ {'アイウエ'[turn]}")
        line.bench.contractor.office.records.send()
        line.box.server.faults.order(
            *(
                Fault("*", "", nth=chance.randint(1, 30), kind=kind)
                for kind in (Kind.RESET_AFTER, Kind.RESET_BEFORE, Kind.TRUNCATED, Kind.ALTERED)
            )
        )
        line.box.state.events.late = turn % 2 == 0
        with suppress(RemoteUnreachable, IntegrityFailure, Refused):
            line.sync(1)
        line.box.server.faults.clear()
        line.box.state.events.release()
        line.box.state.events.repeat(last=chance.randint(1, 40))
        line.sync(1)
        line.later(chance.randint(1, 4) * DAYS)
    line.sync(2)
    assert line.look().judged.findings == []
    assert line.look(line.bench.ward).judged.findings == []
    ids = [one.id for one in line.look().happenings]
    assert len(ids) == len(set(ids))


@both_reaches
def test_a_strangers_download_is_a_finding_with_who_when_and_from_where(line: Line) -> None:
    line.started()
    link = line.box.state.collaborate(line.box.folder, line.stranger, "viewer")
    for _ in range(3):
        line.touch("download", line.stranger)
    found = {one.code: one for one in line.look().judged.findings}
    one = found[Code.UNKNOWN_DOWNLOAD]
    assert (one.subject, one.who, len(one.events)) == ("1-cw-00000001.zip", "stranger@example.com", 3)
    assert one.ips == (("203.0.113.9",) if line.box.contractor.role == "admin" else ())
    assert link and Code.COLLABORATION in found


def plant(what: str) -> Callable[[Line], None]:
    def acts(line: Line) -> None:
        state, box = line.box.state, line.box
        ward, zip_file = Caller(box.ward), line.zip()
        if what == "preview":
            state.events.add("preview", Caller(line.stranger), zip_file)
        elif what == "trash":
            state.trash(ward, zip_file)
        elif what == "restore":
            state.trash(ward, zip_file)
            state.restore(ward, zip_file)
        elif what == "rename":
            state.rename(ward, zip_file, "other.zip", zip_file.parent)
        elif what == "move":
            state.rename(Caller(box.contractor), zip_file, zip_file.name, "0")
        elif what == "copy":
            blob = state.blobs.write([b"copy"])
            state.create_file(Caller(box.contractor), "0", zip_file.name, blob, what="copy")
        elif what == "share":
            state.events.add("share", ward, zip_file)
        elif what == "foreign file":
            state.put(box.folder.id, "names.xlsx", b"names", box.ward)
        elif what == "our name, their hand":
            state.put(box.folder.id, "1-cw-00000099.zip", b"forged", box.ward)
        elif what == "our login, not our vault":
            state.put(box.folder.id, "1-cw-00000099.zip", b"forged", box.contractor)
        elif what == "new version":
            state.put(box.folder.id, zip_file.name, b"other bytes", box.contractor)
        elif what == "folder within":
            state.create_folder(ward, box.folder.id, "inner")
        elif what == "role":
            state.collaborate(box.folder, line.stranger, "viewer")
            state.collaborate(box.folder, line.stranger, "editor")
        elif what == "partner removed":
            state.withdraw(box.folder, box.ward)
        elif what == "sender":
            state.events.add("download", Caller(box.contractor), zip_file)

    return acts


PLANTED = {
    "preview": {"unknown_download"}, "trash": {"deleted"}, "restore": {"deleted", "restored"}, "rename": {"moved"},
    "move": {"moved"}, "copy": {"copied"}, "share": {"shared"}, "foreign file": {"foreign_file"},
    "our name, their hand": {"foreign_file"}, "our login, not our vault": {"foreign_file"}, "new version": {"new_version"},
    "folder within": {"foreign_file"}, "role": {"collaboration"}, "partner removed": {"collaboration"}, "sender": {"sender"},
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_whatever_else_is_done_in_the_folder_is_a_finding(line: Line, what: str) -> None:
    line.started()
    plant(what)(line)
    report = line.bench.contractor
    line.later(dt.timedelta(minutes=20))
    try:
        line.carry(report)
    except IntegrityFailure:
        line.later(
            dt.timedelta(minutes=20)
        )  # the courier stops at what was altered, and reads the log all the same
    found = report.office.box_log.look().judged.findings
    assert {one.code.value for one in found} == PLANTED[what]
    assert all(one.sentence and one.next_step and one.who for one in found)


@both_reaches
def test_a_partners_download_waits_for_their_ledger_and_is_a_finding_when_it_says_nothing(line: Line) -> None:
    line.started()
    line.bench.contractor.key("スズキ イチロウ")
    sent = line.bench.contractor.office.records.send()
    line.later(dt.timedelta(minutes=20))
    line.carry(line.bench.contractor)
    file = line.file(f"{sent.name}.zip")
    line.touch("download", line.box.ward, file)
    seen = line.look()
    assert seen.judged.findings == []
    assert seen.judged.waiting == ["相手の新しい管理簿を待っている取得 1件"]
    ward = line.bench.ward  # days later their ledger arrives, by another's hand, and holds no line of it
    line.later(4 * DAYS)
    ward.office.review.confirm_rest(APPLICANTS)
    ward.office.review.send()
    for path in (ward.folder / "outbox").glob("1-wc-*"):
        (line.bench.contractor.folder / "inbox" / path.name).write_bytes(path.read_bytes())
        (line.bench.contractor.folder / "inbox" / path.name).chmod(0o600)
    assert line.bench.contractor.office.exchange.import_waiting()
    (found,) = line.look().judged.findings
    assert (found.code, found.subject, found.who) == (Code.NO_LINE, file.name, line.box.ward.login)
    line.sync(2)  # and when the ward takes it in after all, nothing is left of it
    assert line.codes() == []


def test_a_download_of_what_they_set_aside_is_told_by_that_line(line: Line) -> None:
    line.started()
    contractor, ward = line.bench.contractor, line.bench.ward
    contractor.key("スズキ イチロウ")
    contractor.sealer.bend = lambda entries: entries | {"records.jsonl": b"{}\n"}
    sent = contractor.office.records.send()
    contractor.sealer.bend = None
    line.later(dt.timedelta(minutes=20))
    for one in (contractor, ward):
        line.carry(one)
    line.touch("download", line.box.ward, line.file(f"{sent.name}.zip"))
    with pytest.raises(IntegrityFailure):
        ward.office.exchange.import_waiting()
    ward.office.refusals.set_aside(sent.name, AsideReason.CONTENT)
    line.later(15 * DAYS)
    ward.office.review.confirm_rest(APPLICANTS)
    ward.office.review.send()  # their ledger is here, to days after that download
    line.sync()
    assert line.codes() == []


def test_a_partners_download_after_they_took_it_in_is_a_finding(line: Line) -> None:
    line.started()
    line.touch("download", line.box.ward)
    assert line.codes() == []  # within the day it may be a try that came late
    line.later(2 * DAYS)
    line.touch("download", line.box.ward)
    assert line.codes() == ["again"]


def test_our_own_account_in_other_hands_is_a_finding(line: Line) -> None:
    line.started()
    line.bench.ward.office.review.confirm_rest(APPLICANTS)
    line.bench.ward.office.review.send()
    line.later(dt.timedelta(minutes=20))
    line.carry(line.bench.ward)
    theirs = max(
        (one for one in line.box.state.children(line.box.folder, line.box.ward) if "-wc-" in one.name),
        key=lambda one: one.name,
    )
    theirs = line.file(theirs.name.split(".")[0] + ".zip")
    line.touch("download", line.box.contractor, theirs)
    line.sync(1)
    assert line.codes() == []  # the courier itself fetched it in the same hour: not to be told apart
    line.later(2 * DAYS)
    line.touch("download", line.box.contractor, theirs)
    (found,) = line.look().judged.findings
    assert (found.code, found.who) == (Code.OWN_AGAIN, line.box.contractor.login)


def test_a_receipt_without_any_download_is_said_where_the_log_would_tell(line: Line) -> None:
    line.sync()
    log = line.box.state.events
    line.bench.contractor.key("サトウ ハナコ")
    sent = line.bench.contractor.office.records.send()
    line.later(dt.timedelta(minutes=20))
    line.carry(line.bench.contractor)
    line.later(dt.timedelta(minutes=20))
    line.carry(line.bench.ward)
    log.all[:] = [one for one in log.all if one.user_name != "ITEM_DOWNLOAD" or one.created_by != line.box.ward
                  or f"{sent.name}.zip" != one.source["item_name"]]  # fmt: skip
    line.sync(1)
    assert line.codes() == []  # it may still be told
    line.later(2 * DAYS)
    (found,) = line.look().judged.findings
    assert (found.code, found.subject) == (Code.NO_DOWNLOAD, f"{sent.name}.zip")


def test_at_the_ward_a_guest_in_the_folder_downloads_by_others_cannot_be_checked(line: Line) -> None:
    line.started()
    line.box.state.collaborate(line.box.folder, line.stranger, "viewer")
    line.touch("download", line.stranger)
    seen = line.look(line.bench.ward)
    assert seen.watch is not None and seen.watch.account.reach is Reach.MEMBER
    assert Code.UNKNOWN_DOWNLOAD not in {one.code for one in seen.judged.findings}
    assert any("以外の利用者の取得" in words for words in seen.judged.unchecked)
    assert any("確かめられません" in words for words in seen.sentences)


def test_without_an_allow_list_it_is_said_that_nobody_can_be_told_apart(line: Line, tmp_path: Path) -> None:
    line.started()
    contractor = line.bench.contractor
    line.remotes[contractor.site] = line.box.remote(line.box.contractor, tmp_path / "bare", collaborators=())
    line.later(dt.timedelta(hours=1))
    with pytest.raises(
        CourierStopped, match="決まっていない"
    ):  # nothing goes out; the log is read all the same
        line.carry(contractor)
    seen = contractor.office.box_log.look()
    assert seen.judged.findings == []
    assert any("collaborators がありません" in words for words in seen.judged.unchecked)


# ---- answering


def found_one(line: Line) -> Finding:
    line.started()
    line.touch("share", line.box.ward)
    (found,) = line.look().judged.findings
    return found


def test_an_answer_is_a_signed_line_and_the_same_events_do_not_come_up_again(line: Line) -> None:
    found, office = found_one(line), line.bench.contractor.office
    written = office.box_log.answer(found.id[:8], BoxReason.PARTNER)
    assert (written.act, written.content, written.actor) == (
        Act.INSPECT,
        Content.BOX_LOG,
        "contractor-manager"[0] + "-manager",
    )
    assert written.ref == f"sha256:{sha256_hex(answer_document(found, BoxReason.PARTNER))}"
    assert office.ledger.verify() == []
    seen = line.look()
    assert (seen.judged.findings, seen.answered) == ([], 1)
    line.touch("share", line.box.ward)
    (again,) = line.look().judged.findings
    assert again.id != found.id and len(again.events) == 1


def told_of(office: Any) -> list[str]:
    """What the flow line and the 送受信 pane say of Box's log."""
    late = {
        tuple(one for one in status.late if one.kind is LateKind.BOX_LOG)
        for status in (office.flow.status(), office.exchange.overview().status)
    }
    (found,) = late
    return [f"{one.sentence} {one.next_step}" for one in found]


def test_everybody_is_told_that_something_waits_until_it_is_answered(line: Line) -> None:
    found, bureau = found_one(line), line.bench.contractor
    for role in Role:
        (words,) = told_of(bureau.office_of(role))
        assert "1件" in words and "ikiiki log box" in words
    assert told_of(line.bench.ward.office) == [], "its own courier has not read that far"
    line.touch("copy", line.box.ward)
    line.look()
    assert "2件" in told_of(bureau.office)[0]
    bureau.office.box_log.answer(found.id, BoxReason.PARTNER)
    assert "1件" in told_of(bureau.office)[0]
    bureau.office.box_log.answer(line.look().judged.findings[0].id, BoxReason.PARTNER)
    assert told_of(bureau.office) == []


def test_a_log_that_cannot_be_read_is_told_and_takes_no_other_word_away(line: Line) -> None:
    found_one(line)
    office = line.bench.contractor.office
    before = office.flow.status().sentence
    for name in ("box-log.jsonl", "box-watch.json"):
        path = line.bench.contractor.folder / "courier" / name
        whole = path.read_bytes()
        path.write_bytes(b"not a line of it\n")
        (words,) = told_of(office)
        assert "読めません" in words and office.flow.status().sentence == before
        path.write_bytes(whole)
    assert "1件" in told_of(office)[0]


@pytest.mark.parametrize("wrong", ["", "0" * 8, "0" * 64])
def test_an_answer_to_nothing_is_refused_and_leaves_nothing(line: Line, leaves: Any, wrong: str) -> None:
    found_one(line)
    with leaves(line.bench.contractor, UsageError):
        line.bench.contractor.office.box_log.answer(wrong, BoxReason.OURS)


def test_auditors_may_look_and_managers_alone_may_answer(line: Line, leaves: Any) -> None:
    found, bureau = found_one(line), line.bench.contractor
    auditor, handler = bureau.office_of(Role.AUDITOR), bureau.office_of(Role.HANDLER)
    assert auditor.box_log.look().judged.findings == [found]
    for office in (auditor, handler):
        with leaves(bureau, Refused):
            office.box_log.answer(found.id, BoxReason.OURS)
    with pytest.raises(Refused):
        handler.box_log.look()


def test_a_kept_log_that_was_altered_is_said_so(line: Line) -> None:
    found_one(line)
    path = line.bench.contractor.folder / "courier" / "box-log.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"login"', b'"LOGIN"', 1))
    with pytest.raises(IntegrityFailure):
        line.bench.contractor.office.box_log.look()


def test_where_no_log_was_fetched_that_is_what_is_said(bench: Any) -> None:
    seen = bench.contractor.office.box_log.look()
    assert seen.watch is None and "Boxの記録はありません" in seen.sentences[0]


def test_a_program_that_is_not_ours_leaves_the_same_trace(line: Line, tmp_path: Path) -> None:
    program = shutil.which("rclone")
    if program is None:
        pytest.skip("rclone is not installed")
    line.started()
    line.box.state.collaborate(line.box.folder, line.stranger, "viewer")
    with Proxy(line.box.server, tmp_path) as proxy:
        settings = {
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "HTTPS_PROXY": proxy.url,
            "RCLONE_CONFIG": str(tmp_path / "rclone.conf"),
            "RCLONE_CONFIG_BOX_TYPE": "box",
            "RCLONE_CONFIG_BOX_ACCESS_TOKEN": line.box.state.tokens.issue(line.stranger),
            "RCLONE_CA_CERT": str(proxy.ca),
        }
        words = [program, "copy", "--include", "*.zip", "box:exchange", str(tmp_path / "loot")]
        subprocess.run(words, env=settings, check=True, capture_output=True, timeout=120)
    taken = {path.name for path in (tmp_path / "loot").iterdir()}
    found = [one for one in line.look().judged.findings if one.code is Code.UNKNOWN_DOWNLOAD]
    assert taken and {one.subject for one in found} == taken
    assert {one.who for one in found} == {line.stranger.login}
