"""What became of a bundle that is never to be in force: the receiver set it aside, the sender voided it.

Both words are needed (docs/exchange.md, "A bundle that is refused"): a receiver passes over a number only where it has
set its bundle aside itself, and only on the sender's signed word.
"""

from __future__ import annotations

import builtins
import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Fate:
    """One such word on one bundle."""

    name: str
    direction: str
    """out | in"""
    void: bool
    """Voided; otherwise set aside, which is a first step only."""
    manifest_sha256: str
    at: dt.datetime


class Fates(Protocol):
    """Implemented by storage. Nothing is ever taken out of it."""

    def add(self, fate: Fate) -> None: ...
    def get(self, name: str) -> Fate | None:
        """The last word on a bundle: void stands over set aside."""
        ...

    def list(self, direction: str) -> builtins.list[Fate]: ...
