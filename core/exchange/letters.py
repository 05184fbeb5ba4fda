"""Crockford letters that people read to each other: a check letter at the end, groups of four, any way of typing them.

The check letter is Luhn's algorithm modulo 32 (ISO/IEC 7812 taken to base 32): any one wrong letter is a slip of the
tongue, told from a wrong text (docs/exchange.md, "Letters read aloud").
"""

from __future__ import annotations

import re
import unicodedata

from core.canonical import CROCKFORD

_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−ー]")
"""What may stand between letters: spaces and every dash a keyboard or an input method makes."""
_MISTAKEN = str.maketrans("OIL", "011")


def check_letter(letters: str) -> str:
    """The letter that makes `letters` a text `heard` takes."""
    total = 0
    for place, letter in enumerate(reversed(letters)):
        value = CROCKFORD.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return CROCKFORD[-total % 32]


def letters_of(data: bytes, count: int) -> str:
    """The first 5 × `count` bits of `data` as letters."""
    bits = int.from_bytes(data, "big")
    return "".join(CROCKFORD[(bits >> (8 * len(data) - 5 * place)) & 31] for place in range(1, count + 1))


def spoken(letters: str) -> str:
    """`letters` and their check letter, in groups of four."""
    whole = letters + check_letter(letters)
    return " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def heard(typed: str, count: int) -> str | None:
    """The `count` letters that `typed` means, without the check letter; None for a slip.

    Any case, full width too; spaces and dashes anywhere; O for 0, I and L for 1.
    """
    folded = unicodedata.normalize("NFKC", typed)
    letters = _BETWEEN.sub("", folded).upper().translate(_MISTAKEN)
    if len(letters) != count + 1 or set(letters) - set(CROCKFORD):
        return None
    return letters[:-1] if check_letter(letters[:-1]) == letters[-1] else None
