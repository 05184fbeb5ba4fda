"""What joins storage to core, for both faces, with `cli.carrying`: making and opening a vault, and what an open one can do."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli import handing, papering
from cli.clock import now
from cli.ending import Ending
from cli.private_file import need_new, need_outside, write_new
from core.canonical import sha256_hex
from core.columns import Table, parse_mapping
from core.errors import IntegrityFailure, UsageError
from core.exchange.names import MANIFEST, ZIP, bundle_name
from core.notice_kinds import Form
from core.office.desk import Desk
from core.office.envelope import DESK_CHANNEL
from core.office.logins import NOTHING_TOLD, CameIn, come_in
from core.office.office import Office
from core.office.ports import Progress, StaffRow
from core.office.survivor import is_erased
from core.roles import Actor, Right, Role, Site
from storage.boxes import COURIER, FolderBoxes
from storage.bundles.sealer import BundleSealer
from storage.store import MIGRATIONS
from storage.store.slots import VaultSlots
from storage.store.tx import VaultStore, VaultTx
from storage.vault.files import replace_private
from storage.vault.hardening import harden_process
from storage.vault.kdf import KdfParams
from storage.vault.knocks import take_knocks
from storage.vault.marks import default_state_dir
from storage.vault.opened import OpenVault
from storage.vault.sqlcipher import Connection
from storage.vault.trust import fingerprint
from storage.vault.vault import NewStaff, create_vault, open_vault

if TYPE_CHECKING:
    from cli.backing import Backup, Rehearsal
    from cli.carrying import SyncReport
    from core.checks import Check
    from core.exchange.remote import Remote
    from core.office.custody_items import Item
    from core.office.exporting import Draft
    from core.office.mailing import MailReport
    from core.office.notices import NoticeItem
    from core.office.paper_desk import Wanted
    from core.office.review_paper import PaperList
    from core.papers import Paper


@dataclass(frozen=True)
class Session(Ending):
    """A person in an open vault. Its methods may be called from worker threads."""

    folder: Path
    vault: OpenVault
    office: Office
    came: CameIn = NOTHING_TOLD
    """What the person is told of their logins."""

    @property
    def fingerprint(self) -> str:
        """Of the vault's key (docs/vault.md, "Who wrote it")."""
        return fingerprint(self.vault.known())

    def sync(self, progress: Progress | None = None, *, medium: Path | None = None) -> SyncReport:
        """Carry, take in what came, seal what that made due, carry again. A restored vault that waits only carries.

        `medium`: a folder carried by hand in place of the remote; what was written to it is a ledger line.
        """
        from cli.carrying import Trip

        if medium is not None:
            need_outside(medium)
        trip = Trip(self.folder.absolute(), self._destination, now, medium, progress=progress)
        with trip.told():
            try:
                self.office.exchange.flush()
                trip.round()
                if self.office.backups.standing() is not None:
                    trip.unsettled = True  # what came stays in the inbox, and nothing new is sealed
                    return trip.finished()
                if self.office.actor.may(Right.IMPORT_BUNDLE):  # an audit carries, and takes nothing in
                    self.office.exchange.import_waiting(progress, trip.imported)
                trip.sealed += [sent.name for sent in self.office.send_due()]
                self.office.exchange.flush()
                trip.round()
                trip.box_log = tuple(self.office.box_log.due())
            finally:
                if medium is not None and not trip.unsettled:
                    self.office.exchange.carried(trip.sent)
            return trip.finished()

    def _destination(self) -> Remote:
        """Where this site takes its bundles; the way into Box is found in the vault."""
        from storage.courier.destination import destination

        return destination(self.folder / COURIER, self.office.exchange.courier_credential)

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

    def use_box(self, settings: Path, credential: Path, jwt_config: Path | None = None) -> str:
        """Take bundles to Box from now on: seal what `settings` says under a new credential, written to a new file.

        The Box folder's number. Raises `UsageError` naming what is wrong, before anything is changed.
        """
        self.office.actor.require(Right.PARTNER)
        try:
            text = settings.read_text(encoding="utf-8")
            console = json.loads(jwt_config.read_text(encoding="utf-8")) if jwt_config else None
        except (OSError, ValueError):
            raise UsageError("Boxの設定のファイルを読めません", where=str(jwt_config or settings)) from None
        from storage.courier import credential as sealed
        from storage.courier.destination import set_box
        from storage.remotes.box.settings import BoxSettings
        from storage.remotes.durable import create as create_private

        need_outside(credential)
        chosen = BoxSettings.from_toml(text, console)
        secret = sealed.credential_text(os.urandom(sealed.BYTES))
        handed = f"{secret}\n".encode("ascii")
        if not create_private(credential, handed):
            raise UsageError("その名前のファイルがもうあります", where=str(credential))
        self.office.written.note(str(credential.absolute()), handed, last=True)
        courier = self.folder / COURIER
        sealed.seal(courier, chosen.to_bytes(), secret, os.urandom(12))
        self.office.exchange.keep_courier_credential(secret)
        set_box(courier, chosen.folder, now())
        return chosen.folder

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
        from storage.papers.review_list import review_list_pdf

        need_new(file)
        paper = self.office.review_paper.draft(stage)
        pdf = review_list_pdf(paper)
        self.office.review_paper.printed(paper)
        self.leave(file, pdf)
        return paper

    def leave(self, path: Path, content: bytes) -> None:
        """Write a file that has people in it outside the vault, and keep track of it for the erasure."""
        need_new(path)
        self.office.written.note(str(path.absolute()), content)
        write_new(path, content)

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

    def write_paper(self, file: Path, wanted: Wanted, progress: Progress | None = None) -> Paper:
        """A register or report at `file`, a new file ending in .pdf or .xlsx. It is laid out first, then noted, then written."""
        return papering.write_register(self, file, wanted, progress)

    def publish(self, folder: Path, draw: str | None = None) -> str:
        """Write the public folder of the newest draw, or of the one named, and enter it in the ledger; the draw's id."""
        from storage.public.publish import publish

        self.office.actor.require(Right.EXPORT)
        need_outside(folder)
        name, files = self.office.publication.files(draw)
        try:
            publish(folder, files)
        except OSError as error:
            raise UsageError("公開フォルダに書けません", where=str(folder)) from error
        self.office.publication.published(name)
        return name

    def notice_hashes(self) -> dict[str, str]:
        """What the ward's notice gives: SHA-256 by file name, of the tools of this version and of both sites' keys."""
        from storage.public import checking_tools

        of_both = checking_tools() | self.office.publication.keys()
        return {name: sha256_hex(data) for name, data in of_both.items()}

    def write_desk_medium(self, folder: Path) -> str | None:
        """※ at the ward: write the counter's applications, sealed, to a medium; the newest bundle's name.

        What an earlier medium carries, and the contractor's ledger does not tell of yet, goes with it.
        """
        from storage.remotes.folder import FolderRemote

        need_outside(folder)
        medium = FolderRemote(folder)
        medium.list()  # no medium there: find out before anything is sealed for it
        self.office.records.seal_desk()
        name = None
        for name, zip_bytes, manifest in self.office.records.desk_on_the_way():
            medium.put(f"{name}{ZIP}", zip_bytes)
            medium.put(f"{name}{MANIFEST}", manifest)
        return name

    def read_desk_medium(self, folder: Path) -> list[str]:
        """※ at the contractor: take in what a medium from the ward's counter holds; the names of new bundles."""
        from storage.remotes.folder import FolderRemote

        medium = FolderRemote(folder)
        found = (bundle_name(file.name, MANIFEST) for file in medium.list())
        names = [
            str(one) for one in sorted(one for one in found if one and one.channel.value == DESK_CHANNEL)
        ]

        def read(name: str) -> tuple[bytes, bytes]:
            return medium.get(f"{name}{ZIP}", 256 * 2**20), medium.get(f"{name}{MANIFEST}", 2**20)

        taken = []
        for name in self.office.exchange.in_turn(names, read):
            if self.office.records.take_in_desk(name, *read(name)):
                taken.append(name)
        return taken

    def close(self) -> None:
        self.vault.close()


def create_vault_folder(
    folder: Path,
    site: Site,
    staff_id: str,
    name: str,
    password: str,
    *,
    programme: str | None,
    remote: str = "",
    kdf_mib: int = 256,
) -> None:
    """A new vault with its first manager, keys, card and ledger. It appears whole or not at all."""
    from core.exchange.card import make_card
    from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
    from core.office.founding import found
    from core.office.keyring import FIRST_EPOCH
    from storage.courier import install_key
    from storage.courier.destination import REMOTE, folder_text, place_of
    from storage.courier.places import note_place

    harden_process()
    try:
        kdf = KdfParams(memory_kib=kdf_mib * 1024)
    except ValueError as error:
        raise UsageError("--kdf-mib は64から1024までです") from error
    told = folder_text(remote) if remote else b""
    moment = now()
    courier_secret = os.urandom(32)
    keys = SiteKeys.from_random(os.urandom(SITE_KEY_BYTES))

    def record(connection: Connection, new: NewStaff, public: bytes) -> None:
        vault_id = str(connection.execute("SELECT vault_id FROM vault").fetchone()[0])
        card = make_card(
            keys,
            site=site,
            vault_id=vault_id,
            epoch=FIRST_EPOCH,
            courier=SigningKey(courier_secret).public,
            created=moment,
        )
        found(
            VaultTx(connection), site, keys=keys, card=card.data, programme=programme,
            manager=StaffRow(staff_id, name, Role.MANAGER, public, moment), now=moment,
        )  # fmt: skip
        # The courier's key lies in the folder before the vault appears in it: one rename shows both.
        building = Path(connection.execute("PRAGMA database_list").fetchone()[2]).parent
        install_key(building, courier_secret)
        if told:
            replace_private(building / COURIER / REMOTE, told)
            note_place(building / COURIER, "", place_of(building / COURIER), moment)

    create_vault(
        folder,
        site=site,
        staff=NewStaff(staff_id, name, Role.MANAGER, password),
        migrations=MIGRATIONS,
        now=now,
        kdf=kdf,
        record=record,
        state_dir=default_state_dir(),
    )


def open_session(
    folder: Path, staff_id: str, password: str, *,
    terminal: str = "", state_dir: Path | None = None, restoring: bool = False,
) -> Session:  # fmt: skip
    """Log in. `state_dir`: where the mark against rollback is, if not where it always is. `restoring`: into what a backup
    held, with the password of its day, which need not be changed before it is looked at.

    Raises `LoginFailed`, `IntegrityFailure` and others of `storage.vault.vault.open_vault`.
    """
    harden_process()
    vault = open_vault(
        folder, staff_id, password, migrations=MIGRATIONS, now=now, state_dir=state_dir, terminal=terminal
    )
    try:
        store = VaultStore(vault)
        with store.read() as tx:
            row = next((r for r in tx.staff.list() if r.staff_id == staff_id and r.until is None), None)
            erased = is_erased(tx)
        if row is None or row.signing_public != vault.signing_key.public_key().public_bytes_raw():
            raise IntegrityFailure(
                "鍵はありますが、取扱者名簿に登録がありません", where=staff_id, next_step="取扱責任者に確認してください",
            )  # fmt: skip
        with take_knocks(vault.folder, staff_id, now()) as knocks, store.write() as tx:
            came = come_in(tx, staff_id, row.since, knocks, now(), terminal)
        if vault.first_seen:
            came = replace(came, fingerprint=fingerprint(vault.known()))
        must_change = came.due is not None and not (erased or restoring)
        actor = Actor(staff_id, row.name, row.role, vault.site, erased, must_change)
        desk = Desk(store, actor, vault.signing_key, now, os.urandom, terminal)
        office = Office(desk, FolderBoxes(vault.folder), BundleSealer(os.urandom), VaultSlots(vault))
        session = Session(vault.folder, vault, office, came)
        if must_change:
            return session
        if erased:
            from cli.erasing import sign_if_due

            sign_if_due(session)
        else:
            office.exchange.hand_cards()
            office.exchange.flush()
    except BaseException:
        vault.close()
        raise
    return session
