"""The courier's way in: the partner's bundles, in order, checked, to the inbox; and our receipts for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from threading import Event
from typing import BinaryIO, cast

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.manifest import MANIFEST_LIMIT, Manifest, read_manifest
from core.exchange.names import MANIFEST, BundleName, Channel, bundle_name
from core.exchange.receipt import (
    RECEIPT_LIMIT,
    Receipt,
    heartbeat_name,
    heartbeat_place,
    read_heartbeat,
    read_receipt,
    write_heartbeat,
    write_receipt,
)
from core.exchange.remote import Put, RemoteConflict, RemoteMissing, RemoteReadOnly
from core.exchange.sequence import ChannelState, Verdict, conflict, judge
from core.exchange.strict import moment
from storage.courier.folder import Identity
from storage.courier.hands import Outcome
from storage.courier.journal import RECEIVED
from storage.courier.meter import Halted
from storage.courier.sending import Round, noted, put
from storage.courier.streams import Arriving
from storage.remotes.durable import Aside, aside, create, read_file


def _coming(this: Round) -> list[BundleName]:
    """Whatever has a manifest in the remote, in order."""
    names = (bundle_name(name, MANIFEST) for name in this.listed)
    return sorted(name for name in names if name is not None)


def bytes_coming(this: Round) -> int:
    """How much is likely to be fetched."""
    channels, again = this.identity.channels(outgoing=False, medium=this.medium), _again(this)
    return sum(
        this.listed[bundle.zip].size
        for bundle in _coming(this)
        if bundle.channel in channels
        and (bundle not in this.journal.received or bundle in again)
        and bundle.zip in this.listed
    )


def receive(this: Round) -> None:
    """Take in what the partner sent, channel by channel; what does not fit stops its channel and is kept."""
    bundles = _coming(this)
    for channel in this.identity.channels(outgoing=False, medium=this.medium):
        try:
            _receive_channel(this, channel, [one for one in bundles if one.channel is channel])
        except IntegrityFailure as error:
            this.notes.failed(error)


@dataclass
class _Zip:
    """A zip to be fetched aside, and where to. `close` takes away what was not given its name."""

    manifest: Manifest
    file: Aside
    arriving: Arriving
    close: Callable[[], None]


class _Stopped(Exception):
    """This channel takes nothing more in this round; why is noted when everything before it is in."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self.tell = tell


def _receive_channel(this: Round, channel: Channel, bundles: list[BundleName]) -> None:
    """Manifests and zips come several at once; they are judged, placed and noted one after the other."""
    enough = Event()
    stopped: list[Callable[[], None]] = []

    def halted() -> bool:
        return enough.is_set() or this.meter.stopped

    def accepted() -> Iterator[_Zip]:
        """Those to be fetched, in order, until one that ends it."""
        try:
            for manifest in _judged(this, channel, bundles):
                own = ExitStack()
                asides.callback(own.close)
                written = own.enter_context(aside(this.folders.inbox))
                arriving = Arriving(written.stream, manifest, this.meter, halted)
                yield _Zip(manifest, written, arriving, own.close)
        except _Stopped as stop:
            stopped.append(stop.tell)

    def fetch(one: _Zip) -> bool:
        """In a worker. False when the zip is larger than was signed for: then it is not fetched."""
        bundle = one.manifest.name
        if this.listed[bundle.zip].size > one.manifest.size:
            return False
        this.remote.get_into(bundle.zip, cast(BinaryIO, one.arriving), one.manifest.size)
        return True

    with ExitStack() as asides, closing(this.hands.each(fetch, accepted())) as outcomes:
        try:
            for one, outcome in outcomes:
                if not _take(this, one, outcome):
                    return
        finally:
            enough.set()
    for tell in stopped:
        tell()


def _judged(this: Round, channel: Channel, bundles: list[BundleName]) -> Iterator[Manifest]:
    """The manifests that are next, one after the other, whose zip lies there. Raises `_Stopped` at the first that ends it."""
    states = {one.epoch: this.journal.state(channel, one.epoch) for one in this.identity.each}
    again = _again(this)
    if not this.medium:
        for bundle in sorted(again.difference(bundles)):
            if bundle.channel is channel:
                this.notes.wait(bundle, "受け取ったあとに失われましたが、共有先にもうありません")
    newer = [bundle for bundle in bundles if bundle.epoch > this.identity.epoch]
    # In order of epoch: nothing of the next one overtakes what is missing of this.
    wanted = [
        bundle
        for bundle in bundles
        if bundle.epoch in states and (bundle in again or not _is_known(this, bundle))
    ]
    if wanted:  # most often it is the only one: its zip will be wanted as soon as its manifest is judged
        this.hands.begin(partial(this.remote.find_ahead, wanted[0].zip))
    with closing(
        this.hands.each(lambda bundle: _get(this, bundle.manifest, MANIFEST_LIMIT), wanted)
    ) as found:
        for bundle, outcome in found:
            data = outcome.get()
            if data is None:
                continue
            try:
                state = states[bundle.epoch]
                manifest, verdict = _judge(this, state, bundle, data)
            except IntegrityFailure as error:
                raise _Stopped(partial(_accuse, this, bundle, data, error)) from None
            if verdict is Verdict.GAP:
                reason = f"{state.last + 1}番の束がまだ届いていません"
                raise _Stopped(partial(this.notes.wait, bundle, reason))
            if verdict is Verdict.ACCEPT or (verdict is Verdict.ALREADY and bundle in again):
                if bundle.zip not in this.listed:
                    reason = "送り状だけがあり、本体（zip）がまだありません"
                    raise _Stopped(partial(this.notes.wait, bundle, reason))
                if verdict is Verdict.ACCEPT:
                    states[bundle.epoch] = state.with_manifest(manifest)
                yield manifest
    if newer:
        reason = "相手が新しい鍵に替えました。保管庫を開いて、届いた束を取り込んでください"
        raise _Stopped(partial(this.notes.wait, newer[0], reason))


def _again(this: Round) -> set[BundleName]:
    """What was received, and the vault asks for once more: its manifest must be the one we noted."""
    return this.folders.wanted_again() & this.journal.received.keys()


def _is_known(this: Round, bundle: BundleName) -> bool:
    """Whether the remote tells that the manifest we received still lies there."""
    known = this.journal.received.get(bundle)
    return known is not None and this.listed[bundle.manifest].sha1 == known.sha1


def _judge(this: Round, state: ChannelState, bundle: BundleName, data: bytes) -> tuple[Manifest, Verdict]:
    """Raises `IntegrityFailure`."""
    if bundle.seq <= state.last and state.hashes[bundle.seq] != sha256_hex(data):
        # Whoever signed it or nobody: a second content for a number is a conflict before anything else is asked.
        raise conflict(str(bundle))
    whose = this.identity.of(bundle.epoch) or this.identity
    manifest = read_manifest(data, whose.partner.signing, name=bundle)
    return manifest, judge(state, manifest)


def _accuse(this: Round, bundle: BundleName, data: bytes, error: IntegrityFailure) -> None:
    this.folders.keep_evidence(bundle.manifest, data)
    raise error


def _take(this: Round, one: _Zip, outcome: Outcome[bool]) -> bool:
    """Check what came, and put zip and manifest into the inbox, manifest last. False when the zip is not there yet."""
    manifest, bundle = one.manifest, one.manifest.name
    try:
        outcome.get()
        one.arriving.require_sound()
    except RemoteMissing:
        this.notes.wait(bundle, "本体（zip）が共有先から消えました")
        return False
    except IntegrityFailure:
        this.folders.keep_evidence(bundle.manifest, manifest.data)
        this.folders.keep_evidence(bundle.zip, one.file.stream)
        raise
    this.folders.place(this.folders.inbox / bundle.zip, one.file)
    this.folders.place(this.folders.inbox / bundle.manifest, manifest.data)
    this.journal.note(RECEIVED, bundle, noted(manifest.data), this.now)
    (this.folders.inbox / bundle.again).unlink(missing_ok=True)
    this.notes.received.append(str(bundle))
    one.close()
    return True


def answer(this: Round) -> None:
    """Put a receipt beside every bundle received that still lies in the remote and has none."""
    enough = Event()
    wanted = [
        bundle
        for bundle in sorted(this.journal.received)
        if this.identity.of(bundle.epoch) is not None
        and bundle.manifest in this.listed
        and bundle.receipt not in this.listed
    ]

    def signed() -> Iterator[tuple[BundleName, bytes]]:
        for bundle in wanted:
            if this.notes.read_only:
                return
            yield bundle, _receipt(this, bundle, this.journal.received[bundle].sha256)

    def write(one: tuple[BundleName, bytes]) -> Put:
        """In a worker."""
        if enough.is_set() or this.meter.stopped:
            raise Halted
        try:
            return put(this, one[0].receipt, BytesIO(one[1]))
        except RemoteReadOnly:
            enough.set()
            raise

    with closing(this.hands.each(write, signed())) as outcomes:
        for (bundle, _), outcome in outcomes:
            try:
                outcome.get()
            except Halted:
                continue
            except RemoteReadOnly as error:
                this.notes.refused(error)
                continue
            except RemoteConflict as error:
                if not _is_ours(this, bundle, this.journal.received[bundle].sha256):
                    this.notes.failed(error)
                continue
            this.notes.answered.append(str(bundle))


def _receipt(this: Round, bundle: BundleName, manifest_sha256: str) -> bytes:
    """Our receipt, signed once and kept before it is sent, so that sending it again sends the same bytes."""
    path = this.folders.answers / bundle.receipt
    key = (this.identity.of(bundle.epoch) or this.identity).key
    fresh = write_receipt(Receipt(this.identity.own.site, bundle, manifest_sha256, moment(this.now)), key)
    if create(path, fresh):
        return fresh
    kept = read_file(path, RECEIPT_LIMIT) or b""
    if read_receipt(kept, key.public, bundle=bundle).manifest_sha256 != manifest_sha256:
        raise IntegrityFailure(
            "保管した受領書が、受け取った束と合いません", where=f"answers/{bundle.receipt}"
        )
    return kept


def _is_ours(this: Round, bundle: BundleName, manifest_sha256: str) -> bool:
    """Whether the receipt at the remote says what ours would: written before this folder was restored, say."""
    data = _get(this, bundle.receipt, RECEIPT_LIMIT)
    try:
        key = (this.identity.of(bundle.epoch) or this.identity).key
        there = read_receipt(data or b"", key.public, bundle=bundle)
    except IntegrityFailure:
        return False
    return there.manifest_sha256 == manifest_sha256


def beat(this: Round) -> None:
    """Leave this hour's heartbeat, take away our older ones, and look for the partner's, in each epoch.

    While keys change, the partner may know one of the two only.
    """
    for one in this.identity.each:
        _beat(this, one)


def _beat(this: Round, who: Identity) -> None:
    own, epoch = who.own.site, who.epoch
    current = heartbeat_name(own, epoch, this.now)
    places = {name: heartbeat_place(name) for name in this.listed}
    if not this.notes.read_only:
        try:
            if current not in this.listed:
                put(this, current, BytesIO(write_heartbeat(own, epoch, this.now, who.key)))
            for name, place in places.items():
                of_this = place and (
                    place[0] is own and (place[1] == epoch or this.identity.of(place[1]) is None)
                )
                if place and of_this and place < (heartbeat_place(current) or place):
                    this.remote.delete(name)
        except RemoteReadOnly as error:
            this.notes.refused(error)
        except RemoteConflict as error:
            this.notes.failed(error)
    theirs = sorted(name for name, place in places.items() if place and place[:2] == (own.other, epoch))
    if theirs:
        name = theirs[-1]
        data = _get(this, name, RECEIPT_LIMIT)
        if data is None:
            return
        try:
            seen = read_heartbeat(data, who.partner.courier, site=own.other, name=name)
        except IntegrityFailure as error:
            this.folders.keep_evidence(name, data)
            this.notes.failed(error)
            return
        this.notes.partner_seen = max(this.notes.partner_seen, seen.at)


def _get(this: Round, name: str, limit: int) -> bytes | None:
    """None when it was taken away since we listed."""
    try:
        return this.remote.get(name, limit)
    except RemoteMissing:
        return None
