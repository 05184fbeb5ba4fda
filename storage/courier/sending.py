"""The courier's way out: bundles from the outbox to the remote, and the partner's receipts for them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from core.canonical import sha256_hex
from core.errors import IkiikiError, IntegrityFailure, RemoteUnreachable
from core.exchange.manifest import MANIFEST_LIMIT, ZIP_LIMIT, read_manifest
from core.exchange.names import BundleName
from core.exchange.receipt import RECEIPT_LIMIT, read_receipt
from core.exchange.remote import Put, Remote, RemoteConflict, RemoteFile, RemoteMissing, RemoteReadOnly
from storage.courier.folder import Folders, Identity
from storage.courier.hands import Hands
from storage.courier.journal import SENT, Journal, Noted
from storage.courier.meter import Halted, Meter
from storage.courier.report import Notes
from storage.courier.streams import Going
from storage.remotes.durable import aside, open_file, read_file


@dataclass(frozen=True)
class Round:
    """What one round works with. `listed` is the remote as it was when the round began.

    `hands` talk to the remote; whatever is written into folders, journal and notes, the thread of the round writes (but for
    evidence, which is written once under a name of its own).
    """

    folders: Folders
    identity: Identity
    journal: Journal
    remote: Remote
    listed: dict[str, RemoteFile]
    now: dt.datetime
    medium: bool
    notes: Notes
    hands: Hands
    meter: Meter


def noted(manifest: bytes) -> Noted:
    """What the journal keeps of a manifest file."""
    return Noted(sha256_hex(manifest), hashlib.sha1(manifest, usedforsecurity=False).hexdigest())


def put(this: Round, name: str, source: BinaryIO) -> Put:
    """Put a file into the remote. When the name is taken by other bytes, keep those as evidence before raising."""
    try:
        return this.remote.put_from(name, source)
    except RemoteConflict:
        try:
            with aside(this.folders.evidence) as there:
                this.remote.get_into(name, there.stream, ZIP_LIMIT)
                this.folders.keep_evidence(name, there.stream)
        except RemoteMissing:
            this.notes.problems.append(f"証拠を取る前に、共有先のファイルが消えました（{name}）")
        raise


def due(this: Round) -> tuple[list[BundleName], int]:
    """Every bundle of an epoch we have to do with that is not at the remote and not receipted (or asked for again by the vault), in order;
    and how many are of others."""
    channels = this.identity.channels(outgoing=True, medium=this.medium)
    found, old = [], 0
    for bundle in this.folders.outgoing():
        receipted = (this.folders.outbox / bundle.receipt).exists()
        again = (this.folders.outbox / bundle.again).exists()
        if bundle.channel not in channels or (receipted and not again):
            continue
        if this.identity.of(bundle.epoch) is None:
            old += 1
        elif not _is_there(this, bundle):
            found.append(bundle)
    return found, old


def bytes_going(this: Round) -> int:
    """How large the zips are that are to be sent."""
    zips = [this.folders.outbox / bundle.zip for bundle in due(this)[0]]
    return sum(path.stat().st_size for path in zips if path.is_file())


def send(this: Round) -> None:
    """Put what is due: of each bundle the zip first, its manifest after it; several at once, begun in order.

    Once the remote refuses one, or one does not fit, no file of a later one is put. What was put whole by then is noted as sent.
    """
    bundles, old = due(this)
    if old:
        this.notes.problems.append(f"別の世代の束が outbox に{old}個あります。この世代では送りません")
    failed: list[BundleName] = []

    def halted(bundle: BundleName) -> bool:
        return this.meter.stopped or any(before < bundle for before in failed)

    def one(bundle: BundleName) -> tuple[bytes, Put]:
        """In a worker, which is the first to know that nothing behind this one is to be put. What stands before it goes on:
        otherwise one bundle that never fits could keep back, round after round, those that do."""
        try:
            return _send_one(this, bundle, partial(halted, bundle))
        except IkiikiError:
            failed.append(bundle)
            raise

    lost: RemoteUnreachable | None = None
    with closing(this.hands.each(one, bundles)) as outcomes:
        for bundle, outcome in outcomes:
            try:
                _note_sent(this, bundle, *outcome.get())
                continue
            except Halted:
                continue
            except RemoteReadOnly as error:
                this.notes.refused(error)
            except RemoteUnreachable as error:
                lost = lost or error
            except IntegrityFailure as error:
                this.notes.failed(error)
    if lost is not None:
        raise lost


def _is_there(this: Round, bundle: BundleName) -> bool:
    """Whether a bundle we know to have sent still lies there. Where the remote tells hashes, they are believed."""
    sent, listed = this.journal.sent.get(bundle), this.listed.get(bundle.manifest)
    return bool(sent and listed and bundle.zip in this.listed and listed.sha1 in {"", sent.sha1})


def _send_one(this: Round, bundle: BundleName, halted: Callable[[], bool]) -> tuple[bytes, Put]:
    """In a worker. The manifest that was put, and whether it was new."""
    if halted():
        raise Halted
    zip_file, manifest_bytes = _outgoing(this.folders.outbox, bundle)
    with zip_file:
        mine = this.identity.of(bundle.epoch) or this.identity
        manifest = read_manifest(manifest_bytes, mine.own.signing, name=bundle)
        before = this.journal.sent.get(bundle)
        if before is not None and before.sha256 != manifest.hash:
            this.folders.keep_evidence(bundle.manifest, manifest_bytes)
            raise IntegrityFailure("一度送った束の内容が、outbox で変わっています", where=str(bundle))
        going = Going(zip_file, manifest, this.meter, halted)
        put(this, bundle.zip, cast(BinaryIO, going))
        going.require_checked()
    if halted():
        raise Halted
    return manifest_bytes, put(this, bundle.manifest, BytesIO(manifest_bytes))


def _note_sent(this: Round, bundle: BundleName, manifest: bytes, outcome: Put) -> None:
    before = bundle in this.journal.sent
    if not before:
        this.journal.note(SENT, bundle, noted(manifest), this.now)
    if not before or outcome is Put.CREATED:
        this.notes.sent.append(str(bundle))


def _outgoing(outbox: Path, bundle: BundleName) -> tuple[BinaryIO, bytes]:
    manifest = read_file(outbox / bundle.manifest, MANIFEST_LIMIT)
    zip_file = open_file(outbox / bundle.zip)
    if zip_file is None or manifest is None:
        if zip_file is not None:
            zip_file.close()
        raise IntegrityFailure(
            "outbox の束が揃っていません",
            where=str(bundle),
            next_step="保管庫を開いて、束を書き直してください",
        )
    return zip_file, manifest


def collect_receipts(this: Round) -> None:
    """Take the partner's receipts for what we sent. A forged one, or one for other bytes, is kept and reported."""
    wanted = [
        bundle
        for bundle in sorted(this.journal.sent)
        if this.identity.of(bundle.epoch) is not None
        and bundle.receipt in this.listed
        and not (this.folders.outbox / bundle.receipt).exists()
    ]
    with closing(
        this.hands.each(lambda bundle: this.remote.get(bundle.receipt, RECEIPT_LIMIT), wanted)
    ) as outcomes:
        for bundle, outcome in outcomes:
            try:
                data = outcome.get()
            except RemoteMissing:
                continue  # taken away since we listed; the next round sees
            try:
                _settle(this, bundle, data)
            except IntegrityFailure as error:
                this.folders.keep_evidence(bundle.receipt, data)
                this.notes.failed(error)


def _settle(this: Round, bundle: BundleName, data: bytes) -> None:
    """Lay a receipt beside the bundle it is for. Raises `IntegrityFailure` when it is not."""
    whose = this.identity.of(bundle.epoch) or this.identity
    receipt = read_receipt(data, whose.partner.courier, bundle=bundle)
    if receipt.manifest_sha256 != this.journal.sent[bundle].sha256:
        raise IntegrityFailure(
            "相手が受け取った束は、送ったものと内容が違います",
            where=str(bundle),
            next_step="証拠を保管し、相手方の取扱責任者へ電話で確認してください",
        )
    this.folders.place(this.folders.outbox / bundle.receipt, data)
    this.notes.receipts.append(str(bundle))
