"""The panes: each opens on 80×24 at both sites for every role, from anywhere, by function keys."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from core.roles import Role, Site
from tui.actions import PANES
from tui.panes.intake.entry import EntrySheet
from tui.place import Sheet
from tui.widgets.dialogs import Choice, Message


@pytest.mark.parametrize("site", Site)
@pytest.mark.parametrize("role", Role)
async def test_each_pane_opens_for_everybody_on_the_smallest_terminal(
    site: Site, role: Role, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(site, role)
    if role is not Role.AUDITOR:
        opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        for key, place, name in PANES:
            await pilot.press(key)
            await pilot.pause()
            await pilot.pause()
            assert app.place is not None and place == app.place.PLACE
            lines = shown(app).split("\n")
            assert f"{key.upper()}[{name}]" in lines[2]
            assert "つぎ:" in lines[1]
            assert "令和8年度" in lines[0] and "山田" in lines[0]
            assert lines[23].rstrip().endswith("F8 操作")
            assert all(cell_len(line) == 80 for line in lines)


async def test_function_keys_work_from_within_a_form_and_keep_the_draft(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, EntrySheet)
        await pilot.press(*"1600023", "f5")
        await pilot.pause()
        await pilot.pause()
        assert app.place.PLACE == "ledger"
        assert not any(isinstance(screen, Sheet) for screen in app.screen_stack)
        assert opener.office.drafts.take_up("entry")["postal_code"] == "1600023"


async def test_every_action_is_within_reach_of_f8_arrows_and_enter(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f8")
        await pilot.pause()
        assert isinstance(app.screen, Choice)
        for words in ("新規", "取込", "検索", "保留のみ", "グループ", "③送る", "終了"):
            assert words in shown(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, EntrySheet)
        await pilot.press("f8")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.pause()
        assert not isinstance(app.screen, EntrySheet)


async def test_f1_tells_the_keys_of_the_place_one_is_in(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, Message)
        assert "WEB申込のファイル" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.place.PLACE == "intake"


async def test_what_a_role_may_not_do_is_not_offered_and_does_not_happen(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.CONTRACTOR, Role.AUDITOR)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "新規" not in shown(app)
        await pilot.press("n")
        await pilot.pause()
        assert not isinstance(app.screen, EntrySheet)


async def test_nothing_is_sent_to_an_idle_terminal(open_at: Any, app_on: Any, log_in: Any) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        for key, _, _ in PANES:
            await pilot.press(key)
            await pilot.pause()
            await pilot.pause()
            sent: list[str] = []
            app._driver.write = sent.append
            await app.watch_idle()
            await pilot.pause()
            assert sent == []


async def test_an_error_says_what_and_what_next_and_nothing_is_lost(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f4")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, Message)
        assert "抽選がまだ行われていません" in shown(app)
        assert "次にすること: F3 抽選で手順を進めてください" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.place.PLACE == "participants"
