"""Staff: the roster is the only list of logins; each change is a new roster in the ledger, signed by the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, iso
from core.office.keyring import enrol
from core.office.ledger import write_line
from core.office.ports import StaffRow
from core.roles import Right, Role


@dataclass(frozen=True)
class NewPerson:
    """Who is to get a login. The password is the person's own to change."""

    staff_id: str
    name: str
    role: Role
    password: str


class Slots(Protocol):
    """The vault's header: who can open it. Implemented by storage."""

    def add(self, person: NewPerson) -> bytes:
        """Make a slot; returns the new signing public key, 32 raw bytes. The same id again replaces nothing: `Refused`."""
        ...

    def remove(self, staff_id: str) -> None:
        """Remove a slot and re-key the vault. Nothing happens when the slot is gone already."""
        ...

    def change_password(self, staff_id: str, old: str, new: str) -> None: ...

    def ids(self) -> list[str]: ...


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
        if len(person.password) < 8:
            raise UsageError("パスワードは8文字以上にしてください", next_step="長い言葉の組合せが安全です")
        if any(row.staff_id == person.staff_id for row in self.list()):
            raise Refused(
                "この職員IDはすでに使われています（退職した人のIDも使えません）", where=person.staff_id
            )
        if person.staff_id in self._slots.ids():
            self._slots.remove(
                person.staff_id
            )  # left behind by a call that was killed before the roster knew it
        public = self._slots.add(person)
        with self._desk.writing(Right.STAFF) as tx:
            tx.staff.add(StaffRow(person.staff_id, person.name, person.role, public, self._desk.now()))
            enrol(tx, self._desk.actor.site, iso(self._desk.now()))
            write_line(
                self._desk, tx, Act.GRANT, Content.STAFF, 1, Unit.PEOPLE, ref=f"staff:{person.staff_id}"
            )
            self._desk.log(tx, "staff_add", f"{person.staff_id} {person.role.value}")

    def revoke(self, staff_id: str) -> None:
        """Take a person's login away. The vault is re-keyed, so that what they may have kept opens nothing new.

        The roster goes first: killed half way, the same call again completes the re-keying.
        """
        self._desk.actor.require(Right.STAFF)
        if staff_id == self._desk.actor.staff_id:
            raise Refused("自分自身の登録は取り消せません", next_step="ほかの取扱責任者に依頼してください")
        rows = {row.staff_id: row for row in self.list()}
        if staff_id not in rows:
            raise UsageError("この職員IDは登録されていません", where=staff_id)
        if rows[staff_id].until is None:
            with self._desk.writing(Right.STAFF) as tx:
                tx.staff.end(staff_id, self._desk.now())
                enrol(tx, self._desk.actor.site, iso(self._desk.now()))
                write_line(self._desk, tx, Act.REVOKE, Content.STAFF, 1, Unit.PEOPLE, ref=f"staff:{staff_id}")
                self._desk.log(tx, "staff_revoke", staff_id)
        self._slots.remove(staff_id)

    def change_password(self, old: str, new: str) -> None:
        """One's own password."""
        if len(new) < 8:
            raise UsageError("パスワードは8文字以上にしてください", next_step="長い言葉の組合せが安全です")
        self._slots.change_password(self._desk.actor.staff_id, old, new)
        with self._desk.writing(Right.READ) as tx:
            self._desk.log(tx, "password")
