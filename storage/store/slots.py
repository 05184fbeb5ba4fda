"""Staff changes as the use cases ask for them (`core.office.staff.Slots`): slot and tables as one."""

from __future__ import annotations

from core.office.staff import NewPerson, Record
from storage.store.tx import VaultTx
from storage.vault.kdf import KdfParams
from storage.vault.opened import OpenVault
from storage.vault.sqlcipher import Connection
from storage.vault.vault import NewStaff


class VaultSlots:
    """The slots of an open vault. New slots take the Argon2id parameters of the person who makes them."""

    def __init__(self, vault: OpenVault) -> None:
        self._vault = vault

    def add(self, person: NewPerson, record: Record) -> None:
        """See `storage.vault.staff.add_staff`."""
        from storage.vault.staff import add_staff

        def enter(connection: Connection, new: NewStaff, public: bytes) -> None:
            record(VaultTx(connection), public)

        staff = NewStaff(person.staff_id, person.name, person.role, person.password)
        add_staff(self._vault, staff, kdf=self._kdf(), record=enter)

    def remove(self, staff_id: str, record: Record) -> None:
        """See `storage.vault.staff.remove_staff`."""
        from storage.vault.staff import remove_staff

        def leave(connection: Connection) -> None:
            record(VaultTx(connection), b"")

        remove_staff(self._vault, staff_id, record=leave)

    def renew(self, record: Record) -> None:
        """A new data key for everybody, with a change of the tables in the copy made for it (`storage.vault.rekey`).

        What the change takes away stands in no page of the new file but as zeros, and the old one dies with its key.
        """
        from storage.vault.rekey import rekey

        rekey(self._vault, record=lambda connection: record(VaultTx(connection), b""))

    def change_password(self, old: str, new: str) -> None:
        """See `storage.vault.staff.change_password`."""
        from storage.vault.staff import change_password

        change_password(self._vault, old, new)

    def _kdf(self) -> KdfParams:
        slot = self._vault.header.slot(self._vault.staff_id)
        assert slot is not None, "whoever is logged in has a slot"
        return slot.kdf
