"""A new vault folder: with its first manager, both keys of the site, its card and its ledger."""

from __future__ import annotations

import os
from pathlib import Path

from cli.clock import now
from core.errors import UsageError
from core.exchange.card import make_card
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.office.founding import found
from core.office.keyring import FIRST_EPOCH
from core.office.ports import StaffRow
from core.roles import Role, Site
from storage.boxes import COURIER
from storage.courier import install_key
from storage.courier.destination import REMOTE, folder_text, place_of
from storage.courier.places import note_place
from storage.store import MIGRATIONS
from storage.store.tx import VaultTx
from storage.vault.files import replace_private
from storage.vault.hardening import harden_process
from storage.vault.kdf import KdfParams
from storage.vault.marks import default_state_dir
from storage.vault.sqlcipher import Connection
from storage.vault.vault import NewStaff, create_vault


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
