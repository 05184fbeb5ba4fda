"""The days that a restored vault has lost, once more: line by line, what each tells is done and the line put back.

All that is told again was told by these very lines: what is done in between writes none of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from core.errors import IntegrityFailure
from core.exchange.codes import CodeKind
from core.exchange.names import BundleName, bundle_name
from core.ledger.codes import Act
from core.ledger.line import LedgerLine
from core.office.asides import aside_of
from core.office.code_keys import Given, given, put_given
from core.office.desk import Desk
from core.office.envelope import Opened
from core.office.epochs import ring_for
from core.office.exchange import Exchange
from core.office.fates import Fate
from core.office.foreign import in_our_state, senders_fault
from core.office.ports import BundleRow, LedgerRows, Tx
from core.office.redone import redo
from core.office.turn import known
from core.roles import Site


@dataclass(frozen=True)
class Own:
    """A bundle of ours that this vault does not know."""

    name: BundleName
    opened: Opened
    zip_bytes: bytes
    manifest: bytes


Theirs = dict[BundleName, tuple[bytes, bytes]]
"""The partner's bundles: zip and manifest."""


class Again:
    """The lost days once more, line by line."""

    def __init__(
        self, desk: Desk, exchange: Exchange, tx: Tx, fresh: Sequence[Own], theirs: Theirs,
        told: Mapping[BundleName, LedgerLine],
    ) -> None:  # fmt: skip
        self._desk, self._exchange, self._tx, self._told = desk, exchange, tx, told
        self._site = desk.actor.site
        self._own = list(fresh)
        self._theirs = sorted(theirs.items())
        self._quiet = cast(Tx, _Told(tx, self._site))
        self.taken = 0

    def follow(self, raw: bytes, line: LedgerLine) -> None:
        """Do what this line tells, and put it back."""
        bundle = bundle_name(line.ref.removeprefix("bundle:"))
        if line.act is Act.RECEIVE and bundle is not None:
            self._retake(bundle)
        elif line.act is Act.SET_ASIDE:
            one = aside_of(line.ref)
            if self._tx.fates.get(str(one.bundle)) is None:
                self._tx.fates.add(
                    Fate(
                        str(one.bundle), "in", False, one.manifest_sha256, dt.datetime.fromisoformat(line.at)
                    )
                )
        elif line.act is Act.TELL:
            kind = CodeKind(line.content.value)
            if given(self._tx, kind).index < line.qty:
                put_given(self._tx, kind, Given(line.qty, line.ref.removeprefix("sha256:")))
        self._tx.ledger.append(self._site, line.seq, raw)
        if line.act is Act.SEND and bundle is not None:
            self._redo_up_to(bundle)

    def end(self) -> None:
        """Receipts of ours behind the last line that tells of a bundle."""
        for one in self._own:
            self._redo(one)
        self._own = []

    def _redo_up_to(self, bundle: BundleName) -> None:
        """Ours in this channel up to this one: of receipts no line tells."""
        mine = [one for one in self._own if one.name.channel is bundle.channel and one.name.seq <= bundle.seq]
        for one in mine:
            self._redo(one)
            self._own.remove(one)

    def _redo(self, one: Own) -> None:
        name, opened, line = str(one.name), one.opened, self._told.get(one.name)
        with in_our_state(name), senders_fault(name):
            redo(self._desk, self._quiet, opened, name)
        created = dt.datetime.fromisoformat(line.at if line else opened.created)
        row = BundleRow(
            one.name.channel.value, one.name.epoch, one.name.seq, "out", name, opened.kind, opened.manifest_sha256,
            dict(opened.counts), created, self._desk.now(),
        )  # fmt: skip
        self._tx.bundles.add(row, one.zip_bytes, one.manifest)

    def _retake(self, bundle: BundleName) -> None:
        """The partner's in this channel up to this one, which our line tells of; before it receipts alone."""
        series = [
            one
            for one in self._theirs
            if (one[0].channel, one[0].epoch) == (bundle.channel, bundle.epoch) and one[0].seq <= bundle.seq
        ]
        if not series or series[-1][0] != bundle:
            raise IntegrityFailure("管理簿にある相手の束が、返されたものにありません", where=str(bundle))
        for one in series:
            self._take(*one, told=one[0] == bundle)
            self._theirs.remove(one)
            self.taken += 1

    def _take(self, bundle: BundleName, data: tuple[bytes, bytes], *, told: bool) -> None:
        """As if it came now; one that is known is passed over. `told`: our line tells of it, as of all but receipts."""
        tx, name, (zip_bytes, manifest) = self._quiet, str(bundle), data
        ring = ring_for(tx, bundle, name)
        opened = self._exchange.opened(ring, name, zip_bytes, manifest, bundle.channel.value)
        if known(tx, name, opened.manifest_sha256):
            return
        if told == (opened.kind == "receipt"):
            raise IntegrityFailure("取り込んだことを記した管理簿の行が、束と合いません", where=name)
        self._exchange.take(tx, bundle, ring, opened, zip_bytes, manifest)


class _Told:
    """A transaction whose own ledger takes no line: what is done in it was told before."""

    def __init__(self, tx: Tx, site: Site) -> None:
        self._tx = tx
        self.ledger = _Lines(tx.ledger, site)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


class _Lines:
    def __init__(self, ledger: LedgerRows, site: Site) -> None:
        self._ledger, self._site = ledger, site

    def append(self, org: Site, seq: int, line: bytes) -> None:
        if org is not self._site:
            self._ledger.append(org, seq, line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)
