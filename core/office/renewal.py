"""A new data key together with a change of the tables: how somebody's erasure reaches pages that are older than it."""

from __future__ import annotations

from typing import Protocol

from core.office.staff import Record


class Renewal(Protocol):
    """A new data key, with a change of the tables that takes effect together with it. Implemented by storage."""

    def renew(self, record: Record) -> None: ...
