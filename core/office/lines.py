"""JSON lines inside a bundle: written canonically, and read from a sender who may have gone bad."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from core.canonical import canonical_json
from core.exchange.strict import bad, object_of
from core.ledger.chain import split_lines

LONGEST_TEXT = 1000
"""Characters of the longest text taken from the other site; every reader at the door is stricter."""
_STEERING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def jsonl(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Canonical JSON lines."""
    return b"".join(canonical_json(row) + b"\n" for row in rows)


def from_jsonl(data: bytes, name: str) -> list[dict[str, Any]]:
    """Objects of a JSON-lines entry, each the canonical spelling. Raises `IntegrityFailure` naming the line."""
    lines = split_lines(data, name=name)
    return [object_of(line[:-1], name=f"{name} {number}行目") for number, line in enumerate(lines, start=1)]


def safe_text(value: object, where: str) -> str:
    """A text that can be stored and shown. Raises `IntegrityFailure` for anything else, control characters among it."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or steers(value):
        raise bad("受け取ったデータの項目の値が正しくありません", where)
    return value


def steers(text: str) -> bool:
    """Whether `text` holds what steers a terminal or forges a line: control, bidi, separators, lone surrogates."""
    return not text.isprintable() and any(
        char in _BIDI or unicodedata.category(char) in _STEERING for char in text
    )
