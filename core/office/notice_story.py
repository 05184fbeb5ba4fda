"""What the events after the draw mean for a notice: who moved up, and whom a called-off outing left without a seat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.draw.events import Cancel, Close, Disqualify, Event
from core.draw.result import Result
from core.draw.rules import Params
from core.draw.standing import Board, PlaceState, Standing


@dataclass(frozen=True)
class Story:
    """By unit id. Told from the same replay as the standing."""

    standing: Standing
    promoted: frozenset[tuple[str, str]]
    """(unit, outing) of the seats that came from the waiting list."""
    lost: dict[str, str]
    """The called-off outing in which the unit had its seat; it has none now, and did not leave by itself."""
    dropped: dict[str, str]
    """The called-off outing for which the unit only waited, its last wish."""


def story_of(params: Params, result: Result, events: Iterable[Event]) -> Story:
    """The events one by one. Raises `Refused` as `replay` does."""
    board = Board(params, result)
    lost: dict[str, str] = {}
    dropped: dict[str, str] = {}
    for event in events:
        before = {place.id: place for place in board.standing().places} if isinstance(event, Close) else {}
        board.apply(event)
        if isinstance(event, Close):
            for place in board.standing().places:
                was = before[place.id]
                if was.course == event.course:
                    lost[place.id] = event.course
                elif was.state is PlaceState.WAITING and place.state is PlaceState.OUT:
                    dropped[place.id] = event.course
        elif isinstance(event, Cancel | Disqualify):
            lost.pop(event.id, None)
            dropped.pop(event.id, None)
    standing = board.standing()
    for place in standing.places:
        if place.course:
            lost.pop(place.id, None)
    promoted = frozenset((one.id, one.course) for one in standing.promotions)
    return Story(standing, promoted, lost, dropped)
