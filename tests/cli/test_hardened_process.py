"""The running program as the kernel and another program of the same user see it: nothing to dump, read or inherit."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from storage.vault.hardening import found_at_start, harden_start
from tests.journeys.acting import IKIIKI

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

ORDINARY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
"""root's capabilities read everything: the program and who looks at it are started without."""

LOOK = """
import ctypes, sys
pid = int(sys.argv[1])
def readable(name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            file.read(1)
    except PermissionError:
        return False
    return True
attached = ctypes.CDLL(None).ptrace(16, pid, None, None) == 0  # PTRACE_ATTACH
if attached:
    ctypes.CDLL(None).ptrace(17, pid, None, None)  # PTRACE_DETACH
print(readable("environ"), readable("maps"), attached)
"""


class Started:
    """A program at a terminal of its own."""

    def __init__(self, words: list[str], env: Mapping[str, str], cwd: Path) -> None:
        ours, theirs = pty.openpty()
        self._terminal = ours
        self.process = subprocess.Popen(
            [*ORDINARY, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=cwd, start_new_session=True
        )  # fmt: skip
        os.close(theirs)
        self.shown = b""

    @property
    def pid(self) -> int:
        return self.process.pid

    def until(self, word: str) -> None:
        while word.encode() not in self.shown:
            self.shown += os.read(self._terminal, 4096)

    def status(self, name: str) -> str:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{name}:"))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """`ikiiki init`, waiting for a password, with variables set that libraries would listen to."""
    home = tmp_path_factory.mktemp("home")
    env = {
        "PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm", "XDG_STATE_HOME": str(home),
        "SSLKEYLOGFILE": str(home / "keys"), "PYTHONINSPECT": "", "LD_BIND_NOW": "1",
    }  # fmt: skip
    command = [str(IKIIKI), "init", str(home / "v"), "--site", "ward", "--staff", "w", "--name", "x"]
    started = Started(command, env, Path("/"))
    started.until("パスワード")
    yield started
    started.end()


@pytest.fixture
def plain() -> Iterator[subprocess.Popen[bytes]]:
    """Another program of the same user that does nothing for itself."""
    with subprocess.Popen([*ORDINARY, "sleep", "60"]) as process:
        yield process
        process.send_signal(signal.SIGKILL)


def looked_at(pid: int) -> tuple[bool, bool, bool]:
    """Whether another process of the same user can read its environment and its memory map, and attach to it."""
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-I", "-c", LOOK, str(pid)], capture_output=True, text=True, check=True
    )
    environment, maps, attached = done.stdout.split()
    return environment == "True", maps == "True", attached == "True"


def test_it_leaves_no_core_file_and_what_it_writes_is_private(asking: Started) -> None:
    limits = Path(f"/proc/{asking.pid}/limits").read_text().splitlines()
    (core,) = [line.split() for line in limits if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    assert asking.status("Umask") == "0077"


def test_another_program_of_the_same_user_can_neither_read_nor_attach(
    asking: Started, plain: subprocess.Popen[bytes]
) -> None:
    environment, maps, _ = looked_at(plain.pid)
    assert environment and maps  # so it would be without the hardening
    assert looked_at(asking.pid) == (False, False, False)


def test_it_starts_hardened_before_anything_else_is_loaded() -> None:
    program = (
        "import sys, cli.start as start\n"
        "heavy = {'ssl', '_ssl', 'cryptography', 'sqlcipher3', 'textual', 'typer'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2])  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.fixture
def kept_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("kept_mask")
def test_what_libraries_listen_to_is_taken_away_and_what_people_set_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("storage.vault.hardening._found", set())
    theirs = {
        "IKIIKI_VAULT": "/v",
        "LANG": "ja_JP.UTF-8",
        "HOME": "/h",
        "TERM": "xterm",
        "CREDENTIALS_DIRECTORY": "/c",
    }
    env = theirs | {
        "LD_PRELOAD": "/x.so",
        "SSLKEYLOGFILE": "/k",
        "PYTHONPATH": "/p",
        "OPENSSL_CONF": "/o",
        "ENV": "/e",
    }
    harden_start(env)
    assert env == theirs
    assert found_at_start() == ("ENV", "LD_PRELOAD", "OPENSSL_CONF", "PYTHONPATH", "SSLKEYLOGFILE")


LOCKING = """
import os
def locked():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmLck"))
none = locked()
from storage.vault import sqlcipher
theirs = locked()
from storage.vault.hardening import lock_in_memory
assert lock_in_memory(os.urandom(32))
print(none, theirs, locked())
"""


def test_the_pages_of_our_key_and_those_where_sqlcipher_keeps_its_own_are_locked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOCKING], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    none, theirs, both = map(int, done.stdout.split())
    assert none == 0 < theirs < both


def test_where_nothing_may_be_locked_the_work_goes_on() -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))\n"
        "from storage.vault.hardening import lock_in_memory; print(lock_in_memory(b'k' * 32))"
    )
    done = subprocess.run([*ORDINARY, sys.executable, "-c", program], capture_output=True, text=True,
                          cwd=Path(__file__).parents[2])  # fmt: skip
    assert done.stdout.strip() == "False", done.stderr
