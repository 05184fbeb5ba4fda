"""The hash chain of the 操作ログ, whose head travels in every checkpoint (docs/exchange.md, "Access log")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.canonical import canonical_json, sha256_hex
from core.exchange.strict import HASH


def access_line(previous: str, row: Mapping[str, Any]) -> bytes:
    """`<previous hash> <canonical JSON>\\n`: the ledger's own shape, unsigned. The first `previous` is 64 zeros."""
    if not HASH.fullmatch(previous):
        raise ValueError("not a hash")
    return previous.encode("ascii") + b" " + canonical_json(row) + b"\n"


def access_hash(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of a row after the row that hashes to `previous`."""
    return sha256_hex(access_line(previous, row))
