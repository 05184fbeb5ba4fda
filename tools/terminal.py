"""Somebody before one site's screen in a tmux terminal of 80×24, whose keys are counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from cli.demo import PASSWORDS, STAFF
from core.roles import Site

IKIIKI = Path(sys.executable).with_name("ikiiki")


@dataclass
class Terminal:
    """One site's screen, and who sits before it."""

    site: Site
    folder: Path
    reads_only: bool = False
    keys: int = 0
    decisions: int = 0
    waited: float = 0.0
    """Seconds the program made this person wait, after a key or for the other site."""

    def __post_init__(self) -> None:
        command = [
            "env",
            "TERM=xterm-256color",
            str(IKIIKI),
            "--vault",
            self.site.value,
            "--staff",
            STAFF[self.site][0],
            "tui",
        ]
        if self.reads_only:
            mount = 'mount --bind remote remote && mount -o remount,bind,ro remote && exec "$@"'
            command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", *command]
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(self.folder), *command)
        self.until("パスワード")
        self._tmux("send-keys", "-l", PASSWORDS[self.site])
        self._tmux("send-keys", "Enter")
        self.until("F8 操作")
        self.waited = 0.0

    def _tmux(self, *words: str) -> str:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TMUX", "IKIIKI_"))}
        env |= {"LANG": "C.UTF-8", "XDG_STATE_HOME": str(self.folder / "state")}
        server = ["tmux", "-f", "/dev/null", "-S", str(self.folder / f"{self.site.value}.tmux")]
        return subprocess.run([*server, *words], env=env, capture_output=True, text=True, check=True).stdout

    def screen(self) -> str:
        """What is on it, without the folder everything lies in."""
        lines = []
        for line in self._tmux("capture-pane", "-p").split("\n"):
            short = line.replace(f"{self.folder}/", "").replace(str(self.folder), ".")
            gap = cell_len(line) - cell_len(short)
            lines.append(f"{short[:-1]}{' ' * gap}│" if gap and short.endswith("│") else short)
        return "\n".join(lines)

    def until(self, *words: str, gone: str = "") -> str:
        """Wait for all `words`, and for `gone` to be there no more; gives the screen."""
        start = time.monotonic()
        while time.monotonic() < start + 120:
            shown = self.screen()
            if all(word in shown for word in words) and not (gone and gone in shown):
                self.waited += time.monotonic() - start
                return shown
            time.sleep(0.1)
        raise SystemExit(f"{self.site}: waited for {words} in vain\n{self.screen()}")

    def press(self, key: str, *words: str, gone: str = "") -> str:
        """One key, then wait for what it must bring."""
        self.keys += 1
        self._tmux("send-keys", key)
        return self.until(*words, gone=gone)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self._tmux("send-keys", "-l", text)

    def close(self) -> None:
        self._tmux("kill-server")
