"""Commitments: what binds a number on the public list to people, without telling who (docs/formats.md, "list.txt")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from core.canonical import canonical_json, nfc, sha256_hex

SALT_BYTES = 32


def leaf(salt: bytes, record: str, kana: str, birth_date: dt.date) -> str:
    """A member's leaf, 64 hex digits: over salt, record, kana and birth date, which identify.

    Phone and address stay out, so that a correction of them breaks nothing. The 32 random bytes of `salt`
    keep anyone from testing guesses; raises `ValueError` when they are not 32.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 32 bytes")
    person = canonical_json({"birth_date": birth_date.isoformat(), "kana": nfc(kana), "record": record})
    return sha256_hex(b"hkr1 person " + salt.hex().encode("ascii") + b" " + person + b"\n")


def unit(leaves: Iterable[str]) -> str:
    """A unit's commitment, 64 hex digits: over its members' sorted leaves, a line each."""
    return sha256_hex(b"hkr1 unit\n" + b"".join(member.encode("ascii") + b"\n" for member in sorted(leaves)))
