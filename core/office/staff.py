"""Staff: the roster is the only list of logins; each change is a new roster in the ledger, signed by the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, iso
from core.office.keyring import enrol
from core.office.ledger import write_line
from core.office.ports import StaffRow, Tx
from core.roles import Right, Role


@dataclass(frozen=True)
class NewPerson:
    """Who is to get a login. The password is the person's own to change."""

    staff_id: str
    name: str
    role: Role
    password: str = field(repr=False)


Record = Callable[[Tx, bytes], None]
"""Enters a change of staff into the tables, given the person's signing public key (32 raw bytes, b"" on leaving)."""


class Slots(Protocol):
    """The vault's header: who can open it. Slot and tables change as one. Implemented by storage."""

    def add(self, person: NewPerson, record: Record) -> None: ...

    def remove(self, staff_id: str, record: Record) -> None:
        """Remove a slot and re-key the vault, with nobody else inside."""
        ...

    def renew(self, record: Record) -> None:
        """Re-key the vault for everybody who is in it, together with a change of the tables."""
        ...

    def change_password(self, staff_id: str, old: str, new: str) -> None: ...


class StaffDesk:
    """The use cases of `ikiiki staff`."""

    def __init__(self, desk: Desk, slots: Slots) -> None:
        self._desk = desk
        self._slots = slots

    def list(self) -> list[StaffRow]:
        """Everybody who has or had a login, oldest first."""
        with self._desk.reading() as tx:
            return tx.staff.list()

    def add(self, person: NewPerson) -> None:
        """Give a person a login. Killed half way, the same call again completes it."""
        self._desk.actor.require(Right.STAFF)

        def record(tx: Tx, public: bytes) -> None:
            if any(row.staff_id == person.staff_id for row in tx.staff.list()):
                raise Refused(
                    "この職員IDはすでに使われています（退職した人のIDも使えません）", where=person.staff_id
                )
            tx.staff.add(StaffRow(person.staff_id, person.name, person.role, public, self._desk.now()))
            enrol(tx, self._desk.actor.site, iso(self._desk.now()))
            write_line(
                self._desk, tx, Act.GRANT, Content.STAFF, 1, Unit.PEOPLE, ref=f"staff:{person.staff_id}"
            )
            self._desk.log(tx, "staff_add", f"{person.staff_id} {person.role.value}")

        self._slots.add(person, record)

    def revoke(self, staff_id: str) -> None:
        """Take a person's login away. The vault is re-keyed, so that what they may have kept opens nothing new."""
        self._desk.actor.require(Right.STAFF)
        if staff_id == self._desk.actor.staff_id:
            raise Refused("自分自身の登録は取り消せません", next_step="ほかの取扱責任者に依頼してください")
        row = next((row for row in self.list() if row.staff_id == staff_id), None)
        if row is None:
            raise UsageError("この職員IDは登録されていません", where=staff_id)
        if row.until is not None:
            raise Refused("この職員IDはすでに取り消されています", where=staff_id)

        def record(tx: Tx, _: bytes) -> None:
            tx.staff.end(staff_id, self._desk.now())
            enrol(tx, self._desk.actor.site, iso(self._desk.now()))
            write_line(self._desk, tx, Act.REVOKE, Content.STAFF, 1, Unit.PEOPLE, ref=f"staff:{staff_id}")
            self._desk.log(tx, "staff_revoke", staff_id)

        self._slots.remove(staff_id, record)

    def change_password(self, old: str, new: str) -> None:
        """One's own password."""
        self._slots.change_password(self._desk.actor.staff_id, old, new)
        with self._desk.writing(Right.READ) as tx:
            self._desk.log(tx, "password")
