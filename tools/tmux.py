"""A terminal of 80×24 that a program runs in, worked by keys and read as a person would: tmux, one server each."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 120
"""Seconds until something waited for is taken never to come."""
STRANGE, IN = "初めて開く保管庫", "F8 操作"


class Tmux:
    """One terminal. `close` ends it, and whatever runs in it gets a hang-up."""

    def __init__(self, command: Sequence[str], folder: Path, *, state: Path | None = None) -> None:
        """Run `command` in `folder`."""
        self.waited = 0.0
        # Not in `folder`: the path of a socket has no more than some hundred bytes.
        self._own = Path(tempfile.mkdtemp(prefix="ikiiki-tmux-"))
        self._state = state or folder / "state"
        (self._own / "settings").write_text("set -g remain-on-exit on\n")
        self._run("new-session", "-d", "-x", "80", "-y", "24", "-c", str(folder), *command)

    def _run(self, *words: str) -> str:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TMUX", "IKIIKI_"))}
        env |= {"LANG": "C.UTF-8", "XDG_STATE_HOME": str(self._state)}
        server = ["tmux", "-f", str(self._own / "settings"), "-S", str(self._own / "socket")]
        return subprocess.run([*server, *words], env=env, capture_output=True, text=True, check=True).stdout

    def screen(self) -> str:
        """What is on it."""
        return self._run("capture-pane", "-p")

    def styled(self) -> str:
        """What is on it, with the styles it is drawn in (SGR)."""
        return self._run("capture-pane", "-p", "-e")

    def resize(self, columns: int, rows: int) -> None:
        """Draw the window larger or smaller."""
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def copy_bytes_to(self, file: Path) -> None:
        """Write whatever comes out of the program from now on into `file` too."""
        self._run("pipe-pane", f"cat > {shlex.quote(str(file))}")

    @property
    def row(self) -> int:
        """The row the cursor is in: the field one types into."""
        return int(self._run("display-message", "-p", "#{cursor_y}"))

    @property
    def ended(self) -> bool:
        """Whether the program in it is over."""
        return self._run("display-message", "-p", "#{pane_dead}").strip() == "1"

    def until(self, *words: str, gone: str = "") -> str:
        """Wait for all `words`, and for `gone` to be there no more; gives the screen."""
        start = time.monotonic()
        while time.monotonic() < start + PATIENCE:
            shown = self.screen()
            if all(word in shown for word in words) and not (gone and gone in shown):
                self.waited += time.monotonic() - start
                return shown
            time.sleep(0.1)
        raise AssertionError(f"waited for {words} in vain\n{self.screen()}")

    def until_in(self, *words: str) -> str:
        """After a password: wait for the panes and `words`. A vault new to the machine says so in a window before them."""
        start = time.monotonic()
        while STRANGE not in (shown := self.screen()) and IN not in shown:
            assert time.monotonic() < start + PATIENCE, f"nobody came in\n{shown}"
            time.sleep(0.1)
        if STRANGE in shown:
            self.send("Enter")
        return self.until(IN, *words)

    def until_ended(self) -> None:
        """Wait for the program in it to end."""
        start = time.monotonic()
        while not self.ended:
            assert time.monotonic() < start + PATIENCE, f"it did not end\n{self.screen()}"
            time.sleep(0.1)

    def send(self, *keys: str) -> None:
        """Keys by tmux's names."""
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        """Text, and escape sequences, as they are."""
        self._run("send-keys", "-l", "--", text)

    def close(self) -> None:
        """End it."""
        subprocess.run(
            ["tmux", "-S", str(self._own / "socket"), "kill-server"], capture_output=True, check=False
        )
        shutil.rmtree(self._own, ignore_errors=True)
