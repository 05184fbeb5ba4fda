"""A vault made by somebody who has the folder and no password, which the usual password opens where nothing is known of it."""

from __future__ import annotations

import json
import os
from dataclasses import replace

from cli.clock import now
from core.exchange.card import make_card
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.office.founding import found
from core.office.ports import StaffRow
from core.roles import Role
from storage.store import MIGRATIONS
from storage.store.tx import VaultTx
from storage.vault import sqlcipher
from storage.vault.header import NAME, read_header
from storage.vault.keys import database_key, seal_data_key
from storage.vault.migrations import migrate
from storage.vault.sqlcipher import Identity
from tests.journeys.acting import MANAGER, Machine

CHOSEN = b"A" * 32
"""The data key the forger knows."""


def forge(machine: Machine, must: str = "") -> None:
    """The next generation of the same people, with a database as `init` leaves it: nobody has ever logged in to it.

    `must`: why the manager would have to choose a password before anything else (`core.office.logins.Due`).
    """
    header = replace(read_header(machine.folder), signed_by="", signature=b"")
    header = replace(header, generation=header.generation + 1)
    for slot in header.slots:
        sealed = seal_data_key(CHOSEN, slot.hpke_public, header.seal_info(slot.staff_id))
        header = header.with_slot(replace(slot, sealed=sealed, introduced=()))
    slot = header.slot(MANAGER[machine.site])
    assert slot is not None
    path = machine.folder / header.database
    identity = Identity(header.vault_id, header.site.value, header.generation, 10**6)
    connection = sqlcipher.create(path, database_key(CHOSEN), identity, now().isoformat())
    migrate(connection, MIGRATIONS)
    keys = SiteKeys.from_random(os.urandom(SITE_KEY_BYTES))
    courier = SigningKey(os.urandom(32)).public
    card = make_card(
        keys, site=header.site, vault_id=header.vault_id, epoch=1, courier=courier, created=now()
    )
    manager = StaffRow(slot.staff_id, "責任者", Role.MANAGER, slot.sign_public, now())
    connection.execute("BEGIN IMMEDIATE")
    found(
        VaultTx(connection),
        header.site,
        keys=keys,
        card=card.data,
        programme=None,
        manager=manager,
        now=now(),
    )
    if must:
        VaultTx(connection).settings.put(f"account_{slot.staff_id}", json.dumps({"must": must}))
    connection.execute("COMMIT")
    sqlcipher.checkpoint(connection)
    connection.close()
    path.chmod(0o600)
    (machine.folder / NAME).write_bytes(header.serialise(CHOSEN))
