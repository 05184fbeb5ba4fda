"""What the registers' use cases need of the vault."""

from __future__ import annotations

from typing import Protocol

from core.register_kinds import Entry


class RegisterRows(Protocol):
    """The table of the registers: append-only."""

    def add(self, entry: Entry) -> None:
        """The next version of its entry, or the first. Raises `IntegrityFailure` out of step."""
        ...

    def all(self) -> list[Entry]:
        """Every version of every register, in the order they were written."""
        ...
