"""Whatever was being typed when the screen locked or the line dropped goes on where it was, and the screen says so."""

from __future__ import annotations

from typing import Any

import pytest

from core.people.fields import Field
from core.roles import Role, Site
from tui.login import Login
from tui.panes.intake.edit import EditSheet
from tui.panes.intake.record import RecordSheet
from tui.panes.ledger.adding import Writing
from tui.panes.lottery.dice import DiceSheet
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice

PHONE = "03-5273-0001"


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.pause()


async def correct_the_phone(pilot: Any) -> None:
    """Open the first application and change its phone number, without saving."""
    await press(pilot, "enter", "e")
    assert isinstance(pilot.app.screen, EditSheet)
    pilot.app.screen.form.focus_field("phone")
    pilot.app.screen.form.field("phone").value = ""
    await press(pilot, *PHONE)


async def lock_and_come_back(pilot: Any, log_in: Any) -> None:
    await press(pilot, "f9")
    assert isinstance(pilot.app.screen, Login)
    await log_in(pilot)
    await pilot.pause()


async def test_a_correction_goes_on_after_the_lock(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await correct_the_phone(pilot)
        await lock_and_come_back(pilot, log_in)
        assert "0001 の訂正の下書きがあります（開いて「訂正」で続けられます）" in shown(app)
        assert PHONE not in shown(app)
        await press(pilot, "enter")
        assert "訂正の下書きがあります（「訂正」で続けられます）" in shown(app)
        await press(pilot, "e")
        assert "下書きの続きです" in shown(app) and PHONE in shown(app)
        await press(pilot, "f10")
        await press(pilot, "enter")
        assert isinstance(app.screen, RecordSheet) and "訂正しました" in shown(app)
    assert opener.office.intake.open(1).applicant.phone == "0352730001"
    assert opener.office.drafts.kept() == []


async def test_the_lock_while_the_reason_is_asked_for_loses_nothing(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await correct_the_phone(pilot)
        await press(pilot, "f10")
        assert isinstance(app.screen, Choice)
        await lock_and_come_back(pilot, log_in)
        await press(pilot, "enter", "e")
        assert app.screen.form.values()["phone"] == PHONE
    assert opener.office.intake.open(1).version == 1


async def test_only_what_was_changed_is_kept_and_a_newer_version_is_said(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    keyed = opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await correct_the_phone(pilot)
        await press(pilot, "f5")
        assert opener.office.drafts.take_up("edit:1") == {"phone": PHONE, "version": "1"}
        opener.change(keyed, address="東京都新宿区西早稲田1-1-1")
        await press(pilot, "f2", "enter", "e")
        assert "そのあとで内容が変わっています" in shown(app)
        values = app.screen.form.values()
        assert (values["phone"], values["address"]) == (PHONE, "東京都新宿区西早稲田1-1-1")


async def test_esc_keeps_a_correction_and_discarding_it_does_not(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await correct_the_phone(pilot)
        await press(pilot, "escape")
        assert "訂正の下書きがあります" in shown(app)
        await press(pilot, "e", "f8", "down", "down", "enter")
        assert "直しかけの内容を捨てますか" in shown(app)
        await press(pilot, "up", "enter")
        assert isinstance(app.screen, RecordSheet) and "変更はありません" in shown(app)
    assert opener.office.drafts.kept() == []


async def test_an_entry_of_the_ledger_goes_on_after_the_lock(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "f5", "n")
        assert isinstance(app.screen, Writing)
        await press(pilot, "down", "down", "enter", "4", "enter")
        await lock_and_come_back(pilot, log_in)
        await press(pilot, "f2")
        assert "管理簿の記入の下書きがあります（F5 管理簿の記入で続けられます）" in shown(app)
        await press(pilot, "f5", "n")
        assert "下書きの続きです" in shown(app) and "14" in shown(app)
        await press(pilot, "f10")
        assert "記入し、署名しました" in shown(app)
    assert opener.office.drafts.kept() == []


@pytest.mark.parametrize("drop", [False, True], ids=["lock", "line"])
async def test_a_line_of_input_goes_on_too(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, drop: bool
) -> None:
    opener = open_at()
    opener.key(1)
    opener.key(2)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "g")
        assert isinstance(app.screen, Prompt)
        await press(pilot, *"0002")
        if drop:
            app.hang_up()
            await pilot.pause()
        else:
            await lock_and_come_back(pilot, log_in)
            assert "「グループ」の下書きがあります（同じ操作で続けられます）" in shown(app)
            await press(pilot, "g")
            assert "0001 0002" in shown(app) and "下書きの続きです" in shown(app)
            await press(pilot, "escape")
    assert opener.office.drafts.kept() == (["line:グループ"] if drop else [])


async def test_dice_that_were_half_read_go_on_and_say_how_many_there_are(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        app.push_screen(DiceSheet("ab" * 32))
        await press(pilot, *"31415")
        await lock_and_come_back(pilot, log_in)
        app.push_screen(DiceSheet("ab" * 32))
        await pilot.pause()
        assert "[3] [1] [4] [1] [5]" in shown(app) and "下書きの続きです" in shown(app)


async def test_passwords_are_never_kept(open_at: Any, app_on: Any, log_in: Any) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        app.action_password()
        await press(pilot, *"secret")
        await lock_and_come_back(pilot, log_in)
    assert opener.office.drafts.kept() == []


async def test_an_auditors_typing_leaves_nothing_and_no_complaint(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD, Role.AUDITOR)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        app.push_screen(Prompt("場所", "どこに書き出しますか"))
        await press(pilot, *"a", "f9")
        assert isinstance(app.screen, Login) and "残せません" not in shown(app)


async def test_whoever_saves_second_is_told_what_changed_meanwhile_and_loses_nothing(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await correct_the_phone(pilot)
        opener.office.intake.edit(1, {Field.PHONE: "03-5273-0777", Field.EMAIL: "one@example.jp"})
        await press(pilot, "f10", "enter")
        assert "ほかの人がこの応募を直しました" in shown(app)
        assert "電話番号" in shown(app) and "メールアドレス" in shown(app)
        assert opener.office.intake.open(1).applicant.phone == "0352730777", "not overwritten unseen"
        await press(pilot, "enter")
        assert (
            app.screen.form.values() | {"phone": PHONE, "email": "one@example.jp"} == app.screen.form.values()
        )
        assert "いまは 0352730777" in shown(app)
        await press(pilot, "f10", "enter")
        assert isinstance(app.screen, RecordSheet)
    applicant = opener.office.intake.open(1).applicant
    assert (applicant.phone, applicant.email) == ("0352730001", "one@example.jp")
