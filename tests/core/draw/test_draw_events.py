"""After the draw: only inputs are recorded, promotion follows from them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import crockford_id
from core.draw.engine import run
from core.draw.events import (
    Cancel,
    Close,
    Decline,
    Disqualify,
    Event,
    EventLog,
    Late,
    Over,
    Release,
    Reserve,
    Shrink,
)
from core.draw.result import Result, ResultLine
from core.draw.roll import ListLine, Roll
from core.draw.rules import Course, Params
from core.draw.standing import Board, PlaceState, Promotion, replay
from core.draw.steps import SeedInput
from core.errors import IntegrityFailure, Refused
from tests.core.draw.happened import forbidden, happen
from tests.core.draw.played import play, rules

H = "0" * 64


def unit(name: str) -> str:
    return name * 10


def result(*lines: tuple[str, int, str, str | None]) -> Result:
    """A result in this order: (letter, size, wishes, seat)."""
    return Result(
        tuple(
            ResultLine(f"{n:064x}", unit(name), size, tuple(wishes), seat)
            for n, (name, size, wishes, seat) in enumerate(lines)
        )
    )


PARAMS = rules(courses=(Course("A", 3, 1), Course("B", 1, 0)))
DRAWN = result(
    ("P", 1, "AB", "A"), ("Q", 1, "BA", "B"), ("R", 1, "A", "A"), ("S", 2, "A", None), ("T", 1, "BA", None)
)


def states(*events: Event) -> dict[str, str]:
    """How each unit stands: its seat, `(A)` on a reserved seat, `A,B?` waiting, `x` out."""
    show = {
        PlaceState.SEATED: "{0}",
        PlaceState.RESERVED: "({0})",
        PlaceState.WAITING: "{1}?",
        PlaceState.OUT: "x",
    }
    places = replay(PARAMS, DRAWN, events).places
    return {p.id[0]: show[p.state].format(p.course, ",".join(p.courses)) for p in places}


BEFORE = {"P": "A", "Q": "B", "R": "A", "S": "A?", "T": "B,A?"}


def test_without_events_everyone_stands_as_drawn() -> None:
    assert states() == BEFORE


@pytest.mark.parametrize("away", [Cancel, Disqualify])
def test_the_first_in_draw_order_who_fits_takes_a_freed_seat(away: type[Cancel | Disqualify]) -> None:
    assert states(away(unit("P"))) == BEFORE | {"P": "x", "T": "A"}  # S are two and do not fit
    assert states(away(unit("P")), away(unit("R"))) == BEFORE | {"P": "x", "R": "x", "T": "A"}
    assert states(away(unit("T")), away(unit("P")), away(unit("R"))) == {
        "P": "x", "Q": "B", "R": "x", "S": "A", "T": "x",
    }  # fmt: skip


def test_nobody_moves_between_courses_by_themselves() -> None:
    assert states(Cancel(unit("Q"))) == BEFORE | {"Q": "x", "T": "B"}  # P, seated in A, does not go to B


def test_who_declines_one_outing_goes_on_waiting_for_the_others() -> None:
    assert states(Decline(unit("T"), "B")) == BEFORE | {"T": "A?"}
    assert states(Decline(unit("T"), "B"), Decline(unit("T"), "A")) == BEFORE | {"T": "x"}
    assert states(Decline(unit("P"), "A")) == BEFORE | {"P": "B?", "T": "A"}


def test_a_smaller_group_may_fit() -> None:
    assert states(Cancel(unit("T")), Cancel(unit("P"))) == BEFORE | {"T": "x", "P": "x"}
    assert states(Cancel(unit("T")), Cancel(unit("P")), Shrink(unit("S"), 1))["S"] == "A"


def test_a_called_off_outing_takes_nobody_any_more() -> None:
    closed = {"P": "B?", "Q": "B", "R": "x", "S": "x", "T": "B?"}
    assert states(Close("A")) == closed
    assert states(Close("A"), Cancel(unit("Q"))) == closed | {"Q": "x", "P": "B"}


def test_nobody_moves_up_into_an_outing_whose_day_has_come() -> None:
    over = {
        "P": "A",
        "Q": "B",
        "R": "A",
        "S": "x",
        "T": "B?",
    }  # who sits there stays; S wished for nothing else
    assert states(Over("A")) == over
    assert states(Over("A"), Cancel(unit("P"))) == over | {"P": "x"}, "the seat stays empty"
    assert states(Over("A"), Decline(unit("P"), "A")) == over | {"P": "B?"}
    assert states(Over("A"), Cancel(unit("Q"))) == over | {"Q": "x", "T": "B"}
    board = Board(PARAMS, DRAWN)
    for event in (Over("A"), Cancel(unit("P")), Cancel(unit("R"))):
        board.apply(event)
    now = board.standing()
    assert (now.free["A"], now.reserve["A"], now.promotions) == (0, 0, ())


def test_a_seat_on_the_wards_part_of_what_is_over_is_not_the_wards_again() -> None:
    now = replay(PARAMS, DRAWN, [Reserve(unit("T"), "A"), Over("A"), Cancel(unit("T"))])
    assert now.reserve == {"A": 0, "B": 0}


def test_what_is_over_may_still_be_called_off_and_those_who_sat_there_wait_for_the_others() -> None:
    assert states(Over("A"), Close("A")) == {"P": "B?", "Q": "B", "R": "x", "S": "x", "T": "B?"}


@pytest.mark.parametrize(
    "event",
    [
        Over("A"),
        Release("A", 1),
        Reserve(unit("T"), "A"),
        Late("0" * 10, 1, ("A",), H, H),
        Decline(unit("T"), "A"),
    ],
)
def test_into_what_is_over_nobody_can_be_put(event: Event) -> None:
    with pytest.raises(Refused):
        replay(PARAMS, DRAWN, [Over("A"), event])


def test_what_was_called_off_is_not_over() -> None:
    with pytest.raises(Refused):
        replay(PARAMS, DRAWN, [Close("A"), Over("A")])


def test_seats_kept_for_the_ward_are_given_or_released_by_it_alone() -> None:
    assert states(Reserve(unit("T"), "A")) == BEFORE | {"T": "(A)"}
    assert states(Release("A", 1)) == BEFORE | {"T": "A"}
    gone = replay(PARAMS, DRAWN, [Reserve(unit("T"), "A"), Cancel(unit("T"))])
    assert gone.reserve == {"A": 1, "B": 0}
    assert gone.free == {"A": 0, "B": 0}


def test_late_ones_stand_behind_all_that_were_drawn() -> None:
    late = Late("0" * 10, 1, ("A",), H, H)
    standing = replay(PARAMS, DRAWN, [late, Cancel(unit("P")), Cancel(unit("R"))])
    assert [promotion.id[0] for promotion in standing.promotions] == ["T", "0"]
    assert standing.places[-1].id == "0" * 10
    assert [p.id[0] for p in replay(PARAMS, DRAWN, [late]).waiting("A")] == ["S", "T", "0"]


def test_a_promotion_names_the_event_it_follows_from() -> None:
    board = Board(PARAMS, DRAWN)
    assert board.apply(Decline(unit("T"), "B")) == ()
    assert board.apply(Cancel(unit("R"))) == (Promotion(2, unit("T"), "A"),)


@pytest.mark.parametrize(
    "event",
    [
        Cancel("0" * 10),
        Decline(unit("R"), "B"),
        Decline(unit("R"), "Z"),
        Shrink(unit("S"), 2),
        Close("Z"),
        Over("Z"),
        Reserve(unit("P"), "A"),
        Reserve(unit("T"), "B"),
        Reserve(unit("S"), "A"),
        Release("A", 2),
        Release("Z", 1),
        Late(unit("P"), 1, ("A",), H, H),
        Late("0" * 10, 4, ("A",), H, H),
        Late("0" * 10, 1, ("Z",), H, H),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(event: Event) -> None:
    board = Board(PARAMS, DRAWN)
    before = board.standing()
    with pytest.raises(Refused) as refused:
        board.apply(event)
    assert refused.value.where == "events.txt 1行目"
    assert board.standing() == before


@pytest.mark.parametrize(
    "event", [Cancel(unit("P")), Shrink(unit("P"), 1), Decline(unit("P"), "B"), Close("A"), Release("A", 1)]
)
def test_nobody_comes_back_and_no_outing_reopens(event: Event) -> None:
    with pytest.raises(Refused):
        replay(PARAMS, DRAWN, [Cancel(unit("P")), Close("A"), event])


@given(st.integers(0, 2**32), st.data())
def test_replay_equals_a_draw_that_knew_the_withdrawals(seed: int, data: st.DataObject) -> None:
    """For one outing and single persons: who is seated does not depend on when the others withdrew."""
    chance = random.Random(seed)
    params: Params = rules(courses=(Course("A", 5),), max_size=1)
    roll = Roll.of(
        ListLine(crockford_id(chance.randbytes(10)), 1, 1, ("A",), H) for _ in range(chance.randint(2, 15))
    )
    chosen = SeedInput("hiking-2026-1", H, f"{seed:020d}")
    gone = data.draw(st.lists(st.sampled_from([line.id for line in roll.lines]), unique=True))
    after = replay(params, run(params, roll, chosen), [Cancel(unit_id) for unit_id in gone])
    left = [line for line in roll.lines if line.id not in gone]
    knowing = {line.id for line in run(params, Roll(tuple(left)), chosen).lines if line.course}
    assert {place.id for place in after.seated("A")} == knowing


@given(st.integers(0, 2**32))
def test_seats_are_never_given_twice_and_never_lie_idle(seed: int) -> None:
    played = play(seed=seed % 50)
    events = happen(played.params, played.result, 15, seed)
    board = Board(played.params, played.result)
    for at, event in enumerate(events):
        seated = {p.id: p.course for p in board.standing().places if p.course}
        board.apply(event)
        now = board.standing()
        for course in played.params.courses:
            free, kept, code = now.free[course.code], now.reserve[course.code], course.code
            closed = Close(code) in events[: at + 1]
            taken = sum(place.size for place in now.seated(code))
            assert free >= 0 and kept >= 0
            if closed or Over(code) in events[: at + 1]:
                assert (free, kept) == (0, 0) and taken <= (0 if closed else course.capacity)
            else:
                assert taken + free + kept == course.capacity
            assert all(place.size > free for place in now.waiting(code))
        for place in now.places:
            if place.id in seated and place.course:
                named = isinstance(event, Decline | Close)
                assert place.course == seated[place.id] or named


def test_the_chain_is_read_back_and_binds_every_line() -> None:
    played = play()
    events = happen(played.params, played.result, 20, 5)
    log = EventLog(played.result.sha256)
    for event in events:
        log = log.append(event)
    data = log.to_bytes()
    assert EventLog.parse(data, played.result.sha256) == log
    assert list(log.events) == events
    lines = data.split(b"\n")[:-1]
    for at in range(len(lines) - 1):
        without = b"".join(line + b"\n" for n, line in enumerate(lines) if n != at)
        with pytest.raises(IntegrityFailure) as refused:
            EventLog.parse(without, played.result.sha256)
        assert refused.value.where == f"events.txt {at + 1}行目"
    with pytest.raises(IntegrityFailure):
        EventLog.parse(data, H)


@pytest.mark.parametrize(
    "event",
    [
        Cancel("k" * 10),
        Cancel("0" * 10 + "\n000002"),
        Late("0" * 10, 1, ("A", "A"), H, H),
        Late("0" * 10, 0, ("A",), H, H),
        Shrink("0" * 10, 0),
        Close("a"),
    ],
)
def test_an_event_that_cannot_be_written_is_refused(event: Event) -> None:
    with pytest.raises(IntegrityFailure):
        EventLog(H).append(event)


def test_invented_forbidden_events_are_forbidden() -> None:
    played = play()
    for seed in range(20):
        event = forbidden(played.params, played.result, (), random.Random(seed))
        with pytest.raises(Refused):
            replay(played.params, played.result, [event])
