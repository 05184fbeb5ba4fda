"""The other site's check before it signs the freeze: does the roll hold exactly the people it confirmed?

Finds ghosts, people left out, and one number given to two people (docs/formats.md, "hkr1", step 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.draw.roll import Roll
from core.draw.rules import Params
from core.draw.units import Entry, Opening, commitment_of, shapes


class Mismatch(StrEnum):
    """How roll and confirmed applications differ."""

    NOT_OPENED = "not_opened"
    UNKNOWN_NUMBER = "unknown_number"
    NOT_CONFIRMED = "not_confirmed"
    WRONG_COMMITMENT = "wrong_commitment"
    WRONG_GROUP = "wrong_group"
    WRONG_TERMS = "wrong_terms"
    TWICE = "twice"
    LEFT_OUT = "left_out"
    HELD = "held"


MISMATCH_WORDS: dict[Mismatch, str] = {
    Mismatch.NOT_OPENED: "名簿の番号に、だれのものかを示す開示がありません",
    Mismatch.UNKNOWN_NUMBER: "名簿にない番号の開示があります",
    Mismatch.NOT_CONFIRMED: "点検で確認していない応募が名簿に入っています",
    Mismatch.WRONG_COMMITMENT: "名簿の封印が、確認した応募の内容と合いません",
    Mismatch.WRONG_GROUP: "組の顔ぶれが、確認した応募と違います",
    Mismatch.WRONG_TERMS: "人数・口数・希望の回が、確認した応募と違います",
    Mismatch.TWICE: "同じ応募または番号が2度使われています",
    Mismatch.LEFT_OUT: "確認した応募が名簿にありません",
    Mismatch.HELD: "確認したグループが、人数または希望の回が合わないまま名簿から外されています",
}


@dataclass(frozen=True)
class MatchFinding:
    """One difference: the number on the roll ("" if none) and the record ("" if none). No personal data."""

    problem: Mismatch
    id: str
    record: str


def match_roll(
    params: Params, roll: Roll, openings: Iterable[Opening], confirmed: Iterable[Entry]
) -> tuple[MatchFinding, ...]:
    """All differences between the roll and the confirmed, drawable applications; empty: one to one.

    Applications that `shapes` holds (no common course, group too large) must not stand on the roll, nor may they
    be dropped from it in silence: there is no freeze before they are settled (docs/formats.md, "Groups"). Whoever wishes
    for outings of other rounds alone is no part of this draw.
    """
    entries = list(confirmed)
    people = {entry.record: entry for entry in entries}
    shaped, held = shapes(params, entries)
    by_record = {record: shape for shape in shaped for record in shape.records}
    lines = {line.id: line for line in roll.lines}
    found: list[MatchFinding] = []
    opened: set[str] = set()
    used: set[str] = set()
    for opening in openings:
        records = [record for record, _ in opening.salts]
        first = records[0] if records else ""

        def differ(problem: Mismatch, record: str = "", opening: Opening = opening) -> None:
            found.append(MatchFinding(problem, opening.id, record))

        if opening.id not in lines:
            differ(Mismatch.UNKNOWN_NUMBER, first)
            continue
        if opening.id in opened:
            differ(Mismatch.TWICE, first)
            continue
        opened.add(opening.id)
        twice = [record for record in records if record in used or records.count(record) > 1]
        strangers = [record for record in records if record not in by_record]
        used.update(records)
        for record in twice:
            differ(Mismatch.TWICE, record)
        for record in strangers:
            differ(Mismatch.NOT_CONFIRMED, record)
        if twice or strangers or not records:
            if not records:
                differ(Mismatch.NOT_OPENED)
            continue
        line, shape = lines[opening.id], by_record[first]
        if set(records) != set(shape.records):
            differ(Mismatch.WRONG_GROUP, first)
        elif (line.size, line.tickets, line.courses) != (len(records), shape.tickets, shape.courses):
            differ(Mismatch.WRONG_TERMS, first)
        elif commitment_of(opening, people) != line.commitment:
            differ(Mismatch.WRONG_COMMITMENT, first)
    found.extend(MatchFinding(Mismatch.NOT_OPENED, unit_id, "") for unit_id in sorted(lines.keys() - opened))
    found.extend(MatchFinding(Mismatch.LEFT_OUT, "", record) for record in by_record if record not in used)
    here = {course.code for course in params.courses}
    for unit in held:
        if not all(here.isdisjoint(people[record].preferences) for record in unit.records):
            found.extend(
                MatchFinding(Mismatch.HELD, "", record) for record in unit.records if record not in used
            )
    return tuple(found)
