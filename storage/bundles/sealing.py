"""Sealing a bundle for the other site, and opening one: the only two ways data crosses (docs/exchange.md, "Bundles").

The zip has one entry, `bundle.zip`, holding a plain zip of the real entries: names inside an AES zip are in clear, and
would tell Box what passed. 7-Zip opens the one inside the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.manifest import (
    CONTENT_LIMIT,
    MOST_ENTRIES,
    EntryFact,
    Kind,
    Manifest,
    Sealed,
    info,
    new_password,
    read_manifest,
    read_sealed,
    sealed_bytes,
    write_manifest,
)
from core.exchange.names import BundleName
from core.exchange.strict import ZEROS, moment
from core.keys import OpeningKey, SealKey, SigningKey, VerifyKey
from core.ledger.checkpoint import Checkpoint, read_checkpoint
from storage.bundles.zips import make_zip, open_zip, pack, unpack

INNER = "bundle.zip"
PASSWORD_BYTES = 26
"""How many fresh random bytes `seal_bundle` takes for the zip's password."""
_CONTAINER = 64 * 1024
"""Room for the inner zip's own headers: 64 entries of at most 100 letters need less than half of it."""


@dataclass(frozen=True)
class SealedBundle:
    """What goes into `outbox/`: kept, and sent again byte for byte."""

    name: BundleName
    zip_bytes: bytes
    manifest: Manifest

    @property
    def manifest_bytes(self) -> bytes:
        return self.manifest.data


@dataclass(frozen=True)
class Bundle:
    """What a received bundle holds, all of it checked."""

    name: BundleName
    kind: Kind
    counts: Mapping[str, int]
    entries: Mapping[str, bytes]
    created: str
    checkpoint: Checkpoint
    manifest: Manifest


def seal_bundle(
    name: BundleName,
    kind: Kind,
    entries: Mapping[str, bytes],
    *,
    counts: Mapping[str, int],
    created: dt.datetime,
    checkpoint: Checkpoint,
    signer: SigningKey,
    recipient: SealKey,
    random_bytes: bytes,
    previous: str = ZEROS,
) -> SealedBundle:
    """Seal `entries` as `name` for the other site. Call once and keep the outcome: each call gives other bytes.

    `previous` is the hash of the channel's last manifest file; `random_bytes` are `PASSWORD_BYTES` fresh ones.
    Raises `IntegrityFailure` when the receiver would refuse it (limits, kinds not allowed on the channel), and
    `ValueError` when the checkpoint is not the sender's of this epoch or an entry name is odd: slips of the program.
    """
    if checkpoint.org is not name.channel.sender or checkpoint.epoch != name.epoch:
        raise ValueError("the checkpoint is of another site or epoch")
    facts = tuple(EntryFact(one, len(entries[one]), sha256_hex(entries[one])) for one in sorted(entries))
    password = new_password(random_bytes)
    plain = sealed_bytes(Sealed(kind, counts, facts, moment(created), checkpoint.data, password), name)
    zip_bytes = make_zip({INNER: pack(entries)}, password)
    digest = sha256_hex(zip_bytes)
    manifest = write_manifest(
        name,
        previous=previous,
        size=len(zip_bytes),
        sha256=digest,
        sealed=recipient.seal(plain, info(name, digest)),
        key=signer,
    )
    return SealedBundle(name, zip_bytes, manifest)


def check_zip(manifest: Manifest, zip_bytes: bytes) -> None:
    """Raises `IntegrityFailure` unless these are the bytes the manifest was signed for. Needs no secret."""
    check_zip_facts(manifest, len(zip_bytes), sha256_hex(zip_bytes))


def check_zip_facts(manifest: Manifest, size: int, sha256: str) -> None:
    """`check_zip`, for one that was measured without being held in memory."""
    if size != manifest.size or sha256 != manifest.sha256:
        raise IntegrityFailure(
            "束の大きさまたはハッシュが、署名された送り状と合いません",
            where=manifest.name.zip,
            next_step="使わずに証拠を保管し、相手方に再送を依頼してください",
        )


def open_bundle(
    name: BundleName, zip_bytes: bytes, manifest_bytes: bytes, *, signer: VerifyKey, recipient: OpeningKey
) -> Bundle:
    """Open what lies under `name`: signature, zip hash, seal, entry list and each entry's hash, in this order.

    Whether it is the next of its channel is `core.exchange.sequence.judge`'s to say. Raises `IntegrityFailure`.
    """
    manifest = read_manifest(manifest_bytes, signer, name=name)
    check_zip(manifest, zip_bytes)
    plain = recipient.open(manifest.sealed, info(name, manifest.sha256), name=name.manifest)
    return _opened(manifest, zip_bytes, plain, signer)


def inner_half(name: BundleName, manifest_bytes: bytes, *, signer: VerifyKey, recipient: OpeningKey) -> bytes:
    """What is sealed in a manifest, as `reopen_bundle` takes it. Raises `IntegrityFailure`."""
    manifest = read_manifest(manifest_bytes, signer, name=name)
    return recipient.open(manifest.sealed, info(name, manifest.sha256), name=name.manifest)


def reopen_bundle(
    name: BundleName, zip_bytes: bytes, manifest_bytes: bytes, half: bytes, *, signer: VerifyKey
) -> Bundle:
    """Open one's own bundle again with what its receiver found sealed in it: the sender itself cannot open that.

    The zip is the one whose hash `signer` signed, and opens under the one password alone; so its entries cannot be others.
    Kind, counts and moment are the receiver's word, and have to be held against something else. Raises `IntegrityFailure`.
    """
    manifest = read_manifest(manifest_bytes, signer, name=name)
    check_zip(manifest, zip_bytes)
    return _opened(manifest, zip_bytes, half, signer)


def _opened(manifest: Manifest, zip_bytes: bytes, plain: bytes, signer: VerifyKey) -> Bundle:
    name = manifest.name
    sealed = read_sealed(plain, name)
    checkpoint = read_checkpoint(sealed.checkpoint, signer, name=f"{name.manifest} checkpoint")
    if checkpoint.org is not name.channel.sender or checkpoint.epoch != name.epoch:
        raise IntegrityFailure("別の拠点または別の世代の検査点です", where=name.manifest)
    expected = sum(entry.size for entry in sealed.entries)
    if expected > CONTENT_LIMIT:
        raise IntegrityFailure("束の中身が大きすぎます", where=name.zip)
    outer = open_zip(zip_bytes, sealed.password, most=1, limit=expected + _CONTAINER, name=name.zip)
    if set(outer) != {INNER}:
        raise IntegrityFailure("束の中身の名前が正しくありません", where=name.zip)
    entries = unpack(outer[INNER], most=MOST_ENTRIES, name=name.zip)
    facts = {entry.name: (entry.size, entry.sha256) for entry in sealed.entries}
    if {one: (len(data), sha256_hex(data)) for one, data in entries.items()} != facts:
        raise IntegrityFailure("束の中身が、封印された一覧と合いません", where=name.zip)
    return Bundle(name, sealed.kind, sealed.counts, entries, sealed.created, checkpoint, manifest)
