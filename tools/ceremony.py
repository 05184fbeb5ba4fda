"""Hold the draw ⑥ in two terminals and write it down: `python -m tools.ceremony EMPTY_FOLDER docs/ceremony-transcript.md`.

Two vaults stand at the end of ⑤; then everything is done by keys in two tmux terminals of 80×24, once over a shared
folder and once with a ward whose line lets it read alone (the folder is mounted read-only for it) and a carried medium.
Needs tmux, and unshare(1) for that mount.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cli.demo import KDF_MIB
from cli.demo_people import demo_programme, write_exports
from cli.demo_staff import PASSWORDS, STAFF
from cli.exchange_place import set_remote
from cli.founding import create_vault_folder
from cli.session import Session, open_session
from core.applicant import State
from core.office.listing import ListFilter
from core.office.review import APPLICANTS
from core.roles import Site
from tools.terminal import Terminal

DICE = "08365512907744019283"
MINE, MEDIUM = "この拠点の番です", "medium"
A_KEY, READ_ALOUD, THROW, CARRY = 1, 90, 180, 60
"""Seconds people need: a key; the opening's 64 letters read out and back; twenty dice thrown and written down; a medium
carried to the next desk."""


def paired(folder: Path) -> tuple[Session, Session]:
    """Two vaults that know each other over a folder, open, the contractor's first."""
    (folder / "remote").mkdir(parents=True)
    for site in Site:
        create_vault_folder(
            folder / site.value, site, *STAFF[site], PASSWORDS[site],
            programme=demo_programme() if site is Site.CONTRACTOR else None,
            remote=f"folder:{folder / 'remote'}", kdf_mib=KDF_MIB,
        )  # fmt: skip
    contractor, ward = (open_session(folder / s.value, STAFF[s][0], PASSWORDS[s]) for s in Site)
    for one, other in ((contractor, ward), (ward, contractor)):
        one.office.exchange.trust(other.office.exchange.partner_card(), other.office.exchange.fingerprint())
    return contractor, ward


def stage_applications(folder: Path) -> tuple[Session, Session]:
    """Two vaults at ⑤, open, the contractor's first: some 340 applications of invented people have come to the ward."""
    contractor, ward = paired(folder)
    (folder / MEDIUM).mkdir()
    for path in write_exports(folder / "exports"):
        contractor.office.importing.import_table(contractor.read_table(path))
    intake = contractor.office.intake
    for row in intake.page(ListFilter(states=frozenset({State.HELD})), 0, 1000):
        intake.resolve(row.number, False, "cannot_reach")
    contractor.office.records.send()
    for _ in range(2):
        for session in (contractor, ward):
            session.sync()
    return contractor, ward


def stage(folder: Path) -> None:
    """Two vaults after ⑤, before the first seal: what has come, checked by the ward."""
    contractor, ward = stage_applications(folder)
    review = ward.office.review
    review.confirm_rest(APPLICANTS)
    review.confirm(APPLICANTS, [item.record for item in review.rows(APPLICANTS) if not item.verdict])
    review.send()
    for session in (ward, contractor, ward, contractor):
        session.sync()
    for session in (contractor, ward):
        session.close()


@dataclass
class Ceremony:
    """The draw, held; `lines` become the transcript."""

    contractor: Terminal
    ward: Terminal
    carried: int = 0
    """How often a medium went over."""
    lines: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        self.lines += [words, ""]

    def show(self, terminal: Terminal, *, whole: bool = False) -> None:
        """The screen as it stands: all of it but for empty lines, or what it says is next."""
        rows = terminal.screen().rstrip("\n").split("\n")
        told = [row for row in rows if re.match("│ (つぎ: |      ..+の番です| この回線)", row)]
        empty = "│" + " " * 78 + "│"
        kept = [row for row in rows if row.strip() and row != empty] if whole else [*told, rows[23]]
        self.say("\n".join([f"{terminal.site} sees", "```", *kept, "```"]))

    def part(self, terminal: Terminal, yes: str, *, whole: bool = False) -> None:
        """This site's next part: Enter, one up, Enter."""
        before = next(row for row in terminal.until(MINE).split("\n") if "│ つぎ: " in row)
        self.show(terminal, whole=whole)
        terminal.press("Enter", ">戻る")
        terminal.press("Up", f">{yes}")
        terminal.press("Enter", "┌─ 抽選", gone=before)
        terminal.decisions += 1
        self.say(f"**{terminal.site}**: `Enter` `↑` `Enter` 「{yes}」")
        self.show(terminal)
        self.carry()

    def dice(self, terminal: Terminal, *, wrong: str = "") -> None:
        """Twenty digits from the paper; `wrong`: typed first, and refused."""
        self.show(terminal, whole=not self.ward.reads_only)
        for digits in filter(None, (wrong, DICE)):
            terminal.press("Enter", "数字を打つ")
            terminal.type(digits)
            terminal.press("Enter", "紙の記録と同じですか")
            terminal.press("Up", ">同じ")
            terminal.press("Enter", gone="紙の記録と同じですか")
            self.say(f"**{terminal.site}**: `Enter` `{digits}` `Enter` `↑` `Enter` 「同じ。記録する」")
            if digits == wrong:
                terminal.until("まだ何も記録していません")
                self.show(terminal, whole=True)
                terminal.press("Enter", MINE)
        terminal.until("記録しました")
        terminal.decisions += 1
        self.show(terminal)
        self.carry()

    def carry(self) -> None:
        """Where the ward may only read: it writes a medium after its part; that is carried, and the contractor reads it."""
        if not self.ward.reads_only or self.ward.decisions == self.carried:
            return
        self.carried += 1
        for terminal in (self.ward, self.contractor):
            terminal.press("F6", "┌─ 送受信")
            terminal.press("b", "運んできた媒体の場所")
            terminal.press("C-u")
            terminal.type(MEDIUM)
            terminal.press("Enter", "受け渡しの結果")
            self.say(
                f"**{terminal.site}**: `F6` `b` `Ctrl+U` `{MEDIUM}` `Enter`, and having read `Enter` `F3`"
            )
            if self.carried == 1:
                self.show(terminal, whole=True)
            terminal.press("Enter", gone="受け渡しの結果")
            terminal.press("F3", "┌─ 抽選")

    def hold(self) -> None:
        """From the first seal to the published folder."""
        c, w = self.contractor, self.ward
        for terminal in (c, w):
            terminal.press("F3", "┌─ 抽選")
        self.say("### 1 封印")
        self.part(c, "封印をつくる")
        self.part(w, "封印をつくる")
        self.say("### 2 名簿の確定")
        self.part(c, "名簿を確定する")
        self.part(w, "名簿に署名する", whole=not w.reads_only)
        self.say("### 3 開封")
        self.part(c, "開封する")
        self.part(w, "開封に署名する", whole=not w.reads_only)
        self.say("### 4 さいころ")
        self.say("The opening's number is read out and back; then the dice are thrown, and written on paper.")
        c.until(MINE, "公開の場でさいころを振り")
        self.dice(c)
        w.until(MINE, "区がさいころの数字")
        self.dice(w, wrong="" if w.reads_only else DICE[:-1] + "2")
        self.say("### 5 抽選")
        self.part(c, "抽選する")
        for terminal in (w, c):
            terminal.until("抽選は終わりました")
        self.show(w, whole=True)
        c.press("p", "書き出す場所")
        c.press("Enter", "公表用の一式を書き出しました")
        self.say("**contractor**: `p` `Enter` writes the public folder; there, anybody: `sh verify.sh`")
        public = next(path.parent for path in c.folder.glob("*/verify.sh"))
        told = subprocess.run(["sh", "verify.sh"], cwd=public, capture_output=True, text=True, check=True)
        self.say(f"```\n{told.stdout.strip()}\n```")

    def counts(self) -> str:
        """Keys and minutes."""
        both = (self.contractor, self.ward)
        waited = sum(t.waited for t in both)
        people = sum(t.keys for t in both) * A_KEY + READ_ALOUD + THROW + self.carried * CARRY
        carrying = f", {CARRY} s to carry the medium each of {self.carried} times" if self.carried else ""
        rows = [f"| {t.site} | {t.decisions} | {t.keys} |" for t in both]
        return "\n".join([
            "| | decisions | all keys |", "|---|---|---|", *rows, "",
            f"The program kept people waiting for {waited:.0f} s in all, for the most part until the courier's next round (every 5 s).",
            f"People, at {A_KEY} s a key, {READ_ALOUD} s to read a number out and back, {THROW} s to throw the dice and write them down{carrying}:",
            f"{people / 60:.0f} min. Together {(people + waited) / 60:.0f} min.", "",
        ])  # fmt: skip


def main(folder: Path, page: Path) -> None:
    """Stage once, hold the draw twice."""
    os.environ["XDG_STATE_HOME"] = str(folder / "line" / "state")
    stage(folder / "line")
    shutil.copytree(folder / "line", folder / "carried")
    text = [HEAD]
    for name, title, reads_only in (("line", "Over the line", False), ("carried", "By a medium", True)):
        base = folder / name
        for site in Site:
            set_remote(base / site.value, f"folder:{base / 'remote'}")
        held = Ceremony(Terminal(Site.CONTRACTOR, base), Terminal(Site.WARD, base, reads_only))
        try:
            held.hold()
        finally:
            held.contractor.close()
            held.ward.close()
        text += [f"## {title}", "", held.counts(), *held.lines]
    page.write_text("\n".join(text).rstrip("\n") + "\n", "utf-8")


HEAD = """\
# A draw held in two terminals

Written by `python -m tools.ceremony EMPTY_FOLDER docs/ceremony-transcript.md`: two vaults of invented people after ⑤, two terminals of
80×24, keys alone. A *decision* is whatever makes a site sign; windows that ask stand on 「戻る」, so each takes `Enter` `↑` `Enter`.
Over the line the ward first types one digit wrong and is refused: 25 of its keys. People's minutes are reckoned, the program's measured.
Of whole screens only the empty lines are left out; of the others stands what is next, and the bottom line.
"""

if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]))
