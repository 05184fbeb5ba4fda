"""Invented events after a draw: whatever is allowed as things stand, picked by fixed chance."""

import random
from collections.abc import Sequence

from core.canonical import crockford_id, sha256_hex
from core.draw.events import (
    Cancel,
    Close,
    Decline,
    Disqualify,
    Event,
    Late,
    Over,
    Release,
    Reserve,
    Shrink,
)
from core.draw.result import Result
from core.draw.rules import Params
from core.draw.standing import Board, PlaceState, Standing, replay
from core.errors import Refused

KINDS = (
    "cancel",
    "decline",
    "shrink",
    "disqualify",
    "close",
    "over",
    "reserve",
    "release",
    "late",
    "late",
    "cancel",
)


def some_event(params: Params, now: Standing, chance: random.Random) -> Event | None:
    """One event that may or may not be allowed now."""
    kind = chance.choice(KINDS)
    course = chance.choice(params.courses).code
    alive = [place for place in now.places if place.state is not PlaceState.OUT]
    unit = chance.choice(alive) if alive else None
    if kind == "close":
        return Close(course) if chance.random() < 0.3 else None
    if kind == "over":
        return Over(course) if chance.random() < 0.3 else None
    if kind == "release":
        return Release(course, 1)
    if kind == "late":
        fresh = crockford_id(chance.randbytes(10))
        wishes = tuple(chance.sample([c.code for c in params.courses], 2))
        sealed = sha256_hex(fresh.encode())
        return Late(fresh, chance.randint(1, params.max_size), wishes, sealed, sha256_hex(b"l"))
    if unit is None:
        return None
    if kind == "decline":
        return Decline(unit.id, chance.choice(unit.courses))
    if kind == "shrink":
        return Shrink(unit.id, unit.size - 1) if unit.size > 1 else None
    if kind == "reserve":
        waiting = [place for place in alive if place.state is PlaceState.WAITING]
        return Reserve(waiting[0].id, waiting[0].courses[0]) if waiting else None
    return Cancel(unit.id) if kind == "cancel" else Disqualify(unit.id)


def forbidden(params: Params, result: Result, events: Sequence[Event], chance: random.Random) -> Event:
    """One well-formed event that is refused after `events`."""
    now = replay(params, result, events)
    while True:
        unit, other = chance.choice(now.places), chance.choice(now.places)
        code = chance.choice(params.courses).code
        tries: tuple[Event, ...] = (
            Cancel("0000000000"),
            Shrink(unit.id, unit.size),
            Release(code, now.reserve[code] + 1),
            Late(other.id, 1, (code,), sha256_hex(b"c"), sha256_hex(b"l")),
            Late("0000000000", params.max_size + 1, (code,), sha256_hex(b"c"), sha256_hex(b"l")),
            Reserve(unit.id, code),
            Decline(unit.id, code),
            Disqualify(unit.id),
        )
        event = chance.choice(tries)
        try:
            replay(params, result, (*events, event))
        except Refused:
            return event


def happen(params: Params, result: Result, count: int, seed: int) -> list[Event]:
    """`count` allowed events, one after the other; not all outings are called off."""
    chance = random.Random(seed)
    board = Board(params, result)
    made: list[Event] = []
    while len(made) < count:
        event = some_event(params, board.standing(), chance)
        ended = {one.course for one in (*made, event) if isinstance(one, Close | Over)}
        if event is None or len(ended) == len(params.courses):
            continue  # one outing stays open, or there would be nothing left to happen
        try:
            board.apply(event)
        except Refused:
            continue
        made.append(event)
    return made
