"""The ledgers on their way: each bundle carries the sender's lines and a signed checkpoint, each side is the other's witness."""

from __future__ import annotations

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.card import PartnerCard
from core.keys import SiteKeys
from core.ledger.chain import ChainState, split_lines, verify_chain
from core.ledger.checkpoint import Checkpoint, compare, make_checkpoint, read_checkpoint
from core.office.desk import Desk
from core.office.keyring import EPOCH, put_roster, rosters_of
from core.office.ports import Tx
from core.roles import Site

LEDGER = "ledger.hkl"
ROSTERS = "rosters.jsonl"


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
    tx: Tx, desk: Desk, partner: PartnerCard, lines: bytes, rosters: bytes, checkpoint: bytes
) -> None:
    """Keep the partner's new lines and checkpoint.

    Raises `IntegrityFailure` (rewritten, rolled back, forked, broken chain, wrong signature), keeping nothing.
    """
    org = partner.site
    shown = read_checkpoint(checkpoint, partner.signing)
    if shown.org is not org:
        raise IntegrityFailure("管理簿の確認書が相手のものではありません")
    if shown.size < tx.ledger.size(org) and _held_head(tx, org, shown.size) == shown.head:
        return  # a medium that was overtaken by later bundles says nothing new
    known = [read_checkpoint(data, partner.signing) for data in tx.ledger.checkpoints(org)]
    newest = max(known, key=lambda one: one.size, default=None)
    held = b"".join(tx.ledger.lines(org))
    fresh = compare(newest, held, lines, shown)
    for document in split_lines(rosters, name=ROSTERS):
        put_roster(tx, org, document)
    verify_chain(held + fresh, site_key=partner.signing, rosters=rosters_of(tx, org), start=ChainState(org))
    for line in split_lines(fresh, name=LEDGER):
        tx.ledger.append(org, tx.ledger.size(org) + 1, line)
    tx.ledger.put_checkpoint(org, shown.epoch, shown.size, checkpoint)


def _held_head(tx: Tx, org: Site, size: int) -> str:
    if size == 0:
        return "0" * 64
    (line,) = tx.ledger.lines(org, size - 1, 1)
    return sha256_hex(line)
