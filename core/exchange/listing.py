"""Lists of bundles inside a bundle: what was sealed before it, what it takes back. As `sha256sum` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.exchange.names import BundleName, bundle_name
from core.exchange.strict import bad
from core.ledger.chain import split_lines

VOID = "void.txt"
"""Entry of a `void` bundle: the bundles it takes back, in order, the last of them the one right before it."""
_LINE = re.compile(rb"([0-9a-f]{64})  ([0-9a-z-]{1,30})\.manifest\n")


def write_listing(bundles: Iterable[tuple[str, str]]) -> bytes:
    """Of (name, hash of the manifest)."""
    return "".join(f"{digest}  {name}.manifest\n" for name, digest in bundles).encode()


def read_listing(data: bytes, *, name: str) -> dict[BundleName, str]:
    """By bundle, in the order they stand. Raises `IntegrityFailure` for another form, or a bundle twice."""
    listed: dict[BundleName, str] = {}
    for line in split_lines(data, name=name):
        found = _LINE.fullmatch(line)
        bundle = bundle_name(found[2].decode()) if found else None
        if found is None or bundle is None or bundle in listed:
            raise bad("束の一覧が読めません", name)
        listed[bundle] = found[1].decode()
    return listed


def read_void(data: bytes, bundle: BundleName) -> dict[BundleName, str]:
    """What the void bundle `bundle` takes back: a stretch of its own series, without a hole, that ends right before it.

    Raises `IntegrityFailure` for anything else: a void that left one out would leave two readings of the series.
    """
    name = f"{bundle} {VOID}"
    listed = read_listing(data, name=name)
    first = bundle.seq - len(listed)
    if not listed or first < 1:
        raise bad("取り消す束の一覧が正しくありません", name)
    if list(listed) != [BundleName(bundle.epoch, bundle.channel, seq) for seq in range(first, bundle.seq)]:
        raise bad("取り消す束の一覧に、欠けた番号か別の系列の束があります", name)
    return listed
