"""Who sits where, with the people behind the numbers: the draw's standing joined with the applications."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.applicant import Application
from core.draw.events import EVENTS, EventLog
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.standing import Standing, replay
from core.errors import Refused
from core.office.drawing import Step, current_draw, step_of
from core.office.ports import Tx


@dataclass(frozen=True)
class Seat:
    """One person who is seated, or waits."""

    application: Application
    draw: str
    unit_id: str
    outing: str
    """Where they sit; "" while they wait."""


def standing_of(tx: Tx, draw: str) -> tuple[Standing, EventLog]:
    """Who sits and waits after all events. Raises `Refused` before the draw is done at both sites."""
    files = tx.draws.files(draw)
    if step_of(files) is not Step.DONE:
        raise Refused("抽選がまだ終わっていません", next_step="F3 抽選で手順を進めてください")
    result = Result.parse(files[RESULT], RESULT)
    log = EventLog.parse(files[EVENTS], result.sha256) if EVENTS in files else EventLog(result.sha256)
    return replay(Params.parse(files[PARAMS], PARAMS), result, log.events), log


def people_of(tx: Tx, draw: str) -> dict[str, list[Application]]:
    """The applications behind each unit id, by 受付番号."""
    people: dict[str, list[Application]] = {}
    for unit in tx.draws.units(draw):
        members = [tx.applications.by_record(record) for record in unit.records]
        people[unit.unit_id] = sorted((m for m in members if m is not None), key=lambda m: m.number)
    return people


def seated_people(tx: Tx) -> list[Seat]:
    """Everybody seated now, by 受付番号; empty before the draw is done."""
    draw = current_draw(tx)
    if draw is None or step_of(tx.draws.files(draw)) is not Step.DONE:
        return []
    standing, _ = standing_of(tx, draw)
    people = people_of(tx, draw)
    seats = [
        Seat(member, draw, place.id, place.course)
        for place in standing.places
        if place.course
        for member in people[place.id]
    ]
    return sorted(seats, key=lambda seat: seat.application.number)


class Seated:
    """What the review asks for ⑨."""

    def seated(self, tx: Tx) -> list[tuple[Application, str, str, str]]:
        return [(s.application, s.draw, s.unit_id, s.outing) for s in seated_people(tx)]


def approval_of(tx: Tx, draw: str) -> dict[str, object] | None:
    """The ward's approval ⑩ of this draw's participants, or None."""
    text = tx.settings.get(f"approval_{draw}")
    return json.loads(text) if text else None


def need_draw(tx: Tx) -> str:
    draw = current_draw(tx)
    if draw is None:
        raise Refused("抽選がまだ行われていません", next_step="F3 抽選で手順を進めてください")
    return draw
