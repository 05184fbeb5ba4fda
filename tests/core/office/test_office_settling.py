"""Duplicates and groups: whatever happens in whatever order, what is stored is what the live applications mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.applicant import Application, Problem, State
from core.errors import Refused, UsageError
from core.people.duplicates import folded_key
from core.people.fields import Field

LIVE = (State.ACCEPTED, State.HELD)


def all_of(bureau: Any) -> dict[int, Application]:
    with bureau.store.read() as tx:
        return {a.number: a for a in tx.applications.all()}


def state_of(bureau: Any, number: int) -> tuple[State, tuple[Problem, ...]]:
    application = all_of(bureau)[number]
    return application.state, application.problems


def test_the_later_of_two_is_held_until_the_earlier_goes(bench: Any) -> None:
    c = bench.contractor
    first, second = c.key("サトウ ハナコ"), c.key("サトウ ハナコ")
    assert state_of(c, second.number) == (State.HELD, (Problem.DUPLICATE,))
    c.office.intake.withdraw(first.number)
    assert state_of(c, second.number) == (State.ACCEPTED, ())


def test_a_persons_decision_stands_until_a_new_doubt(bench: Any) -> None:
    c = bench.contractor
    c.key("サトウ ハナコ")
    second = c.key("サトウ ハナコ")
    c.office.intake.resolve(second.number, True, "different_person")
    c.key("サトウ ハナコ")
    assert state_of(c, second.number) == (State.ACCEPTED, (Problem.DUPLICATE,))
    c.office.intake.edit(second.number, {Field.PHONE: ""})
    state, problems = state_of(c, second.number)
    assert state is State.HELD and set(problems) == {Problem.DUPLICATE, Problem.MISSING_PHONE}
    c.office.intake.edit(second.number, {Field.PHONE: "03-5273-0001"})
    assert state_of(c, second.number) == (State.HELD, (Problem.DUPLICATE,))


def test_what_lacks_a_birth_date_or_a_wish_cannot_be_accepted(bench: Any, leaves: Callable[..., Any]) -> None:
    """The draw could not take it, and the whole freeze would stop at it."""
    c = bench.contractor
    for lacking in ({"birth_date": ""}, {"preference": ""}):
        held = c.key("サトウ ハナコ", **lacking)
        with leaves(c, Refused):
            c.office.intake.resolve(held.number, True, "confirmed_by_phone")


def test_the_refused_stay_refused_and_a_group_is_a_code(bench: Any, leaves: Callable[..., Any]) -> None:
    c = bench.contractor
    made = c.key("サトウ ハナコ")
    for code in ("妻と一緒", "a b\x1b[2J", "x" * 200):
        with leaves(c, UsageError):
            c.office.intake.link([made.number], code)
    c.office.intake.resolve(made.number, False, "not_eligible")
    for accept in (True, False):
        with leaves(c, Refused):
            c.office.intake.resolve(made.number, accept, "ward_decision")
    with leaves(c, Refused):
        c.office.intake.withdraw(made.number)


def test_a_group_is_whole_when_all_of_it_is_there(bench: Any) -> None:
    c = bench.contractor
    one, two, three = (c.key(kana) for kana in ("サトウ ハナコ", "サトウ タロウ", "サトウ ジロウ"))
    c.office.intake.link([one.number], "G1")
    assert state_of(c, one.number) == (State.HELD, (Problem.GROUP_INCOMPLETE,))
    c.office.intake.link([two.number], "G1")
    assert [state_of(c, a.number)[0] for a in (one, two)] == [State.ACCEPTED] * 2
    c.office.intake.link([three.number], "G1")
    assert {state_of(c, a.number)[1] for a in (one, two, three)} == {(Problem.GROUP_TOO_LARGE,)}
    c.office.intake.link([three.number], None)
    c.office.intake.withdraw(two.number)
    assert state_of(c, one.number) == (State.HELD, (Problem.GROUP_INCOMPLETE,))
    assert state_of(c, three.number) == (State.ACCEPTED, ())


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "group", "ungroup", "withdraw", "refuse", "accept"]),
        st.integers(0, 5), st.sampled_from(["サトウ ハナコ", "スズキ イチロウ"]), st.sampled_from(["G1", "G2"]),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_after_any_history_the_doubts_are_those_of_the_present(
    acts: list[tuple[str, int, str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    bureau_at: Callable[..., Any],
) -> None:
    """Recomputed from nothing but what is stored, each live application has the relational doubts it shows."""
    c = bureau_at(tmp_path_factory.mktemp("settling"))
    intake = c.office.intake
    for act, index, kana, group in acts:
        numbers = sorted(all_of(c))
        number = numbers[index % len(numbers)] if numbers else None
        try:
            if act == "add" or number is None:
                c.key(kana)
            elif act == "rename":
                intake.edit(number, {Field.KANA: kana})
            elif act in ("group", "ungroup"):
                intake.link([number], group if act == "group" else None)
            elif act == "withdraw":
                intake.withdraw(number)
            else:
                intake.resolve(number, act == "accept", "confirmed_by_phone")
        except Refused:
            continue
    live = [a for a in all_of(c).values() if a.state in LIVE]
    for a in live:
        twins = [
            b for b in live if folded_key(b.applicant) == folded_key(a.applicant) and b.number < a.number
        ]
        size = sum(b.applicant.group == a.applicant.group for b in live)
        alone, crowded = (
            a.applicant.group is not None and size < 2,
            a.applicant.group is not None and size > 2,
        )
        expected = {
            *([Problem.DUPLICATE] if twins else []),
            *([Problem.GROUP_INCOMPLETE] if alone else []),
            *([Problem.GROUP_TOO_LARGE] if crowded else []),
        }
        assert set(a.problems) == expected
        assert a.state is State.ACCEPTED if not expected else a.state is State.HELD or a.reason
    before = c.image()
    for a in live:
        intake.link([a.number], a.applicant.group)
    changed = c.image()
    assert changed["application"] == before["application"]
