"""Several held applications settled with one reason: each by itself, each with its own entry."""

from __future__ import annotations

from typing import Any

import pytest

from core.applicant import State
from core.errors import Refused, Stopped, UsageError
from core.office.bulk import resolve_each
from core.roles import Role


def states(bureau: Any) -> dict[int, State]:
    with bureau.store.read() as tx:
        return {a.number: a.state for a in tx.applications.all()}


def entries(bureau: Any) -> list[tuple[str, str]]:
    """The access log from its beginning, what and about whom."""
    with bureau.store.read() as tx:
        return [(row.act, row.detail) for row in reversed(tx.access.page(0, tx.access.count()))]


@pytest.fixture
def held(bench: Any) -> Any:
    """Four held ones, the third without a birth date; and one that is not held."""
    c = bench.contractor
    for name in ("ア", "イ"):
        c.key(f"サトウ {name}", phone="")
    c.key("サトウ ウ", birth_date="")
    c.key("サトウ エ", phone="")
    c.key("サトウ オ")
    return c


def test_each_is_settled_with_an_entry_of_its_own_and_a_refusal_stops_no_other(held: Any) -> None:
    before = len(entries(held))
    bulk = resolve_each(held.office.intake, [1, 2, 3, 4, 5, 99], True, "confirmed_by_phone")
    assert bulk.done == (1, 2, 4) and bulk.left == ()
    assert [(number, error.what) for number, error in bulk.failed] == [
        (3, "生年月日がないため受け付けられません"),
        (5, "保留中の応募ではありません"),
        (99, "その受付番号の応募はありません"),
    ]
    assert states(held) == {n: State.HELD if n == 3 else State.ACCEPTED for n in range(1, 6)}
    assert entries(held)[before:] == [
        ("accept", f"no={number} reason=confirmed_by_phone") for number in (1, 2, 4)
    ]


def test_none_that_is_accepted_is_refused_along_with_the_held(held: Any) -> None:
    """Alone it can be: there somebody looks at it. Here it was marked as held."""
    assert resolve_each(held.office.intake, [5], False, "cannot_reach").done == ()
    assert states(held)[5] is State.ACCEPTED
    held.office.intake.resolve(5, False, "cannot_reach")
    assert states(held)[5] is State.REFUSED


def test_what_is_let_go_by_refusing_its_double_is_not_refused_with_it(bench: Any) -> None:
    c = bench.contractor
    c.key("サトウ ハナコ", phone="")
    c.key("サトウ ハナコ")
    assert set(states(c).values()) == {State.HELD}
    bulk = resolve_each(c.office.intake, [1, 2], False, "duplicate_application")
    assert bulk.done == (1,) and [number for number, _ in bulk.failed] == [2]
    assert states(c) == {1: State.REFUSED, 2: State.ACCEPTED}


def test_stopped_halfway_it_says_what_it_did_not_come_to(held: Any) -> None:
    def stop_at_third(done: int, total: int) -> None:
        assert total == 3
        if done == 2:
            raise Stopped("取りやめました")

    bulk = resolve_each(held.office.intake, [1, 2, 4], False, "cannot_reach", stop_at_third)
    assert (bulk.done, bulk.left) == ((1, 2), (4,))
    assert states(held)[4] is State.HELD


def test_what_is_wrong_with_all_of_them_is_said_at_once(held: Any) -> None:
    with pytest.raises(UsageError, match="理由の符号"):
        resolve_each(held.office.intake, [1], True, "because")
    with pytest.raises(Refused):
        resolve_each(held.office_of(Role.AUDITOR).intake, [1], True, "confirmed_by_phone")
    assert states(held)[1] is State.HELD


def test_at_the_ward_only_what_its_counter_keyed_is_settled(bench: Any) -> None:
    bench.received("サトウ ハナコ")
    c, w = bench.contractor, bench.ward
    c.key("タカハシ キヨシ", phone="")
    own = w.key("スズキ イチロウ", phone="")
    (other,) = [number for number in states(w) if number != own.number]
    bulk = resolve_each(w.office.intake, [other, own.number], False, "cannot_reach")
    assert bulk.done == (own.number,)
    assert [error.what for _, error in bulk.failed] == ["この応募の訂正は委託先が行います"]
