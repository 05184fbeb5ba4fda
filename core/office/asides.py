"""What the ledgers tell of bundles set aside: which, with which manifest, for which of a few closed reasons."""

from __future__ import annotations

from dataclasses import dataclass

from core.exchange.names import BundleName, bundle_name
from core.ledger.codes import Act
from core.office.acts import lines_of
from core.office.choices import AsideReason
from core.office.keyring import FIRST_EPOCH, epoch_of
from core.office.ports import BundleRow, Tx
from core.office.taken import taken_up_to
from core.roles import Site


@dataclass(frozen=True)
class Aside:
    """One bundle set aside, as the receiver's ledger tells."""

    bundle: BundleName
    manifest_sha256: str
    reason: AsideReason

    @property
    def ref(self) -> str:
        """The ledger's reference (docs/exchange.md, "hkl1")."""
        return f"aside:{self.bundle}:{self.manifest_sha256}:{self.reason}"


def asides_told(tx: Tx, org: Site) -> list[Aside]:
    """What that site's ledger, as it is here, tells to have set aside, oldest first."""
    return [aside_of(line.ref) for line in lines_of(tx, org, Act.SET_ASIDE)]


STAYING = {
    "epoch": "鍵の交換は取り消せません。両者の取扱責任者で、指紋とプログラムの版を確かめてください",
}
"""Kinds that are not set aside, and what to do instead."""


def stays(row: BundleRow) -> bool:
    """Whether a bundle of ours can never be voided: the word that began an epoch. A card offered goes again as it was."""
    return row.kind in STAYING and row.seq == 1 and row.epoch > FIRST_EPOCH


def from_there_on(tx: Tx, row: BundleRow) -> list[BundleRow]:
    """Ours that are voided with this one: it, and all behind it in its channel and epoch."""
    series = (row.channel, row.epoch)
    return [
        one for one in tx.bundles.list("out") if (one.channel, one.epoch) == series and one.seq >= row.seq
    ]


def voidable(tx: Tx, site: Site) -> list[Aside]:
    """Of `asked_to_void`, those that a person can void: sealed in this epoch, with nothing behind them that stays."""
    rows = [(one, tx.bundles.get(str(one.bundle))) for one in asked_to_void(tx, site)]
    return [
        one
        for one, row in rows
        if row and row.epoch == epoch_of(tx) and not any(stays(each) for each in from_there_on(tx, row))
    ]


def waiting_for_void(tx: Tx) -> list[BundleName]:
    """Those set aside here that the sender has not voided yet: each stops its channel."""
    fates = tx.fates.list("in")
    void = {fate.name for fate in fates if fate.void}
    return [_name(fate.name) for fate in fates if fate.name not in void]


def asked_to_void(tx: Tx, site: Site) -> list[Aside]:
    """Ours that the partner's ledger tells to have set aside and that we have not voided.

    A line about anything else asks for nothing (`groundless`): a ledger only grows, and what can never be voided must hold up nothing.
    """
    return _open(tx, site)[0]


def groundless(tx: Tx, site: Site) -> list[str]:
    """A Japanese sentence of each that the partner's ledger tells to have set aside, and cannot have as it tells."""
    return [
        f"束 {one.bundle} を外したと記していますが、こちらはその内容の束を送っていないか、すでに取り込まれています"
        for one in _open(tx, site)[1]
    ]


def told_aside(tx: Tx, site: Site, bundle: BundleName) -> list[Aside]:
    """What the partner's ledger tells to have set aside under this number, whichever bytes, and we have not voided."""
    return [one for those in _open(tx, site) for one in those if one.bundle == bundle]


def _open(tx: Tx, site: Site) -> tuple[list[Aside], list[Aside]]:
    """What it tells and we have not voided: the very bytes we sealed, which were not taken in; and anything else."""
    void = {fate.name for fate in tx.fates.list("out")}
    told = [one for one in asides_told(tx, site.other) if str(one.bundle) not in void]
    sealed = {row.name: row.manifest_sha256 for row in tx.bundles.list("out")} if told else {}
    taken = taken_up_to(tx, site) if told else {}
    waiting = [
        one
        for one in told
        if sealed.get(str(one.bundle)) == one.manifest_sha256
        and one.bundle.seq > taken.get((one.bundle.channel.value, one.bundle.epoch), 0)
    ]
    return waiting, [one for one in told if one not in waiting]


def aside_of(ref: str) -> Aside:
    """From what such a line refers to."""
    _, name, digest, reason = ref.split(":")  # the line's form was checked when it was read
    return Aside(_name(name), digest, AsideReason(reason))


def _name(text: str) -> BundleName:
    name = bundle_name(text)
    assert name is not None, "checked when it was stored"
    return name
