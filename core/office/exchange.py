"""Exchange ③④⑦⑧⑩※: what is sealed for the other site, and how what comes from it enters the vault.

Sealing and taking in are each one transaction, with their ledger line in it. Files are written to the outbox after
the commit and can be written again at any time, byte for byte the same; the inbox is emptied after the commit.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.canonical import canonical_json, crockford_id, sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.card import PartnerCard, read_card, same_fingerprint
from core.keys import SiteKeys
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.desk import Desk
from core.office.history import LEDGER, ROSTERS, checkpoint_of, ledger_entries, take_history
from core.office.keyring import EPOCH, need_partner, own_card, site_keys
from core.office.ledger import write_line
from core.office.ports import Boxes, BundleRow, Progress, Tx
from core.roles import Right, Site

CHANNEL_FROM = {Site.CONTRACTOR: "cw", Site.WARD: "wc"}
DESK_CHANNEL = "wd"
HANDOVER = "handover.txt"
"""The id that both sites' ledger lines of this handover share."""

CONTENT_OF: dict[str, Content] = {
    "programme": Content.PROGRAMME,
    "applicants": Content.APPLICATIONS,
    "desk": Content.APPLICATIONS,
    "review": Content.REVIEW,
    "draw": Content.DRAW_FILES,
    "participants": Content.PARTICIPANTS,
    "approval": Content.APPROVAL,
}
KIND_WORDS: dict[str, str] = {
    "programme": "事業の設定",
    "applicants": "応募者データ③",
    "desk": "窓口受付の応募※",
    "review": "点検結果⑤⑨",
    "draw": "抽選の記録⑥",
    "participants": "参加者データ⑦",
    "approval": "承認⑩",
    "receipt": "受領の記録",
}


@dataclass(frozen=True)
class Opened:
    """A bundle whose signature, hashes and entries have been checked."""

    kind: str
    entries: Mapping[str, bytes]
    counts: Mapping[str, int]
    created: str
    checkpoint: bytes
    seq: int
    previous: str
    manifest_sha256: str


class Sealer(Protocol):
    """Makes and opens bundles (docs/formats.md, "Bundles"). Implemented by storage, which has the zip."""

    def seal(
        self,
        *,
        keys: SiteKeys,
        partner: PartnerCard,
        channel: str,
        epoch: int,
        seq: int,
        previous: str,
        kind: str,
        entries: Mapping[str, bytes],
        counts: Mapping[str, int],
        created: dt.datetime,
        checkpoint: bytes,
    ) -> tuple[bytes, bytes]:
        """(zip, manifest)."""
        ...  # fmt: skip

    def open(
        self,
        zip_bytes: bytes,
        manifest: bytes,
        *,
        name: str,
        keys: SiteKeys,
        partner: PartnerCard,
        channel: str,
    ) -> Opened:
        """Raises `IntegrityFailure` for anything not exactly as the partner sealed it."""
        ...


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
        """Write every sealed bundle that is not receipted yet to the outbox (media bundles excepted); settle receipts."""
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

    def import_waiting(self, progress: Progress | None = None) -> list[Imported]:
        """Take in every bundle that waits in the inbox, in order. What was taken in before is skipped.

        Raises `IntegrityFailure` at the first bundle that does not fit; those before it stay taken in, it and those
        after it stay in the inbox untouched.
        """
        names = self._boxes.waiting_in()
        done: list[Imported] = []
        for index, name in enumerate(names):
            if progress:
                progress(index, len(names))
            zip_bytes, manifest = self._boxes.read_in(name)
            imported = self.take_in(name, zip_bytes, manifest)
            if imported:
                done.append(imported)
            self._boxes.done_in(name)
        return done

    def take_in(self, name: str, zip_bytes: bytes, manifest: bytes, *, channel: str = "") -> Imported | None:
        """One bundle into the vault, as one transaction. None when it had been taken in before."""
        site = self._desk.actor.site
        channel = channel or CHANNEL_FROM[site.other]
        with self._desk.reading(Right.IMPORT_BUNDLE) as tx:
            keys, partner = site_keys(tx), need_partner(tx)
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
            take_history(
                tx,
                self._desk,
                partner,
                opened.entries.get(LEDGER, b""),
                opened.entries.get(ROSTERS, b""),
                opened.checkpoint,
            )
            self._takers[opened.kind](tx, opened, name)
            row = BundleRow(
                channel, EPOCH, opened.seq, "in", name, opened.kind, opened.manifest_sha256, dict(opened.counts),
                dt.datetime.fromisoformat(opened.created), self._desk.now(),
            )  # fmt: skip
            tx.bundles.add(row, zip_bytes, manifest)
            if opened.kind != "receipt":
                write_line(
                    self._desk, tx, Act.RECEIVE, CONTENT_OF[opened.kind], sum(opened.counts.values()), Unit.RECORDS,
                    medium=Medium.USB if channel == DESK_CHANNEL else Medium.BOX,
                    from_=place(site.other), to=place(site), handover=opened.entries.get(HANDOVER, b"").decode("ascii"), ref=f"bundle:{name}",
                )  # fmt: skip
                tx.settings.put("receipt_due", "yes")
            self._desk.log(tx, "take_in", f"{name} {opened.kind}")
        return Imported(name, opened.kind, dict(opened.counts))

    def overview(self) -> Overview:
        with self._desk.reading() as tx:
            partner = tx.settings.get("partner_card")
            return Overview(
                partner is not None,
                read_card(own_card(tx)).fingerprint,
                read_card(partner.encode()).fingerprint if partner else "",
                tuple(tx.bundles.list("out")),
                tuple(tx.bundles.list("in")),
                tuple(self._boxes.waiting_in()),
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


def place(site: Site) -> Place:
    return Place.CONTRACTOR if site is Site.CONTRACTOR else Place.WARD


def jsonl(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Canonical JSON lines."""
    return b"".join(canonical_json(row) + b"\n" for row in rows)


def from_jsonl(data: bytes, name: str) -> list[dict[str, object]]:
    """Objects of a JSON-lines entry. Raises `IntegrityFailure` naming the line."""
    rows = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            value = json.loads(line)
        except ValueError as error:
            raise IntegrityFailure(
                "受け取ったデータの行が読めません", where=f"{name} {number}行目"
            ) from error
        if not isinstance(value, dict):
            raise IntegrityFailure("受け取ったデータの行の形が違います", where=f"{name} {number}行目")
        rows.append(value)
    return rows
