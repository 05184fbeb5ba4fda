"""Setting aside a bundle that this vault refuses for good: the receiver's half (docs/exchange.md, "A bundle that is refused").

It is kept as evidence, and the ledger tells the sender. The channel does not move on by this: the sender has to void it.
"""

from __future__ import annotations

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.manifest import Manifest, read_manifest
from core.exchange.names import BundleName, bundle_name
from core.ledger.checkpoint import LedgerMismatch
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.asides import STAYING, Aside
from core.office.blocked import Blocked, blocked
from core.office.boxes import Boxes
from core.office.choices import AsideReason
from core.office.desk import Desk
from core.office.envelope import DESK_CHANNEL, KIND_WORDS, place
from core.office.epochs import ended_list, ring_for
from core.office.exchange import Exchange
from core.office.fates import Fate
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.steps_again import note_signed
from core.office.turn import next_of_channel
from core.roles import Right


class Refusals:
    """The use cases of 束を外す and `ikiiki bundle aside`, `ikiiki bundle status`."""

    def __init__(self, desk: Desk, exchange: Exchange, boxes: Boxes) -> None:
        self._desk, self._exchange, self._boxes = desk, exchange, boxes

    def standing(self) -> Blocked:
        """What stops a channel, and who has to do what."""
        with self._desk.reading() as tx:
            return blocked(tx, self._desk.actor.site, self._boxes.waiting_in())

    def set_aside(self, name: str, reason: AsideReason) -> Aside:
        """Set aside the bundle `name`, which waits in the inbox, is next in its channel, and is refused by this vault.

        Raises `UsageError` when no such bundle waits, `Refused` when it could be taken in, is not next, or is of a kind
        that stays; `IntegrityFailure` when it is not as its sender signed it (it is fetched anew), or when the ledgers themselves differ.
        """
        self._desk.actor.require(Right.VOID)
        bundle = bundle_name(name)
        if bundle is None or name not in self._boxes.waiting_in():
            raise UsageError(
                "その束は、取り込み待ちの中にありません", where=name[:40],
                next_step="ikiiki bundle status で番号を確かめてください",
            )  # fmt: skip
        zip_bytes, data = self._boxes.read_in(name)
        if self._desk.actor.site is bundle.channel.sender:
            raise IntegrityFailure("こちらが受け取る束の名前ではありません", where=name)
        why = self._exchange.why_refused(name, zip_bytes, data, channel=bundle.channel.value)
        if why is None:
            raise Refused(
                "この束は取り込めます。外すのは、取り込めない束だけです", where=name,
                next_step="F6 の i で取り込んでください",
            )  # fmt: skip
        self._exchange.need_sound(name, zip_bytes, data)
        if isinstance(why, LedgerMismatch):
            raise why  # no bundle's fault: whatever is sealed next would show the same
        opened = self._exchange.try_open(name, zip_bytes, data)
        kind = opened.kind if opened else ""
        if kind in STAYING:
            raise Refused(
                f"{KIND_WORDS[kind]}の束は外せません", where=f"{name}: {why.what}", next_step=STAYING[kind]
            )
        with self._desk.writing(Right.VOID) as tx:
            self._need_next(tx, bundle, data)
            if opened is not None and kind == "draw":
                note_signed(tx, bundle.channel.sender, opened, bundle)
            aside = Aside(bundle, sha256_hex(data), reason)
            tx.fates.add(Fate(name, "in", False, aside.manifest_sha256, self._desk.now()))
            site = self._desk.actor.site
            write_line(
                self._desk, tx, Act.SET_ASIDE, Content.BUNDLE, 1, Unit.FILES,
                medium=Medium.USB if bundle.channel.value == DESK_CHANNEL else Medium.BOX,
                from_=place(site.other), to=place(site), ref=aside.ref,
            )  # fmt: skip
            tx.settings.put("receipt_due", "yes")  # the sender is to see this line soon
            self._desk.log(tx, "set_aside", f"{name} {reason}")
        self._boxes.set_aside(name)
        return aside

    def _need_next(self, tx: Tx, bundle: BundleName, data: bytes) -> Manifest:
        """That it is signed by the sender, and next. What is not so is no matter between the two sites' people alone."""
        name = str(bundle)
        manifest = read_manifest(data, ring_for(tx, bundle, name).partner.signing, name=bundle)
        if ended_list(tx, bundle.epoch) is not None:
            raise Refused(
                "鍵を替える前の束は外せません", where=name,
                next_step="相手はもう取り消せません。両者の取扱責任者と保守担当で、証拠を残して話し合ってください",
            )  # fmt: skip
        if (manifest.name.seq, manifest.previous) != next_of_channel(tx, bundle):
            raise Refused(
                "外せるのは、次に取り込む番の束だけです", where=name,
                next_step="前の束を先に取り込むか、前に外した束が取り消されるのを待ってください",
            )  # fmt: skip
        return manifest
