"""The courier's way in: the partner's bundles, in order, checked, to the inbox; and our receipts for them."""

from __future__ import annotations

from io import BytesIO

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
from core.exchange.remote import RemoteConflict, RemoteMissing, RemoteReadOnly
from core.exchange.sequence import Verdict, conflict, judge
from core.exchange.strict import moment
from storage.bundles.sealing import check_zip_facts
from storage.courier.folder import Identity, measured
from storage.courier.journal import RECEIVED
from storage.courier.sending import Round, noted, put
from storage.remotes.durable import aside, create, read_file


def receive(this: Round) -> None:
    """Take in what the partner sent, channel by channel; what does not fit stops its channel and is kept."""
    names = (bundle_name(name, MANIFEST) for name in this.listed)
    bundles = sorted(name for name in names if name is not None)
    for channel in this.identity.channels(outgoing=False, medium=this.medium):
        try:
            _receive_channel(this, channel, [one for one in bundles if one.channel is channel])
        except IntegrityFailure as error:
            this.notes.failed(error)


def _receive_channel(this: Round, channel: Channel, bundles: list[BundleName]) -> None:
    states = {one.epoch: this.journal.state(channel, one.epoch) for one in this.identity.each}
    for bundle in bundles:  # in order of epoch: nothing of the next one overtakes what is missing of this
        if bundle.epoch > this.identity.epoch:
            this.notes.wait(
                bundle, "相手が新しい鍵に替えました。保管庫を開いて、届いた束を取り込んでください"
            )
            return
        whose = this.identity.of(bundle.epoch)
        if whose is None:
            continue
        state = states[bundle.epoch]
        known = this.journal.received.get(bundle)
        if known is not None and this.listed[bundle.manifest].sha1 == known.sha1:
            continue
        data = _get(this, bundle.manifest, MANIFEST_LIMIT)
        if data is None:
            continue
        if bundle.seq <= state.last and state.hashes[bundle.seq] != sha256_hex(data):
            # Whoever signed it or nobody: a second content for a number is kept before anything else is asked.
            this.folders.keep_evidence(bundle.manifest, data)
            raise conflict(str(bundle))
        try:
            manifest = read_manifest(data, whose.partner.signing, name=bundle)
            verdict = judge(state, manifest)
        except IntegrityFailure:
            this.folders.keep_evidence(bundle.manifest, data)
            raise
        if verdict is Verdict.GAP:
            this.notes.wait(bundle, f"{state.last + 1}番の束がまだ届いていません")
            return
        if verdict is Verdict.ACCEPT:
            if not _take(this, manifest):
                return
            states[bundle.epoch] = state.with_manifest(manifest)


def _take(this: Round, manifest: Manifest) -> bool:
    """Fetch the zip, check it, and put both into the inbox, manifest last. False when the zip is not there yet."""
    bundle = manifest.name
    listed = this.listed.get(bundle.zip)
    if listed is None:
        this.notes.wait(bundle, "送り状だけがあり、本体（zip）がまだありません")
        return False
    with aside(this.folders.inbox) as zip_file:
        try:
            if listed.size <= manifest.size:  # never fetch more than was signed for
                this.remote.get_into(bundle.zip, zip_file.stream, manifest.size)
            check_zip_facts(manifest, *measured(zip_file.stream))
        except RemoteMissing:
            this.notes.wait(bundle, "本体（zip）が共有先から消えました")
            return False
        except IntegrityFailure:
            this.folders.keep_evidence(bundle.manifest, manifest.data)
            if zip_file.stream.tell():
                this.folders.keep_evidence(bundle.zip, zip_file.stream)
            raise
        this.folders.place(this.folders.inbox / bundle.zip, zip_file)
    this.folders.place(this.folders.inbox / bundle.manifest, manifest.data)
    this.journal.note(RECEIVED, bundle, noted(manifest.data), this.now)
    this.notes.received.append(str(bundle))
    return True


def answer(this: Round) -> None:
    """Put a receipt beside every bundle received that still lies in the remote and has none."""
    for bundle, held in sorted(this.journal.received.items()):
        if this.notes.read_only:
            return
        if (
            this.identity.of(bundle.epoch) is None
            or bundle.manifest not in this.listed
            or bundle.receipt in this.listed
        ):
            continue
        try:
            put(this, bundle.receipt, BytesIO(_receipt(this, bundle, held.sha256)))
        except RemoteReadOnly as error:
            this.notes.read_only = True
            this.notes.problem(error)
            return
        except RemoteConflict as error:
            if not _is_ours(this, bundle, held.sha256):
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
            this.notes.read_only = True
            this.notes.problem(error)
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
