"""All that a person can do in an open vault, for both faces: what does it, and what is heavy, loads when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cli import handing, papering
from cli.entering import enter
from cli.inside import Inside
from core.columns import Table, parse_mapping
from core.errors import UsageError
from core.notice_kinds import Form

if TYPE_CHECKING:
    from cli.backing import Backup, Rehearsal
    from cli.carrying import SyncReport
    from core.checks import Check
    from core.erasure.agreement import Agreement
    from core.office.custody_items import Item
    from core.office.erasing import Plan
    from core.office.exporting import Draft
    from core.office.mailing import MailReport
    from core.office.notices import NoticeItem
    from core.office.paper_desk import Wanted
    from core.office.ports import Progress
    from core.office.review_paper import PaperList
    from core.papers import Paper


class Session(Inside):
    """A person in an open vault. Its methods may be called from worker threads."""

    def sync(self, progress: Progress | None = None, *, medium: Path | None = None) -> SyncReport:
        """Carry, take in what came, seal what that made due, carry again. A restored vault that waits only carries.

        `medium`: a folder carried by hand in place of the remote; what was written to it is a ledger line.
        """
        from cli.carrying import sync

        return sync(self, progress, medium)

    def use_box(self, settings: Path, credential: Path, jwt_config: Path | None = None) -> str:
        """Take bundles to Box from now on: seal what `settings` says under a new credential, written to a new file.

        The Box folder's number. Raises `UsageError` naming what is wrong, before anything is changed.
        """
        from cli.exchange_place import use_box

        return use_box(self, settings, credential, jwt_config)

    def examine(self, progress: Progress | None = None) -> list[Check]:
        """`ikiiki doctor` for whoever is logged in."""
        from cli.doctoring import examine

        return examine(self.folder.absolute(), self, progress=progress)

    def back_up(
        self, to: Path | None = None, progress: Progress | None = None, *, keep: str = "", medium: str = ""
    ) -> Backup:
        """An encrypted backup, in the vault's own folder or in `to`; older ones there that need not stay are removed."""
        from cli.backing import back_up

        return back_up(self, to, progress, keep=keep, medium=medium)

    def rehearse(
        self, password: str, backup: Path | None = None, progress: Progress | None = None
    ) -> Rehearsal:
        """Restore a backup (the newest, if none is named) where nobody sees it, compare, and remove it again."""
        from cli.backing import rehearse

        return rehearse(self, password, backup, progress)

    def read_table(
        self, path: Path, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> Table:
        """A source file as a table. Raises `UsageError` naming file and row."""
        from storage.readers import read_table

        return read_table(path, mapping, progress)

    def read_mapping(self, path: Path) -> dict[str, str]:
        """A mapping file: header → field name."""
        try:
            return parse_mapping(path.read_text(encoding="utf-8"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("対応表のファイルを読めません", where=str(path)) from error

    def write_notices(
        self, file: Path, items: Sequence[NoticeItem], form: Form = Form.POSTCARD, *, again: bool = False
    ) -> list[Path]:
        """Lay out, note and write these notices; the paths written."""
        return papering.write_notices(self.office, file, items, form, self.leave, again=again)

    def send_mails(self, progress: Progress | None = None) -> MailReport:
        """The notices by mail, to all who gave an address and have not been told."""
        return papering.send_mails(self.office, progress)

    def write_wording(self, folder: Path) -> list[Path]:
        """The words of the notices as plain text files."""
        return papering.write_wording(self.office, folder)

    def read_wording(self, folder: Path) -> list[str]:
        """Take the text files of this folder as the words of the notices."""
        return papering.read_wording(self.office, folder)

    def write_review_list(self, file: Path, stage: str) -> PaperList:
        """点検一覧 as PDF at `file`, a new file. It is laid out first, then noted, then written."""
        return papering.write_review_list(self, file, stage)

    def write_paper(self, file: Path, wanted: Wanted, progress: Progress | None = None) -> Paper:
        """A register or report at `file`, a new file ending in .pdf or .xlsx. It is laid out first, then noted, then written."""
        return papering.write_register(self, file, wanted, progress)

    def write_disclosure(self, file: Path, number: int) -> str:
        """開示 of one person as PDF at `file`; the paper's 控番号."""
        return papering.write_disclosure(self, file, number)

    def export_medium(self, folder: Path, draft: Draft) -> Item:
        """One file under a password on a medium, for people without a vault; noted in the ledger."""
        return handing.export_medium(self.office, self.folder, folder, draft)

    def write_password_notice(self, file: Path, name: str) -> Item:
        """パスワード通知書 of that export as PDF, a new file; a handover of its own."""
        return handing.write_password_notice(self.office, self.folder, file, name)

    def write_slip(self, file: Path, name: str) -> None:
        """受渡票 as PDF, a new file."""
        handing.write_slip(self.office, file, name)

    def write_label(self, file: Path, name: str) -> None:
        """The label of a medium as PDF, a new file."""
        handing.write_label(self.office, file, name)

    def publish(self, folder: Path, draw: str | None = None) -> str:
        """Write the public folder of the newest draw, or of the one named, and enter it in the ledger; the draw's id."""
        from cli.publishing import publish

        return publish(self.office, folder, draw)

    def notice_hashes(self) -> dict[str, str]:
        """What the ward's notice gives: SHA-256 by file name, of the tools of this version and of both sites' keys."""
        from cli.publishing import notice_hashes

        return notice_hashes(self.office)

    def write_desk_medium(self, folder: Path) -> str | None:
        """※ at the ward: write the counter's applications, sealed, to a medium; the newest bundle's name."""
        from cli.counter_medium import write_desk_medium

        return write_desk_medium(self.office, folder)

    def read_desk_medium(self, folder: Path) -> list[str]:
        """※ at the contractor: take in what a medium from the ward's counter holds; the names of new bundles."""
        from cli.counter_medium import read_desk_medium

        return read_desk_medium(self.office, folder)

    def erasure_plan(self) -> Plan:
        """Every copy there is, and who has agreed to their erasure."""
        from cli.erasing import found_of

        return self.office.erasing.plan(found_of(self))

    def propose_erasure(self, *, anyway: bool = False) -> Agreement:
        """The first person's word, over the copies there are now."""
        from cli.erasing import found_of

        return self.office.erasing.propose(found_of(self), anyway=anyway)

    def erase(self, programme_name: str, progress: Progress | None = None, *, unprinted: str = "") -> str:
        """Carry out what two people agreed to: what is to be told. This session is closed once it has begun.

        Raises only what left everything as it was; what stops it later is told, and gone on with at the next start.
        """
        from cli.erasing import erase_and_tell

        return erase_and_tell(self, programme_name, progress, unprinted)

    def write_erasure_report(self, file: Path) -> str:
        """消去報告書 as PDF at `file`, and beside it, ending in `.evidence`, the signed record; the paper's 控番号."""
        return papering.write_erasure_report(self.office, file)


def open_session(folder: Path, staff_id: str, password: str, *, terminal: str = "") -> Session:
    """Log in. Raises as `cli.entering.enter`."""
    inside = enter(folder, staff_id, password, terminal=terminal)
    return Session(inside.folder, inside.vault, inside.office, inside.came)
