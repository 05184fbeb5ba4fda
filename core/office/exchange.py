"""Exchange ③④⑦⑧⑩※: what is sealed for the other site, and how what comes from it enters the vault.

Sealing and taking in are each one transaction, with their ledger line in it. Files are written to the outbox after
the commit and can be written again at any time, byte for byte the same; the inbox is emptied after the commit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.canonical import crockford_id, sha256_hex
from core.errors import IkiikiError, IntegrityFailure, Refused
from core.exchange.card import PartnerCard, read_card, same_fingerprint
from core.exchange.names import bundle_name
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.desk import Desk
from core.office.due import ExchangeStatus, exchange_status
from core.office.envelope import (
    CHANNEL_FROM,
    CONTENT_OF,
    DESK_CHANNEL,
    HANDOVER,
    KIND_WORDS,
    Opened,
    Sealer,
    envelope_of,
    place,
)
from core.office.history import LEDGER, ROSTERS, checkpoint_of, ledger_entries, take_history
from core.office.keyring import EPOCH, need_partner, own_card, site_keys
from core.office.ledger import write_line
from core.office.ports import Boxes, BundleRow, Progress, Tx
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


@dataclass(frozen=True)
class Sent:
    """A bundle that now waits in the outbox."""

    name: str
    kind: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Imported:
    """A bundle that has been taken in."""

    name: str
    kind: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Overview:
    """What the 送受信 pane shows."""

    paired: bool
    fingerprint: str
    partner_fingerprint: str
    sent: tuple[BundleRow, ...]
    received: tuple[BundleRow, ...]
    waiting: tuple[str, ...]
    """Names in the inbox that a person has to take in."""
    status: ExchangeStatus
    """How far each bundle is, and what is late."""


Taker = Callable[[Tx, Opened, str], None]
"""Brings a bundle's entries into the vault; gets the bundle's name."""


class Exchange:
    """The use cases of the 送受信 pane, `ikiiki partner` and the importing half of `ikiiki sync`."""

    def __init__(self, desk: Desk, boxes: Boxes, sealer: Sealer, takers: Mapping[str, Taker]) -> None:
        self._desk = desk
        self._boxes = boxes
        self._sealer = sealer
        self._takers = takers

    # -- pairing ----------------------------------------------------------------------------------------

    def partner_card(self) -> bytes:
        """This site's public card, to be carried to the other site. Its fingerprint is read out by people."""
        with self._desk.reading(Right.READ) as tx:
            return own_card(tx)

    def keep_courier_credential(self, credential: str) -> None:
        """Keep what opens the courier's way into Box, so that people who log in can send and receive too."""
        with self._desk.writing(Right.PARTNER) as tx:
            tx.settings.put("courier_credential", credential)
            self._desk.log(tx, "courier_box")

    def courier_credential(self) -> str:
        """What `keep_courier_credential` kept. Raises `Refused` when there is none."""
        with self._desk.reading() as tx:
            kept = tx.settings.get("courier_credential")
        if kept is None:
            raise Refused(
                "Boxの資格情報が保管庫にありません",
                next_step="取扱責任者が ikiiki courier box で設定してください",
            )
        return kept

    def fingerprint(self) -> str:
        with self._desk.reading() as tx:
            return read_card(own_card(tx)).fingerprint

    def trust(self, card: bytes, fingerprint: str) -> PartnerCard:
        """Take the other site's card, if the fingerprint read out by its people is its own. Once per epoch."""
        parsed = read_card(card)
        with self._desk.writing(Right.PARTNER) as tx:
            if parsed.site is self._desk.actor.site:
                raise Refused(
                    "これは相手側ではなく、自分の側のカードです",
                    next_step="相手から受け取ったファイルを指定してください",
                )
            if not same_fingerprint(card, fingerprint):
                raise IntegrityFailure(
                    "指紋（確認番号）が一致しません。カードは登録していません",
                    next_step="相手に電話で確認番号を読み上げてもらい、カードを受け取り直してください",
                )
            if parsed.epoch != EPOCH:
                raise Refused(
                    "別の世代のカードです。この版では登録できません", next_step="取扱責任者に相談してください"
                )
            known = tx.settings.get("partner_card")
            if known is not None and known.encode() != card:
                raise Refused(
                    "すでに別の相手のカードが登録されています", next_step="取扱責任者に相談してください"
                )
            if known is None:
                tx.settings.put("partner_card", card.decode())
                write_line(
                    self._desk, tx, Act.PAIR, Content.KEYS, 1, Unit.FILES,
                    from_=place(parsed.site), to=place(self._desk.actor.site), ref=f"sha256:{sha256_hex(card)}",
                )  # fmt: skip
                self._desk.log(tx, "trust", parsed.fingerprint)
            own = own_card(tx)
        self._boxes.put_partner(own, card)
        return parsed

    def hand_cards(self) -> None:
        """Lay both cards where the courier finds them, as `trust` does: it may have been cut off after its commit."""
        with self._desk.reading() as tx:
            own, partner = own_card(tx), tx.settings.get("partner_card")
        if partner is not None:
            self._boxes.put_partner(own, partner.encode())

    # -- sending ----------------------------------------------------------------------------------------

    def seal(
        self, tx: Tx, kind: str, entries: Mapping[str, bytes], counts: Mapping[str, int], *, channel: str = ""
    ) -> Sent:
        """Inside the caller's write transaction: number, record and seal a bundle. Call `flush` after the commit."""
        site = self._desk.actor.site
        channel = channel or CHANNEL_FROM[site]
        keys, partner = site_keys(tx), need_partner(tx)
        last = tx.bundles.last(channel, EPOCH, "out")
        seq = last.seq + 1 if last else 1
        previous = last.manifest_sha256 if last else "0" * 64
        name = f"{EPOCH}-{channel}-{seq:08d}"
        handover = crockford_id(self._desk.entropy(10))
        now = self._desk.now()
        if kind != "receipt":
            write_line(
                self._desk, tx, Act.SEND, CONTENT_OF[kind], sum(counts.values()), Unit.RECORDS,
                medium=Medium.USB if channel == DESK_CHANNEL else Medium.BOX,
                from_=place(site), to=place(site.other), handover=handover, ref=f"bundle:{name}",
            )  # fmt: skip
        extra, checkpoint = ledger_entries(tx, site, channel), checkpoint_of(tx, site, keys).data
        zip_bytes, manifest = self._sealer.seal(
            keys=keys, partner=partner, channel=channel, epoch=EPOCH, seq=seq, previous=previous, kind=kind,
            entries={**entries, **extra, HANDOVER: handover.encode()}, counts=counts, created=now, checkpoint=checkpoint,
        )  # fmt: skip
        tx.bundles.add(
            BundleRow(channel, EPOCH, seq, "out", name, kind, sha256_hex(manifest), dict(counts), now),
            zip_bytes,
            manifest,
        )
        self._desk.log(tx, "send", f"{name} {kind}")
        return Sent(name, kind, dict(counts))

    def flush(self) -> list[str]:
        """Write every sealed bundle that is not receipted yet to the outbox (media bundles excepted); settle receipts.

        Does nothing for who may not send: an audit changes nothing.
        """
        if not self._desk.actor.may(Right.SEND):
            return []
        written = []
        arrived = set(self._boxes.receipts())
        with self._desk.store.read() as tx:
            rows = [
                row for row in tx.bundles.list("out") if row.settled is None and row.channel != DESK_CHANNEL
            ]
            for row in rows:
                if row.name not in arrived:
                    self._boxes.put_out(row.name, *tx.bundles.content(row.name))
                    written.append(row.name)
        settled = [row.name for row in rows if row.name in arrived]
        if settled:
            with self._desk.store.write() as tx:
                for name in settled:
                    tx.bundles.settle(name, self._desk.now())
            for name in settled:
                self._boxes.clear_out(name)
        return written

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

        Raises `IntegrityFailure` at the first bundle that does not fit; those before it stay taken in (and stand in `done`
        where that is given), it and those after it stay in the inbox untouched.
        """
        names = self._boxes.waiting_in()
        done = [] if done is None else done
        for index, name in enumerate(names):
            if progress:
                progress(index, len(names))
            zip_bytes, manifest = self._boxes.read_in(name)
            # A medium's bundles may lie here too, when a courier carried the medium.
            channel = DESK_CHANNEL if _is_desk(name) and self._desk.actor.site is Site.CONTRACTOR else ""
            imported = self.take_in(name, zip_bytes, manifest, channel=channel)
            if imported:
                done.append(imported)
            self._boxes.done_in(name)
        return done

    def take_in(self, name: str, zip_bytes: bytes, manifest: bytes, *, channel: str = "") -> Imported | None:
        """One bundle into the vault, as one transaction. None when it had been taken in before.

        Whatever the sender put into it, what does not fit raises `IntegrityFailure` (a missing predecessor, in
        itself nobody's fault, `Refused`) and leaves the vault as it was.
        """
        site = self._desk.actor.site
        channel = channel or CHANNEL_FROM[site.other]
        with self._desk.reading(Right.IMPORT_BUNDLE) as tx:
            keys, partner = site_keys(tx), need_partner(tx)
        parsed = bundle_name(name)
        if parsed is None or parsed.epoch != EPOCH or parsed.channel.value != channel:
            raise IntegrityFailure("こちらが受け取る束の名前ではありません", where=name)
        opened = self._sealer.open(
            zip_bytes, manifest, name=name, keys=keys, partner=partner, channel=channel
        )
        with self._desk.writing(Right.IMPORT_BUNDLE) as tx:
            if _known(tx, name, opened):
                return None
            last = tx.bundles.last(channel, EPOCH, "in")
            expected, previous = (last.seq + 1, last.manifest_sha256) if last else (1, "0" * 64)
            if opened.seq > expected:
                raise Refused(
                    f"前の束（{EPOCH}-{channel}-{expected:08d}）がまだ届いていません",
                    where=name,
                    next_step="送受信をもう一度行い、届くのを待ってください",
                )
            if opened.seq < expected or opened.previous != previous:
                raise IntegrityFailure(
                    "受け取った束の順番のつながりが合いません。取り込んでいません", where=name
                )
            handover, total = envelope_of(opened, name)
            take_history(
                tx,
                partner,
                opened.entries.get(LEDGER, b""),
                opened.entries.get(ROSTERS, b""),
                opened.checkpoint,
                by_medium=channel == DESK_CHANNEL,
            )
            self._hand_over(tx, opened, name)
            row = BundleRow(
                channel, EPOCH, opened.seq, "in", name, opened.kind, opened.manifest_sha256, dict(opened.counts),
                dt.datetime.fromisoformat(opened.created), self._desk.now(),
            )  # fmt: skip
            tx.bundles.add(row, zip_bytes, manifest)
            if opened.kind != "receipt":
                write_line(
                    self._desk, tx, Act.RECEIVE, CONTENT_OF[opened.kind], total, Unit.RECORDS,
                    medium=Medium.USB if channel == DESK_CHANNEL else Medium.BOX,
                    from_=place(site.other), to=place(site), handover=handover, ref=f"bundle:{name}",
                )  # fmt: skip
                tx.settings.put("receipt_due", "yes")
            self._desk.log(tx, "take_in", f"{name} {opened.kind}")
        return Imported(name, opened.kind, dict(opened.counts))

    def _hand_over(self, tx: Tx, opened: Opened, name: str) -> None:
        """To the family whose kind it is. A rule broken by what the *sender* did is no refusal of a person here."""
        try:
            self._takers[opened.kind](tx, opened, name)
        except IntegrityFailure:
            raise
        except IkiikiError as error:
            raise IntegrityFailure(
                f"届いた束が、いまの状態に合いません: {error.what}",
                where=" ".join(part for part in (name, error.where) if part),
                next_step="取り込んでいません。相手に連絡し、両者の記録を見比べてください",
            ) from error

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
            )


def _known(tx: Tx, name: str, opened: Opened) -> bool:
    row = tx.bundles.get(name)
    if row is None:
        return False
    if row.manifest_sha256 != opened.manifest_sha256:
        raise IntegrityFailure(
            "同じ番号で中身の違う束が届きました。取り込んでいません",
            where=name,
            next_step="ファイルをそのまま残し、取扱責任者から相手に連絡してください",
        )
    return True


def _is_desk(name: str) -> bool:
    parsed = bundle_name(name)
    return parsed is not None and parsed.channel.value == DESK_CHANNEL
