"""The ward's screens over SSH, as ops/sshd/ikiiki.conf sets them up: a day's work, and lines that drop in the midst of it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.office.review import APPLICANTS
from core.roles import Site
from tests.journeys.acting import MANAGER, PASSWORD, Machine, Sites
from tests.journeys.staging import at
from tools.line import Line
from tools.private_sshd import SSHD, PrivateSshd
from tools.ssh_screens import KINDS, SshScreens

__all__ = ["at"]
pytestmark = pytest.mark.skipif(
    SSHD is None or not shutil.which("tmux"), reason="needs openssh-server, openssh-client and tmux"
)

At = Callable[..., Sites]
Login = Callable[..., SshScreens]


@pytest.fixture
def ward(at: At) -> Machine:
    """The ward at ⑤, with eleven to review."""
    return at("send").ward


@pytest.fixture
def server(ward: Machine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PrivateSshd]:
    """As shipped, but for what the test says is changed."""
    server = PrivateSshd(tmp_path / "sshd", ward.folder, changed=getattr(request, "param", None))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connect(server: PrivateSshd, tmp_path: Path) -> Iterator[Login]:
    """`connect(kind)`: a client that has reached the login."""
    clients: list[SshScreens] = []

    def give(kind: str = KINDS[0], *words: str, port: int = 0, options: tuple[str, ...] = ()) -> SshScreens:
        folder = tmp_path / f"client-{len(clients)}"
        clients.append(SshScreens(server, kind, folder, *words, port=port, options=options))
        return clients[-1]

    yield give
    for client in clients:
        client.close()


def log_in(screens: SshScreens) -> SshScreens:
    screens.log_in(MANAGER[Site.WARD], PASSWORD)
    return screens


def verdicts(ward: Machine) -> dict[int, str]:
    """受付番号 → what the ward answered in ⑤, "" for nothing yet."""
    session = ward.session()
    try:
        return {item.number: item.verdict or "" for item in session.office.review.rows(APPLICANTS)}
    finally:
        session.close()


def draft(ward: Machine) -> dict[str, str]:
    session = ward.session()
    try:
        return session.office.drafts.take_up("entry") or {}
    finally:
        session.close()


@pytest.mark.parametrize("kind", KINDS)
def test_log_in_review_lock_unlock_and_leave(
    kind: str, ward: Machine, connect: Login, server: PrivateSshd
) -> None:
    screens = log_in(connect(kind))
    screens.until("⑤ 応募者の点検", "全11", "確認0")
    screens.press("Enter", "受付番号 0001 を確認しました", "確認1")
    screens.press("Space", "受付番号 0002 を確認しました", "確認2")
    screens.press("r", "差戻し 受付番号 0003")
    screens.press("Enter", "受付番号 0003 を差し戻しました", "差戻し1")
    screens.function(1, "この画面の操作")
    screens.press("Escape", "⑤ 応募者の点検")
    screens.function(2, "┌─ 受付")
    screens.function(7, "⑤ 応募者の点検")
    locked = screens.function(9, "施錠しました")
    assert "サトウ" not in locked and "応募者" not in locked
    screens.enter(PASSWORD, "⑤ 応募者の点検", "あと8人")
    screens.press("C-q", "終了しますか")
    screens.press("Up", ">終了する")
    screens.send("Enter")
    screens.until_ended()
    server.until_nobody_is_in()
    answered = {number: verdict for number, verdict in verdicts(ward).items() if verdict}
    assert answered == {1: "confirmed", 2: "confirmed", 3: "returned"}
    ward.sound()


def test_a_terminal_of_sixteen_colours_is_sent_no_others_and_left_blank(connect: Login) -> None:
    """The Linux console has no second screen to come back from: what was painted last would stay on it."""
    screens = log_in(connect("linux"))
    screens.press("C-q", "終了しますか")
    screens.press("Up", ">終了する")
    screens.send("Enter")
    screens.until_ended()
    sent = screens.sent
    assert b"\x1b[38;" not in sent and b";38;" not in sent and b"48;" not in sent
    painted, wiped, rest = sent.rpartition(b"\x1b[H\x1b[2J")
    assert "サトウ".encode() in painted and wiped
    assert all(byte < 0x80 for byte in rest), "nothing is painted after the screen was wiped"


def test_nothing_is_sent_while_nobody_touches_a_key(connect: Login, server: PrivateSshd) -> None:
    """Whoever else comes in takes a while: time enough for the last of the screen to be painted, and then, for the next who comes in,
    to see a clock, a blinking cursor, a repeated frame."""
    quiet = log_in(connect())
    quiet.until("⑤ 応募者の点検")
    log_in(connect("linux"))
    before = len(quiet.sent)
    log_in(connect("linux"))
    assert len(server.screens()) == 3
    assert len(quiet.sent) == before


def fill_in(screens: SshScreens) -> None:
    """The counter's form, left in the midst of the third field."""
    screens.function(2, "┌─ 受付")
    screens.press("n", "応募の入力")
    screens.type("1600023")
    screens.until("1600023")
    screens.next_field()
    screens.until("〒160-0023", "西新宿")
    screens.type("7-8-9")
    screens.until("西新宿7-8-9")
    screens.next_field()
    screens.type("イケダ")
    screens.until("イケダ")


DRAFT = {"postal_code": "1600023", "address": "西新宿7-8-9", "kana": "イケダ"}


def kill_the_client(screens: SshScreens, server: PrivateSshd, line: Line) -> None:
    """The person's PC is switched off: no farewell, the connection is closed by its system."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if words[:1] == [b"ssh"] and str(server.folder / "person").encode() in b" ".join(words):
            os.kill(int(entry.name), signal.SIGKILL)


def close_the_window(screens: SshScreens, server: PrivateSshd, line: Line) -> None:
    screens.close()


def cut_the_line(screens: SshScreens, server: PrivateSshd, line: Line) -> None:
    line.cut()


def let_the_line_fall_silent(screens: SshScreens, server: PrivateSshd, line: Line) -> None:
    """Neither end is told; sshd gives up by itself (here after twelve seconds, as shipped after forty-five)."""
    line.fall_silent()


def shut_the_machine_down(screens: SshScreens, server: PrivateSshd, line: Line) -> None:
    for process in server.screens():
        os.kill(process, signal.SIGTERM)


SOON = {"ClientAliveInterval 15": "ClientAliveInterval 4"}


@pytest.mark.parametrize(
    ("drop", "server"),
    [
        (kill_the_client, None),
        (close_the_window, None),
        (cut_the_line, None),
        (let_the_line_fall_silent, SOON),
        (shut_the_machine_down, None),
    ],
    indirect=["server"],
)
def test_a_dropped_line_keeps_the_draft_and_leaves_nobody_behind(
    drop: Callable[[SshScreens, PrivateSshd, Line], None], ward: Machine, server: PrivateSshd, connect: Login
) -> None:
    with Line(server.port) as line:
        screens = log_in(connect(port=line.port))
        screens.press("Enter", "受付番号 0001 を確認しました")
        fill_in(screens)
        assert draft(ward) == {}, "it is what the drop makes the program do"
        assert len(server.screens()) == 1
        drop(screens, server, line)
        server.until_nobody_is_in()
    kept = draft(ward)
    assert {key: kept[key] for key in DRAFT} == DRAFT
    assert verdicts(ward)[1] == "confirmed"
    ward.sound()


def test_whoever_comes_back_is_told_of_the_draft_and_goes_on(server: PrivateSshd, connect: Login) -> None:
    first = log_in(connect())
    fill_in(first)
    first.close()
    server.until_nobody_is_in()
    second = log_in(connect("linux"))
    second.until("⑤ 応募者の点検", "入力の下書きがあります（F2 受付の窓口入力で続けられます）")
    second.function(2, "入力の下書きがあります（窓口入力で続けられます）")
    second.press("n", "下書きの続きです", "1600023", "西新宿7-8-9", "イケダ")


def test_a_line_that_drops_at_the_login_leaves_nobody_behind(server: PrivateSshd, connect: Login) -> None:
    screens = connect()
    screens.until("職員ID")
    assert len(server.screens()) == 1
    screens.close()
    server.until_nobody_is_in()


def test_two_terminals_of_one_account_do_not_know_of_each_other(connect: Login, server: PrivateSshd) -> None:
    one = log_in(connect())
    other = connect()
    other.until("職員ID")
    assert len(server.screens()) == 2
    one.close()
    assert "職員ID" in other.screen()


def test_the_screens_stay_with_the_version_they_were_started_in(
    server: PrivateSshd, connect: Login, tmp_path: Path
) -> None:
    """As an update changes it: the link leads elsewhere, and whoever is in is not led there."""
    link = server.installed / ".venv"
    other = tmp_path / "another-version"
    other.mkdir()
    screens = log_in(connect())
    link.unlink()
    link.symlink_to(other)
    (pid,) = server.screens()
    begun = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    assert not any(str(server.installed) in word for word in begun)
    assert begun[0] == str(Path(sys.prefix).resolve() / "bin" / "python")
    screens.function(1, "この画面の操作")  # what is loaded only now is found
