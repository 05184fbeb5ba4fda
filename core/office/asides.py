"""What the ledgers tell of bundles set aside: which, with which manifest, for which of a few closed reasons."""

from __future__ import annotations

from dataclasses import dataclass

from core.exchange.names import BundleName, bundle_name
from core.ledger.codes import Act
from core.ledger.line import read_line
from core.office.choices import AsideReason
from core.office.ports import Tx
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
    mark = f'"act":"{Act.SET_ASIDE}"'.encode("ascii")
    lines = [read_line(raw, name=f"ledger-{org}")[1] for raw in tx.ledger.lines(org) if mark in raw]
    return [aside_of(line.ref) for line in lines]


def waiting_for_void(tx: Tx) -> list[BundleName]:
    """Those set aside here that the sender has not voided yet: each stops its channel."""
    fates = tx.fates.list("in")
    void = {fate.name for fate in fates if fate.void}
    return [_name(fate.name) for fate in fates if fate.name not in void]


def asked_to_void(tx: Tx, site: Site) -> list[Aside]:
    """Ours that the partner's ledger tells to have set aside and that we have not voided."""
    void = {fate.name for fate in tx.fates.list("out")}
    return [one for one in asides_told(tx, site.other) if str(one.bundle) not in void]


def aside_of(ref: str) -> Aside:
    """From what such a line refers to."""
    _, name, digest, reason = ref.split(":")  # the line's form was checked when it was read
    return Aside(_name(name), digest, AsideReason(reason))


def _name(text: str) -> BundleName:
    name = bundle_name(text)
    assert name is not None, "checked when it was stored"
    return name
