"""What is sealed for the other site (③④⑦⑧⑩※), and how it leaves.

Sealing is one transaction, with its ledger line in it. Files are written to the outbox after the commit and can be
written again at any time, byte for byte the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.canonical import crockford_id, sha256_hex
from core.errors import IntegrityFailure
from core.exchange.names import bundle_name
from core.exchange.receipt import read_receipt
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.due import limits_of
from core.office.envelope import CHANNEL_FROM, CONTENT_OF, DESK_CHANNEL, HANDOVER, Sealer, Sent, place
from core.office.epochs import ENDED, gone, let_go
from core.office.history import checkpoint_of, ledger_entries
from core.office.keyring import epoch_of, need_partner, rings_of, site_keys
from core.office.ledger import write_line
from core.office.pairing import Pairing
from core.office.ports import BundleRow, Tx
from core.office.taken import to_lay_out_again
from core.office.unsettled import need_settled
from core.roles import Right


class Sending(Pairing):
    """The sending half of the 送受信 pane: what other use cases seal by, and what lays it out for the courier."""

    _sealer: Sealer

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
                # After an erasure a vault has no bundle any more; of one lost before it was taken in, the manifest alone.
                if row.name not in signed and zip_bytes:
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
