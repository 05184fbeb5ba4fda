"""What a new vault begins with: its keys and card, its programme, its first person and the first line of its ledger."""

from __future__ import annotations

import datetime as dt

from core.keys import SiteKeys
from core.office.desk import iso
from core.office.keyring import enrol, put_site_keys
from core.office.ports import StaffRow, Tx
from core.roles import Site


def found(
    tx: Tx,
    site: Site,
    *,
    keys: SiteKeys,
    card: bytes,
    programme: str | None,
    manager: StaffRow,
    now: dt.datetime,
) -> None:
    """Write the beginnings, in the transaction that makes the vault. `programme` is checked `programme.toml` text."""
    put_site_keys(tx, keys, card)
    if programme is not None:
        tx.settings.put("programme", programme)
    tx.staff.add(manager)
    enrol(tx, site, iso(now))
    tx.access.append(now, manager.staff_id, "found", site.value, "")
