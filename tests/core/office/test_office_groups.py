"""People who go together write days apart: who waits, who may be meant, what a person decides, what the ward sees of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import Problem, Route, State
from core.errors import Refused, UsageError
from core.office.drafts import ENTRY, edit_of
from core.office.grouping import Hint
from core.office.review import APPLICANTS
from core.people.company import NAMED, Company, read_company
from core.people.fields import Field
from tests.core.office.conftest import PROGRAMME

HANAKO, SACHIKO, KIYOSHI = "サトウ ハナコ", "ワタナベ サチコ", "タカハシ キヨシ"


@pytest.fixture
def three(bench: Any) -> Any:
    """Both sites, under a programme in which three may go together."""
    bench.pair()
    bench.contractor.office.rules.set(PROGRAMME.replace("largest_group = 2", "largest_group = 3"))
    bench.sync()
    return bench


def form(bureau: Any, kana: str, **changes: str) -> dict[Field, str]:
    return {
        Field.KANA: kana, Field.BIRTH_DATE: "1950-03-04", Field.POSTAL_CODE: "1600023",
        Field.ADDRESS: "東京都新宿区西新宿2-8-1", Field.PHONE: "03-5273-0001", Field.PREFERENCE: "A、B",
    } | {Field(name): value for name, value in changes.items()}  # fmt: skip


def stands(bureau: Any, number: int) -> tuple[State, tuple[Problem, ...], str | None]:
    with bureau.store.read() as tx:
        application = tx.applications.get(number)
    return application.state, application.problems, application.applicant.group


WAITS = (State.HELD, (Problem.GROUP_INCOMPLETE,))


# -- cards that come days apart -------------------------------------------------------------------------------


def test_three_cards_of_one_group_wait_for_each_other_and_are_accepted_with_the_last(three: Any) -> None:
    c = three.contractor
    first = c.key(HANAKO, group="3人")
    assert stands(c, first.number)[:2] == WAITS
    check = c.office.intake.check(form(c, SACHIKO, group="さとう はなこ"))
    assert [(one.number, one.waiting, one.hints[0]) for one in check.companions] == [
        (first.number, True, Hint.NAME)
    ]
    second = c.office.intake.add(form(c, SACHIKO, group="さとう はなこ"), Route.POST, [first.number])
    assert [stands(c, a.number)[:2] for a in (first, second)] == [WAITS] * 2, "the third is still to come"
    view = c.office.groups.of(first.number)
    assert view is not None and (view.people, view.here) == (3, 2)
    third = c.key(KIYOSHI)
    c.office.groups.tie([third.number, second.number])
    states = {stands(c, a.number) for a in (first, second, third)}
    assert states == {(State.ACCEPTED, (), second.applicant.group)}


def test_who_may_be_meant_is_proposed_and_never_decided(three: Any) -> None:
    c = three.contractor
    waiting = c.key(HANAKO, group="ワタナベ サチコ", phone="03-5273-1111")
    by_phone = c.office.intake.check(form(c, SACHIKO, phone="03-5273-1111", address="新宿区四谷1-1"))
    assert [one.hints for one in by_phone.companions] == [(Hint.PHONE,)]
    assert not by_phone.companions[0].sure
    by_address = c.office.intake.check(form(c, SACHIKO))
    assert [one.hints for one in by_address.companions] == [(Hint.ADDRESS,)]
    made = c.key(SACHIKO, phone="03-5273-1111")
    assert stands(c, made.number) == (State.ACCEPTED, (), None)
    assert stands(c, waiting.number)[:2] == WAITS
    assert [one.number for one in c.office.groups.companions(made.number)] == [waiting.number]


def test_a_couple_that_says_nothing_of_going_together_is_not_asked_about(three: Any) -> None:
    c = three.contractor
    c.key(HANAKO, phone="03-5273-1111")
    assert c.office.intake.check(form(c, SACHIKO, phone="03-5273-1111")).companions == ()


def test_the_same_person_writing_again_is_no_companion(three: Any) -> None:
    c = three.contractor
    c.key(HANAKO, group="3人")
    check = c.office.intake.check(form(c, HANAKO))
    assert check.companions == () and check.duplicates == (1,)


def test_where_nobody_is_tied_to_anybody_nobody_is_proposed(bench: Any, leaves: Callable[..., Any]) -> None:
    c = bench.contractor
    c.office.rules.set(PROGRAMME.replace("largest_group = 2", "largest_group = 1"))
    one, two = c.key(HANAKO, group="3人"), c.key(SACHIKO)
    assert c.office.intake.check(form(c, KIYOSHI, group="さとう はなこ")).companions == ()
    with leaves(c, Refused):
        c.office.groups.tie([one.number, two.number])


# -- nothing of the other is kept -----------------------------------------------------------------------------


def test_a_companions_name_is_looked_up_and_kept_nowhere(three: Any) -> None:
    c = three.contractor
    for name in ("渡辺 幸子", "ワタナベ サチコ", "わたなべさん", "妻と一緒"):
        c.key(HANAKO, group=name)
        for draft in (ENTRY, edit_of(1)):
            c.office.drafts.keep(draft, {"kana": HANAKO, "group": name})
            assert c.office.drafts.take_up(draft) == {"kana": HANAKO, "group": NAMED}
    c.office.groups.companions(1)
    kept = json.dumps(list(c.image().values()), ensure_ascii=False, default=str) + c.details()
    assert not any(name in kept for name in ("渡辺", "ワタナベ", "わたなべ", "妻"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("3人", Company(people=3)), ("２名", Company(people=2)), ("3人組", Company(people=3)), ("1人", Company()),
        ("G1", Company()), ("", Company()), (None, Company()), ("3", Company()),
        ("わたなべ さちこ様", Company(kana="ワタナベ サチコ", in_words=True)),
        ("ﾜﾀﾅﾍﾞ ｻﾁｺ", Company(kana="ワタナベ サチコ", in_words=True)),
        ("渡辺幸子", Company(in_words=True)), (NAMED, Company(in_words=True)),
    ],
)  # fmt: skip
def test_what_stands_where_a_group_code_would(written: str | None, told: Company) -> None:
    assert read_company(written) == told


# -- tied and parted ------------------------------------------------------------------------------------------


def test_a_group_is_no_larger_than_the_programme_has_it_and_nobody_is_in_two(
    three: Any, leaves: Callable[..., Any]
) -> None:
    c = three.contractor
    people = [c.key(f"サトウ {name}").number for name in ("ア", "イ", "ウ", "エ", "オ")]
    c.office.groups.tie(people[:3])
    with leaves(c, Refused) as refused:
        c.office.groups.tie([people[0], people[3]])
    assert "3人まで" in refused.value.what
    c.office.groups.tie(people[3:])
    with leaves(c, Refused) as refused:
        c.office.groups.tie([people[0], people[4]])
    assert "別々のグループ" in refused.value.what
    c.office.intake.withdraw(people[4])
    with leaves(c, Refused):
        c.office.groups.tie([people[3], people[4]])
    with leaves(c, UsageError):
        c.office.groups.tie(people[:1])


def test_a_code_once_given_is_not_given_to_others(three: Any) -> None:
    c = three.contractor
    one, two, three_ = (c.key(f"サトウ {name}").number for name in ("ア", "イ", "ウ"))
    c.office.groups.tie([one, two])
    c.office.groups.part([one])
    c.office.groups.tie([one, three_])
    assert stands(c, one)[2] != stands(c, two)[2]
    assert stands(c, two)[:2] == WAITS and stands(c, one)[0] is State.ACCEPTED


def test_who_leaves_lets_the_others_wait(three: Any) -> None:
    c = three.contractor
    one, two = c.key(HANAKO).number, c.key(SACHIKO).number
    c.office.groups.tie([one, two])
    c.office.intake.withdraw(two)
    assert stands(c, one)[:2] == WAITS
    view = c.office.groups.of(one)
    assert view is not None and [member.state for member in view.members] == [State.HELD, State.WITHDRAWN]


# -- nobody came ----------------------------------------------------------------------------------------------


def test_without_waiting_any_longer_those_who_are_here_go(three: Any) -> None:
    c = three.contractor
    one = c.key(HANAKO, group="3人").number
    two = c.office.intake.add(form(c, SACHIKO), Route.POST, [one]).number
    alone = c.key(KIYOSHI, group="G9").number
    in_words = c.key("タナカ ミツコ", group="夫と").number
    c.office.intake.resolve(one, True, "goes_alone")
    assert [stands(c, number)[:2] for number in (one, two)] == [(State.ACCEPTED, ())] * 2
    for number in (alone, in_words):
        made = c.office.intake.resolve(number, True, "goes_alone")
        assert (made.state, made.reason, made.group) == (State.ACCEPTED, "goes_alone", None)
    late = c.key("タカハシ ウメ", group="G9")
    assert stands(c, late.number)[:2] == WAITS, "who went alone is not tied by a code that comes later"
    c.office.groups.tie([late.number, alone])
    assert stands(c, alone)[:2] == (State.ACCEPTED, ())


def test_the_flow_says_so_once_applications_have_closed(three: Any) -> None:
    c = three.contractor
    c.key(HANAKO, group="3人")
    c.key(SACHIKO)
    c.office.records.send()
    assert "組の相手の応募を待つ（1件）" in c.office.flow.status().sentence
    c.moment = c.moment.replace(month=5, day=9)
    assert "相手が来なかった応募 1件" in c.office.flow.status().sentence
    c.office.intake.resolve(1, True, "goes_alone")
    assert "相手" not in c.office.flow.status().sentence


# -- wishes in common -----------------------------------------------------------------------------------------


def test_a_group_without_a_wish_in_common_is_held_until_one_is_found(
    three: Any, leaves: Callable[..., Any]
) -> None:
    c = three.contractor
    one, two = c.key(HANAKO, "A").number, c.key(SACHIKO, "B").number
    c.office.groups.tie([one, two])
    assert {stands(c, number)[:2] for number in (one, two)} == {(State.HELD, (Problem.GROUP_NO_COMMON,))}
    with leaves(c, Refused) as refused:
        c.office.intake.resolve(one, True, "confirmed_by_phone")
    assert "共通する希望の回がありません" in refused.value.what
    c.office.intake.edit(two, {Field.PREFERENCE: "B、A"})
    assert [stands(c, number)[0] for number in (one, two)] == [State.ACCEPTED] * 2
    c.office.intake.edit(two, {Field.PREFERENCE: "B"})
    c.office.intake.resolve(two, True, "goes_alone")
    assert stands(c, two)[0] is State.ACCEPTED and stands(c, two)[2] is None
    assert stands(c, one)[:2] == WAITS


def test_when_more_may_go_together_those_who_were_too_many_are_accepted(bench: Any) -> None:
    c = bench.contractor
    made = [c.key(f"サトウ {name}", group="G1").number for name in ("ア", "イ", "ウ")]
    assert {stands(c, number)[1] for number in made} == {(Problem.GROUP_TOO_LARGE,)}
    c.office.rules.set(PROGRAMME.replace("largest_group = 2", "largest_group = 3"))
    assert {stands(c, number)[0] for number in made} == {State.ACCEPTED}


def test_a_group_is_one_in_each_round_by_itself(bench: Any) -> None:
    """Whom no outing of a round unites is not drawn in it as a group; who wishes nothing there is none of its matter."""
    c = bench.contractor
    text = PROGRAMME.replace('place = "御岳山"\n', 'place = "御岳山"\nround = 2\n')
    c.office.rules.set(text + "\n[[round]]\nnumber = 2\napplications_close = 2026-05-20\n")
    one, two = c.key(HANAKO, "A、B").number, c.key(SACHIKO, "B").number
    c.office.groups.tie([one, two])
    assert stands(c, one)[1] == (Problem.GROUP_NO_COMMON,)
    c.office.intake.edit(one, {Field.PREFERENCE: "B"})
    assert stands(c, one)[1] == ()


# -- the ward -------------------------------------------------------------------------------------------------


def test_the_ward_sees_who_goes_with_whom_and_is_asked_anew_when_that_changes(three: Any) -> None:
    c, w = three.contractor, three.ward
    one = c.key(HANAKO, group="2人").number
    c.office.records.send()
    three.sync()
    assert w.office.review.rows(APPLICANTS) == [], "who waits is not under review"
    two = c.office.intake.add(form(c, SACHIKO), Route.POST, [one]).number
    c.office.records.send()
    three.sync()
    shown = {item.number: item.together for item in w.office.review.rows(APPLICANTS)}
    assert shown == {one: (two,), two: (one,)}
    w.office.review.confirm_rest(APPLICANTS)
    w.office.review.send()
    three.sync()
    c.office.intake.withdraw(two)
    c.office.intake.resolve(one, True, "goes_alone")
    c.office.records.send()
    three.sync()
    (item,) = w.office.review.rows(APPLICANTS)
    assert item.changed and [change.item for change in item.changes] == ["group"]


def test_at_the_counter_only_its_own_are_tied(three: Any) -> None:
    c, w = three.contractor, three.ward
    c.key(HANAKO)
    c.office.records.send()
    three.sync()
    own = w.key(SACHIKO, group="サトウ ハナコ")
    assert w.office.groups.companions(own.number) == ()
    with pytest.raises(Refused):
        w.office.groups.tie([1, own.number])
