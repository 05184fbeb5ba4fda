"""How what comes from the other site enters the vault (③④⑦⑧⑩※).

Taking in is one transaction, with its ledger line in it. The inbox is emptied after the commit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.manifest import read_manifest
from core.exchange.names import BundleName, bundle_name
from core.ledger.codes import Act, Medium, Unit
from core.office.asides import waiting_for_void
from core.office.blocked import note_refused
from core.office.carried import need_fresh_handover
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
from core.office.epochs import admit, ended_list, finish, is_unlisted, ring_for, too_early, unlisted
from core.office.foreign import Trial, in_our_state, senders_fault
from core.office.history import LEDGER, ROSTERS, take_history
from core.office.keyring import Ring, need_partner, rings_of
from core.office.ledger import write_line
from core.office.overview import Imported
from core.office.pairing import Pairing
from core.office.ports import BundleRow, Progress, Tx
from core.office.turn import is_behind, known, need_turn, next_of_channel, out_of_force
from core.roles import Right, Site

Taker = Callable[[Tx, Opened, str], None]
"""Brings a bundle's entries into the vault; gets the bundle's name."""


class Receiving(Pairing):
    """The receiving half of the 送受信 pane, and the importing half of `ikiiki sync`."""

    _sealer: Sealer
    _takers: Mapping[str, Taker]

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
        opened = self.try_open(name, zip_bytes, manifest)
        return opened.kind if opened else ""

    def try_open(self, name: str, zip_bytes: bytes, manifest: bytes) -> Opened | None:
        """A bundle that came, whatever it is; None when it does not open."""
        parsed = bundle_name(name)
        assert parsed is not None, "names of the inbox"
        try:
            with self._desk.reading() as tx:
                ring = ring_for(tx, parsed, name)
            return self.opened(ring, name, zip_bytes, manifest, parsed.channel.value)
        except IntegrityFailure:
            return None

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


def _is_desk(name: str) -> bool:
    parsed = bundle_name(name)
    return parsed is not None and parsed.channel.value == DESK_CHANNEL
