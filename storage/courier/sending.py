"""The courier's way out: bundles from the outbox to the remote, and the partner's receipts for them."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.manifest import MANIFEST_LIMIT, ZIP_LIMIT, read_manifest
from core.exchange.names import BundleName
from core.exchange.receipt import RECEIPT_LIMIT, read_receipt
from core.exchange.remote import Put, Remote, RemoteConflict, RemoteFile, RemoteMissing, RemoteReadOnly
from storage.bundles.sealing import check_zip_facts
from storage.courier.folder import Folders, Identity, measured
from storage.courier.journal import SENT, Journal, Noted
from storage.courier.report import Notes
from storage.remotes.durable import aside, open_file, read_file


@dataclass(frozen=True)
class Round:
    """What one round works with. `listed` is the remote as it was when the round began."""

    folders: Folders
    identity: Identity
    journal: Journal
    remote: Remote
    listed: dict[str, RemoteFile]
    now: dt.datetime
    medium: bool
    notes: Notes


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


def send(this: Round) -> None:
    """Put every bundle of an epoch we have to do with that is not at the remote and not receipted: zip first, manifest last."""
    channels = this.identity.channels(outgoing=True, medium=this.medium)
    old = 0
    for bundle in this.folders.outgoing():
        if bundle.channel not in channels or (this.folders.outbox / bundle.receipt).exists():
            continue
        if this.identity.of(bundle.epoch) is None:
            old += 1
            continue
        if _is_there(this, bundle):
            continue
        try:
            _send_one(this, bundle)
        except RemoteReadOnly as error:
            this.notes.read_only = True
            this.notes.problem(error)
            return
        except IntegrityFailure as error:
            this.notes.failed(error)
            return
    if old:
        this.notes.problems.append(f"別の世代の束が outbox に{old}個あります。この世代では送りません")


def _is_there(this: Round, bundle: BundleName) -> bool:
    """Whether a bundle we know to have sent still lies there. Where the remote tells hashes, they are believed."""
    sent, listed = this.journal.sent.get(bundle), this.listed.get(bundle.manifest)
    return bool(sent and listed and bundle.zip in this.listed and listed.sha1 in {"", sent.sha1})


def _send_one(this: Round, bundle: BundleName) -> None:
    zip_file, manifest_bytes = _outgoing(this.folders.outbox, bundle)
    with zip_file:
        mine = this.identity.of(bundle.epoch) or this.identity
        manifest = read_manifest(manifest_bytes, mine.own.signing, name=bundle)
        check_zip_facts(manifest, *measured(zip_file))
        before = this.journal.sent.get(bundle)
        if before is not None and before.sha256 != manifest.hash:
            this.folders.keep_evidence(bundle.manifest, manifest_bytes)
            raise IntegrityFailure("一度送った束の内容が、outbox で変わっています", where=str(bundle))
        put(this, bundle.zip, zip_file)
        outcome = put(this, bundle.manifest, BytesIO(manifest_bytes))
    if before is None:
        this.journal.note(SENT, bundle, noted(manifest_bytes), this.now)
    if before is None or outcome is Put.CREATED:
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
    for bundle, sent in sorted(this.journal.sent.items()):
        path = this.folders.outbox / bundle.receipt
        whose = this.identity.of(bundle.epoch)
        if whose is None or bundle.receipt not in this.listed or path.exists():
            continue
        try:
            data = this.remote.get(bundle.receipt, RECEIPT_LIMIT)
        except RemoteMissing:
            continue  # taken away since we listed; the next round sees
        try:
            receipt = read_receipt(data, whose.partner.courier, bundle=bundle)
            if receipt.manifest_sha256 != sent.sha256:
                raise IntegrityFailure(
                    "相手が受け取った束は、送ったものと内容が違います",
                    where=str(bundle),
                    next_step="証拠を保管し、相手方の取扱責任者へ電話で確認してください",
                )
            this.folders.place(path, data)
        except IntegrityFailure as error:
            this.folders.keep_evidence(bundle.receipt, data)
            this.notes.failed(error)
            continue
        this.notes.receipts.append(str(bundle))
