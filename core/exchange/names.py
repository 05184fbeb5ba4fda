"""Names of what lies in a remote: opaque, lower-case ASCII, telling nothing but that something passed.

Lower case alone, because Box takes two names that differ in case for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from core.exchange.strict import MAX_INTEGER
from core.roles import Site


class Channel(StrEnum):
    """One-way series of bundles. The ward's desk has its own, on media only: a medium that is still in a bag, or was
    lost, must never hold up what goes over the line."""

    TO_WARD = "cw"
    TO_CONTRACTOR = "wc"
    WARD_DESK = "wd"

    @property
    def sender(self) -> Site:
        return Site.CONTRACTOR if self is Channel.TO_WARD else Site.WARD


MAX_SEQ = 99_999_999
_BUNDLE = re.compile(r"([1-9][0-9]{0,6})-(cw|wc|wd)-([0-9]{8})")
ZIP = ".zip"
MANIFEST = ".manifest"
RECEIPT = ".receipt"
AGAIN = ".again"
"""Of an empty file in the inbox: the vault asks the courier to fetch that bundle once more."""


@dataclass(frozen=True, order=True)
class BundleName:
    """`<epoch>-<channel>-<seq:08d>`: epochs and seqs count from 1."""

    epoch: int
    channel: Channel
    seq: int

    def __post_init__(self) -> None:
        if not 1 <= self.epoch <= MAX_INTEGER or not 1 <= self.seq <= MAX_SEQ:
            raise ValueError("epoch or seq out of range")

    def __str__(self) -> str:
        return f"{self.epoch}-{self.channel.value}-{self.seq:08d}"

    @property
    def zip(self) -> str:
        return f"{self}{ZIP}"

    @property
    def manifest(self) -> str:
        return f"{self}{MANIFEST}"

    @property
    def receipt(self) -> str:
        return f"{self}{RECEIPT}"

    @property
    def again(self) -> str:
        return f"{self}{AGAIN}"


def bundle_name(text: str, ending: str = "") -> BundleName | None:
    """The bundle a file name speaks of, or None when `text` is not `<bundle><ending>`."""
    found = _BUNDLE.fullmatch(text.removesuffix(ending)) if text.endswith(ending) else None
    if found is None or int(found[3]) < 1:
        return None
    return BundleName(int(found[1]), Channel(found[2]), int(found[3]))
