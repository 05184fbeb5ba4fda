"""Before the draw ⑥: what the rules mean for the applications as they stand, and what other rules would mean.

For whoever decides on tickets, group sizes and reserved seats. It reads wishes and group codes alone, stores nothing,
and has no part in the draw.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from core.applicant import Application, Problem, State
from core.draw.chances import Outlook, TicketGain, outlook, ticket_gain
from core.draw.rules import Params
from core.draw.units import Entry, Shape, UnitProblem, shapes
from core.errors import UsageError
from core.office.desk import Desk, programme_of
from core.office.drawing import Step, step_of
from core.office.plans import Plan, next_plan, params_of, plan_now
from core.office.ports import Progress, Tx
from core.office.review import confirmed_applications

RUNS = 2000
FEWEST_RUNS, MOST_RUNS = 100, 100_000
MOST = 9
"""Tickets, and persons in a group, that can be asked about."""


@dataclass(frozen=True)
class WhatIf:
    """Other rules for the same applications. Nothing given: the rules as they are."""

    tickets: int | None = None
    """What becomes of people who have so many tickets while others have one."""
    group: int | None = None
    """The largest group."""
    reserve: Mapping[str, int] = field(default_factory=dict)
    """Seats the ward keeps, by outing."""

    @property
    def rules(self) -> bool:
        """Whether it changes who can be drawn, or for how many seats."""
        return self.group is not None or bool(self.reserve)


@dataclass(frozen=True)
class View:
    """The applications under one set of rules."""

    outlook: Outlook
    left_out: Mapping[UnitProblem, int]
    """Persons who cannot be drawn as they stand, by why."""


@dataclass(frozen=True)
class ChanceReport:
    """What `ikiiki lottery chances` and the 抽選 pane show."""

    round: int
    drawn: bool
    """Whether this round has been drawn already."""
    places: Mapping[str, str]
    """By outing, where it goes."""
    people: int
    """Accepted applications this site holds."""
    unconfirmed: int
    """Of these, without the ward's word ⑤ on their current version: counted here, but not drawn unless they get it."""
    runs: int
    now: View
    what_if: WhatIf
    then: View | None
    """Under `what_if`'s rules, if it has any."""
    freed: int
    """Held applications that `what_if`'s group rule would let in: part of `then`, not of `now`."""
    gain: TicketGain | None
    """If `what_if` asks about tickets; under its other rules, if it has any."""


class Chances:
    """The use case behind `ikiiki lottery chances`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def report(
        self,
        what_if: WhatIf | None = None,
        *,
        runs: int = RUNS,
        progress: Progress = lambda done, total: None,
    ) -> ChanceReport:
        """The chances under the rules as they are, and under `what_if`.

        Raises `UsageError` for a question beyond what can be asked, `Refused` with too few applications, and what
        `progress` raises.
        """
        asked = what_if or WhatIf()
        with self._desk.reading() as tx:
            programme = programme_of(tx)
            plan, drawn = _due(tx)
            taken, left = confirmed_applications(tx)
            held = tx.applications.all((State.HELD,))
        params = params_of(programme, plan)
        other = _changed(params, asked, runs)
        parts = 1 + asked.rules + (asked.tickets is not None)

        def part(index: int) -> Progress:
            return lambda done, total: progress(index * total + done, parts * total)

        # A simulation decides nothing: any seed will do, and an even one is at hand.
        chance = Random(int.from_bytes(self._desk.entropy(16), "big"))  # noqa: S311
        apart = [a for a in held if set(a.problems) == {Problem.GROUP_NO_COMMON}]
        people = taken + left + apart  # those without a common wish are named among those left out
        shaped, view = _view(params, people, runs, chance, part(0))
        then, freed = None, []
        if asked.rules:
            freed = [a for a in held if asked.group and a not in apart and _let_in(a, asked.group)]
            shaped, then = _view(other, people + freed, runs, chance, part(1))
        gain = None
        if asked.tickets is not None:
            gain = ticket_gain(other, shaped, asked.tickets, runs, chance, part(parts - 1))
        places = {outing.code: outing.place for outing in programme.outings if outing.round == plan.round}
        return ChanceReport(
            plan.round, drawn, places, len(people), len(left), runs, view, asked, then, len(freed), gain
        )


def _due(tx: Tx) -> tuple[Plan, bool]:
    """(the draw that is due, False); when all rounds are drawn, (the last, True)."""
    plan, files = plan_now(tx)
    following = next_plan(tx)
    return following or plan, following is None and step_of(files) is Step.DONE


def _changed(params: Params, asked: WhatIf, runs: int) -> Params:
    """`params` as `asked` would have them."""
    if not FEWEST_RUNS <= runs <= MOST_RUNS:
        raise UsageError(f"くり返しは {FEWEST_RUNS}回から {MOST_RUNS}回までです", where=f"{runs}回")
    if asked.tickets is not None and not 2 <= asked.tickets <= MOST:
        raise UsageError(f"口数は 2 から {MOST} までです", where=f"{asked.tickets}口")
    if asked.group is not None and not 1 <= asked.group <= MOST:
        raise UsageError(f"グループの人数は 1 から {MOST} までです", where=f"{asked.group}人")
    known = {course.code: course for course in params.courses}
    for code, seats in asked.reserve.items():
        if code not in known:
            raise UsageError("この抽選にない回です", where=code, next_step=f"次のどれか: {' '.join(known)}")
        if not 0 <= seats <= known[code].capacity:
            raise UsageError(
                "区優先枠は 0 から定員までです", where=f"{code} 定員{known[code].capacity} 優先枠{seats}"
            )
    return dataclasses.replace(
        params,
        courses=tuple(
            dataclasses.replace(course, reserve=asked.reserve.get(course.code, course.reserve))
            for course in params.courses
        ),
        max_size=params.max_size if asked.group is None else asked.group,
    )


def _view(
    params: Params, people: list[Application], runs: int, chance: Random, progress: Progress
) -> tuple[list[Shape], View]:
    shaped, held = shapes(params, map(_entry, people))
    left_out: dict[UnitProblem, int] = {}
    for unit in held:
        left_out[unit.problem] = left_out.get(unit.problem, 0) + len(unit.records)
    return shaped, View(outlook(params, shaped, runs, chance, progress), left_out)


def _entry(application: Application) -> Entry:
    """What chances depend on, and nothing about the person; who lacks a birth date today will have one by the draw."""
    applicant = application.applicant
    return Entry(
        application.record, "", dt.date.min, applicant.preferences, applicant.group, application.number
    )


def _let_in(application: Application, group: int) -> bool:
    """Whether nothing but the rule on groups holds it, and that rule would no longer.

    A group that is too large even so, or has no wish in common, is named among those left out.
    """
    cured = {Problem.GROUP_TOO_LARGE, Problem.GROUP_NO_COMMON} | (
        {Problem.GROUP_INCOMPLETE} if group == 1 else set()
    )
    return bool(application.problems) and set(application.problems) <= cured
