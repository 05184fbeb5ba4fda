"""Canonical bytes: the one way anything is written before it is hashed or signed (docs/formats.md, "Common grammar")."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

import rfc8785

from core.errors import IntegrityFailure

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32 alphabet: no I, L, O, U."""


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes of `value`, without a line end. Text must be NFC already: use `nfc` at the door."""
    return rfc8785.dumps(dict(value))


def nfc(text: str) -> str:
    """`text` in Unicode normalisation form C."""
    return unicodedata.normalize("NFC", text)


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data`, 64 lowercase hex digits."""
    return hashlib.sha256(data).hexdigest()


def text_of(data: bytes, *, name: str) -> str:
    """A text file of ours: strictly UTF-8, no BOM, no CR, the last line ended.

    Raises `IntegrityFailure` naming the file otherwise.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise IntegrityFailure("UTF-8として読めません", where=f"{name} {error.start}バイト目") from error
    if text.startswith("\ufeff") or "\r" in text:
        raise IntegrityFailure("行の形式が正しくありません（BOMまたはCRがあります）", where=name)
    if not text.endswith("\n"):
        raise IntegrityFailure("最後の行が改行で終わっていません", where=name)
    return text


def lines_of(data: bytes, *, name: str) -> list[str]:
    """Its lines without their LF, split at LF alone (U+2028 is not a line end). Raises as `text_of` does."""
    return text_of(data, name=name)[:-1].split("\n")


def crockford_id(random_bytes: bytes, length: int = 10) -> str:
    """An id of `length` Crockford letters from as many random bytes (5 bits of each are used: no bias)."""
    if len(random_bytes) < length:
        raise ValueError("not enough random bytes")
    return "".join(CROCKFORD[byte & 31] for byte in random_bytes[:length])
