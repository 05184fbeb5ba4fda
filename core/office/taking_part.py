"""Whether somebody still takes part, by what a vault holds: asked at both sites before a person is erased, by one rule.

A person is in while the roll of a draw that goes on names them, or while a place of theirs that is not out counts more people than
the others of it who still come. A group's place stays when one leaves, and its size tells who has left.
"""

from __future__ import annotations

from enum import Enum

from core.applicant import Application
from core.draw.standing import PlaceState
from core.office.desk import Desk
from core.office.drawing import Step, step_of
from core.office.happening import standing_today
from core.office.ports import Tx
from core.office.seating import coming, members_of


class Part(Enum):
    """By what somebody is in."""

    ROLL = "roll"  # of a draw that is neither done nor abandoned
    PLACE = "place"  # seated or waiting after a draw


def part_of(desk: Desk, tx: Tx, application: Application) -> Part | None:
    """By what this person takes part now; None where nothing this vault holds of any draw says so."""
    for draw in tx.draws.names():
        mine = {unit.unit_id for unit in tx.draws.units(draw) if application.record in unit.records}
        step = step_of(tx.draws.files(draw))
        if not mine or step is Step.ABANDONED:
            continue
        if step is not Step.DONE:
            return Part.ROLL
        members = members_of(tx, draw)
        for place in standing_today(desk, tx, draw).places:
            if place.id not in mine or place.state is PlaceState.OUT:
                continue
            others = sum(coming(one) for one in members[place.id] if one.record != application.record)
            if place.size > others:
                return Part.PLACE
    return None
