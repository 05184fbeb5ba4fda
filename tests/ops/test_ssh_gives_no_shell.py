"""Whoever may log in by SSH gets the screens, and there is no way around or out of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.terminal import client_address
from core.roles import Site
from tests.journeys.acting import MANAGER, PASSWORD, Sites
from tests.journeys.staging import at
from tools.private_sshd import SHIPPED, SSHD, PrivateSshd
from tools.ssh_screens import KINDS, SshScreens
from tools.tmux import Tmux

__all__ = ["at"]
pytestmark = pytest.mark.skipif(
    SSHD is None or not shutil.which("tmux"), reason="needs openssh-server, openssh-client and tmux"
)
SECONDS = 120
"""After so long a client that should have been turned away is taken to have got in."""
HOSTILE = {
    "LD_PRELOAD": "/tmp/evil.so", "BASH_ENV": "/tmp/evil.sh", "ENV": "/tmp/evil.sh", "PYTHONPATH": "/tmp/evil",
    "PYTHONSTARTUP": "/tmp/evil.py", "TEXTUAL_DRIVER": "evil:Driver", "IKIIKI_VAULT": "/tmp/evil",
    "IKIIKI_PASSWORD_FILE": "/tmp/evil", "PAGER": "sh", "EDITOR": "sh", "BROWSER": "sh", "LC_ALL": "evil",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateSshd]:
    """The ward at ⑤; nothing here may change it."""
    base = tmp_path_factory.mktemp("shut")
    sites = Sites(base / "sites")
    sites.base.mkdir()
    sites.found()
    sites.apply()
    sites.send()
    server = PrivateSshd(base / "sshd", sites.ward.folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def forced(tmp_path: Path, server: PrivateSshd) -> Iterator[Callable[[str], PrivateSshd]]:
    """An sshd as shipped, but with another command in place of the screens, to see from inside what they would see."""
    begun: list[PrivateSshd] = []

    def give(command: str) -> PrivateSshd:
        begun.append(PrivateSshd(tmp_path / f"sshd-{len(begun)}", server.vault, command=command))
        begun[-1].start()
        return begun[-1]

    yield give
    for one in begun:
        one.stop()


def run(
    command: list[str], *, given: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=given, env={**os.environ, "TERM": "linux", **(env or {})}, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture
def secret() -> Iterator[int]:
    """A port on the server's own loopback, where whoever gets through is told so."""

    def answer() -> None:
        while True:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            one.sendall(b"got through")
            one.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


# -- other commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["sh"],
        ["ls", "/"],
        ["sh", "-i"],
        ["ikiiki", "--help"],
        ["exec", "sh", ";", "sh"],
        ["$(id)", "`id`"],
        [],
    ],
    ids=" ".join,
)
def test_a_command_is_not_run_and_without_a_terminal_there_are_no_screens(
    server: PrivateSshd, words: list[str]
) -> None:
    done = run(server.client(*words, options=["-T"]), given="id\nexit\n")
    assert done.stdout == ""
    assert "端末がないため画面を開けません" in done.stderr and "命令を付けず" in done.stderr
    assert done.returncode == 2
    assert server.screens() == {}


def test_a_command_with_a_terminal_leads_to_the_login_all_the_same(
    server: PrivateSshd, tmp_path: Path
) -> None:
    screens = SshScreens(server, KINDS[0], tmp_path / "client", "sh", "-i")
    try:
        shown = screens.until("職員ID", "パスワード")
    finally:
        screens.close()
    assert "$" not in shown and "#" not in shown
    server.until_nobody_is_in()


def test_a_command_written_beside_the_key_does_not_count(server: PrivateSshd) -> None:
    key = server.folder / "person.pub"
    plain = key.read_text()
    key.write_text(f'command="id",environment="LD_PRELOAD=/tmp/evil.so" {plain}')
    try:
        done = run(server.client(options=["-T"]))
    finally:
        key.write_text(plain)
    assert "uid=" not in done.stdout and "端末がない" in done.stderr


def test_no_file_is_fetched_or_left(server: PrivateSshd, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    header, target = server.vault / "vault.json", server.vault / "planted"
    _, *settings, host = server.client()
    fetch, leave = [f"{host}:{header}", str(tmp_path / "got")], [str(tmp_path / "mine"), f"{host}:{target}"]
    batch = f"get {header} {tmp_path}/got\nput {tmp_path}/mine {target}\n"
    before = server.log.count("Starting session: forced-command (config)")
    attempts = [
        run(["sftp", *settings, "-b", "-", host], given=batch),
        *(run(["scp", *settings, way, *words]) for way in ("-O", "-s") for words in (fetch, leave)),
    ]
    assert all(done.returncode != 0 for done in attempts)
    begun = server.log.count("Starting session: forced-command (config)") - before
    assert begun == len(attempts), "each was given the screens in place of what it asked for"
    assert header.exists() and not (tmp_path / "got").exists() and not target.exists()


# -- forwarding -----------------------------------------------------------------------------------------------


def test_nothing_is_reached_through_it(server: PrivateSshd, secret: int) -> None:
    """-W is what -L, -D and ProxyJump open one by one."""
    done = run(server.client(options=["-T", "-W", f"127.0.0.1:{secret}"]))
    assert "got through" not in done.stdout
    assert "administratively prohibited" in done.stderr and done.returncode != 0


def through(port: int, greeting: bytes = b"") -> bytes:
    """All that a forwarded port answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as end:
        end.sendall(greeting)
        told = b""
        try:
            while data := end.recv(1000):
                told += data
        except ConnectionError:
            pass
        return told


@pytest.mark.parametrize("way", ["-L", "-D"])
def test_a_port_forwarded_by_the_client_leads_nowhere(
    server: PrivateSshd, tmp_path: Path, secret: int, way: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = f"{port}:127.0.0.1:{secret}" if way == "-L" else str(port)
    socks5 = b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01" + secret.to_bytes(2, "big")
    screens = SshScreens(server, KINDS[0], tmp_path / "client", options=(way, told))
    try:
        screens.until("職員ID")
        answer = through(port, socks5 if way == "-D" else b"")
    finally:
        screens.close()
    assert b"got through" not in answer
    assert "refused local port forward" in server.log or "administratively prohibited" in screens.log


@pytest.mark.parametrize(
    "there", ["0:127.0.0.1:1", "0", "/tmp/ikiiki-planted:127.0.0.1:1"], ids=["port", "socks", "socket"]
)
def test_no_port_and_no_socket_is_opened_on_the_server(server: PrivateSshd, there: str) -> None:
    done = run(server.client(options=["-T", "-N", "-o", "ExitOnForwardFailure=yes", "-R", there]))
    assert done.returncode == 255 and "remote port forwarding failed" in done.stderr.lower()
    assert not Path("/tmp/ikiiki-planted").exists()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[str]:
    """The socket of an agent that runs."""
    place = tmp_path / "a"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and "SSH_AUTH_SOCK" in process.stdout.readline()
    yield str(place)
    process.terminate()
    process.communicate()


def test_neither_agent_nor_display_is_forwarded(server: PrivateSshd, agent: str) -> None:
    options = ["-T", "-v", "-A", "-X", "-o", f"IdentityAgent={agent}"]
    done = run(server.client(options=options), env={"DISPLAY": ":99", "SSH_AUTH_SOCK": agent})
    assert "Requesting authentication agent forwarding" in done.stderr, "it was asked for"
    assert "agent forwarding disabled" in server.log
    assert "X11 forwarding request failed" in done.stderr


# -- the environment ------------------------------------------------------------------------------------------


def sent(names: dict[str, str]) -> list[str]:
    return [word for name in names for word in ("-o", f"SendEnv={name}")]


def environment(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def test_no_variable_reaches_the_shell_that_starts_the_screens(
    forced: Callable[[str], PrivateSshd],
) -> None:
    """That shell would read a file it is told of, or load a library, before it comes to anything else."""
    told = {**HOSTILE, "LANG": "ja_JP.UTF-8"}
    seen = environment(run(forced("exec /usr/bin/env").client(options=["-T", *sent(told)]), env=told))
    assert not HOSTILE.keys() & seen.keys()
    assert seen["LANG"] == "ja_JP.UTF-8", "it was sent, and this one is taken"


def test_the_screens_see_six_variables_and_only_one_is_the_clients(
    forced: Callable[[str], PrivateSshd], tmp_path: Path
) -> None:
    """As the shipped line and the installed command begin them: in place of Python stands what tells its variables."""
    telling = tmp_path / "version" / "bin" / "python"
    telling.parent.mkdir(parents=True)
    telling.write_text("#!/bin/sh\nexec /usr/bin/env\n")
    telling.chmod(0o755)
    server = forced("")
    (server.installed / ".venv").unlink()
    (server.installed / ".venv").symlink_to(telling.parent.parent)
    told = {**HOSTILE, "LANG": "evil", "TERM": "$(id);`id`", "SSH_CONNECTION": "203.0.113.9 1 203.0.113.9 22"}
    seen = environment(run(server.client("sh", options=["-tt", *sent(told)]), env=told))
    assert seen.pop("HOME") and seen.pop("TERM") == "$(id);`id`"
    assert client_address({"SSH_CONNECTION": seen.pop("SSH_CONNECTION")}) == "127.0.0.1", "sshd's own word"
    assert seen.pop("PWD"), "the installed command's"
    assert seen == {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}


# -- keys -----------------------------------------------------------------------------------------------------

OUT = ("C-c", "C-\\", "C-z", "C-d", "C-y", "C-]", "C-t", "C-p", "C-b", "c", "C-a", "d", "~", ".")
"""Interrupt, quit, suspend, end of file, delayed suspend, telnet's, jobs', the palette, tmux's and screen's, ssh's own."""
TYPED = ("\x1b]52;c;ZXZpbA==\x07", "\x1b[?1049l", "!sh\r", ":!sh\r", "\x1b:!sh\r")
"""What other programs take for a way to a shell."""


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def try_to_get_out(server: PrivateSshd, screens: Tmux, *stands: str, back: str = "") -> None:
    """`back`: the key that closes what a plain letter among them opens of ours."""
    (process,) = server.screens()
    for key in OUT:
        screens.send(key)
    if back:
        screens.send(back)
    screens.until(*stands)
    assert server.screens().get(process) in ("S", "R", "D"), "neither gone nor stopped"
    assert children(process) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_leads_out_of_the_login(server: PrivateSshd, tmp_path: Path, kind: str) -> None:
    screens = SshScreens(server, kind, tmp_path / "client")
    try:
        screens.until("職員ID")
        try_to_get_out(server, screens, "職員ID", "パスワード")
        for text in TYPED:
            screens.type(text)
        screens.until("入力してください")
        assert all(children(process) == [] for process in server.screens())
    finally:
        screens.close()
    server.until_nobody_is_in()


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_leads_out_of_the_screens(server: PrivateSshd, tmp_path: Path, kind: str) -> None:
    screens = SshScreens(server, kind, tmp_path / "client")
    try:
        screens.log_in(MANAGER[Site.WARD], PASSWORD)
        screens.until("⑤ 応募者の点検")
        try_to_get_out(server, screens, "⑤ 応募者の点検", back="Escape")
        screens.function(2, "┌─ 受付")
        screens.press("n", "応募の入力")
        try_to_get_out(server, screens, "応募の入力")
        screens.function(8, "選ぶ")
        try_to_get_out(server, screens, "選ぶ")
    finally:
        screens.close()
    server.until_nobody_is_in()


def test_keys_typed_before_the_screens_are_up_lead_nowhere(server: PrivateSshd, tmp_path: Path) -> None:
    """Until then the terminal still turns Ctrl+C and Ctrl+Z into signals."""
    screens = SshScreens(server, KINDS[0], tmp_path / "client")
    try:
        for _ in range(40):
            screens.send("C-z", "C-c", "C-\\")
            screens.type("echo $((6*7))\r")
            if screens.ended or "職員ID" in screens.screen():
                break
        assert "42" not in screens.screen()
    finally:
        screens.close()
    server.until_nobody_is_in()


# -- what is shipped ------------------------------------------------------------------------------------------

SHUT = {
    "permituserrc": "no", "permituserenvironment": "no", "disableforwarding": "yes", "allowtcpforwarding": "no",
    "allowstreamlocalforwarding": "no", "allowagentforwarding": "no", "x11forwarding": "no", "permittunnel": "no",
    "gatewayports": "no", "permitopen": "none", "permitlisten": "none", "passwordauthentication": "no",
    "kbdinteractiveauthentication": "no", "authenticationmethods": "publickey", "maxsessions": "1",
    "acceptenv": "LANG", "clientaliveinterval": "15", "clientalivecountmax": "3",
    "authorizedkeysfile": "/etc/ssh/ikiiki_keys",
}  # fmt: skip


def test_sshd_understands_the_file_as_it_is_meant(server: PrivateSshd, tmp_path: Path) -> None:
    """Beside settings as generous as can be, and for no other account."""
    generous = tmp_path / "sshd.conf"
    generous.write_text(
        f"HostKey {server.folder / 'host'}\nInclude {SHIPPED}\nAcceptEnv *\nX11Forwarding yes\nPermitTunnel yes\n"
        "PasswordAuthentication yes\nPermitUserEnvironment yes\nMaxSessions 99\n"
    )

    def effective(user: str) -> dict[str, str]:
        command = [str(SSHD), "-T", "-f", str(generous), "-C", f"user={user},host=x,addr=192.0.2.1"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)

    settings = effective("ikiiki")
    assert {name: settings[name] for name in SHUT} == SHUT
    assert settings["forcecommand"].endswith("/opt/ikiiki/bin/ikiiki --vault /srv/ikiiki/vault tui")
    other = effective("somebody")
    assert other["forcecommand"] == "none" and other["passwordauthentication"] == "yes"
