"""Intake ①②: rows and forms become applications; doubtful ones are held, never dropped; all can be corrected later."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.applicant import PROBLEM_WORDS, Application, Problem, Route, State
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.changed import Changed, changed
from core.office.corrections import (
    NothingToCorrect,
    edit_right,
    need,
    need_as_seen,
    need_ours,
    need_undrawn,
)
from core.office.counter import note_keyed
from core.office.desk import Desk, programme_of
from core.office.drafts import ENTRY, edit_of, forget
from core.office.form_check import FormCheck, form_check
from core.office.forms import as_fields, fingerprint_of, take_on
from core.office.grouping import SHOWN, Hint, companions, gather, regrouped
from core.office.ledger import write_line
from core.office.list_row import ListRow, list_row
from core.office.listing import Landmark, ListFilter
from core.office.lookups import Lookups
from core.office.ports import SourceRow
from core.office.reasons import need_reason
from core.office.settling import Settling, awaited_of
from core.people.company import read_company
from core.people.duplicates import folded_key
from core.people.fields import Field
from core.people.reading import kept_text, read_applicant
from core.people.wishes import read_group
from core.programme import Programme
from core.roles import Right, Site

_MEDIUM = {
    Route.WEB: Medium.WEB,
    Route.POST: Medium.POSTCARD,
    Route.FAX: Medium.FAX,
    Route.DESK: Medium.PAPER,
}


class Intake:
    """The use cases of the 受付 pane and `ikiiki intake`."""

    def __init__(self, desk: Desk, lookups: Lookups) -> None:
        self._desk = desk
        self._lookups = lookups

    # -- keyed entry ------------------------------------------------------------------------------------

    def read(self, fields: Mapping[Field, str]) -> FormCheck:
        """How the fields are read, and nothing of anybody else: for a correction while it is typed."""
        with self._desk.reading(edit_right(self._desk)) as tx:
            programme = programme_of(tx)
        return form_check(programme, read_applicant(fields, programme.reading_rules(keyed=True)))

    def check(self, fields: Mapping[Field, str]) -> FormCheck:
        """What the form would become, for showing problems beside the fields before anything is saved.

        It says who is there already by name, birth date and the rest: so it takes the right to key an application, and is
        logged where it finds somebody by what the list does not show.
        """
        with self._desk.reading(edit_right(self._desk)) as tx:
            programme = programme_of(tx)
            reading = read_applicant(fields, programme.reading_rules(keyed=True))
            key = folded_key(reading.applicant)
            duplicates = tuple(a.number for a in tx.applications.with_duplicate_key(key)) if key else ()
            proposed = companions(
                self._desk,
                tx,
                reading.applicant,
                wanted=bool(reading.applicant.group) or Problem.GROUP_INCOMPLETE in reading.problems,
                named=read_company(fields.get(Field.GROUP)),
            )
        alike = [one for one in proposed if not set(one.hints) <= SHOWN]
        hints = {hint for one in alike for hint in one.hints}
        asked = {"born": key} if key and duplicates else {}
        asked |= {Hint.PHONE: reading.applicant.phone} if Hint.PHONE in hints else {}
        asked |= {Hint.ADDRESS: reading.applicant.address} if Hint.ADDRESS in hints else {}
        found = sorted({*duplicates, *(one.number for one in alike)})
        self._lookups.checked(edit_right(self._desk), asked.items(), found)
        return form_check(programme, reading, duplicates, proposed)

    def add(self, fields: Mapping[Field, str], route: Route, together: Sequence[int] = ()) -> Application:
        """Save a keyed form. At the ward only its counter's applications (`Route.DESK`) are keyed.

        `together`: 受付番号 of those whom a person found to belong to the same group (raises as `Groups.tie`). Of whom the
        group's field names in words nothing is kept but that, or how many, they are.
        """
        right = Right.DESK if self._desk.actor.site is Site.WARD else Right.INTAKE
        if self._desk.actor.site is Site.WARD and route is not Route.DESK:
            raise Refused(
                "区で入力できるのは窓口で受けた応募だけです", next_step="経路に「窓口」を選んでください"
            )
        with self._desk.writing(right) as tx:
            programme = programme_of(tx)
            reading = read_applicant(fields, programme.reading_rules(keyed=True))
            settling = Settling(tx, programme, self._desk.now(), self._desk.actor.staff_id)
            number = take_on(
                self._desk,
                tx,
                reading,
                route,
                source="keyed",
                receipt=fields.get(Field.RECEIPT) or None,
                settling=settling,
            ).number
            for other in together:
                need_undrawn(tx, need_ours(self._desk, tx, other))
            people = (
                read_company(fields.get(Field.GROUP)).people if programme.draw.largest_group > 1 else None
            )
            if together or people:
                gather(tx, settling, programme, [number, *together], people)
            cells = {
                field.value: text for field, value in fields.items() if (text := kept_text(field, value))
            }
            tx.sources.add(
                SourceRow(
                    "keyed", "keyed", "", number, None, fingerprint_of({**cells, "number": str(number)}), cells,
                    "keyed", number, self._desk.now(),
                )
            )  # fmt: skip
            settling.finish()
            write_line(
                self._desk, tx, Act.INTAKE, Content.FORMS, 1, Unit.SHEETS,
                medium=_MEDIUM[route], from_=Place.APPLICANTS,
                to=Place.CONTRACTOR if self._desk.actor.site is Site.CONTRACTOR else Place.WARD_DESK,
            )  # fmt: skip
            if self._desk.actor.site is Site.WARD:
                note_keyed(tx, need(tx, number).record)
            self._desk.log(tx, "key", f"no={number}")
            forget(tx, self._desk.actor.staff_id, ENTRY)
            return need(tx, number)

    # -- lists ------------------------------------------------------------------------------------------

    def programme(self) -> Programme:
        with self._desk.reading() as tx:
            return programme_of(tx)

    def counts(self) -> dict[State, int]:
        with self._desk.reading() as tx:
            return tx.applications.counts()

    def count(self, which: ListFilter) -> int:
        which = self._searchable(which)
        with self._desk.reading() as tx:
            return tx.applications.count(which)

    def page(self, which: ListFilter, offset: int, limit: int, near: Landmark | None = None) -> list[ListRow]:
        """Rows of the list in its order, masked. `near`: a place in it that is known not to have moved."""
        which = self._searchable(which)
        with self._desk.reading() as tx:
            programme = programme_of(tx)
            found = tx.applications.page(which, offset, limit, near)
            words = tx.reviews.latest("applicants", [application.record for application in found])
            return [list_row(programme, one, words.get(one.record)) for one in found]

    def following(self, which: ListFilter, after: int | None, limit: int) -> list[ListRow]:
        """The rows of the list behind this 受付番号 in its order (None: from its beginning), which need not be in it.

        Raises `UsageError` when there is no such application.
        """
        if after is None:
            return self.page(which, 0, limit)
        with self._desk.reading() as tx:
            need(tx, after)
        rows = self.page(which, 0, limit + 1, Landmark(0, after))
        return [row for row in rows if row.number != after][:limit]

    def states(self, numbers: Sequence[int]) -> dict[int, State]:
        """How these 受付番号 stand, of those that there are."""
        with self._desk.reading() as tx:
            found = (tx.applications.get(number) for number in numbers)
            return {application.number: application.state for application in found if application}

    def place(self, which: ListFilter, number: int) -> Landmark | None:
        """Where in the list a 受付番号 stands; None when it is not in it."""
        which = self._searchable(which)
        with self._desk.reading() as tx:
            return tx.applications.place(which, number)

    def _searchable(self, which: ListFilter) -> ListFilter:
        """With telephones left out for whom they are not; for whom they are, a search of them is logged."""
        which = replace(which, phones=which.phones and self._desk.actor.may(Right.OPEN_RECORD))
        self._lookups.searched(which)
        return which

    def open(self, number: int) -> Application:
        """One record with all five items. Opening is written to the access log."""
        with self._desk.writing(Right.OPEN_RECORD) as tx:
            application = need(tx, number)
            self._desk.log(tx, "open", f"no={number}")
            return application

    def sources(self, number: int) -> list[SourceRow]:
        """What was read for this application, as it was written. Logged like `open`."""
        with self._desk.writing(Right.OPEN_RECORD) as tx:
            need(tx, number)
            self._desk.log(tx, "open", f"no={number} sources")
            return tx.sources.of_application(number)

    # -- corrections ------------------------------------------------------------------------------------

    def edit(
        self,
        number: int,
        fields: Mapping[Field, str],
        reason: str = "corrected_application",
        *,
        seen: Application | int | None = None,
    ) -> Changed:
        """Correct some fields of an application, as a form would give them; the others stay.

        Raises `NothingToCorrect` where all stays as it is: it would be told, and logged, as work on somebody. That it does is the
        answer to a question, and logged as one. `seen`: as it was when the person began, or its version then. Raises `ChangedMeanwhile` when somebody else has changed it since.
        """
        need_reason(reason)
        try:
            return self._edit(number, fields, reason, seen)
        except NothingToCorrect:
            asked = sorted((field.value, text) for field, text in fields.items() if field not in _IN_THE_LIST)
            questions = [(f"edit {number}", str(asked))] if asked else []
            self._lookups.checked(edit_right(self._desk), questions, [number])
            raise

    def _edit(
        self, number: int, fields: Mapping[Field, str], reason: str, seen: Application | int | None
    ) -> Changed:
        with self._desk.writing(edit_right(self._desk)) as tx:
            programme = programme_of(tx)
            current = need_ours(self._desk, tx, number)
            if seen is not None:
                need_as_seen(tx, current, seen)
            waited = awaited_of(tx, current)
            given = {field: value for field, value in as_fields(current.applicant).items()}
            given.update(fields)
            reading = read_applicant(given, programme.reading_rules(keyed=True))
            if (reading.applicant.preferences, reading.applicant.group) != (
                current.applicant.preferences,
                current.applicant.group,
            ):
                need_undrawn(tx, current)
            settling = Settling(tx, programme, self._desk.now(), self._desk.actor.staff_id)
            settling.change(number, reading.applicant, reading, regrouped=Field.GROUP in fields)
            people = read_company(fields.get(Field.GROUP)).people
            if people and programme.draw.largest_group > 1:
                gather(tx, settling, programme, [number], people)
            settling.finish()
            made = need(tx, number)
            if (made.version, awaited_of(tx, made)) == (current.version, waited):
                raise NothingToCorrect(number)
            named = ",".join(sorted(field.value for field in fields))
            self._desk.log(tx, "edit", f"no={number} fields={named} reason={reason}")
            forget(tx, self._desk.actor.staff_id, edit_of(number))
            return changed(made)

    def need_to_resolve(self, reason: str) -> None:
        """Raises what would be wrong with resolving anything: a missing right, or a reason that there is not."""
        need_reason(reason)
        with self._desk.reading(edit_right(self._desk)):
            pass

    def resolve(self, number: int, accept: bool, reason: str, *, held_only: bool = False) -> Changed:
        """Accept a held application in spite of its problems, or refuse one that is held or (not `held_only`) accepted.

        `reason` is a code of `core.office.reasons.REASONS`; with `goes_alone` those who are here go without the companions who did not come. An accepted one is refused when the ward returned it, say.
        """
        need_reason(reason)
        with self._desk.writing(edit_right(self._desk)) as tx:
            current = need_ours(self._desk, tx, number)
            fitting = (State.HELD,) if accept or held_only else (State.HELD, State.ACCEPTED)
            if current.state not in fitting:
                raise Refused("保留中の応募ではありません", where=f"受付番号 {number:04}")
            if accept and (not current.applicant.preferences or current.applicant.birth_date is None):
                lacking = "希望の回" if not current.applicant.preferences else "生年月日"
                raise Refused(
                    f"{lacking}がないため受け付けられません",
                    where=f"受付番号 {number:04}",
                    next_step=f"先に{lacking}を訂正してください",
                )
            need_undrawn(tx, current)
            settling = Settling(tx, programme_of(tx), self._desk.now(), self._desk.actor.staff_id)
            if accept and reason == "goes_alone":
                settling.go_without(number)
            elif accept and (never := _UNDRAWABLE & set(current.problems)):
                raise Refused(
                    f"{PROBLEM_WORDS[min(never)]}。このままでは抽選に入れません",
                    where=f"受付番号 {number:04}",
                    next_step="希望を訂正するか、組から外すか、理由「相手を待たずに参加」（goes_alone）で受け付けてください",
                )
            settling.set_state(number, State.ACCEPTED if accept else State.REFUSED, reason)
            settling.finish()
            self._desk.log(tx, "accept" if accept else "refuse", f"no={number} reason={reason}")
            return changed(need(tx, number))

    def withdraw(self, number: int, reason: str = "applicant_request") -> Changed:
        """Take an application out at the applicant's wish; it stays in the vault, out of the draw."""
        need_reason(reason)
        with self._desk.writing(edit_right(self._desk)) as tx:
            current = need_ours(self._desk, tx, number)
            if current.state in (State.WITHDRAWN, State.REFUSED):
                raise Refused("すでに取下げ・不受理になっています", where=f"受付番号 {number:04}")
            need_undrawn(tx, current)
            settling = Settling(tx, programme_of(tx), self._desk.now(), self._desk.actor.staff_id)
            settling.set_state(number, State.WITHDRAWN, reason)
            settling.finish()
            self._desk.log(tx, "withdraw", f"no={number} reason={reason}")
            return changed(need(tx, number))

    def link(self, numbers: Sequence[int], code: str | None) -> list[Application]:
        """Give several applications one group code (None parts each from its group)."""
        try:
            group = read_group(code)
        except ValueError as error:
            raise UsageError(
                "グループの符号は英数字です（氏名や続柄は保存できません）", next_step="例: G1"
            ) from error
        with self._desk.writing(edit_right(self._desk)) as tx:
            programme = programme_of(tx)
            settling = Settling(tx, programme, self._desk.now(), self._desk.actor.staff_id)
            before = [need_ours(self._desk, tx, number) for number in numbers]
            for current in before:
                number = current.number
                need_undrawn(tx, current)
                settling.change(
                    number, dataclasses.replace(current.applicant, group=group), None, regrouped=True
                )
            settling.finish()
            now, moved = regrouped(tx, before)
            if moved:
                self._desk.log(tx, "link", moved)
            return now


_IN_THE_LIST = {Field.KANA, Field.PREFERENCE, Field.GROUP}
_UNDRAWABLE = {Problem.GROUP_TOO_LARGE, Problem.GROUP_NO_COMMON}
"""No word of a person lets a group into the draw that its rules do not take."""
