"""受付: cards of people who go together, keyed days apart, tied and parted with a key."""

from __future__ import annotations

from typing import Any

import pytest

from core.applicant import State
from tests.tui.conftest import PROGRAMME
from tui.panes.intake.record import RecordSheet
from tui.widgets.dialogs import Choice


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        for _ in range(4):
            await pilot.pause()


async def key_card(pilot: Any, kana: str, phone: str, group: str) -> None:
    """One postcard's fields, down to the group."""
    for text in ("1600023", "2-8-1", kana, "S25.3.4", phone, "", "A", group):
        if text:
            pilot.app.screen.focused.insert_text_at_cursor(text)
        await press(pilot, "enter")


@pytest.fixture
def opener(open_at: Any) -> Any:
    made = open_at()
    made.office.rules.set(PROGRAMME + "\n[draw]\nlargest_group = 3\n")
    return made


def group_of(opener: Any, number: int) -> str | None:
    return opener.office.intake.open(number).applicant.group


async def test_the_second_card_finds_the_first_by_the_name_on_it_and_one_key_ties_them(
    opener: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "n")
        await key_card(pilot, "さとう はなこ", "0312345678", "わたなべ さちこ")
        await press(pilot, "f10")
        assert "グループの相手の応募を待っています" in shown(app)
        await press(pilot, "down", "enter")
        assert "0001 で保存しました（保留）" in shown(app)
        await key_card(pilot, "わたなべ さちこ", "0352730001", "さとう はなこ")
        assert "0001 の人が相手かもしれません" in shown(app)
        await press(pilot, "f10")
        assert isinstance(app.screen, Choice)
        assert "0001 サトウ ハナコ 西新宿 書かれた名前・同じ住所" in shown(app)
        await press(pilot, "enter")
        assert "0002 で保存しました 組 L0001" in shown(app)
    assert group_of(opener, 1) == group_of(opener, 2) == "L0001"
    assert opener.office.intake.counts()[State.ACCEPTED] == 2


async def test_a_telephone_alone_ties_nobody_by_one_key_too_many(
    opener: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener.key(1, phone="03-1234-5678", group="夫と")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "n")
        await key_card(pilot, "わたなべ さちこ", "0312345678", "")
        await press(pilot, "f10", "enter")
        assert "0002 で保存しました" in shown(app)
    assert group_of(opener, 1) is group_of(opener, 2) is None
    assert opener.office.intake.counts() == {
        **opener.office.intake.counts(),
        State.HELD: 1,
        State.ACCEPTED: 1,
    }


async def test_going_back_from_the_question_keeps_the_form(
    opener: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener.key(1, phone="03-1234-5678", group="夫と")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "n")
        await key_card(pilot, "わたなべ さちこ", "0312345678", "")
        await press(pilot, "f10", "escape")
        assert app.screen.focused.id == "field-group"
        assert app.screen.form.values()["kana"] == "ワタナベ サチコ"
    assert sum(opener.office.intake.counts().values()) == 1


async def test_a_record_shows_its_group_and_ties_and_parts_with_a_key(
    opener: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener.key(1, phone="03-1234-5678", group="3人")
    opener.key(2, phone="03-1234-5678")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "保留 相手待ち" in shown(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, RecordSheet)
        assert "L0001（3人のうち1人）" in shown(app)
        await press(pilot, "g")
        assert "0002" in shown(app) and "同じ電話番号" in shown(app)
        await press(pilot, "enter")
        assert "L0001（3人のうち2人）" in shown(app) and "0002" in shown(app)
        await press(pilot, "a")
        assert "相手を待たずに参加" in shown(app)
        await press(pilot, "down", "down", "down", "enter")
        assert "L0001（2人）" in shown(app)
        await press(pilot, "g")
        assert "0001 を組から外す" in shown(app)
        await press(pilot, "down", "enter")
        assert "組から外しました" in shown(app)
    assert (group_of(opener, 1), group_of(opener, 2)) == (None, "L0001")


async def test_the_list_ties_with_the_same_key(opener: Any, app_on: Any, shown: Any, log_in: Any) -> None:
    for number in (1, 2):
        opener.key(number, phone=f"03-1234-000{number}", address=f"新宿区四谷1-{number}")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "g", *"0002", "enter", "up", "enter")
        assert "1つの組にしました" in shown(app)
        await press(pilot, "g")
        assert "0002" in shown(app) and "0001 を組から外す" in shown(app)
    assert group_of(opener, 1) == group_of(opener, 2) == "L0001"
