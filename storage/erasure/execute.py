"""The erasure itself, from the moment the old vault is marked: every step can be repeated, and none is taken back.

Order: the keys, the files under them, what lies elsewhere, the remote, the courier's way into it, the folder. Each copy is
entered in the journal before it goes and after it has been looked for again, so that a kill at any point loses no word.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from core.erasure.copies import Kind, Outcome, Why
from core.errors import IkiikiError, IntegrityFailure, Refused
from core.exchange.remote import Remote
from core.office.ports import Progress
from storage.boxes import COURIER
from storage.courier.destination import REMOTE
from storage.courier.folder import Folders, only_one
from storage.erasure.destroy import destroy, is_there
from storage.erasure.journal import DONE, Journal, Paper
from storage.erasure.remote import empty
from storage.erasure.survey import STANDING, survey
from storage.vault.erased import read_pointer
from storage.vault.files import sync_folder
from storage.vault.locks import GATE, LOCK, alone

_DEAD = (Kind.HEADER,)
_FILES = (
    Kind.DATABASE, Kind.BACKUP, Kind.OUTBOX, Kind.INBOX, Kind.EVIDENCE, Kind.PUBLISHED, Kind.OTHER,
)  # fmt: skip
STEPS = ("keys", "files", "papers", "remote", "courier", "folder")


class Execution:
    """One erasure under way. `remote` opens the place of exchange; it is asked only when its turn has come.

    Raises `Refused` where it has not begun, and `IntegrityFailure` where something else lies at `old`.
    """

    def __init__(
        self, old: Path, kept: Path, now: Callable[[], dt.datetime], remote: Callable[[], Remote]
    ) -> None:
        self._old, self._remote = old, remote
        self.journal = Journal(kept, now)
        self._kept = kept
        if self.journal.old != old.name:
            raise IntegrityFailure("別の保管庫の消去の記録です", where=str(kept))
        if not self.journal.done_at and is_there(old):
            self._need_marked()

    def run(self, progress: Progress | None = None) -> None:
        """To its end. Raises what stops it (the remote out of reach, somebody inside): call again, and it goes on."""
        if self.journal.done_at:
            return
        if not is_there(self._old):
            # somebody has taken the whole folder away: what is not there needs no erasing
            self._end_missing()
        else:
            with alone(self._old), self._courier_away():
                self._steps(progress)
        self.journal.step(DONE)

    def _steps(self, progress: Progress | None) -> None:
        works = (self._keys, self._files, self._papers, self._exchange, self._courier, self._folder)
        for number, (name, work) in enumerate(zip(STEPS, works, strict=True)):
            if progress:
                progress(number, len(STEPS))
            if not self.journal.has(name):
                work()
                self.journal.step(name)

    def _need_marked(self) -> None:
        """Nothing is destroyed in a folder that does not say itself that it is being erased, and what survives it."""
        if self._old.is_symlink() or not self._old.is_dir():
            raise IntegrityFailure(
                "消去する保管庫のフォルダの場所に、別のものがあります", where=str(self._old),
                next_step="だれが置いたものかを確かめ、取扱責任者に知らせてください",
            )  # fmt: skip
        if read_pointer(self._old) != self._kept:
            raise Refused(
                "消去は、まだ始まっていません。何も消していません", where=str(self._kept),
                next_step=f"--vault {self._old} で開いてください。消去するなら、そこで ikiiki erase run を実行します",
            )  # fmt: skip

    def _courier_away(self) -> AbstractContextManager[None]:
        """No round of the courier goes on meanwhile: it would write again what was just taken away."""
        return only_one(Folders(self._old)) if (self._old / COURIER).is_dir() else nullcontext()

    def _keys(self) -> None:
        self._destroy(*_DEAD)

    def _files(self) -> None:
        self._destroy(*_FILES)

    def _destroy(self, *kinds: Kind) -> None:
        there = {one.name for one in survey(self._old, everything=True)}
        for one in self.journal.open_of(*kinds):
            gone = one.name in there and destroy(self._old / one.name)
            self.journal.end(one.kind, one.name, Outcome.GONE if gone else Outcome.ABSENT)

    def _papers(self, *, last: bool = False) -> None:
        waiting = {one.name for one in self.journal.open_of(Kind.PAPER)}
        for paper in self.journal.papers():
            if paper.last is last and paper.name in waiting:
                self.journal.end(Kind.PAPER, paper.name, *_erase_paper(paper))

    def _exchange(self) -> None:
        if (self._old / COURIER / REMOTE).exists():
            empty(self._remote(), self.journal)
        for one in self.journal.open_of(Kind.FORMER):  # another programme may use it by now
            self.journal.end(one.kind, one.name, Outcome.LEFT, Why.BY_HAND)

    def _courier(self) -> None:
        self._papers(last=True)
        self.journal.forget_papers()
        self._destroy(Kind.COURIER)

    def _folder(self) -> None:
        """The last look: whatever is there still, or came meanwhile, goes too; then the locks and empty folders."""
        for one in survey(self._old, everything=True):
            if one.name != f"{COURIER}/lock":
                self.journal.find(one)
                gone = destroy(self._old / one.name)
                self.journal.end(one.kind, one.name, Outcome.GONE if gone else Outcome.ABSENT)
        destroy(self._old / COURIER / "lock")
        for top, _, _ in os.walk(self._old, topdown=False):
            if Path(top) != self._old:
                Path(top).rmdir()
        for name in (LOCK, GATE):
            (self._old / name).unlink(missing_ok=True)
        sync_folder(self._old)
        left = sorted(path.name for path in self._old.iterdir() if path.name not in STANDING)
        if left:
            raise IkiikiError(
                "消去のあとのフォルダに、まだファイルがあります", where="、".join(left[:3]),
                next_step="ほかのプログラムが書いていないか確かめ、もう一度実行してください",
            )  # fmt: skip

    def _end_missing(self) -> None:
        for one in self.journal.open_of(*_DEAD, *_FILES, Kind.COURIER):
            self.journal.end(one.kind, one.name, Outcome.ABSENT)
        self._papers()
        self._papers(last=True)
        self.journal.forget_papers()
        for one in self.journal.open_of(Kind.REMOTE, Kind.BIN):
            self.journal.end(one.kind, one.name, Outcome.LEFT, Why.UNSEEN)
        for one in self.journal.open_of(Kind.FORMER):
            self.journal.end(one.kind, one.name, Outcome.LEFT, Why.BY_HAND)
        if not self.journal.has("remote"):
            # how to get there went with the folder
            self.journal.end(Kind.REMOTE, "*", Outcome.LEFT, Why.UNSEEN)


def _erase_paper(paper: Paper) -> tuple[Outcome, Why]:
    path = Path(paper.path)
    try:
        if not is_there(path):
            return Outcome.ABSENT, Why.NONE
        if path.is_symlink() or not path.is_file():
            return Outcome.LEFT, Why.CHANGED
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != paper.sha256:
            return Outcome.LEFT, Why.CHANGED
        destroy(path)
    except PermissionError:
        return Outcome.LEFT, Why.FORBIDDEN
    return Outcome.GONE, Why.NONE
