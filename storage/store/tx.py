"""The vault's contents as the use cases see them: one object per table, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from core.errors import IntegrityFailure
from storage.store.access import AccessTable
from storage.store.applications import ApplicationTable
from storage.store.blanks import BlankTable
from storage.store.bundles import BundleTable
from storage.store.draws import DrawTable
from storage.store.fates import FateTable
from storage.store.ledger import LedgerTable
from storage.store.log_reviews import LogReviewTable
from storage.store.mails import MailTable
from storage.store.outings import AttendanceTable, NoticeTable
from storage.store.people import DraftTable, SettingTable, StaffTable
from storage.store.registers import RegisterTable
from storage.store.review_list import ReviewListTable
from storage.store.reviews import ReviewTable
from storage.store.rows import Connection
from storage.store.sources import SourceTable


class OpenVault(Protocol):
    """What a `VaultStore` needs of an open vault: `storage.vault` gives it.

    Both hand out the raw connection inside a transaction that ends with the block: read always rolls back or commits
    nothing, write commits as a whole, or not at all when the block raises.
    """

    def read(self) -> AbstractContextManager[Connection]: ...
    def write(self) -> AbstractContextManager[Connection]: ...


class VaultTx:
    """Implements `core.office.ports.Tx` over one connection; begins and ends no transaction itself."""

    def __init__(self, connection: Connection) -> None:
        self.applications = ApplicationTable(connection)
        self.sources = SourceTable(connection)
        self.reviews = ReviewTable(connection)
        self.review_list = ReviewListTable(connection, self.applications)
        self.draws = DrawTable(connection)
        self.ledger = LedgerTable(connection)
        self.access = AccessTable(connection)
        self.bundles = BundleTable(connection)
        self.fates = FateTable(connection)
        self.staff = StaffTable(connection)
        self.settings = SettingTable(connection)
        self.attendance = AttendanceTable(connection)
        self.notices = NoticeTable(connection)
        self.mails = MailTable(connection)
        self.drafts = DraftTable(connection)
        self.blanks = BlankTable(connection)
        self.registers = RegisterTable(connection)
        self.log_reviews = LogReviewTable(connection)


class VaultStore:
    """Implements `core.office.ports.Store` over an open vault."""

    def __init__(self, vault: OpenVault) -> None:
        self._vault = vault

    @contextmanager
    def read(self) -> Iterator[VaultTx]:
        """One consistent state. Raises what the vault raises."""
        with self._vault.read() as connection:
            yield VaultTx(connection)

    @contextmanager
    def write(self) -> Iterator[VaultTx]:
        """All of it or nothing. Raises `IntegrityFailure` when a rule of the tables is broken (nothing is kept)."""
        from sqlcipher3 import dbapi2

        try:
            with self._vault.write() as connection:
                yield VaultTx(connection)
        except dbapi2.IntegrityError as error:  # type: ignore[attr-defined]  # sqlcipher3 ships no types
            # SQLite names the rule, table and column here, never a value.
            raise IntegrityFailure(
                "保管庫の決まりに反する書き込みを止めました。何も保存していません",
                where=str(error),
                next_step="ikiiki doctor で保管庫を点検してください",
            ) from error
