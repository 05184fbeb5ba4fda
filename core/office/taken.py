"""How far the other site has taken in what this one sent, by the word of its people: a courier's receipt is none.

What is receipted and not taken in for long may be lost, whoever signed for it. It is late then, and laid out again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

from core.exchange.names import bundle_name
from core.ledger.codes import Act
from core.office.acts import lines_of
from core.office.envelope import DESK_CHANNEL
from core.office.ports import BundleRow, Tx
from core.programme import Deadlines
from core.roles import Site

HEARD = "taken_heard"
"""Setting: the last number of each series of which a code by telephone told."""

Series = tuple[str, int]
"""Channel and epoch."""


def taken_up_to(tx: Tx, site: Site) -> dict[Series, int]:
    """The last number of each series that the partner tells to have taken in: its ledger, or its people by telephone. They are in order."""
    last = _heard(tx)
    for line in lines_of(tx, site.other, Act.RECEIVE):
        name = bundle_name(line.ref.removeprefix("bundle:")) if line.ref.startswith("bundle:") else None
        if name is not None:
            place = (name.channel.value, name.epoch)
            last[place] = max(last.get(place, 0), name.seq)
    return last


def note_heard(tx: Tx, row: BundleRow) -> None:
    """A code by telephone told that this bundle of ours was taken in, and all before it. The partner's ledger may come much later."""
    heard = _heard(tx)
    heard[row.channel, row.epoch] = max(heard.get((row.channel, row.epoch), 0), row.seq)
    tx.settings.put(HEARD, json.dumps([[*series, seq] for series, seq in sorted(heard.items())]))


def untaken(tx: Tx, site: Site) -> list[BundleRow]:
    """Ours, in order, that nobody has told to have taken in, without what was voided.

    A bundle behind an epoch's first is taken in behind all of the epochs before it (docs/exchange.md, "Order").
    """
    taken, void = taken_up_to(tx, site), {fate.name for fate in tx.fates.list("out")}
    over: dict[str, int] = {}
    for (channel, epoch), seq in taken.items():
        if seq > 1:
            over[channel] = max(over.get(channel, 0), epoch)
    return [
        row
        for row in tx.bundles.list("out")
        if row.seq > taken.get((row.channel, row.epoch), 0)
        and row.epoch >= over.get(row.channel, 0)
        and row.name not in void
    ]


def is_overdue(row: BundleRow, limits: Deadlines, now: dt.datetime) -> bool:
    """Whether the partner's people should have taken it in by now, and have said so, if it arrived as its receipt tells.

    Of receipts no ledger tells.
    """
    allowed = dt.timedelta(hours=limits.take_in_hours + limits.receipt_hours)
    return row.settled is not None and row.kind != "receipt" and limits.waited(row.settled, now) > allowed


def to_lay_out_again(
    tx: Tx, site: Site, limits: Deadlines, clock: Callable[[], dt.datetime]
) -> list[BundleRow]:
    """What is receipted and not taken in, of each series in which that is overdue of one: the receipts before it as well."""
    rows = [row for row in untaken(tx, site) if row.settled is not None and row.channel != DESK_CHANNEL]
    if not rows:
        return []
    now = clock()
    overdue = {(row.channel, row.epoch) for row in rows if is_overdue(row, limits, now)}
    return [row for row in rows if (row.channel, row.epoch) in overdue]


def _heard(tx: Tx) -> dict[Series, int]:
    return {(channel, epoch): seq for channel, epoch, seq in json.loads(tx.settings.get(HEARD) or "[]")}
