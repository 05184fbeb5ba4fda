"""The real screens in real terminals: tmux, and GNU screen for one that draws ambiguous characters two cells wide."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.crowd import PASSWORD, STAFF_ID, crowded_vault
from tools.tmux import PATIENCE, Tmux

IKIIKI = Path(sys.executable).with_name("ikiiki")
PEOPLE = 380


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contractor's, with 380 applications of whom every fiftieth is held. Left as it is but for drafts and logs."""
    return crowded_vault(tmp_path_factory.mktemp("terminals"), PEOPLE)


class Screens(Tmux):
    """One login in a terminal of a kind, and every byte it was sent."""

    def __init__(self, vault: Path, folder: Path, *, ahead: str = "", **env: str) -> None:
        """`ahead`: typed while it starts."""
        self._bytes = folder / "bytes"
        settings = [f"{name}={value}" for name, value in env.items()]
        command = ["env", *settings, str(IKIIKI), "--vault", str(vault), "--staff", STAFF_ID, "tui"]
        super().__init__(["sh", "-c", 'read -r _; exec "$@"', "sh", *command], folder)
        self.copy_bytes_to(self._bytes)
        self.send("Enter")  # only now does it begin: not a byte goes by unseen
        if ahead:
            self.type(ahead)
        self.until("パスワード")

    def log_in(self) -> str:
        self.type(PASSWORD)
        self.send("Enter")
        return self.until_in("0001")

    def press(self, *keys: str, sees: str = "", gone: str = "") -> str:
        self.send(*keys)
        return self.until(sees, gone=gone)

    def until_true(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"it never came to be\n{self.screen()}"
            time.sleep(0.05)

    def until_styled(self, pattern: str) -> None:
        """Wait until a line is drawn so."""
        self.until_true(lambda: re.search(pattern, self.styled()) is not None)

    @property
    def sent(self) -> str:
        return self._bytes.read_text("utf-8", "replace")

    @property
    def styles(self) -> set[str]:
        """The SGR sequences that came, without what is around them."""
        return set(re.findall(r"\x1b\[([0-9;:]*)m", self.sent))


@pytest.fixture
def screens(vault: Path, tmp_path: Path) -> Iterator[Callable[..., Screens]]:
    """`screens(TERM="linux")`: at the login."""
    if not shutil.which("tmux"):
        pytest.skip("needs tmux")
    opened: list[Screens] = []

    def give(*, ahead: str = "", **env: str) -> Screens:
        # A name of its own: what an application just closed still writes must not fall into the next test's folder.
        folder = Path(tempfile.mkdtemp(prefix="terminal-", dir=tmp_path))
        opened.append(Screens(vault, folder, ahead=ahead, **env))
        return opened[-1]

    yield give
    for one in opened:
        one.close()


class GnuScreen:
    """A terminal of 80×24 whose `cjkwidth` draws ambiguous characters two cells wide, as Japanese settings of others do."""

    def __init__(self, vault: Path, folder: Path, *, wide: bool, **env: str) -> None:
        self._folder = folder
        (folder / "sockets").mkdir(mode=0o700)
        (folder / "rc").write_text(
            f"startup_message off\ndefutf8 on\ncjkwidth {'on' if wide else 'off'}\naltscreen on\n"
        )
        self._env = {k: v for k, v in os.environ.items() if not k.startswith(("STY", "IKIIKI_"))}
        self._env |= {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "SCREENDIR": str(folder / "sockets"), **env}
        command = [str(IKIIKI), "--vault", str(vault), "--staff", STAFF_ID, "tui"]
        self._run("-d", "-m", "-U", "-c", str(folder / "rc"), "-T", "screen-256color", *command)
        self.until("パスワード")

    def _run(self, *words: str) -> None:
        subprocess.run(["screen", "-S", "ikiiki", *words], env=self._env, capture_output=True, check=False)

    def type(self, text: str) -> None:
        """Text, and escape sequences, as they are."""
        self._run("-p", "0", "-X", "stuff", text)

    def cells(self) -> list[bytes]:
        """Its lines, a byte for each cell: the low byte of what stands there, FF in the second cell of a wide one."""
        file = self._folder / "hardcopy"
        file.unlink(missing_ok=True)
        end = time.monotonic() + PATIENCE
        while not file.exists() or file.read_bytes().count(b"\n") < 24:
            assert time.monotonic() < end, "no picture of it"
            self._run("-p", "0", "-X", "hardcopy", str(file))  # what is asked before it listens is lost
            time.sleep(0.05)
        return file.read_bytes().split(b"\n")[:24]

    def until(self, words: str) -> list[bytes]:
        """Wait for these; all in letters that are wide everywhere, or in ASCII."""
        end = time.monotonic() + PATIENCE
        while True:
            lines = self.cells()
            if any(cells_of(words) in line for line in lines):
                return lines
            assert time.monotonic() < end, f"waited for {words} in vain\n{lines!r}"
            time.sleep(0.1)

    def log_in(self) -> list[bytes]:
        self.type(f"{PASSWORD}\r")
        return self.until("F8操作")

    def close(self) -> None:
        self._run("-X", "quit")


def cells_of(words: str, wide: str = "") -> bytes:
    """How `GnuScreen` shows words; `wide` are characters that it draws wide besides those which are so everywhere."""
    return b"".join(
        bytes([ord(one) & 0xFF]) + (b"\xff" if ord(one) > 0x2E7F or one in wide else b"") for one in words
    )


@pytest.fixture
def gnu_screen(vault: Path, tmp_path: Path) -> Iterator[Callable[..., GnuScreen]]:
    """`gnu_screen(wide=True)`: at the login."""
    if not shutil.which("screen"):
        pytest.skip("needs screen")
    opened: list[GnuScreen] = []

    def give(*, wide: bool, **env: str) -> GnuScreen:
        folder = tmp_path / f"screen-{len(opened)}"
        folder.mkdir()
        opened.append(GnuScreen(vault, folder, wide=wide, **env))
        return opened[-1]

    yield give
    for one in opened:
        one.close()
