"""見込み on the screen: bars with their words, questions by arrows and Enter alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len

from core.office.chances import WhatIf
from tui.panes.lottery.chances import ChancesSheet, picture, questions, show_chances


async def settled(pilot: Any, ready: Callable[[], bool]) -> None:
    for _ in range(500):
        if ready():
            break
        await pilot.pause(0.01)
    await pilot.pause()
    assert ready()


async def open_sheet(pilot: Any, opener: Any, log_in: Any) -> None:
    await log_in(pilot)
    app = pilot.app
    app.run_worker(show_chances(app, opener.office))
    await settled(pilot, lambda: isinstance(app.screen, ChancesSheet))


def crowd(opener: Any, count: int = 12) -> None:
    """So few for 80 and 40 seats that everybody is sure of one."""
    for number in range(1, count + 1):
        opener.key(number)


async def test_it_shows_words_and_bars_and_leaves_by_escape(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    crowd(opener)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_sheet(pilot, opener, log_in)
        words = shown(app)
        assert "いまの応募 12件" in words and "A 定員80 応募8 高尾山" in words and "100%" in words
        assert "█" in words
        await pilot.press("escape")
        await settled(pilot, lambda: len(app.screen_stack) == 2)


async def test_a_question_is_asked_by_arrows_and_enter_and_answered_in_the_same_window(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    crowd(opener)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_sheet(pilot, opener, log_in)
        await pilot.press("enter")
        await pilot.pause()
        assert "もし、2口の人がいたら" in shown(app)
        before = app.screen_stack[-2]
        await pilot.press("enter")
        await settled(pilot, lambda: isinstance(app.screen, ChancesSheet) and app.screen is not before)
        assert "ひとりだけ2口: その人" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "いまの決まりのまま" in shown(app), "the way back is the first choice"
        await pilot.press("escape")
        await pilot.pause()
        assert "ひとりだけ2口: その人" in shown(app), "Esc only closes the question"


async def test_a_locked_terminal_leaves_nothing_of_it(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    crowd(opener)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_sheet(pilot, opener, log_in)
        await pilot.press("f9")
        await settled(pilot, lambda: not app.unlocked)
        await pilot.pause()
        assert "見込み" not in shown(app)


def test_bars_without_boxes_where_the_terminal_has_none(open_at: Any) -> None:
    opener = open_at()
    crowd(opener)
    report = opener.office.chances.report()
    plain, drawn = picture(report, ascii_only=True).plain, picture(report).plain
    assert "█" not in plain and "│" not in plain and "#" in plain
    assert plain.replace("#", "█").replace("|", "│") == drawn


def test_no_question_repeats_the_rules_as_they_are(open_at: Any) -> None:
    opener = open_at()
    crowd(opener, 4)
    report = opener.office.chances.report(runs=100)
    asked = [one for _, one in questions(report).values()]
    assert WhatIf() not in asked and WhatIf(group=1) not in asked and WhatIf(group=4) in asked
    assert WhatIf(reserve={"A": 8, "B": 4}) in asked and WhatIf(reserve={"A": 0, "B": 0}) not in asked
    answered = opener.office.chances.report(WhatIf(reserve={"A": 8, "B": 4}), runs=100)
    assert WhatIf() in [one for _, one in questions(answered).values()]


def test_no_line_is_wider_than_the_window(open_at: Any) -> None:
    opener = open_at()
    crowd(opener)
    for asked in (WhatIf(), WhatIf(2, 4, {"A": 8})):
        for line in picture(opener.office.chances.report(asked, runs=100)).plain.split("\n"):
            assert cell_len(line) <= 72, line
