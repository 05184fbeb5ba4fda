"""拠点の点検 from the screen: it runs beside the keys, can be left, and shows what asks for something first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.checks import Check, failed, passed, unknown
from core.roles import Role

CHECKS = [
    passed("a", "鍵の点検", "よい"),
    failed("b", "置き場所の点検", "よくない", "直してください"),
    unknown("c", "地域の点検", "見えない", "聞いてください"),
]


async def until(pilot: Any, ready: Callable[[], object]) -> None:
    for _ in range(500):
        if ready():
            break
        await pilot.pause(0.01)
    assert ready()
    await pilot.pause()


def screen_of(app: Any) -> str:
    return type(app.screen).__name__


@pytest.mark.parametrize("role", Role)
async def test_what_asks_for_something_comes_first_and_says_what_to_do(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, role: Role
) -> None:
    opener = open_at(role=role)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        opener.session.on_examine = lambda progress: CHECKS
        await pilot.press("f6", "d")
        await until(pilot, lambda: screen_of(app) == "CheckupSheet")
        screen = shown(app)
        assert "不合格 1、確認できない 1、合格 1" in screen
        assert screen.index("置き場所") < screen.index("地域の") < screen.index("鍵の点検")
        for keys, said, step in (
            ((), "よくない", "次にすること: 直してください"),
            (("down",), "合格ではありません", "次にすること: 聞いてください"),
            (("down",), "よい", ""),
        ):
            await pilot.press(*keys, "enter")
            await until(pilot, lambda: screen_of(app) == "Message")
            assert said in shown(app) and (step in shown(app) if step else "次にすること" not in shown(app))
            await pilot.press("escape")
            await until(pilot, lambda: screen_of(app) == "CheckupSheet")
        await pilot.press("escape")
        await until(pilot, lambda: screen_of(app) == "Workspace")


async def test_the_keys_go_on_while_it_looks_and_esc_ends_it(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    go_on = threading.Event()

    def slow(progress: Any) -> list[Check]:
        progress(0, 2)
        assert go_on.wait(30)
        progress(1, 2)
        raise AssertionError("it was to stop here")

    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        opener.session.on_examine = slow
        await pilot.press("f6", "d")
        await until(pilot, lambda: screen_of(app) == "Progress")
        await pilot.press("escape")
        await until(pilot, lambda: "取りやめています" in shown(app))
        go_on.set()
        await until(pilot, lambda: screen_of(app) == "Message")
        assert "取りやめました" in shown(app)
