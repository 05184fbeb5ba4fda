"""Settling: after a change, what the applications mean to each other (duplicates, groups, shared phones) is worked out anew.

Problems of a row alone stay with it; relational ones are recomputed for everybody the change touches. The earlier
application of a duplicate pair stands, the later is held.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from core.applicant import OF_A_GROUP, RELATIONAL, Applicant, Application, Problem, Reading, State, Warning_
from core.office.ports import Tx
from core.people.duplicates import folded_key
from core.programme import Programme

_LIVE = (State.ACCEPTED, State.HELD)


class Settling:
    """One round of changes in one transaction: `change` and `set_state` as needed, then `finish`."""

    def __init__(self, tx: Tx, programme: Programme, now: dt.datetime, actor: str) -> None:
        self._tx = tx
        self._programme = programme
        self._now = now
        self._actor = actor
        self._keys: set[str] = set()
        self._groups: set[str] = set()
        self._phones: set[str] = set()
        self._numbers: set[int] = set()
        self._fresh: dict[int, Application] = {}
        self._regrouped: set[int] = set()

    def took_on(self, application: Application) -> None:
        """This one is new, as stored: it is looked at on `finish` if there is anybody it has something in common with."""
        self._fresh[application.number] = application

    def alone(self, number: int) -> Application | None:
        """After `finish`: the new application of that number, if it was found to concern nobody and stands as it was stored."""
        return self._fresh.get(number)

    def touch(self, application: Application) -> None:
        """Everybody related to this application is looked at again on `finish`."""
        self._fresh.pop(application.number, None)
        self._numbers.add(application.number)
        applicant = application.applicant
        if key := folded_key(applicant):
            self._keys.add(key)
        if applicant.group:
            self._groups.add(applicant.group)
        if applicant.phone:
            self._phones.add(applicant.phone)

    def change(
        self, number: int, applicant: Applicant, reading: Reading | None, *, regrouped: bool = False
    ) -> None:
        """New items for an application. `reading` brings their own problems; None keeps those it had.

        What depends on others is left as it was until `finish`: a change that changes nothing writes nothing.

        Being late is the one problem that no correction of the items cures; a companion named in words
        (`GROUP_INCOMPLETE` without a code) is cured by a person's word on the group, `regrouped`.
        """
        current = self.current(number)
        self.touch(current)
        own = _own(reading.problems if reading else current.problems)
        if Problem.LATE in current.problems and Problem.LATE not in own:
            own += (Problem.LATE,)
        shared = tuple(warning for warning in current.warnings if warning is Warning_.SHARED_PHONE)
        warnings = (*reading.warnings, *shared) if reading else current.warnings
        related = tuple(problem for problem in current.problems if problem in RELATIONAL)
        if reading and Problem.GROUP_INCOMPLETE in reading.problems:
            related = (*related, Problem.GROUP_INCOMPLETE)
        elif regrouped or current.applicant.group:  # a code that found nobody, not a companion in words
            self._regrouped.add(number)
        changed = dataclasses.replace(current, applicant=applicant, warnings=warnings)
        changed = _with_problems(changed, tuple(dict.fromkeys(own + related)))
        if changed == current:
            return
        self._put(changed)
        self.touch(changed)

    def set_state(self, number: int, state: State, reason: str) -> None:
        """A person's decision about an application, with its reason code."""
        current = self.current(number)
        self.touch(current)
        self._put(dataclasses.replace(current, state=state, reason=reason))

    def go_without(self, number: int) -> None:
        """Whoever of the group is here goes without the others: as a smaller group, or alone where that is one person or
        the group as it is cannot go. That somebody was named stays as a doubt of theirs, for the reason to answer."""
        current = self.current(number)
        group = current.applicant.group
        if group is None or not OF_A_GROUP & set(current.problems):
            return
        self.touch(current)
        here = len(self._live(self._tx.applications.with_group(group)))
        if here > 1 and Problem.GROUP_INCOMPLETE in current.problems:
            await_people(self._tx, group, here)
            return
        alone = dataclasses.replace(current, applicant=dataclasses.replace(current.applicant, group=None))
        doubts = (
            *_own(current.problems),
            *(p for p in current.problems if p not in OF_A_GROUP),
            Problem.GROUP_INCOMPLETE,
        )
        self._put(_with_problems(alone, tuple(dict.fromkeys(doubts))))

    def finish(self) -> None:
        """Recompute duplicates, groups and shared phones of all that was touched."""
        for application in self._in_company():
            self.touch(application)
        affected = {number: self.current(number) for number in self._numbers}
        for key in self._keys:
            affected.update({a.number: a for a in self._tx.applications.with_duplicate_key(key)})
        for group in self._groups:
            affected.update({a.number: a for a in self._tx.applications.with_group(group)})
        for phone in self._phones:
            affected.update({a.number: a for a in self._tx.applications.with_phone(phone)})
        for number in sorted(affected):
            application = affected[number]
            if application.state not in _LIVE:
                continue
            settled = _with_problems(
                dataclasses.replace(application, warnings=self._warnings(application)),
                _own(application.problems) + self._related(application),
            )
            if settled != application:
                self._put(settled)

    def _in_company(self) -> list[Application]:
        """Of the new ones those who share a key or a telephone with anybody, or whom a group may concern. Asked of many at
        once: most of a large file are alone, and looking each up costs as much as storing it."""
        fresh = list(self._fresh.values())
        keys = {one.number: folded_key(one.applicant) for one in fresh}
        shared = self._tx.applications.shared(
            {key for key in keys.values() if key},
            {one.applicant.phone for one in fresh if one.applicant.phone},
        )
        return [
            one
            for one in fresh
            if keys[one.number] in shared.keys
            or one.applicant.phone in shared.phones
            or one.applicant.group
            or RELATIONAL & set(one.problems)
            or Warning_.SHARED_PHONE in one.warnings
        ]

    def _related(self, application: Application) -> tuple[Problem, ...]:
        problems = []
        key = folded_key(application.applicant)
        if key and any(
            a.number < application.number for a in self._live(self._tx.applications.with_duplicate_key(key))
        ):
            problems.append(Problem.DUPLICATE)
        group = application.applicant.group
        if group:
            members = self._live(self._tx.applications.with_group(group))
            problems += group_problems(
                self._programme, [a.applicant.preferences for a in members], awaited(self._tx, group)
            )
        named_in_words = not group and Problem.GROUP_INCOMPLETE in application.problems
        if named_in_words and application.number not in self._regrouped:
            problems.append(Problem.GROUP_INCOMPLETE)  # a person finds out with whom
        return tuple(problems)

    def _warnings(self, application: Application) -> tuple[Warning_, ...]:
        own = _own_warnings(application.warnings)
        phone = application.applicant.phone
        if phone and len(self._live(self._tx.applications.with_phone(phone))) > 1:
            return (*own, Warning_.SHARED_PHONE)
        return own

    @staticmethod
    def _live(applications: list[Application]) -> list[Application]:
        return [application for application in applications if application.state in _LIVE]

    def current(self, number: int) -> Application:
        """The application as it stands in this transaction."""
        application = self._tx.applications.get(number)
        assert application is not None, "the caller has looked it up"
        return application

    def _put(self, application: Application) -> None:
        self._tx.applications.put(
            dataclasses.replace(application, version=application.version + 1), self._now, self._actor
        )


def group_problems(programme: Programme, wishes: Sequence[Sequence[str]], people: int = 0) -> list[Problem]:
    """What is wrong with a group of people with these wishes, of whom `people` were named in all (0: not known).

    The same at both sites: `core.draw.units.shapes` takes no group for which this finds anything but that somebody is awaited.
    """
    largest = programme.draw.largest_group
    if largest == 1:
        return []
    problems = []
    if len(wishes) < max(2, people):
        problems.append(Problem.GROUP_INCOMPLETE)
    if max(len(wishes), people) > largest:
        return [*problems, Problem.GROUP_TOO_LARGE]  # who of them goes together is yet to be found out
    for number in {outing.round for outing in programme.outings}:
        codes = {outing.code for outing in programme.outings if outing.round == number}
        of_round = [
            codes.intersection(wished) for wished in wishes if wished
        ]  # unread wishes are a doubt of their own
        if any(of_round) and not set.intersection(*of_round):
            problems.append(Problem.GROUP_NO_COMMON)
            break
    return problems


def awaited(tx: Tx, group: str) -> int:
    """How many people the cards say this group has, 0 where none says it: a fact about the group, not about a person."""
    return int(tx.settings.get(_people_key(group)) or 0)


def awaited_of(tx: Tx, application: Application) -> int:
    """The same of this application's group; 0 where it has none."""
    group = application.applicant.group
    return awaited(tx, group) if group else 0


def await_people(tx: Tx, group: str, people: int) -> None:
    """This group has so many people; it waits for those who are not here yet."""
    tx.settings.put(_people_key(group), str(people))


def _people_key(group: str) -> str:
    return f"group_people_{group}"


def _own(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem not in RELATIONAL)


def _own_warnings(warnings: tuple[Warning_, ...]) -> tuple[Warning_, ...]:
    return tuple(warning for warning in warnings if warning is not Warning_.SHARED_PHONE)


def _with_problems(application: Application, problems: tuple[Problem, ...]) -> Application:
    """The application with these problems, and the state that follows.

    A decision of a person stands as long as no new problem comes up: one accepted with a reason is held again only
    for a problem it did not have then; one refused or withdrawn stays so.
    """
    state = application.state
    reason = application.reason
    if state in _LIVE:
        decided = state is State.ACCEPTED and reason is not None
        if not problems:
            state, reason = State.ACCEPTED, None
        elif not (decided and set(problems) <= set(application.problems)):
            state, reason = State.HELD, None
    return dataclasses.replace(application, problems=problems, state=state, reason=reason)
