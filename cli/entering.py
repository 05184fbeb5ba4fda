"""Logging in: a vault is opened, held against the roll of its staff, and the use cases are set over it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from cli.clock import now
from cli.inside import Inside
from core.errors import IntegrityFailure
from core.office.desk import Desk
from core.office.logins import come_in
from core.office.office import Office
from core.office.survivor import is_erased
from core.roles import Actor
from storage.boxes import FolderBoxes
from storage.bundles.sealer import BundleSealer
from storage.store import MIGRATIONS
from storage.store.slots import VaultSlots
from storage.store.tx import VaultStore
from storage.vault.hardening import harden_process
from storage.vault.knocks import take_knocks
from storage.vault.trust import fingerprint
from storage.vault.vault import open_vault


def enter(
    folder: Path, staff_id: str, password: str, *,
    terminal: str = "", state_dir: Path | None = None, restoring: bool = False,
) -> Inside:  # fmt: skip
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
        inside = Inside(vault.folder, vault, office, came)
        if must_change:
            return inside
        if erased:
            from cli.erasing import sign_if_due

            sign_if_due(inside)
        else:
            office.exchange.hand_cards()
            office.exchange.flush()
    except BaseException:
        vault.close()
        raise
    return inside
