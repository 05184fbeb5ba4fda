"""The two halves of a bundle's manifest: what anyone may see, and what only the receiver may (docs/exchange.md).

Outside: protocol, channel, epoch, seq, the previous manifest's hash, and size and hash of the zip, signed by the
sending site. Inside `sealed`, under HPKE for the receiving site: kind, counts, entries, checkpoint and the zip's
password. Box and the courier learn that something passed, not what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.canonical import canonical_json, crockford_id, sha256_hex
from core.exchange.names import MAX_SEQ, BundleName, Channel
from core.exchange.signed import read_signed, write_signed
from core.exchange.strict import HASH, Fields, bad, object_of
from core.keys import SigningKey, VerifyKey, from_base64, to_base64

PROTOCOL = "hkb1"
MANIFEST_LIMIT = 64 * 1024
"""Bytes of the largest manifest read."""
ZIP_LIMIT = 256 * 1024 * 1024
"""Bytes of the largest zip read."""
ENTRY_LIMIT = 256 * 1024 * 1024
CONTENT_LIMIT = 512 * 1024 * 1024
"""Bytes of all entries together, uncompressed."""
MOST_ENTRIES = 64
PASSWORD_LETTERS = 26
"""130 bits of Crockford letters."""
SEALED_BLOCK = 1024
"""The sealed half is padded with spaces to a multiple of this, so that its length does not tell the kind."""
_OUTER_KEYS = ("protocol", "channel", "epoch", "seq", "previous", "size", "sha256", "sealed")
_INNER_KEYS = ("kind", "counts", "entries", "created", "checkpoint", "password")
_ENTRY_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_COUNT_NAME = re.compile(r"[a-z][a-z_]{0,29}")
_PASSWORD = re.compile(f"[0-9A-HJKMNP-TV-Z]{{{PASSWORD_LETTERS}}}")


class Kind(StrEnum):
    """What a bundle is for. Circled numbers are the ward's own steps."""

    PROGRAMME = "programme"
    APPLICANTS = "applicants"  # ③
    REVIEW = "review"  # ⑤, ⑨
    DRAW = "draw"
    PARTICIPANTS = "participants"  # ⑦
    APPROVAL = "approval"  # ⑩
    RECEIPT = "receipt"
    VOID = "void"  # takes back bundles that the receiver has set aside
    EPOCH = "epoch"
    DESK = "desk"  # ※, on media only


@dataclass(frozen=True)
class Manifest:
    """The outer half. `previous` is the SHA-256 of the whole previous manifest file, 64 zeros for seq 1."""

    name: BundleName
    previous: str
    size: int
    sha256: str
    sealed: bytes
    data: bytes
    """The two signed lines."""

    @property
    def hash(self) -> str:
        """SHA-256 of the whole file: what the next manifest names, and receipts speak of."""
        return sha256_hex(self.data)


@dataclass(frozen=True)
class EntryFact:
    """What an entry of the bundle must be."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Sealed:
    """The inner half. `checkpoint` is a signed checkpoint's two lines; `created` RFC 3339."""

    kind: Kind
    counts: Mapping[str, int]
    entries: tuple[EntryFact, ...]
    created: str
    checkpoint: bytes
    password: str


def new_password(random_bytes: bytes) -> str:
    """The password of one zip from at least 26 fresh random bytes."""
    return crockford_id(random_bytes, PASSWORD_LETTERS)


def info(name: BundleName, zip_sha256: str) -> bytes:
    """HPKE's `info`: what is sealed for one place in one series, over one zip, opens nowhere else."""
    return f"{PROTOCOL} {name.channel.value} {name.epoch} {name.seq} {zip_sha256}\n".encode("ascii")


def write_manifest(
    name: BundleName, *, previous: str, size: int, sha256: str, sealed: bytes, key: SigningKey
) -> Manifest:
    """Signed by the sending site. `sealed` is the HPKE output (see `sealed_bytes`, `info`)."""
    document = {
        "protocol": PROTOCOL,
        "channel": name.channel.value,
        "epoch": name.epoch,
        "seq": name.seq,
        "previous": previous,
        "size": size,
        "sha256": sha256,
        "sealed": to_base64(sealed),
    }
    return read_manifest(write_signed("manifest", document, key), key.public, name=name)


def read_manifest(data: bytes, key: VerifyKey, *, name: BundleName) -> Manifest:
    """The manifest lying under `name`, signed by `key`. Raises `IntegrityFailure` when anything does not fit."""
    document = read_signed("manifest", data, key, limit=MANIFEST_LIMIT, name=name.manifest)
    fields = Fields(document, name.manifest).exactly(_OUTER_KEYS)
    fields.literal("protocol", PROTOCOL)
    channel = fields.text("channel")
    if channel not in set(Channel):
        raise bad("知らない送付系列です", name.manifest)
    inside = BundleName(fields.integer("epoch", 1), Channel(channel), fields.integer("seq", 1, MAX_SEQ))
    if inside != name:
        raise bad("ファイル名と中の番号が違います", name.manifest)
    sealed = from_base64(fields.text("sealed", longest=MANIFEST_LIMIT), name=f"{name.manifest} sealed")
    return Manifest(
        name=name,
        previous=fields.text("previous", HASH),
        size=fields.integer("size", 1, ZIP_LIMIT),
        sha256=fields.text("sha256", HASH),
        sealed=sealed,
        data=data,
    )


def sealed_bytes(sealed: Sealed, name: BundleName) -> bytes:
    """What is handed to HPKE: canonical JSON, padded. Raises `IntegrityFailure` for what `read_sealed` would refuse."""
    line = canonical_json(
        {
            "kind": sealed.kind.value,
            "counts": dict(sealed.counts),
            "entries": [{"name": e.name, "size": e.size, "sha256": e.sha256} for e in sealed.entries],
            "created": sealed.created,
            "checkpoint": sealed.checkpoint.decode("ascii"),
            "password": sealed.password,
        }
    )
    padded = line + b" " * (-len(line) % SEALED_BLOCK)
    read_sealed(padded, name)
    return padded


def read_sealed(data: bytes, name: BundleName) -> Sealed:
    """The inner half of the bundle `name`. Raises `IntegrityFailure`."""
    where = f"{name.manifest} sealed"
    line = data.rstrip(b" ")
    if len(data) % SEALED_BLOCK or len(data) - len(line) >= SEALED_BLOCK:
        raise bad("封印の中身の長さが正しくありません", where)
    fields = Fields(object_of(line, name=where), where).exactly(_INNER_KEYS)
    kind = fields.text("kind")
    if kind not in set(Kind):
        raise bad("知らない種類の束です。プログラムの版を確認してください", where)
    media_only = name.channel is Channel.WARD_DESK
    if Kind(kind) is not Kind.VOID and media_only != (Kind(kind) is Kind.DESK):
        raise bad("この系列で送れない種類の束です", where)
    counts = fields.object("counts")
    if len(counts.values) > 20 or not all(_COUNT_NAME.fullmatch(key) for key in counts.values):
        raise bad("件数の項目が正しくありません", where)
    entries = tuple(
        EntryFact(
            one.exactly(("name", "size", "sha256")).text("name", _ENTRY_NAME),
            one.integer("size", 0, ENTRY_LIMIT),
            one.text("sha256", HASH),
        )
        for one in fields.objects("entries", MOST_ENTRIES)
    )
    names = [entry.name for entry in entries]
    if names != sorted(set(names)) or len({one.lower() for one in names}) != len(names):
        raise bad("中身の名前が重なっているか、順番が正しくありません", where)
    if sum(entry.size for entry in entries) > CONTENT_LIMIT:
        raise bad("中身が大きすぎます", where)
    checkpoint = fields.text("checkpoint", longest=2048)
    if not checkpoint.isascii():
        raise bad("検査点の形式が正しくありません", where)
    return Sealed(
        kind=Kind(kind),
        counts={key: counts.integer(key) for key in counts.values},
        entries=entries,
        created=fields.moment("created"),
        checkpoint=checkpoint.encode("ascii"),
        password=fields.text("password", _PASSWORD),
    )
