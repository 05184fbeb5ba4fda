"""The ledgers on their way: each bundle carries the sender's lines and a signed checkpoint, each side is the other's witness."""

from __future__ import annotations

import datetime as dt

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.card import PartnerCard
from core.keys import SiteKeys
from core.ledger.chain import ChainState, split_lines, verify_chain
from core.ledger.checkpoint import Checkpoint, compare, make_checkpoint, read_checkpoint
from core.ledger.codes import Act, Medium
from core.ledger.line import LedgerLine, read_line
from core.ledger.roster import read_roster
from core.office.keyring import EPOCH, put_roster, rosters_of
from core.office.ports import Tx
from core.roles import Site

LEDGER = "ledger.hkl"
ROSTERS = "rosters.jsonl"
NOTICES_DONE = "notices_done"
"""Setting: the other site's ledger tells of notices that went out."""


def checkpoint_of(tx: Tx, site: Site, keys: SiteKeys) -> Checkpoint:
    """This site's signed word on its ledger as it stands in this transaction."""
    return make_checkpoint(
        keys.signing, org=site, epoch=EPOCH, size=tx.ledger.size(site), head=tx.ledger.head(site),
        access_log_head=tx.access.head(),
    )  # fmt: skip


def ledger_entries(tx: Tx, site: Site, channel: str) -> dict[str, bytes]:
    """The lines not yet sent on this channel, and all rosters. (A medium may arrive late: each channel is whole by itself.)"""
    start = int(tx.settings.get(f"ledger_sent_{channel}") or "0")
    lines = tx.ledger.lines(site, start)
    tx.settings.put(f"ledger_sent_{channel}", str(start + len(lines)))
    return {LEDGER: b"".join(lines), ROSTERS: b"".join(rosters_of(tx, site).values())}


def take_history(
    tx: Tx, partner: PartnerCard, lines: bytes, rosters: bytes, checkpoint: bytes, *, by_medium: bool = False
) -> None:
    """Keep the partner's new lines and checkpoint, and what follows from them here.

    A medium carried by hand may be overtaken by later bundles: then (`by_medium`) an older state of this very history
    is nothing new. Over the line it is a rollback.
    Raises `IntegrityFailure` (rewritten, rolled back, forked, broken chain, wrong signature), keeping nothing.
    """
    org = partner.site
    shown = read_checkpoint(checkpoint, partner.signing)
    if shown.org is not org:
        raise IntegrityFailure("管理簿の確認書が相手のものではありません")
    if by_medium and shown.size < tx.ledger.size(org) and _held_head(tx, org, shown.size) == shown.head:
        return
    known = [read_checkpoint(data, partner.signing) for data in tx.ledger.checkpoints(org)]
    newest = max(known, key=lambda one: one.size, default=None)
    held = tx.ledger.lines(org)
    fresh = compare(newest, b"".join(held), lines, shown)
    for document in split_lines(rosters, name=ROSTERS):
        if read_roster(document, name=ROSTERS).org is not org:
            raise IntegrityFailure("別の拠点の取扱者名簿が届きました", where=ROSTERS)
        put_roster(tx, org, document)
    checked = verify_chain(
        fresh, site_key=partner.signing, rosters=rosters_of(tx, org), start=_state_after(tx, org, held)
    )
    for line in split_lines(fresh, name=LEDGER):
        tx.ledger.append(org, tx.ledger.size(org) + 1, line)
    tx.ledger.put_checkpoint(org, shown.epoch, shown.size, checkpoint)
    for entry in checked.lines:
        _learn(tx, entry)


def _state_after(tx: Tx, org: Site, held: list[bytes]) -> ChainState:
    """Where the lines already held, checked when they came, leave off: their end and the roster in force."""
    for raw in reversed(held):
        if b'"act":"roster"' in raw:
            _, line = read_line(raw, name=LEDGER)
            staff = read_roster(rosters_of(tx, org)[line.ref.removeprefix("sha256:")], name=ROSTERS).staff
            return ChainState(org, len(held), tx.ledger.head(org), staff)
    return ChainState(org, len(held), tx.ledger.head(org))


def _learn(tx: Tx, line: LedgerLine) -> None:
    """What the partner's lines tell that this site waits for: a medium of ours arrived, the notices went out."""
    if line.act is Act.RECEIVE and line.medium is Medium.USB:
        name = line.ref.removeprefix("bundle:")
        row = tx.bundles.get(name)
        if row is not None and row.direction == "out" and row.settled is None:
            tx.bundles.settle(name, dt.datetime.fromisoformat(line.at))
    elif line.act is Act.DISPATCH:
        tx.settings.put(NOTICES_DONE, "yes")


def _held_head(tx: Tx, org: Site, size: int) -> str:
    if size == 0:
        return "0" * 64
    (line,) = tx.ledger.lines(org, size - 1, 1)
    return sha256_hex(line)
