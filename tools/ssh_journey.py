"""A ward's hour over SSH, written down: `python -m tools.ssh_journey EMPTY_FOLDER docs/ssh-transcript.md`.

An sshd on the loopback, set up by `ops/sshd/ikiiki.conf`, and one after the other two kinds of terminal of 80×24: log in,
review, begin a form, lose the line, come back, lock, unlock, leave. Needs sshd, ssh and tmux.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cli.demo_staff import PASSWORDS, STAFF
from core.roles import Site
from tools.ceremony import stage_applications
from tools.private_sshd import PrivateSshd
from tools.ssh_screens import KINDS, SshScreens

PASSWORD, WHO = PASSWORDS[Site.WARD], STAFF[Site.WARD][0]


@dataclass
class Journey:
    """One kind of terminal's way, from login to leaving; `lines` become the transcript, `rows` its table."""

    server: PrivateSshd
    kind: str
    folder: Path
    lines: list[str] = field(default_factory=list)
    rows: list[tuple[str, int, int]] = field(default_factory=list)
    """(station, keys, bytes the server sent)"""
    wire: int = 0
    """Bytes from the server over the line, SSH's own with them, of connections that were closed in order."""
    _seen: tuple[int, int] = (0, 0)

    def connect(self) -> SshScreens:
        self._seen = (0, 0)
        return SshScreens(self.server, self.kind, self.folder / f"{self.kind}-{len(self.rows)}")

    def station(self, name: str, keys: str, screens: SshScreens, *, shown: str = "") -> None:
        """Note what is on the screen, and what it took to get there since the station before."""
        shown = shown or screens.screen()
        sent = len(screens.sent)
        keys_before, sent_before = self._seen
        self._seen = (screens.keys, sent)
        self.rows.append((name, screens.keys - keys_before, sent - sent_before))
        self.lines += [f"### {len(self.rows)} {name}", "", *([keys, ""] if keys else [])]
        if shown.strip():
            self.lines += ["```", *(row.rstrip() for row in shown.rstrip("\n").split("\n")), "```", ""]

    def go(self) -> None:
        """All of it."""
        s = self.connect()
        try:
            self.station("The login", "", s, shown=s.until("職員ID", "パスワード"))
            s.log_in(WHO, PASSWORD)
            self.station(
                "⑤ lies open",
                f"`{WHO}` `Enter` the password `Enter`",
                s,
                shown=s.until("⑤ 応募者の点検", "確認"),
            )
            for count in (1, 2, 3):
                s.press("Enter", f"確認{count} ")
            self.station("Three confirmed", "`Enter` three times", s)
            s.press("r", ">", "差戻し 受付番号")
            self.station("One is to be returned", "`r`", s)
            s.press("Enter", "差し戻しました", "差戻し1")
            self.station("With the first reason", "`Enter`", s)
            s.press("NPage")
            s.function(8, "Enter 決める")
            self.station("What can be done, by arrows", "`PageDown` `F8`", s)
            s.press("Escape", "⑤ 応募者の点検")
            s.function(1, "この画面の操作")
            self.station("The help", "`Esc` `F1`", s)
            s.press("Escape", "⑤ 応募者の点検")
            s.function(2, "┌─ 受付")
            s.press("n", "応募の入力")
            s.enter("1600023", "西新宿", "〒160-0023")
            s.keys += 5
            s.type("7-8-9")
            s.until("西新宿7-8-9")
            self.station("A form is begun", "`Esc` `F2` `n` `1600023` `Enter` `7-8-9`", s)
        finally:
            s.close()
        self.server.until_nobody_is_in()
        self.lines += ["**The line drops.** No process is left; the vault is closed.", ""]
        s = self.connect()
        try:
            s.log_in(WHO, PASSWORD)
            shown = s.until("下書きがあります", "⑤ 応募者の点検")
            self.station(
                "Back again", f"A new connection: `{WHO}` `Enter` the password `Enter`", s, shown=shown
            )
            s.function(2, "下書きがあります", "┌─ 受付")
            s.press("n", "下書きの続きです")
            self.station("The form goes on", "`F2` `n`", s)
            s.function(9, "施錠しました")
            self.station("Locked", "`F9`", s)
            s.enter(PASSWORD, "F8 操作")
            s.until("┌─ 受付", "下書きがあります")
            self.station("Unlocked", "the password `Enter`", s)
            s.press("C-q", "終了しますか")
            self.station("Leaving", "`Ctrl+Q`", s)
            s.keys += 2
            s.send("Up")
            s.until(">終了する")
            s.send("Enter")
            s.until_ended()
            self.station("Gone", "`↑` `Enter`: the screen is wiped, the connection closed", s, shown=" ")
            self.wire = s.over_the_line[1]
        finally:
            s.close()
        self.server.until_nobody_is_in()

    def table(self) -> str:
        """Keys and bytes by station, and in all."""
        rows = [f"| {at} {name} | {keys} | {sent:,} |" for at, (name, keys, sent) in enumerate(self.rows, 1)]
        keys, sent = sum(row[1] for row in self.rows), sum(row[2] for row in self.rows)
        second = sum(row[2] for row in self.rows[8:])
        return "\n".join([
            "| station | keys | bytes sent |", "|---|---|---|", *rows, f"| **in all** | **{keys}** | **{sent:,}** |", "",
            f"Over the line, with what SSH adds: the second connection's {second:,} bytes were {self.wire:,} from the server.", "",
        ])  # fmt: skip


def main(folder: Path, page: Path) -> None:
    """Stage once for each kind of terminal, and go."""
    text = [HEAD]
    for kind in KINDS:
        base = folder / kind
        os.environ["XDG_STATE_HOME"] = str(base / "state")
        for session in stage_applications(base):
            session.close()
        server = PrivateSshd(base / "sshd", base / Site.WARD.value)
        server.start()
        try:
            journey = Journey(server, kind, base / "clients")
            journey.go()
        finally:
            server.stop()
        text += [f"## TERM={kind}", "", journey.table(), *journey.lines]
    page.write_text("\n".join(text).rstrip("\n") + "\n", "utf-8")


HEAD = """\
# The ward over SSH

Written by `python -m tools.ssh_journey EMPTY_FOLDER docs/ssh-transcript.md`: the ward's vault at ⑤ with some 340 applications of
invented people, an sshd set up by `ops/sshd/ikiiki.conf`, a terminal of 80×24, keys alone. *Bytes sent* is what came out of the ssh
client, so every byte the screens were painted with, from one station to the next. Why it is set up so: [over-ssh.md](over-ssh.md).
"""

if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]))
