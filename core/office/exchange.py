"""Exchange ③④⑦⑧⑩※: what is sealed for the other site, and how what comes from it enters the vault.

Sealing and taking in are each one transaction, with their ledger line in it. Files are written to the outbox after
the commit and can be written again at any time, byte for byte the same; the inbox is emptied after the commit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.canonical import crockford_id, sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.card import read_card
from core.exchange.manifest import read_manifest
from core.exchange.names import BundleName, bundle_name
from core.exchange.receipt import read_receipt
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.asides import waiting_for_void
from core.office.blocked import note_refused
from core.office.carried import need_fresh_handover
from core.office.desk import Desk
from core.office.due import exchange_status, limits_of
from core.office.envelope import (
    CHANNEL_FROM,
    CONTENT_OF,
    DESK_CHANNEL,
    HANDOVER,
    KIND_WORDS,
    Opened,
    Sealer,
    Sent,
    envelope_of,
    place,
)
from core.office.epochs import (
    ENDED,
    admit,
    ended_list,
    finish,
    gone,
    is_unlisted,
    let_go,
    ring_for,
    too_early,
    unlisted,
)
from core.office.foreign import Trial, in_our_state, senders_fault
from core.office.history import LEDGER, ROSTERS, checkpoint_of, ledger_entries, take_history
from core.office.keyring import Ring, epoch_of, need_partner, own_card, rings_of, site_keys
from core.office.ledger import write_line
from core.office.overview import Imported, Overview
from core.office.pairing import Pairing, changing
from core.office.ports import Boxes, BundleRow, Progress, Tx
from core.office.taken import to_lay_out_again
from core.office.turn import is_behind, known, need_turn, next_of_channel, out_of_force
from core.office.unsettled import need_settled
from core.roles import Right, Site

__all__ = [
    "DESK_CHANNEL",
    "KIND_WORDS",
    "Exchange",
    "Imported",
    "Opened",
    "Overview",
    "Sealer",
    "Sent",
    "Taker",
]


Taker = Callable[[Tx, Opened, str], None]
"""Brings a bundle's entries into the vault; gets the bundle's name."""


class Exchange(Pairing):
    """The use cases of the 送受信 pane, `ikiiki partner` and the importing half of `ikiiki sync`."""

    def __init__(self, desk: Desk, boxes: Boxes, sealer: Sealer, takers: Mapping[str, Taker]) -> None:
        super().__init__(desk, boxes)
        self._sealer = sealer
        self._takers = takers

    # -- sending ----------------------------------------------------------------------------------------

    def seal(
        self, tx: Tx, kind: str, entries: Mapping[str, bytes], counts: Mapping[str, int], *, channel: str = ""
    ) -> Sent:
        """Inside the caller's write transaction: number, record and seal a bundle. Call `flush` after the commit."""
        need_settled(tx)
        site = self._desk.actor.site
        channel = channel or CHANNEL_FROM[site]
        keys, partner, epoch = site_keys(tx), need_partner(tx), epoch_of(tx)
        last = tx.bundles.last(channel, epoch, "out")
        seq = last.seq + 1 if last else 1
        previous = last.manifest_sha256 if last else "0" * 64
        name = f"{epoch}-{channel}-{seq:08d}"
        handover = crockford_id(self._desk.entropy(10))
        now = self._desk.now()
        if kind != "receipt":
            write_line(
                self._desk, tx, Act.SEND, CONTENT_OF[kind], sum(counts.values()), Unit.RECORDS,
                medium=Medium.USB if channel == DESK_CHANNEL else Medium.BOX,
                from_=place(site), to=place(site.other), handover=handover, ref=f"bundle:{name}",
            )  # fmt: skip
        extra = ledger_entries(
            tx, site, channel, whole=ENDED in entries or kind == "void"
        )  # it may overtake bundles with lines, or stand for them
        checkpoint = checkpoint_of(tx, site, keys).data
        zip_bytes, manifest = self._sealer.seal(
            keys=keys, partner=partner, channel=channel, epoch=epoch, seq=seq, previous=previous, kind=kind,
            entries={**entries, **extra, HANDOVER: handover.encode()}, counts=counts, created=now, checkpoint=checkpoint,
        )  # fmt: skip
        tx.bundles.add(
            BundleRow(channel, epoch, seq, "out", name, kind, sha256_hex(manifest), dict(counts), now),
            zip_bytes,
            manifest,
        )
        self._desk.log(tx, "send", f"{name} {kind}")
        return Sent(name, kind, dict(counts))

    def flush(self) -> list[str]:
        """Write every sealed bundle that is not receipted yet to the outbox (media bundles excepted); settle receipts.

        A receipt is believed when the partner's courier signed it for these very bytes; what else lies in its place is evidence.
        Receipted and for long not taken in, a bundle is laid out again. Does nothing for who may not send: an audit changes nothing.
        """
        if not self._desk.actor.may(Right.SEND):
            return []
        written = []
        present, asked = set(self._boxes.receipts()), set(self._boxes.sent_again())
        with self._desk.store.read() as tx:
            rows = [
                row for row in tx.bundles.list("out") if row.settled is None and row.channel != DESK_CHANNEL
            ]
            signed = [row.name for row in rows if row.name in present and self._is_signed_for(tx, row)]
            again = to_lay_out_again(tx, self._desk.actor.site, limits_of(tx), self._desk.now)
            for row in [*rows, *again]:
                zip_bytes, sealed = tx.bundles.content(row.name)
                if row.name not in signed and sealed:  # after an erasure a vault has no bundle any more
                    self._put_out(row.name, zip_bytes, sealed)
                    written.append(row.name)
        for row in again:
            if row.name in written:
                self._boxes.send_again(row.name)
        forged = [row.name for row in rows if row.name in present and row.name not in signed]
        for name in forged:
            self._boxes.refuse_receipt(name)
        if signed or forged:
            with self._desk.store.write() as tx:
                for name in signed:
                    tx.bundles.settle(name, self._desk.now())
                for name in forged:
                    self._desk.log(tx, "receipt_refused", name)
        for name in {*signed, *asked.difference(row.name for row in again)}:
            self._boxes.clear_out(name)
        self._let_go()
        return written

    def _is_signed_for(self, tx: Tx, row: BundleRow) -> bool:
        """Whether the receipt that lies beside this bundle of ours is of the partner's courier of its epoch, for these bytes."""
        ring, bundle = rings_of(tx).get(row.epoch), bundle_name(row.name)
        assert bundle is not None, "we named it"
        if ring is None:
            return False
        try:
            receipt = read_receipt(self._boxes.receipt(row.name), ring.partner.courier, bundle=bundle)
        except (IntegrityFailure, FileNotFoundError):
            return False
        return receipt.manifest_sha256 == row.manifest_sha256

    def _put_out(self, name: str, zip_bytes: bytes, manifest: bytes) -> None:
        """As it was sealed. Other bytes under its name were altered where they lay: they are evidence and hold nothing up."""
        try:
            self._boxes.put_out(name, zip_bytes, manifest)
        except IntegrityFailure:
            self._boxes.set_aside(name, sent=True)
            self._boxes.put_out(name, zip_bytes, manifest)

    def _let_go(self) -> None:
        """Where all of an ended epoch has arrived, tell the courier to forget it."""
        with self._desk.store.read() as tx:
            names = let_go(tx, self._desk.actor.site)
        if names:
            for name in names:
                self._boxes.clear_out(name)
            with self._desk.store.write() as tx:
                gone(tx, names)
            self.hand_cards()

    def tidy(self, names: Sequence[str]) -> None:
        """Clear from the outbox what the other site has said it holds, other than by its courier's receipt."""
        for name in names:
            self._boxes.clear_out(name)

    def carried(self, names: Sequence[str]) -> None:
        """Enter in the ledger that these bundles were written to a medium and leave by hand (管理簿, C9)."""
        if not names or not self._desk.actor.may(Right.SEND):
            return
        with self._desk.writing(Right.SEND) as tx:
            for name in names:
                row = tx.bundles.get(name)
                if row is None:
                    continue
                write_line(
                    self._desk, tx, Act.COPY, CONTENT_OF.get(row.kind, Content.LEDGER), 1, Unit.FILES,
                    medium=Medium.USB, ref=f"bundle:{name}",
                )  # fmt: skip
            self._desk.log(tx, "carry", f"n={len(names)}")

    def send_receipt_if_due(self, entries: Callable[[Tx], Mapping[str, bytes]]) -> Sent | None:
        """When the other site has not seen our newest ledger lines and nothing else is on its way: send them alone.

        `entries` is what a receipt carries besides.
        """
        if not self._desk.actor.may(Right.SEND):
            return None
        with self._desk.writing(Right.SEND) as tx:
            if tx.settings.get("partner_card") is None or not tx.settings.get("receipt_due"):
                return None
            tx.settings.put("receipt_due", "")
            if int(
                tx.settings.get(f"ledger_sent_{CHANNEL_FROM[self._desk.actor.site]}") or "0"
            ) >= tx.ledger.size(self._desk.actor.site):
                return None
            sent = self.seal(tx, "receipt", entries(tx), {})
        self.flush()
        return sent

    # -- receiving --------------------------------------------------------------------------------------

    def import_waiting(
        self, progress: Progress | None = None, done: list[Imported] | None = None
    ) -> list[Imported]:
        """Take in every bundle that waits in the inbox, in order. What was taken in before is skipped.

        What has to wait for others (while keys change) stays there. Raises `IntegrityFailure` at the first bundle that
        does not fit; those before it stay taken in (and stand in `done` where that is given), it and those after it stay
        in the inbox untouched. One that its sender's own list denies is kept as evidence instead, and holds nothing up.
        So is one whose files are not as its sender signed them: the courier is asked to bring it anew.
        """
        self._desk.actor.require(Right.IMPORT_BUNDLE)
        done = [] if done is None else done
        denied: list[IntegrityFailure] = []
        passed, names = 0, self._boxes.waiting_in()
        try:
            while ready := self._ready(self.in_turn(names, self._sound)):
                for name in ready:
                    if progress:
                        progress(passed, len(names))
                    passed += 1
                    zip_bytes, manifest = self._boxes.read_in(name)
                    if self._denied(name, manifest):
                        self._boxes.set_aside(name)
                        denied.append(unlisted(name))
                        continue
                    # A medium's bundles may lie here too, when a courier carried the medium.
                    channel = (
                        DESK_CHANNEL if _is_desk(name) and self._desk.actor.site is Site.CONTRACTOR else ""
                    )
                    try:
                        imported = self.take_in(name, zip_bytes, manifest, channel=channel)
                    except IntegrityFailure as error:
                        self.need_sound(name, zip_bytes, manifest)
                        with self._desk.writing(Right.IMPORT_BUNDLE) as tx:
                            note_refused(tx, name, manifest, error)
                        raise
                    except Refused:
                        self._ask_for_missing(name)
                        raise
                    if imported:
                        done.append(imported)
                    self._put_away(name)
                names = [name for name in names if name not in ready]
        finally:
            if any(one.kind == "epoch" for one in done):
                self.hand_cards()
        if denied:
            raise denied[0]
        return done

    def _ready(self, names: Sequence[str]) -> list[str]:
        """Those that need not wait for others of another epoch."""
        with self._desk.reading() as tx:
            parsed = {name: bundle_name(name) for name in names}
            return [name for name, bundle in parsed.items() if bundle is None or not too_early(tx, bundle)]

    def _put_away(self, name: str) -> None:
        """Out of the inbox: the vault holds it, or it is evidence."""
        with self._desk.reading() as tx:
            kept = out_of_force(tx, name)
        (self._boxes.set_aside if kept else self._boxes.done_in)(name)

    def _sound(self, name: str) -> tuple[bytes, bytes]:
        """(zip, manifest) of a bundle in the inbox, as its sender signed them. Raises as `need_sound`."""
        zip_bytes, manifest = self._boxes.read_in(name)
        self.need_sound(name, zip_bytes, manifest)
        return zip_bytes, manifest

    def need_sound(self, name: str, zip_bytes: bytes, manifest: bytes) -> None:
        """That these bytes from the inbox are what the sender signed, as they were when the courier took them in.

        Those that are not say nothing of the bundle: they are kept as evidence, and the courier is asked for it once more.
        Raises `IntegrityFailure`.
        """
        bundle = bundle_name(name)
        assert bundle is not None, "names of the inbox"
        with self._desk.reading() as tx:
            ring, held = rings_of(tx).get(bundle.epoch), tx.bundles.get(name) is not None
        if ring is None:
            return  # nobody's signature is known for it; taking it in says so
        try:
            signed = read_manifest(manifest, ring.partner.signing, name=bundle)
            if (len(zip_bytes), sha256_hex(zip_bytes)) == (signed.size, signed.sha256):
                return
        except IntegrityFailure:
            pass  # not its sender's, or altered since
        if not held:
            self._boxes.fetch_again(name)
        self._boxes.set_aside(name)
        raise IntegrityFailure(
            "届いた束のファイルが、相手が署名したものと違います。受け取ったあとに変わったものです",
            where=name,
            next_step="変わったファイルは証拠として残しました。もう一度送受信をすると、取り直します（媒体で届いたものは、もう一度媒体で）。"
            "続くときは、保守担当がこの端末のディスクを確かめてください",
        )

    def _ask_for_missing(self, name: str) -> None:
        """Where this one waits for another before it: the courier may have brought that, and it was lost here."""
        bundle = bundle_name(name)
        assert bundle is not None, "names of the inbox"
        with self._desk.reading() as tx:
            expected, _ = next_of_channel(tx, bundle)
            stopped = waiting_for_void(tx)
        missing = replace(bundle, seq=expected)
        if expected < bundle.seq and missing not in stopped and str(missing) not in self._boxes.waiting_in():
            self._boxes.fetch_again(str(missing))

    def _denied(self, name: str, manifest: bytes) -> bool:
        bundle = bundle_name(name)
        with self._desk.reading() as tx:
            return bundle is not None and tx.bundles.get(name) is None and is_unlisted(tx, bundle, manifest)

    def why_refused(
        self, name: str, zip_bytes: bytes, manifest: bytes, *, channel: str
    ) -> IntegrityFailure | None:
        """What would stop this bundle from being taken in, with nothing taken in; None when nothing would.

        Raises `Refused` where it is only early.
        """
        try:
            self.take_in(name, zip_bytes, manifest, channel=channel, trial=True)
        except Trial:
            return None
        except IntegrityFailure as error:
            return error
        return None

    def opened(self, ring: Ring, name: str, zip_bytes: bytes, manifest: bytes, channel: str) -> Opened:
        assert ring.opening is not None, "ring_for saw to it"
        with senders_fault(name):
            return self._sealer.open(
                zip_bytes, manifest, name=name, opening=ring.opening, partner=ring.partner, channel=channel
            )

    def kind_of(self, name: str, zip_bytes: bytes, manifest: bytes) -> str:
        """The kind of a bundle that came, from what is sealed in it; "" when it does not open."""
        parsed = bundle_name(name)
        assert parsed is not None, "names of the inbox"
        try:
            with self._desk.reading() as tx:
                ring = ring_for(tx, parsed, name)
            return self.opened(ring, name, zip_bytes, manifest, parsed.channel.value).kind
        except IntegrityFailure:
            return ""

    def in_turn(self, names: Sequence[str], read: Callable[[str], tuple[bytes, bytes]]) -> list[str]:
        """In which order to take these in. Behind a bundle that was set aside: its void first, or nothing at all yet."""
        with self._desk.reading() as tx:
            stopped = waiting_for_void(tx)
        for one in stopped:
            behind = [name for name in names if is_behind(bundle_name(name), one)]
            void = next(
                (name for name in reversed(behind) if self.kind_of(name, *read(name)) == "void"), None
            )
            rest = [name for name in names if name not in behind or (void is not None and name != void)]
            names = [void, *rest] if void is not None else rest
        return list(names)

    def take_in(
        self, name: str, zip_bytes: bytes, manifest: bytes, *, channel: str = "", trial: bool = False
    ) -> Imported | None:
        """One bundle into the vault, as one transaction. None when it had been taken in before. `trial`: see `why_refused`.

        Whatever the sender put into it, what does not fit raises `IntegrityFailure` (a missing predecessor, in
        itself nobody's fault, `Refused`) and leaves the vault as it was.
        """
        site = self._desk.actor.site
        channel = channel or CHANNEL_FROM[site.other]
        self._desk.actor.require(Right.IMPORT_BUNDLE)
        parsed = bundle_name(name)
        if parsed is None or parsed.channel.value != channel:
            raise IntegrityFailure("こちらが受け取る束の名前ではありません", where=name)
        with self._desk.reading() as tx:
            need_partner(tx)
            if known(tx, name, sha256_hex(manifest)):
                return None
            ring = ring_for(tx, parsed, name)
        opened = self.opened(ring, name, zip_bytes, manifest, channel)
        with self._desk.writing(Right.IMPORT_BUNDLE) as tx:
            if known(tx, name, opened.manifest_sha256):
                return None
            self.take(tx, parsed, ring, opened, zip_bytes, manifest)
            if trial:
                raise Trial
        return Imported(name, opened.kind, dict(opened.counts))

    def take(
        self, tx: Tx, bundle: BundleName, ring: Ring, opened: Opened, zip_bytes: bytes, manifest: bytes
    ) -> None:
        """All that a bundle brings, opened and not known, in the caller's transaction. Raises as `take_in`."""
        site, name, channel, epoch = self._desk.actor.site, str(bundle), bundle.channel.value, bundle.epoch
        admit(tx, bundle, opened, name)
        need_turn(tx, bundle, opened)
        with senders_fault(name, HANDOVER):
            handover, total = envelope_of(opened, name)
            row = BundleRow(
                channel, epoch, opened.seq, "in", name, opened.kind, opened.manifest_sha256, dict(opened.counts),
                dt.datetime.fromisoformat(opened.created), self._desk.now(),
            )  # fmt: skip
        with senders_fault(name, LEDGER):
            take_history(
                tx,
                ring.partner,
                opened.entries.get(LEDGER, b""),
                opened.entries.get(ROSTERS, b""),
                opened.checkpoint,
                overtaken=channel == DESK_CHANNEL or ended_list(tx, epoch) is not None,
            )
        need_fresh_handover(tx, handover, name, opened.kind)
        with in_our_state(name), senders_fault(name, KIND_WORDS.get(opened.kind, "")):
            self._takers[opened.kind](tx, opened, name)
        tx.bundles.add(row, zip_bytes, manifest)
        if opened.kind != "receipt":
            write_line(
                self._desk, tx, Act.RECEIVE, CONTENT_OF[opened.kind], total, Unit.RECORDS,
                medium=Medium.USB if channel == DESK_CHANNEL else Medium.BOX,
                from_=place(site.other), to=place(site), handover=handover, ref=f"bundle:{name}",
            )  # fmt: skip
            tx.settings.put("receipt_due", "yes")
        self._desk.log(tx, "take_in", f"{name} {opened.kind}")
        finish(self._desk, tx)

    def overview(self) -> Overview:
        with self._desk.reading() as tx:
            partner = tx.settings.get("partner_card")
            status = exchange_status(tx, self._boxes, self._desk.actor.site, self._desk.now())
            return Overview(
                partner is not None,
                read_card(own_card(tx)).fingerprint,
                read_card(partner.encode()).fingerprint if partner else "",
                tuple(tx.bundles.list("out")),
                tuple(tx.bundles.list("in")),
                status.waiting,
                status,
                changing(tx),
            )


def _is_desk(name: str) -> bool:
    parsed = bundle_name(name)
    return parsed is not None and parsed.channel.value == DESK_CHANNEL
