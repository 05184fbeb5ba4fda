"""Groups: cards of people who go together come days apart. Who may belong together is proposed, never decided.

A card that names a companion who is not here yet is held and waits. When the companion's card is keyed, those who may be
meant are shown: by the group's code, by the name on the card (looked up, not kept), by the same telephone or address.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.applicant import Applicant, Application, Problem, State, town_of
from core.errors import Refused, UsageError
from core.office.corrections import edit_right, is_ours, need, need_ours, need_undrawn
from core.office.desk import Desk, programme_of
from core.office.lookups import Lookups
from core.office.ports import Tx
from core.office.settling import Settling, await_people, awaited, awaited_of
from core.people.company import Company
from core.people.duplicates import folded_key
from core.programme import Programme

_LIVE = (State.ACCEPTED, State.HELD)
MOST_PROPOSED = 9


class Hint(StrEnum):
    """Why somebody may be the companion, the surest first."""

    CODE = "code"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"


HINT_WORDS = {
    Hint.CODE: "同じグループの符号",
    Hint.NAME: "書かれた名前",
    Hint.PHONE: "同じ電話番号",
    Hint.ADDRESS: "同じ住所",
}
SHOWN = frozenset({Hint.CODE, Hint.NAME})
"""By what the list shows anyway."""
_SURE = {Hint.CODE, Hint.NAME}
_PLACE = {hint: place for place, hint in enumerate(Hint)}


@dataclass(frozen=True)
class Companion:
    """Somebody who may belong to the same group. Least sight."""

    number: int
    kana: str
    town: str
    group: str | None
    waiting: bool
    """Whether their own card named somebody who is not here yet."""
    hints: tuple[Hint, ...]

    @property
    def sure(self) -> bool:
        """Whether a card says so itself, not only a telephone or an address."""
        return bool(_SURE & set(self.hints))


@dataclass(frozen=True)
class Member:
    """One of a group, whatever became of the application. Least sight."""

    number: int
    kana: str
    state: State


@dataclass(frozen=True)
class GroupView:
    """A group as its members' records show it."""

    code: str
    people: int
    """How many the cards say they are, 0 where none says it."""
    members: tuple[Member, ...]

    @property
    def here(self) -> int:
        """How many of them take part in it now."""
        return sum(member.state in _LIVE for member in self.members)


def waits(application: Application) -> bool:
    """Whether it is held because somebody named is not here yet."""
    return application.state is State.HELD and Problem.GROUP_INCOMPLETE in application.problems


class Groups:
    """The use cases of グループ in the 受付 pane and of `ikiiki intake group` and `companions`."""

    def __init__(self, desk: Desk, lookups: Lookups) -> None:
        self._desk = desk
        self._lookups = lookups

    def companions(self, number: int) -> tuple[Companion, ...]:
        """Who may belong together with this application, the surest first. Logged where a telephone or an address says it."""
        with self._desk.reading(edit_right(self._desk)) as tx:
            application = need_ours(self._desk, tx, number)
            found = companions(
                self._desk, tx, application.applicant, wanted=waits(application), own=application.number
            )
        alike = sorted(one.number for one in found if not set(one.hints) <= SHOWN)
        self._lookups.alike(edit_right(self._desk), number, alike)
        return found

    def of(self, number: int) -> GroupView | None:
        """The group of this application; None where it has none."""
        with self._desk.reading() as tx:
            code = need(tx, number).applicant.group
            if code is None:
                return None
            members = sorted(tx.applications.with_group(code), key=lambda one: one.number)
            return GroupView(
                code, awaited(tx, code), tuple(Member(a.number, a.applicant.kana, a.state) for a in members)
            )

    def tie(self, numbers: Sequence[int], people: int | None = None) -> list[Application]:
        """Make one group of these applications and of those they are grouped with already. `people`: how many they say
        they are, where more are to come.

        Raises `Refused` where they are of different groups, more than the programme lets go together, or the programme
        has no groups; then nothing has changed.
        """
        numbers = list(dict.fromkeys(numbers))
        if len(numbers) < 2 and not people:
            raise UsageError("組にする受付番号が2つ以上要ります")
        with self._desk.writing(edit_right(self._desk)) as tx:
            programme = programme_of(tx)
            before = [need_ours(self._desk, tx, number) for number in numbers]
            for current in before:
                need_undrawn(tx, current)
            waited = max(awaited_of(tx, current) for current in before)
            settling = Settling(tx, programme, self._desk.now(), self._desk.actor.staff_id)
            gather(tx, settling, programme, numbers, people)
            settling.finish()
            more = awaited_of(tx, need(tx, numbers[0])) != waited
            now, moved = regrouped(tx, before, whole=more)
            if moved:
                self._desk.log(tx, "link", moved)
            return now

    def part(self, numbers: Sequence[int]) -> list[Application]:
        """Take each of these out of its group; the others of it stay one."""
        with self._desk.writing(edit_right(self._desk)) as tx:
            settling = Settling(tx, programme_of(tx), self._desk.now(), self._desk.actor.staff_id)
            before = [need_ours(self._desk, tx, number) for number in numbers]
            for current in before:
                need_undrawn(tx, current)
                alone = dataclasses.replace(current.applicant, group=None)
                settling.change(current.number, alone, None, regrouped=True)
            settling.finish()
            now, moved = regrouped(tx, before)
            if moved:
                self._desk.log(tx, "unlink", moved)
            return now


def companions(
    desk: Desk,
    tx: Tx,
    applicant: Applicant,
    *,
    wanted: bool,
    own: int | None = None,
    named: Company | None = None,
) -> tuple[Companion, ...]:
    """Who may belong together with this person, the surest first, of those whose applications this site may change.

    `wanted`: the card says that somebody comes along. Where it does not, a telephone or address says something only of
    those who wait for a companion themselves: couples apply apart, too.
    """
    if programme_of(tx).draw.largest_group == 1:
        return ()
    found: dict[int, tuple[Application, list[Hint]]] = {}

    def look(hint: Hint, these: Iterable[Application]) -> None:
        for one in these:
            found.setdefault(one.number, (one, []))[1].append(hint)

    if applicant.group and own is None:  # of a record that has it, they are its group already
        look(Hint.CODE, tx.applications.with_group(applicant.group))
    if named is not None and named.kana:
        look(Hint.NAME, tx.applications.with_name(named.kana))
    look(Hint.PHONE, tx.applications.with_phone(applicant.phone))
    look(Hint.ADDRESS, tx.applications.with_address(applicant.address))
    person = folded_key(applicant)
    proposed = [
        Companion(
            one.number,
            one.applicant.kana,
            town_of(one.applicant.address),
            one.applicant.group,
            waits(one),
            tuple(hints),
        )
        for one, hints in found.values()
        if one.state in _LIVE
        and one.number != own
        and not (own is not None and applicant.group and one.applicant.group == applicant.group)
        and not (person and folded_key(one.applicant) == person)
        and (wanted or waits(one) or bool(_SURE & set(hints)))
        and is_ours(desk, tx, one)
    ]
    proposed.sort(key=lambda one: (_PLACE[one.hints[0]], not one.waiting, one.number))
    return tuple(proposed[:MOST_PROPOSED])


def regrouped(tx: Tx, before: Sequence[Application], *, whole: bool = False) -> tuple[list[Application], str]:
    """(how they stand now, what the access log says of it): those alone who do not stand as `before` (`whole`: all of them), ""
    where that is nobody. Who leafs through records would tie each to nothing, and pass for somebody at work."""
    now = [need(tx, one.number) for one in before]
    moved = [one.number for one, was in zip(now, before, strict=True) if whole or one.version != was.version]
    return now, "no=" + ",".join(map(str, moved)) if moved else ""


def gather(
    tx: Tx, settling: Settling, programme: Programme, numbers: Sequence[int], people: int | None = None
) -> None:
    """Give these one group code, within the caller's changes. Raises as `Groups.tie`."""
    where = "受付番号 " + "、".join(f"{number:04}" for number in numbers)
    largest = programme.draw.largest_group
    if largest == 1:
        raise Refused(
            "この事業では組で申し込めません（事業の設定 largest_group が 1 です）",
            where=where,
            next_step="一人ずつの応募として受け付けてください",
        )
    members = [settling.current(number) for number in numbers]
    if gone := [one.number for one in members if one.state not in _LIVE]:
        raise Refused(
            "取下げ・不受理の応募は組にできません",
            where="受付番号 " + "、".join(f"{number:04}" for number in gone),
        )
    codes = {one.applicant.group for one in members if one.applicant.group}
    if len(codes) > 1:
        raise Refused(
            "別々のグループに入っている人がいます",
            where=where,
            next_step="先に、どちらかの人を組から外してください",
        )
    code = codes.pop() if codes else _fresh_code(tx, min(numbers))
    together = {one.number for one in tx.applications.with_group(code) if one.state in _LIVE} | set(numbers)
    if len(together) > largest:
        raise Refused(
            f"一緒に申し込めるのは{largest}人までです",
            where="受付番号 " + "、".join(f"{number:04}" for number in sorted(together)),
            next_step="だれを組から外すかを、本人に確かめてください",
        )
    if people and people > awaited(tx, code):
        await_people(tx, code, people)
    for one in members:
        settling.change(one.number, dataclasses.replace(one.applicant, group=code), None, regrouped=True)


def _fresh_code(tx: Tx, number: int) -> str:
    """A code that no application has or had as it is now: of the first 受付番号, so that people find it again."""
    code, more = f"L{number:04}", 1
    while tx.applications.with_group(code):
        more += 1
        code = f"L{number:04}-{more}"
    return code
