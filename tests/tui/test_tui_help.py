"""F1: wherever one is, it names the keys that work there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from core.roles import Site
from tests.tui.test_tui_actions import classes
from tui.actions import ACTIONS
from tui.panes.intake.entry import EntrySheet
from tui.panes.lottery.dice import DiceSheet
from tui.place import Sheet
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Dialog, Help, Message, confirm
from tui.widgets.files import FileChoice
from tui.widgets.progress import Progress


async def settle(pilot: Any) -> None:
    for _ in range(5):
        await pilot.pause()


WINDOWS = {
    "choice": (lambda: Choice("理由", "", {"a": "ア"}), ("↑↓", "選ぶ", "Enter", "決める", "Esc")),
    "confirm": (lambda: confirm("よいですか", "はいかいいえ"), ("選ぶ", "Enter", "Esc")),
    "prompt": (lambda: Prompt("場所", "どこ"), ("Enter", "決める", "Esc")),
    "message": (lambda: Message("お知らせ", "済みました"), ("↑↓", "読む", "閉じる")),
    "files": (lambda: FileChoice("ファイル", Path(), (".csv",)), ("Tab", "欄を移る", "Enter", "開く")),
    "dice": (lambda: DiceSheet("ab" * 32), ("数字を打つ", "BackSpace", "Enter", "記録する")),
}


@pytest.mark.parametrize("window", WINDOWS)
async def test_each_window_has_help_that_names_its_keys_and_goes_back_to_it(
    window: str, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    make, words = WINDOWS[window]
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await app.push_screen(make())
        below = app.screen
        await pilot.press("f1")
        await settle(pilot)
        said = shown(app)
        assert isinstance(app.screen, Help)
        for word in (*words, "F9", "閉じてから使えます"):
            assert word in said
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, Help), "asked for once more, it is the same"
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is below


def test_there_is_no_window_that_the_help_has_nothing_to_say_of() -> None:
    """A sheet has its actions, a dialog the line at its foot; the login says its own."""
    screens = {cls for cls in classes() if issubclass(cls, Screen)}
    silent = {cls for cls in screens if not issubclass(cls, Dialog) and not hasattr(cls, "keys_here")}
    places = {action.place for action in ACTIONS}
    assert {cls.__name__ for cls in silent if not (issubclass(cls, Sheet) and cls.PLACE in places)} <= {
        "Workspace",
        "Sheet",
        "ListSheet",
    }


async def test_the_login_has_help_too(open_at: Any, app_on: Any, shown: Any) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, Help) and "次へ・開く" in shown(app)
        assert "F9" not in shown(app), "it is locked already"


@pytest.mark.parametrize("site", Site)
async def test_a_form_says_how_to_go_from_field_to_field(
    site: Site, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at(site))
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f2")
        await settle(pilot)
        await pilot.press("n")
        await settle(pilot)
        assert isinstance(app.screen, EntrySheet)
        await pilot.press("f1")
        await settle(pilot)
        assert "次の欄へ" in shown(app) and "前の欄へ" in shown(app) and "F10" in shown(app)


async def test_work_that_ends_while_its_help_is_read_leaves_no_window_behind(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    go_on = threading.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        work = app.run_worker(app.run_job("長い作業", lambda progress: go_on.wait(30)))
        for _ in range(200):
            await pilot.pause(0.01)
            if isinstance(app.screen, Progress):
                break
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, Help) and "取りやめる" in shown(app)
        go_on.set()
        await work.wait()
        await settle(pilot)
        assert app.screen is app.workspace
