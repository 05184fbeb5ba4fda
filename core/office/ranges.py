"""Numbers in an answer to a printed list: `1-25 7を除く` names 1 to 25 but for 7."""

from __future__ import annotations

import re

_FULL = str.maketrans("０１２３４５６７８９－ー―〜～~、，,　", "0123456789------   " + " ")
_RANGE = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?(を除く|除く|以外)?")
LARGEST = 100_000
"""Numbers one answer may name: more is a slip of the finger."""


def numbers_in(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """(named, left out) of an answer. Raises `ValueError` with a Japanese sentence when it cannot be read."""
    named: set[int] = set()
    left: set[int] = set()
    words = text.translate(_FULL).split()
    if not words:
        raise ValueError("番号を入力してください")
    for word in words:
        match = _RANGE.fullmatch(word)
        if match is None:
            raise ValueError(f"「{word[:12]}」を読めません。12 34 や 1-25 7を除く のように書いてください")
        first = int(match[1])
        last = int(match[2] or first)
        if last < first or last - first > LARGEST:
            raise ValueError(f"「{word[:20]}」の範囲が正しくありません")
        (left if match[3] else named).update(range(first, last + 1))
    if left - named:
        raise ValueError("除く番号が、範囲の中にありません")
    return frozenset(named - left), frozenset(left)
