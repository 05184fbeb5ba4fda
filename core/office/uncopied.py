"""Keys that no backup holds yet: were the vault lost now, nobody could go on with its partner (docs/exchange.md, "After a restore")."""

from __future__ import annotations

import datetime as dt

from core.ledger.codes import Act
from core.office.acts import lines_of
from core.office.ports import Tx
from core.office.seating import day_of
from core.roles import Site

_CHANGED = (Act.PAIR, Act.RENEW, Act.EPOCH)


def uncopied_keys(tx: Tx, site: Site) -> dt.date | None:
    """The day of the first change of keys at `site` that no backup follows, as its ledger tells; None where there is none."""
    since: dt.date | None = None
    for line in lines_of(tx, site, Act.BACKUP, *_CHANGED):
        since = None if line.act is Act.BACKUP else since or day_of(line.at)
    return since
