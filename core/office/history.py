"""The ledgers on their way: each bundle carries the sender's lines and a signed checkpoint, each side is the other's witness."""

from __future__ import annotations

import datetime as dt

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.card import PartnerCard
from core.exchange.names import BundleName, bundle_name
from core.keys import SiteKeys, VerifyKey
from core.ledger.chain import ChainState, split_lines, succeeded_by, verify_chain
from core.ledger.checkpoint import Checkpoint, compare, epoch_named, make_checkpoint, read_checkpoint
from core.ledger.codes import Act, Medium
from core.ledger.line import LedgerLine, read_line
from core.ledger.roster import read_roster
from core.office import codes_compared
from core.office.keyring import FIRST_EPOCH, cards_of, epoch_of, put_roster, rosters_of, successors_of
from core.office.ports import Tx
from core.roles import Site

LEDGER = "ledger.hkl"
ROSTERS = "rosters.jsonl"


def checkpoint_of(tx: Tx, site: Site, keys: SiteKeys) -> Checkpoint:
    """This site's signed word on its ledger as it stands in this transaction."""
    return make_checkpoint(
        keys.signing, org=site, epoch=epoch_of(tx), size=tx.ledger.size(site), head=tx.ledger.head(site),
        access_log_head=tx.access.head(),
    )  # fmt: skip


def ledger_entries(tx: Tx, site: Site, channel: str, *, whole: bool = False) -> dict[str, bytes]:
    """The lines not yet sent on this channel, or all, and all rosters.

    (A medium may arrive late: each channel is whole by itself.)
    """
    start = 0 if whole else int(tx.settings.get(f"ledger_sent_{channel}") or "0")
    lines = tx.ledger.lines(site, start)
    tx.settings.put(f"ledger_sent_{channel}", str(start + len(lines)))
    return {LEDGER: b"".join(lines), ROSTERS: b"".join(rosters_of(tx, site).values())}


def take_history(
    tx: Tx, partner: PartnerCard, lines: bytes, rosters: bytes, checkpoint: bytes, *, overtaken: bool = False
) -> None:
    """Keep the partner's new lines and checkpoint, and what follows from them here. `partner`: its card of the epoch.

    A medium carried by hand may be overtaken by later bundles, and what is left of an epoch by the word that ended
    it: then (`overtaken`) an older state of this very history is nothing new. So it is on the line when a medium came
    first, but not when the line itself has told more before: that is a rollback.
    Raises `IntegrityFailure` (rewritten, rolled back, forked, broken chain, wrong signature), keeping nothing.
    """
    org = partner.site
    shown = read_checkpoint(checkpoint, partner.signing)
    if shown.org is not org:
        raise IntegrityFailure("管理簿の確認書が相手のものではありません")
    told, size = int(tx.settings.get(f"told_{org}") or "0"), tx.ledger.size(org)
    if not overtaken:
        tx.settings.put(f"told_{org}", str(max(told, shown.size)))
    older = shown.size <= size if overtaken else told <= shown.size < size
    if older and _held_head(tx, org, shown.size) == shown.head:
        return
    keys = {card.epoch: card.signing for card in cards_of(tx, org)}
    known = [read_checkpoint(data, keys[epoch_named(data)]) for data in tx.ledger.checkpoints(org)]
    newest = max(known, key=lambda one: (one.epoch, one.size), default=None)
    held = tx.ledger.lines(org)
    fresh = compare(newest, b"".join(held), lines, shown)
    brought = {}
    for document in split_lines(rosters, name=ROSTERS):
        if read_roster(document, name=ROSTERS).org is not org:
            raise IntegrityFailure("別の拠点の取扱者名簿が届きました", where=ROSTERS)
        brought[sha256_hex(document)] = document
    checked = verify_chain(
        fresh, site_key=site_key_after(tx, org, held), rosters={**brought, **rosters_of(tx, org)},
        start=state_after(tx, org, held),
        successors=successors_of(tx, org),
    )  # fmt: skip
    for line in split_lines(fresh, name=LEDGER):
        tx.ledger.append(org, tx.ledger.size(org) + 1, line)
    tx.ledger.put_checkpoint(org, shown.epoch, shown.size, checkpoint)
    for entry in checked.lines:
        if entry.act is Act.ROSTER:  # what no line names is not kept: there is no end to it
            put_roster(
                tx, org, brought.get(name := entry.ref.removeprefix("sha256:")) or rosters_of(tx, org)[name]
            )
        _learn(tx, entry)
    if any(entry.act in codes_compared.ACTS for entry in checked.lines):
        codes_compared.note(tx, org.other)


def state_after(tx: Tx, org: Site, held: list[bytes]) -> ChainState:
    """Where the lines already held, checked when they came, leave off: their end and the roster in force."""
    for raw in reversed(held):
        if b'"act":"roster"' in raw:
            _, line = read_line(raw, name=LEDGER)
            staff = read_roster(rosters_of(tx, org)[line.ref.removeprefix("sha256:")], name=ROSTERS).staff
            return ChainState(org, len(held), tx.ledger.head(org), staff)
    return ChainState(org, len(held), tx.ledger.head(org))


def site_key_after(tx: Tx, org: Site, held: list[bytes]) -> VerifyKey:
    """The key that signs for the site after the lines held: of its first card, or of the last it handed over to."""
    for raw in reversed(held):
        if b'"act":"epoch"' in raw and (card := succeeded_by(read_line(raw, name=LEDGER)[1])) is not None:
            return successors_of(tx, org)[card]
    return cards_of(tx, org)[0].signing


def _learn(tx: Tx, line: LedgerLine) -> None:
    """What the partner's lines tell that this site waits for: bundles of ours arrived, or were passed over."""
    if line.act is Act.RECEIVE and line.medium is Medium.USB:
        name = line.ref.removeprefix("bundle:")
        row = tx.bundles.get(name)
        if row is not None and row.direction == "out" and row.settled is None:
            tx.bundles.settle(name, dt.datetime.fromisoformat(line.at))
    elif line.act is Act.RECEIVE and (named := bundle_name(line.ref.removeprefix("bundle:"))) is not None:
        _learn_ended(tx, named, dt.datetime.fromisoformat(line.at))
    elif line.act is Act.VOID and (first := bundle_name(line.ref.removeprefix("bundle:"))) is not None:
        _learn_void(tx, first, line.qty, dt.datetime.fromisoformat(line.at))


def _learn_void(tx: Tx, first: BundleName, count: int, at: dt.datetime) -> None:
    """The partner has passed over what we voided: these are not to be sent any longer."""
    for row in tx.bundles.list("out"):
        of_them = (row.channel, row.epoch) == (first.channel, first.epoch) and row.seq < first.seq + count
        if of_them and row.seq >= first.seq and row.settled is None and tx.fates.get(row.name) is not None:
            tx.bundles.settle(row.name, at)


def _learn_ended(tx: Tx, taken: BundleName, at: dt.datetime) -> None:
    """A bundle of ours was taken in, and so were those before it: settle what is left of epochs that have ended here.

    A partner that may only read writes no receipts. (The first of an epoch is taken in before the old one is done.)
    """
    now = epoch_of(tx)
    if now == FIRST_EPOCH:
        return
    for row in tx.bundles.list("out"):
        before = row.epoch == taken.epoch if taken.seq == 1 else row.epoch <= taken.epoch
        if row.channel != taken.channel or row.epoch >= now or row.settled is not None or not before:
            continue
        if row.epoch < taken.epoch or row.seq <= taken.seq:
            tx.bundles.settle(row.name, at)


def _held_head(tx: Tx, org: Site, size: int) -> str:
    if size == 0:
        return "0" * 64
    (line,) = tx.ledger.lines(org, size - 1, 1)
    return sha256_hex(line)
