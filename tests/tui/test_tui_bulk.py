"""受付: held applications are marked one by one and settled with one reason."""

from __future__ import annotations

from typing import Any

import pytest

from core.applicant import Route, State
from core.people.fields import Field
from core.roles import Role, Site
from tui.panes.intake.bulk import numbers_words
from tui.widgets.dialogs import Choice, Message


async def settle(pilot: Any) -> None:
    for _ in range(5):
        await pilot.pause()


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def names(app: Any) -> set[str]:
    return {action.name for action in app.place.open_actions()}


async def test_marked_ones_are_accepted_and_what_could_not_be_is_said_and_stays_marked(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1, phone="")
    opener.key(2)
    opener.key(3, birth_date="")
    opener.key(4, phone="")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "accept_marked" not in names(app), "nothing is marked"
        await press(pilot, "a", "x")
        assert not isinstance(app.screen, Choice)
        await press(pilot, "space", "space")
        assert "印を付けられるのは、保留の応募だけです" in shown(app)
        await press(pilot, "down", "space", "space")
        lines = shown(app).split("\n")
        assert [line.split()[1].lstrip(">") for line in lines[5:9]] == ["*0001", "0002", "*0003", "*0004"]
        assert "印 3件 4件" in shown(app)
        await press(pilot, "a")
        assert isinstance(app.screen, Choice) and "0001、0003、0004" in shown(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, Message)
        said = shown(app)
        assert "2件を受け付けました" in said and "0003 生年月日がないため" in said
        assert "次にすること: 先に生年月日を訂正してください" in said
        await press(pilot, "escape")
        assert "印 1件 4件" in shown(app)
        await press(pilot, "f8")
        assert "印を全部外す" in shown(app)
        await press(pilot, "escape")
        app.place.action_unmark()
        await settle(pilot)
        assert "印" not in shown(app).split("\n")[-2]
    intake = opener.office.intake
    assert [intake.open(number).state for number in (1, 2, 3, 4)] == [
        State.ACCEPTED,
        State.ACCEPTED,
        State.HELD,
        State.ACCEPTED,
    ]
    assert intake.open(1).reason == "confirmed_by_phone"


async def test_marked_ones_are_refused_and_a_mark_is_taken_back_by_the_same_key(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in (1, 2):
        opener.key(number, phone="")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "space", "space", "space")
        await press(pilot, "x", "down", "enter", "escape")
    states = {number: opener.office.intake.open(number).state for number in (1, 2)}
    assert states == {1: State.REFUSED, 2: State.HELD}
    assert opener.office.intake.open(1).reason == "not_eligible"


async def test_without_a_reason_nothing_is_settled_and_all_stays_marked(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1, phone="")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "space", "a", "escape")
        assert "印 1件" in shown(app)
    assert opener.office.intake.open(1).state is State.HELD


@pytest.mark.parametrize(("site", "role"), [(Site.CONTRACTOR, Role.AUDITOR), (Site.WARD, Role.AUDITOR)])
async def test_who_may_not_settle_cannot_mark(
    site: Site, role: Role, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(site, role)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "f2", "space")
        assert "mark" not in names(app) and "印" not in shown(app).split("\n")[-2]


async def test_the_wards_counter_settles_its_own(open_at: Any, app_on: Any, shown: Any, log_in: Any) -> None:
    opener = open_at(Site.WARD, Role.HANDLER)
    keyed = {Field.KANA: "サトウ ハナコ", Field.BIRTH_DATE: "1950-03-04", Field.ADDRESS: "新宿区西新宿2-8-1"}
    opener.office.intake.add({**keyed, Field.PREFERENCE: "A"}, Route.DESK)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "f2", "space", "a", "enter")
        assert isinstance(app.screen, Message) and "1件を受け付けました" in shown(app)


def test_a_question_about_many_names_some_and_counts_the_rest() -> None:
    assert numbers_words(range(1, 4)) == "0001、0002、0003"
    assert numbers_words(range(1, 40)).endswith("0030 ほか 9件")
