"""Signed documents: a canonical JSON line, then a line with the signature over it (docs/exchange.md).

The signature is Ed25519 over `hk-<kind>-v1\\n` and the first line with its LF, so a signature over one kind of document
can never be shown as one over another. Cards, checkpoints, manifests, receipts and heartbeats all are such documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.canonical import canonical_json
from core.exchange.strict import bad, object_of
from core.keys import SigningKey, VerifyKey, from_base64, to_base64


def domain(kind: str) -> bytes:
    """What stands before the signed bytes."""
    return f"hk-{kind}-v1\n".encode("ascii")


def write_signed(kind: str, document: Mapping[str, Any], key: SigningKey) -> bytes:
    """The two lines."""
    line = canonical_bytes(document)
    return line + to_base64(key.sign(domain(kind) + line)).encode("ascii") + b"\n"


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """The first line, with its LF."""
    return canonical_json(document) + b"\n"


def split_signed(data: bytes, *, limit: int, name: str) -> tuple[dict[str, Any], bytes, bytes]:
    """(document, its line with LF, signature) of exactly two lines, the signature not yet checked.

    Raises `IntegrityFailure` when `data` is longer than `limit` bytes or anything is not spelled the one right way.
    """
    if len(data) > limit:
        raise bad("ファイルが大きすぎます", name)
    parts = data.split(b"\n")
    if len(parts) != 3 or parts[2] != b"":
        raise bad("本文と署名の2行になっていません", name)
    line = parts[0] + b"\n"
    try:
        signature_text = parts[1].decode("ascii")
    except UnicodeDecodeError as error:
        raise bad("署名の行が読めません", name) from error
    return object_of(parts[0], name=name), line, from_base64(signature_text, 64, name=name)


def read_signed(kind: str, data: bytes, key: VerifyKey, *, limit: int, name: str) -> dict[str, Any]:
    """The document, its signature checked under `key`. Raises `IntegrityFailure` otherwise."""
    document, line, signature = split_signed(data, limit=limit, name=name)
    key.verify(signature, domain(kind) + line, name=name)
    return document
