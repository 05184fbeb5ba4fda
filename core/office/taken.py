"""How far the other site has taken in what this one sent, by the word of its people: a courier's receipt is none."""

from __future__ import annotations

from core.exchange.names import bundle_name
from core.ledger.line import read_line
from core.office.ports import Tx
from core.roles import Site


def taken_up_to(tx: Tx, site: Site) -> dict[tuple[str, int], int]:
    """By channel and epoch: the last number that the partner's ledger tells to have been taken in. They are in order."""
    last: dict[tuple[str, int], int] = {}
    for raw in tx.ledger.lines(site.other):
        if b'"act":"receive"' not in raw or b'"ref":"bundle:' not in raw:
            continue
        name = bundle_name(read_line(raw, name="ledger.hkl")[1].ref.removeprefix("bundle:"))
        if name is not None:
            place = (name.channel.value, name.epoch)
            last[place] = max(last.get(place, 0), name.seq)
    return last
