"""The boxes for bundles, as the use cases are handed them: where sealed bundles leave and arrive, and what the courier has beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from core.exchange.state import CourierState
from core.office.courier_papers import CourierPair, CourierPapers


class Boxes(Protocol):
    """The vault folder's `outbox/` and `inbox/` (files of sealed bundles), `courier/partner.json` and the courier's papers."""

    def put_out(self, name: str, zip_bytes: bytes, manifest: bytes) -> None:
        """Write both, manifest last; writing the same again changes nothing."""
        ...

    def clear_out(self, name: str) -> None:
        """Remove a sent bundle's files once its arrival is signed for."""
        ...

    def waiting_in(self) -> list[str]:
        """Names (without ending) of complete bundles in the inbox, in order of name."""
        ...

    def read_in(self, name: str) -> tuple[bytes, bytes]: ...
    def fetch_again(self, name: str) -> None:
        """Ask the courier to bring a bundle once more that it has brought before."""
        ...

    def done_in(self, name: str) -> None:
        """Remove an imported bundle's files from the inbox (the vault holds them now)."""
        ...

    def arrived_in(self) -> dict[str, dt.datetime]:
        """When each bundle of `waiting_in` came, in the same order."""
        ...

    def courier_state(self) -> CourierState | None:
        """The courier's word about its last round, None before the first. Raises `IntegrityFailure` when it cannot be read."""
        ...

    def receipts(self) -> list[str]:
        """Names of our bundles beside which a receipt lies."""
        ...

    def receipt(self, name: str) -> bytes:
        """What lies beside that bundle. Raises `IntegrityFailure` for a file no courier of ours would lay there."""
        ...

    def refuse_receipt(self, name: str) -> None:
        """Keep as evidence what is no receipt, so that it stands in nobody's way."""
        ...

    def send_again(self, name: str) -> None:
        """Ask the courier to see to it that this bundle lies at the remote, though it is receipted."""
        ...

    def sent_again(self) -> list[str]:
        """Of which that was asked and not cleared."""
        ...

    def set_aside(self, name: str, *, sent: bool = False) -> None:
        """Take a bundle's files out of the inbox (`sent`: the outbox) and keep them as evidence."""
        ...

    def manifest_aside(self, name: str, manifest_sha256: str) -> bytes | None:
        """The manifest of a bundle that was set aside, as it is kept; None where it is there no more."""
        ...

    def put_partner(self, pairs: Sequence[CourierPair]) -> None:
        """Hand the courier the public cards it checks against and its own keys, oldest epoch first.

        A key of an epoch that is not among them is removed.
        """
        ...

    def courier_papers(self) -> CourierPapers:
        """Its journal, and what it has kept of the remote's own log."""
        ...
