"""Making and opening what a site hands back after a restore: the file of `core.exchange.handback` with its zip."""

from __future__ import annotations

from collections.abc import Mapping

from core.canonical import sha256_hex
from core.exchange.handback import (
    MOST_ENTRIES,
    ZIP_LIMIT,
    Head,
    Returned,
    info,
    read_head,
    read_password,
    split_file,
    write_head,
)
from core.exchange.manifest import new_password
from core.exchange.strict import bad
from core.keys import OpeningKey, SealKey, SigningKey, VerifyKey
from storage.bundles.zips import make_zip, open_zip, pack, unpack

INNER = "bundle.zip"
_ROOM = 16 * 1024 * 1024
"""For the inner zip's own headers."""


def make_handback(
    returned: Returned,
    entries: Mapping[str, bytes],
    *,
    signer: SigningKey,
    recipient: SealKey,
    random_bytes: bytes,
) -> bytes:
    """The whole file. `random_bytes`: fresh ones for the password, as many as a bundle takes."""
    password = new_password(random_bytes)
    zip_bytes = make_zip({INNER: pack(entries)}, password)
    if len(zip_bytes) > ZIP_LIMIT or len(entries) > MOST_ENTRIES:
        raise bad("返すものが大きすぎます", "handback")
    sealed = recipient.seal(password.encode("ascii"), info(returned, sha256_hex(zip_bytes)))
    return write_head(returned, zip_bytes, sealed, signer).data + zip_bytes


def open_handback(
    data: bytes, *, signer: VerifyKey, recipient: OpeningKey, name: str
) -> tuple[Head, dict[str, bytes]]:
    """Signature, zip hash, seal, entries, in this order. Raises `IntegrityFailure` for anything else than was sealed."""
    lines, zip_bytes = split_file(data, name=name)
    head = read_head(lines, signer, name=name)
    if (len(zip_bytes), sha256_hex(zip_bytes)) != (head.size, head.sha256):
        raise bad("ファイルの中身が、署名されたものと合いません", name)
    password = read_password(
        recipient.open(head.sealed, info(head.returned, head.sha256), name=name), name=name
    )
    outer = open_zip(zip_bytes, password, most=1, limit=ZIP_LIMIT + _ROOM, name=name)
    if set(outer) != {INNER}:
        raise bad("ファイルの中身の名前が正しくありません", name)
    return head, unpack(outer[INNER], most=MOST_ENTRIES, name=name)
