"""The day of an outing: whom to call, and who did not come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.draw.standing import PlaceState
from core.errors import Refused
from core.office.choices import Callees
from core.office.desk import Desk, programme_of
from core.office.participants import Participants
from core.office.seating import today
from core.roles import Right


@dataclass(frozen=True)
class Call:
    """One line of a telephone list: nothing but what a call needs."""

    number: int
    kana: str
    phone: str = field(repr=False)
    """Digits, or ""."""


class OutingDay:
    """The use cases of an outing's day in the 参加者 pane and `ikiiki participants`."""

    def __init__(self, desk: Desk, participants: Participants) -> None:
        self._desk = desk
        self._participants = participants

    def phones(self, outing: str, who: Callees) -> list[Call]:
        """Their telephone numbers, in the order of the outing's list. One access-log entry with outing and count."""
        self._desk.actor.require(Right.OPEN_RECORD)
        people = [
            person
            for person in self._participants.list(outing)
            if (person.standing is PlaceState.WAITING) == (who is Callees.WAITING)
            and not (who is Callees.PENDING and person.present is not None)
        ]
        with self._desk.writing(Right.OPEN_RECORD) as tx:
            found = [(person, tx.applications.by_record(person.record)) for person in people]
            self._desk.log(tx, "phones", f"outing={outing} who={who} n={len(found)}")
        return [Call(p.number, p.kana, a.applicant.phone if a is not None else "") for p, a in found]

    def no_shows(self, outing: str) -> Sequence[int]:
        """Note everybody seated of whom nothing is noted as absent; their 受付番号. Refused before the day."""
        self._desk.actor.require(Right.PARTICIPANTS)
        people = [
            person
            for person in self._participants.list(outing)
            if person.standing is not PlaceState.WAITING and person.present is None
        ]
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            day = programme_of(tx).outing(outing).date
            if today(self._desk) < day:
                raise Refused(
                    "出欠を記録できるのは開催日からです",
                    where=f"{outing} {day}",
                    next_step="来られないと分かっている人は「辞退」で記録してください",
                )
            noted = tx.attendance.of(outing)
            people = [person for person in people if person.record not in noted]
            for person in people:
                tx.attendance.put(outing, person.record, False, self._desk.now(), self._desk.actor.staff_id)
            numbers = ",".join(str(person.number) for person in people)
            self._desk.log(tx, "attend", f"{outing} n={len(people)} no={numbers} no")
        return [person.number for person in people]
