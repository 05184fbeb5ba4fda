"""Who leaves, before the draw or after it, and what that does to the others.

Each statement says for which draws it is true. Where a natural one is true only for some, the smallest draws for which
it is not stand beside it: all small draws are gone through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.draw.engine import in_order, run
from core.draw.events import Cancel
from core.draw.result import Result, ResultLine
from core.draw.roll import ListLine, Roll
from core.draw.rules import Course
from core.draw.standing import replay
from core.draw.steps import SeedInput
from tests.core.draw.enumerated import NOWHERE, seated
from tests.core.draw.played import rules
from tests.core.draw.small_draws import courses_of, draws, rank, seats, unit

# -- who leaves the list before the draw ----------------------------------------------------------------------


@given(draws())
def test_somebody_more_or_less_changes_nobody_elses_place_in_the_order(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput],
) -> None:
    _, lines, seed = case
    whole = in_order(seed.seed, Roll.of(lines))
    for line in lines:
        without = (
            in_order(seed.seed, Roll.of(other for other in lines if other is not line))
            if len(lines) > 1
            else []
        )
        assert without == [(value, other) for value, other in whole if other.id != line.id]


@given(draws())
def test_without_someone_who_got_no_seat_or_was_last_everybody_else_gets_the_same(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput],
) -> None:
    """For any sizes and wishes. And whoever leaves, nobody before them notices."""
    courses, lines, seed = case
    whole = seats(courses, lines, seed)
    order = list(whole)
    for gone in lines:
        rest = [line for line in lines if line is not gone]
        if not rest:
            continue
        left = seats(courses, rest, seed)
        if whole[gone.id] == NOWHERE or order[-1] == gone.id:
            assert left == {key: seat for key, seat in whole.items() if key != gone.id}
        before = order[: order.index(gone.id)]
        assert [left[key] for key in before] == [whole[key] for key in before]


@given(draws(largest=1))
def test_where_all_are_single_nobody_is_worse_off_for_someone_leaving(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput],
) -> None:
    courses, lines, seed = case
    whole = seats(courses, lines, seed)
    for gone in lines[:4]:
        rest = [line for line in lines if line is not gone]
        left = seats(courses, rest, seed) if rest else {}
        assert all(rank(line, left[line.id]) <= rank(line, whole[line.id]) for line in rest)


def test_with_groups_someone_can_lose_by_another_leaving() -> None:
    """Three seats; one, then three, then two persons. Without the one, the three fit and the two do not."""
    one, three, two = unit(0, "A"), unit(1, "A", 3), unit(2, "A", 2)
    assert seated([one, three, two], courses_of(3)) == {one.id: "A", three.id: NOWHERE, two.id: "A"}
    assert seated([three, two], courses_of(3)) == {three.id: "A", two.id: NOWHERE}


# -- who leaves after the draw --------------------------------------------------------------------------------


def after_cancelling(courses: tuple[Course, ...], result: Result, gone: Sequence[str]) -> dict[str, str]:
    """By unit still there, where it sits in the end."""
    standing = replay(rules(courses=courses), result, [Cancel(key) for key in gone])
    return {place.id: place.course or NOWHERE for place in standing.places if place.id not in gone}


@given(draws(largest=1, wishes=1), st.data())
def test_where_all_are_single_with_one_wish_promotion_is_the_draw_without_who_left(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput], data: st.DataObject
) -> None:
    """Whoever leaves, seated, waiting or just promoted, and in whatever order."""
    courses, lines, seed = case
    gone = data.draw(st.lists(st.sampled_from([line.id for line in lines]), unique=True))
    rest = [line for line in lines if line.id not in gone]
    result = run(rules(courses=courses), Roll.of(lines), seed)
    assert after_cancelling(courses, result, gone) == (seats(courses, rest, seed) if rest else {})


@given(draws(), st.data())
def test_for_any_draw_nobody_who_sits_is_moved_and_no_seat_waits_for_someone_it_fits(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput], data: st.DataObject
) -> None:
    courses, lines, seed = case
    gone = data.draw(st.lists(st.sampled_from([line.id for line in lines]), unique=True))
    result = run(rules(courses=courses), Roll.of(lines), seed)
    after = after_cancelling(courses, result, gone)
    by_id = {line.id: line for line in lines}
    for line in result.lines:
        if line.course and line.id not in gone:
            assert after[line.id] == line.course
    for course in courses:
        left = course.room - sum(by_id[key].size for key, seat in after.items() if seat == course.code)
        waiting = [
            key for key, seat in after.items() if seat == NOWHERE and course.code in by_id[key].courses
        ]
        assert left >= 0 and all(by_id[key].size > left for key in waiting)


def drawn_as(order: Sequence[ListLine], courses: tuple[Course, ...]) -> Result:
    """The result of a draw in which units came in this order."""
    got = seated(order, courses)
    return Result(
        tuple(
            ResultLine(f"{n:064x}", line.id, line.size, line.courses, None if got[line.id] == NOWHERE else got[line.id])
            for n, line in enumerate(order)
        )
    )  # fmt: skip


Told = dict[str, str]


def differing(
    count: int, kinds: Sequence[tuple[str, int]], rooms: Sequence[tuple[int, ...]], differ: Callable[[Told, Told], bool]
) -> list[tuple[tuple[int, ...], tuple[tuple[str, int], ...], str]]:  # fmt: skip
    """All draws of `count` units of these kinds (wishes, size) and rooms in which one leaves and `differ` holds
    between promotion and a draw without that one."""
    found = []
    for room, chosen in product(rooms, product(kinds, repeat=count)):
        order = [unit(n, *kind) for n, kind in enumerate(chosen)]
        courses = courses_of(*room)
        for gone in order:
            promoted = after_cancelling(courses, drawn_as(order, courses), [gone.id])
            anew = seated([line for line in order if line is not gone], courses)
            if differ(promoted, anew):
                found.append((room, chosen, gone.id))
    return found


def people(told: Told) -> set[str]:
    return {key for key, seat in told.items() if seat != NOWHERE}


def test_with_several_outings_promotion_is_not_a_new_draw_because_nobody_moves() -> None:
    """Single people, two outings of one seat: the smallest draws in which it matters.

    With two people it is where one sits: the second keeps the second wish though the first has become free. With
    three it is who sits at all. The seat they do not move to stays empty if nobody else wants it, and the third, who
    wants the seat they do not leave, goes without; or it goes to a third who wants only that one, and would have gone
    without after a new draw.
    """
    kinds = [(wishes, 1) for wishes in ("A", "B", "AB", "BA")]
    where = differing(2, kinds, [(1, 1)], lambda one, other: one != other)
    assert {chosen for _, chosen, _ in where} == {
        ((a, 1), (b, 1)) for a, b in [("A", "AB"), ("AB", "AB"), ("B", "BA"), ("BA", "BA")]
    }
    assert all(gone == unit(0, "A").id for _, _, gone in where)
    assert differing(2, kinds, [(1, 1)], lambda one, other: people(one) != people(other)) == []
    empty = differing(3, kinds, [(1, 1)], lambda one, other: people(one) < people(other))
    other_one = differing(3, kinds, [(1, 1)], lambda one, other: people(one) > people(other))
    all_of_them = differing(3, kinds, [(1, 1)], lambda one, other: people(one) != people(other))
    assert ((1, 1), (("A", 1), ("AB", 1), ("B", 1)), unit(0, "A").id) in empty
    assert ((1, 1), (("A", 1), ("AB", 1), ("A", 1)), unit(0, "A").id) in other_one
    assert sorted(empty + other_one) == sorted(all_of_them)


@settings(max_examples=200)
@given(draws(most=8, largest=1, named="AB", room=3), st.data())
def test_only_someone_on_a_lower_wish_makes_promotion_differ_from_a_new_draw(
    case: tuple[tuple[Course, ...], list[ListLine], SeedInput], data: st.DataObject
) -> None:
    """Single people, any outings, one leaves: while all who stay seated sit on their first wish, it is the same."""
    courses, lines, seed = case
    gone = data.draw(st.sampled_from(lines))
    rest = [line for line in lines if line is not gone]
    result = run(rules(courses=courses), Roll.of(lines), seed)
    content = all(line.course in (None, line.courses[0]) for line in result.lines if line.id != gone.id)
    assume(rest and content)
    assert after_cancelling(courses, result, [gone.id]) == seats(courses, rest, seed)


def test_with_groups_promotion_is_not_a_new_draw_because_nobody_stands_up() -> None:
    """One outing: somebody behind has a seat that a group before them would have taken, had it been free then."""
    kinds = [("A", size) for size in (1, 2, 3)]
    rooms = [(room,) for room in (1, 2, 3)]
    assert differing(2, kinds, rooms, lambda one, other: one != other) == []
    three = differing(3, kinds, rooms, lambda one, other: one != other)
    assert ((3,), (("A", 1), ("A", 3), ("A", 2)), unit(0, "A").id) in three
    assert all(len({size for _, size in chosen}) > 1 for _, chosen, _ in three), (
        "of one size it is a new draw"
    )
