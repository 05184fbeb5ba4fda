"""The lines of a ledger that tell of some act."""

from __future__ import annotations

from core.ledger.codes import Act
from core.ledger.line import LedgerLine, read_line
from core.office.ports import Tx
from core.roles import Site


def lines_of(tx: Tx, org: Site, *acts: Act) -> list[LedgerLine]:
    """Those of `org`'s ledger, as this vault holds it, with one of these acts, in order."""
    return [read_line(raw, name=f"ledger-{org}")[1] for raw in tx.ledger.with_acts(org, acts)]
