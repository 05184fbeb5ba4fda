"""What passes between the vault and the courier beside the bundles: cards and keys to it, its own papers from it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CourierPair:
    """What the courier has to know of one epoch."""

    own_card: bytes
    partner_card: bytes
    key: bytes = field(default=b"", repr=False)
    """Its own Ed25519 key, 32 bytes; empty for the one it was given when the vault was made."""


@dataclass(frozen=True)
class CourierPapers:
    """What the courier keeps of its own work, as it lies there; empty where there is none."""

    journal: bytes = b""
    log: bytes = b""
    """The remote's own log (`core.exchange.happenings`)."""
    watch: bytes = b""
    """How far that was read."""
