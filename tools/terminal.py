"""Somebody before one site's screen in a tmux terminal of 80×24, whose keys are counted."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.cells import cell_len

from cli.demo_staff import PASSWORDS, STAFF
from core.roles import Site
from tools.tmux import Tmux

IKIIKI = Path(sys.executable).with_name("ikiiki")


class Terminal(Tmux):
    """One site's screen, and who sits before it."""

    def __init__(self, site: Site, folder: Path, reads_only: bool = False) -> None:
        self.site = site
        self.folder = folder
        self.reads_only = reads_only
        self.keys = 0
        self.decisions = 0
        command = [
            "env",
            "TERM=xterm-256color",
            str(IKIIKI),
            "--vault",
            site.value,
            "--staff",
            STAFF[site][0],
            "tui",
        ]
        if reads_only:
            mount = 'mount --bind remote remote && mount -o remount,bind,ro remote && exec "$@"'
            command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", *command]
        super().__init__(command, folder)
        self.until("パスワード")
        super().type(PASSWORDS[site])
        self.send("Enter")
        self.until_in()
        self.waited = 0.0
        """Seconds the program made this person wait, after a key or for the other site."""

    def screen(self) -> str:
        """What is on it, without the folder everything lies in."""
        lines = []
        for line in super().screen().split("\n"):
            short = line.replace(f"{self.folder}/", "").replace(str(self.folder), ".")
            gap = cell_len(line) - cell_len(short)
            lines.append(f"{short[:-1]}{' ' * gap}│" if gap and short.endswith("│") else short)
        return "\n".join(lines)

    def press(self, key: str, *words: str, gone: str = "") -> str:
        """One key, then wait for what it must bring."""
        self.keys += 1
        self.send(key)
        return self.until(*words, gone=gone)

    def type(self, text: str) -> None:
        """Text, every letter a key."""
        self.keys += len(text)
        super().type(text)
