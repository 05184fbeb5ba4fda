"""Canonical bytes: the one way anything is written before it is hashed or signed (docs/formats.md, "Common grammar")."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import rfc8785

from core.errors import IntegrityFailure

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32 alphabet: no I, L, O, U."""


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes of `value`, without a line end. Text must be NFC already: use `nfc` at the door."""
    if _is_plain(value):
        with suppress(UnicodeEncodeError):  # half a pair of surrogates: refused below, in its own words
            return _PLAIN.encode(value).encode()
    return rfc8785.dumps(dict(value))


_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _is_plain(value: Mapping[str, Any]) -> bool:
    """Whether Python's own encoder gives the bytes of RFC 8785, several times sooner: nothing but text, lists of text and
    nothing. Numbers have rules of their own there, and names beyond ASCII an order of their own."""
    for name, item in value.items():
        if type(name) is not str or not name.isascii():
            return False
        if type(item) is str or item is None:
            continue
        if type(item) is not list or not all(type(each) is str for each in item):
            return False
    return type(value) is dict


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
    return random_bytes[:length].translate(_LETTERS).decode("ascii")


_LETTERS = (CROCKFORD * 8).encode("ascii")
"""The letter of each byte, by its lowest five bits."""
