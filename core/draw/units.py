"""From confirmed applications to units: who goes together, and with which wishes (docs/formats.md, "Groups")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.canonical import crockford_id
from core.draw import commitment
from core.draw.roll import ListLine
from core.draw.rules import Params


@dataclass(frozen=True)
class Entry:
    """A confirmed application, as far as the draw needs it."""

    record: str
    kana: str
    birth_date: dt.date
    preferences: tuple[str, ...]
    """Wished outings, first wish first; perhaps of other rounds too."""
    group: str | None
    order: int
    """The receipt number: within a group the lowest gives the order of the courses."""
    tickets: int = 1


class UnitProblem(StrEnum):
    """Why a unit cannot be drawn. Held before the freeze, never dropped."""

    GROUP_TOO_LARGE = "group_too_large"
    NO_COMMON_COURSE = "no_common_course"
    NO_COURSE = "no_course"


UNIT_PROBLEM_WORDS: dict[UnitProblem, str] = {
    UnitProblem.GROUP_TOO_LARGE: "グループの人数が上限を超えています",
    UnitProblem.NO_COMMON_COURSE: "グループ全員に共通する希望の回がありません",
    UnitProblem.NO_COURSE: "この抽選の対象となる回を希望していません",
}


@dataclass(frozen=True)
class Shape:
    """A unit before it has a number: who, which courses, how many tickets."""

    records: tuple[str, ...]
    """By receipt number."""
    courses: tuple[str, ...]
    tickets: int


@dataclass(frozen=True)
class Held:
    """Applications that cannot be drawn as they stand."""

    records: tuple[str, ...]
    problem: UnitProblem


@dataclass(frozen=True)
class Opening:
    """What shows whose a number on the roll is. Secret: the salts stay in the vaults."""

    id: str
    salts: tuple[tuple[str, bytes], ...]
    """(record, 32 bytes) for each member."""


@dataclass(frozen=True)
class Unit:
    """A line of the roll with its opening."""

    line: ListLine
    opening: Opening


def shapes(params: Params, entries: Iterable[Entry]) -> tuple[list[Shape], list[Held]]:
    """Sorts the entries into units, and names those that cannot be drawn.

    Courses of a group are those every member named, in the order of the member with the lowest receipt;
    its tickets are the smallest among the members. `max_size=1` ties nobody to anybody. Both answers are in
    receipt order, whatever the order of `entries`. Raises `ValueError` when a record or receipt stands twice.
    """
    by_receipt = sorted(entries, key=lambda entry: entry.order)
    if len({entry.record for entry in by_receipt}) != len(by_receipt) or len(
        {entry.order for entry in by_receipt}
    ) != len(by_receipt):
        raise ValueError("a record or a receipt number stands twice")
    tied: dict[str, list[Entry]] = {}
    for entry in by_receipt:
        alone = entry.group is None or params.max_size == 1
        tied.setdefault(f"record {entry.record}" if alone else f"group {entry.group}", []).append(entry)
    known = {course.code for course in params.courses}
    good: list[Shape] = []
    held: list[Held] = []
    for members in tied.values():
        records = tuple(member.record for member in members)
        if len(members) > params.max_size:
            held.append(Held(records, UnitProblem.GROUP_TOO_LARGE))
            continue
        common = known.intersection(*(member.preferences for member in members))
        courses = tuple(dict.fromkeys(code for code in members[0].preferences if code in common))
        if not courses:
            alone = len(members) == 1
            held.append(Held(records, UnitProblem.NO_COURSE if alone else UnitProblem.NO_COMMON_COURSE))
            continue
        tickets = min(params.max_tickets, *(member.tickets for member in members))
        good.append(Shape(records, courses, max(1, tickets)))
    return good, held


def number_units(
    shaped: Iterable[Shape], entries: Iterable[Entry], fresh: Callable[[int], bytes]
) -> tuple[Unit, ...]:
    """Gives each unit a fresh random number and its members fresh salts; `fresh(n)` returns n random bytes."""
    people = {entry.record: entry for entry in entries}
    taken: set[str] = set()
    units: list[Unit] = []
    for shape in shaped:
        unit_id = crockford_id(fresh(10))
        while unit_id in taken:
            unit_id = crockford_id(fresh(10))
        taken.add(unit_id)
        opening = Opening(unit_id, tuple((record, fresh(commitment.SALT_BYTES)) for record in shape.records))
        units.append(Unit(_line(shape, opening, people), opening))
    return tuple(units)


def _line(shape: Shape, opening: Opening, people: dict[str, Entry]) -> ListLine:
    return ListLine(
        opening.id, len(shape.records), shape.tickets, shape.courses, commitment_of(opening, people)
    )


def commitment_of(opening: Opening, people: dict[str, Entry]) -> str:
    """The commitment that `opening` opens, given the people by record. Raises `KeyError` for an unknown record."""
    return commitment.unit(
        commitment.leaf(salt, record, people[record].kana, people[record].birth_date)
        for record, salt in opening.salts
    )
