"""What the exchange shows of itself: a bundle just taken in, and the whole of the 送受信 pane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.office.due import ExchangeStatus
from core.office.ports import BundleRow


@dataclass(frozen=True)
class Imported:
    """A bundle that has been taken in."""

    name: str
    kind: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Overview:
    """What the 送受信 pane shows."""

    paired: bool
    fingerprint: str
    partner_fingerprint: str
    sent: tuple[BundleRow, ...]
    received: tuple[BundleRow, ...]
    waiting: tuple[str, ...]
    """Names in the inbox that a person has to take in."""
    status: ExchangeStatus
    """How far each bundle is, and what is late."""
    keys: str = ""
    """While keys change: where that stands, in Japanese."""
