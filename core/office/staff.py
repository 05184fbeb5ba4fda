"""Staff: the roster is the only list of logins; each change is a new roster in the ledger, signed by the site."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, iso, programme_of
from core.office.keyring import enrol
from core.office.ledger import write_line
from core.office.logins import Due, chosen
from core.office.ports import StaffRow, Tx
from core.office.unsettled import need_settled
from core.passwords.judging import Verdict, judge, require_good
from core.passwords.phrase import make_phrase
from core.programme import Programme
from core.roles import SITE_WORDS, Right, Role, Site


@dataclass(frozen=True)
class NewPerson:
    """Who is to get a login. The password is the person's own to change."""

    staff_id: str
    name: str
    role: Role
    password: str = field(repr=False)


Record = Callable[[Tx, bytes], None]
"""Enters a change of staff into the tables, given the person's signing public key (32 raw bytes, b"" on leaving)."""


def once_each(rows: Sequence[StaffRow]) -> list[StaffRow]:
    """Everybody once, oldest first: who got new keys with a new password has two rows, and is one person since the first."""
    people: dict[str, StaffRow] = {}
    for row in rows:
        before = people.get(row.staff_id)
        people[row.staff_id] = dataclasses.replace(row, since=before.since) if before else row
    return list(people.values())


def known_of(staff_id: str, name: str, site: Site, programme: Programme | None) -> tuple[str, ...]:
    """What whoever guesses a person's password knows of them."""
    of_programme = (programme.name, programme.ward, programme.contact.name) if programme else ()
    return (staff_id, name, SITE_WORDS[site], *of_programme)


class Slots(Protocol):
    """The vault's header: who can open it. Slot and tables change as one. Implemented by storage."""

    def add(self, person: NewPerson, record: Record) -> None:
        """A slot with fresh keys; one of the same id is replaced by it."""
        ...

    def remove(self, staff_id: str, record: Record) -> None:
        """Remove a slot and re-key the vault, with nobody else inside."""
        ...

    def renew(self, record: Record) -> None:
        """Re-key the vault for everybody who is in it, together with a change of the tables."""
        ...

    def change_password(self, old: str, new: str) -> None:
        """That of whoever is logged in."""
        ...


class StaffDesk:
    """The use cases of `ikiiki staff`."""

    def __init__(self, desk: Desk, slots: Slots) -> None:
        self._desk = desk
        self._slots = slots

    def list(self) -> list[StaffRow]:
        """Everybody who has or had a login, oldest first."""
        with self._desk.reading() as tx:
            return once_each(tx.staff.list())

    def phrase(self) -> str:
        """A fresh passphrase that nobody knows."""
        return make_phrase(self._desk.entropy)

    def judge(self, password: str) -> Verdict:
        """How one's own new password would do."""
        return judge(password, self._known(self._desk.actor.staff_id, self._desk.actor.name))

    def add(self, person: NewPerson) -> None:
        """Give a person a login. Killed half way, the same call again completes it.

        The password is for the first login alone: nothing else can be done before the person has chosen another.
        """
        self._need_settled()
        require_good(person.password, self._known(person.staff_id, person.name))

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
            chosen(tx, person.staff_id, self._desk.now(), Due.INITIAL)
            self._desk.log(tx, "staff_add", f"{person.staff_id} {person.role.value}")

        self._slots.add(person, record)

    def reset(self, staff_id: str, password: str) -> None:
        """A new password, for the next login alone, for somebody who has forgotten theirs.

        Keys are behind a password, and nobody else can open them: the person gets fresh ones, and is in the roster with
        those from now on. Whoever is logged in under that id is out. Killed half way, the same call again completes it.
        """
        self._need_settled()
        if staff_id == self._desk.actor.staff_id:
            raise Refused(
                "自分のパスワードは再設定できません", next_step="ikiiki staff password で変えてください"
            )
        row = self._active(staff_id)
        require_good(password, self._known(staff_id, row.name))

        def record(tx: Tx, public: bytes) -> None:
            now = self._desk.now()
            tx.staff.end(staff_id, now)
            tx.staff.add(StaffRow(staff_id, row.name, row.role, public, now))
            enrol(tx, self._desk.actor.site, iso(now))
            write_line(self._desk, tx, Act.RESET, Content.STAFF, 1, Unit.PEOPLE, ref=f"staff:{staff_id}")
            chosen(tx, staff_id, now, Due.RESET)
            self._desk.log(tx, "password_reset", staff_id)

        self._slots.add(NewPerson(staff_id, row.name, row.role, password), record)

    def revoke(self, staff_id: str) -> None:
        """Take a person's login away. The vault is re-keyed, so that what they may have kept opens nothing new."""
        self._need_settled()
        if staff_id == self._desk.actor.staff_id:
            raise Refused("自分自身の登録は取り消せません", next_step="ほかの取扱責任者に依頼してください")
        self._active(staff_id)

        def record(tx: Tx, _: bytes) -> None:
            tx.staff.end(staff_id, self._desk.now())
            enrol(tx, self._desk.actor.site, iso(self._desk.now()))
            write_line(self._desk, tx, Act.REVOKE, Content.STAFF, 1, Unit.PEOPLE, ref=f"staff:{staff_id}")
            self._desk.log(tx, "staff_revoke", staff_id)

        self._slots.remove(staff_id, record)

    def change_password(self, old: str, new: str) -> None:
        """One's own password: all that can be done while one has to be chosen."""
        actor = self._desk.actor
        require_good(new, self._known(actor.staff_id, actor.name), before=old)
        self._slots.change_password(old, new)
        with self._desk.store.write() as tx:
            chosen(tx, actor.staff_id, self._desk.now())
            self._desk.log(tx, "password")

    def _need_settled(self) -> None:
        """Before any key is made: `core.office.unsettled`."""
        with self._desk.reading(Right.STAFF) as tx:
            need_settled(tx)

    def _active(self, staff_id: str) -> StaffRow:
        row = next((row for row in self.list() if row.staff_id == staff_id), None)
        if row is None:
            raise UsageError("この職員IDは登録されていません", where=staff_id)
        if row.until is not None:
            raise Refused("この職員IDはすでに取り消されています", where=staff_id)
        return row

    def _known(self, staff_id: str, name: str) -> tuple[str, ...]:
        with self._desk.store.read() as tx:
            there = tx.settings.get("programme") is not None
            return known_of(staff_id, name, self._desk.actor.site, programme_of(tx) if there else None)
