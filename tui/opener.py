"""What the screens are handed from outside: somebody who opens the vault. `cli/opening.py` implements it, and `cli/session.py` what it opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.roles import Site
from tui.ambiguous import Ambiguous
from tui.kind import ABLE, Kind

if TYPE_CHECKING:
    from core.checks import Check
    from core.notice_kinds import Form
    from core.office.custody_items import Item
    from core.office.erasing import Plan
    from core.office.exporting import Draft
    from core.office.importing import SourceTable
    from core.office.logins import CameIn
    from core.office.mailing import MailReport
    from core.office.notices import NoticeItem
    from core.office.office import Office
    from core.office.paper_desk import Wanted
    from core.office.ports import Progress
    from core.office.review_paper import PaperList
    from core.papers import Paper


class SyncReport(Protocol):
    """What one run of the courier did."""

    @property
    def sentences(self) -> Sequence[str]:
        """What happened, in Japanese, a sentence each; no personal data."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether this end of the line may only read: what is to go out must go on a medium."""
        ...


class BackupMade(Protocol):
    """A backup that was made."""

    @property
    def path(self) -> Path: ...
    @property
    def id(self) -> str: ...
    @property
    def removed(self) -> Sequence[str]: ...


class Rehearsal(Protocol):
    """What came of restoring a backup where nobody sees it."""

    @property
    def path(self) -> Path: ...
    @property
    def tables(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def differences(self) -> Sequence[str]: ...


class Session(Protocol):
    """An open vault with a person logged in. Its methods may be called from worker threads."""

    @property
    def office(self) -> Office: ...

    @property
    def came(self) -> CameIn:
        """What the person is told of their logins."""
        ...

    def sync(self, progress: Progress | None = None, *, medium: Path | None = None) -> SyncReport:
        """Run the courier once, then import what arrived; with `medium`, a folder carried by hand, in place of the remote."""
        ...

    def examine(self, progress: Progress | None = None) -> Sequence[Check]:
        """Look at this machine, the vault and the place of exchange, and change nothing: what `ikiiki doctor` says."""
        ...

    def back_up(self, to: Path | None = None, progress: Progress | None = None) -> BackupMade:
        """An encrypted backup, in the vault's own folder or in `to`, which must be there."""
        ...

    def rehearse(
        self, password: str, backup: Path | None = None, progress: Progress | None = None
    ) -> Rehearsal:
        """Restore a backup (the newest, if none is named) where nobody sees it, compare, and remove it again."""
        ...

    def read_table(self, path: Path, *, progress: Progress | None = None) -> SourceTable:
        """A file of applications. `progress` may stop the reading."""
        ...

    def write_notices(
        self, file: Path, items: Sequence[NoticeItem], form: Form = ..., *, again: bool = False
    ) -> Sequence[Path]:
        """The notices as PDF, readable by their owner alone; a second and third file when there are many.

        `again`: a second print for somebody who has been told.
        """
        ...

    def send_mails(self, progress: Progress | None = None) -> MailReport:
        """The notices by mail, one by one, to all who gave an address and have not been told."""
        ...

    def write_wording(self, folder: Path) -> Sequence[Path]:
        """The words of the notices as plain text files in that folder."""
        ...

    def read_wording(self, folder: Path) -> Sequence[str]:
        """Take the text files of that folder as the words of the notices; the names of those that changed."""
        ...

    def publish(self, folder: Path, draw: str | None = None) -> str:
        """Write the public folder of the newest draw, or of the one named; the draw's id."""
        ...

    def notice_hashes(self) -> Mapping[str, str]:
        """SHA-256 by file name, of what the ward's notice tells of: the tools that check a draw, both sites' keys."""
        ...

    def write_review_list(self, file: Path, stage: str) -> PaperList:
        """点検一覧 as PDF, noted in ledger and access log."""
        ...

    def export_medium(self, folder: Path, draft: Draft) -> Item:
        """Write one file under a password onto a medium, noted in ledger and access log."""
        ...

    def write_password_notice(self, file: Path, name: str) -> Item:
        """パスワード通知書 of that export as PDF, to be handed over on another occasion."""
        ...

    def write_slip(self, file: Path, name: str) -> None:
        """受渡票 of that 控番号 as PDF, two copies."""
        ...

    def write_label(self, file: Path, name: str) -> None:
        """What is stuck on that medium, as PDF."""
        ...

    def write_paper(self, file: Path, wanted: Wanted, progress: Progress | None = None) -> Paper:
        """A register or report as PDF or XLSX, by the ending of the name; noted in ledger, access log and inventory."""
        ...

    def write_desk_medium(self, folder: Path) -> str | None:
        """※ at the ward: seal the counter's applications onto a medium; the bundle's name, None when there are none."""
        ...

    def read_desk_medium(self, folder: Path) -> Sequence[str]:
        """※ at the contractor: take in what a medium holds; the names of what was new."""
        ...

    def erasure_plan(self) -> Plan:
        """Every copy there is, and who has agreed to their erasure."""
        ...

    def propose_erasure(self) -> object:
        """The first person's word, over the copies there are now."""
        ...

    def erase(self, programme_name: str, progress: Progress | None = None, *, unprinted: str = "") -> str:
        """Carry out what two people agreed to: what is to be told. This session is closed once it has begun.

        `unprinted`: why the registers may go without having been printed.
        """
        ...

    def write_erasure_report(self, file: Path) -> str:
        """消去報告書 as PDF and, beside it, the signed record; the paper's 控番号."""
        ...

    def write_disclosure(self, file: Path, number: int) -> str:
        """開示 of one person as PDF, a new file; the paper's 控番号."""
        ...

    def close(self) -> None:
        """Close the vault and forget its key. Called once, after the last worker has ended."""
        ...


class Opener(Protocol):
    """Opens the one vault this app was started on."""

    @property
    def title(self) -> str:
        """What may be said before anybody is logged in: the vault's site, from its header."""
        ...

    @property
    def site(self) -> Site: ...

    def need_outside(self, place: Path) -> Path:
        """`place`, to write to by hand. Raises `Refused` for one in a vault's own folder, where nobody writes by hand."""
        ...

    def open(self, staff_id: str, password: str) -> Session:
        """Slow on purpose (Argon2id). Raises `LoginFailed`, or `IntegrityFailure` when the vault was altered."""
        ...


@dataclass(frozen=True)
class Config:
    """What the person who installs it may set."""

    idle_minutes: float = 5
    """Minutes without a key until the screen locks; the last half minute is shown."""
    staff_id: str = ""
    """Filled in at the login."""
    ascii_borders: bool = False
    """Borders in ASCII whatever the terminal can."""
    kind: Kind = ABLE
    ambiguous: Ambiguous = Ambiguous.NARROW
    folder: Path = Path()
    """Where file dialogs begin, and papers are saved unless another place is named."""
    keymap: Mapping[str, str] | None = None
    """Keys by binding id, for those who need others (`tui.keys.read_keys`)."""
    notice: str = ""
    """What is to be said before anybody logs in."""
    crash_report: Callable[[str], None] | None = None
    shown: Callable[[], None] | None = None
    """Called once the login is painted."""


__all__ = ["BackupMade", "Config", "Opener", "Rehearsal", "Session", "SyncReport"]
