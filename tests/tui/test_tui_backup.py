"""控え from the screen: taken where one says, rehearsed with one's password, and told in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.errors import LoginFailed
from core.roles import Role


@dataclass
class Made:
    path: Path
    id: str = "K7Q29F3MXA"
    removed: tuple[str, ...] = ("0123456789",)


@dataclass
class Seen:
    differences: tuple[str, ...] = ()
    path: Path = Path("backup.ikb")
    tables: int = 25
    rows: int = 4182
    changed: int = 3


async def until(pilot: Any, ready: Callable[[], object]) -> None:
    for _ in range(500):
        if ready():
            break
        await pilot.pause(0.01)
    assert ready()
    await pilot.pause()


async def test_it_is_taken_where_one_says_and_its_number_is_told(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, tmp_path: Path
) -> None:
    opener = open_at(role=Role.HANDLER)
    asked: list[Path | None] = []
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)

        def back_up(to: Path | None, progress: Any = None) -> Made:
            asked.append(to)
            return Made((to or Path("/vault/backups")) / "backup.ikb")

        opener.session.back_up = back_up
        for text in ("", str(tmp_path)):
            await pilot.press("f5", "k")
            await until(pilot, lambda: type(app.screen).__name__ == "Prompt")
            app.focused.value = text
            await pilot.press("enter")
            await until(pilot, lambda: type(app.screen).__name__ == "Message")
            assert "K7Q29F3MXA" in shown(app) and "古い控え 1個" in shown(app)
            await pilot.press("escape")
            await until(pilot, lambda: type(app.screen).__name__ == "Workspace")
    assert asked == [None, tmp_path]


@pytest.mark.parametrize(
    ("seen", "words"),
    [(Seen(), "すべて一致しました"), (Seen(("管理簿: 1行目",)), "この控えは使わず")],
)
async def test_a_rehearsal_asks_for_the_password_and_says_what_came_of_it(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, seen: Seen, words: str
) -> None:
    opener = open_at(role=Role.MANAGER)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)

        def rehearse(password: str, backup: Path | None = None, progress: Any = None) -> Seen:
            if password != "right":
                raise LoginFailed("パスワードが違います")
            return seen

        opener.session.rehearse = rehearse
        await pilot.press("f5", "f8")
        menu = [row for row in shown(app).splitlines() if " … " in row]
        (at,) = [number for number, row in enumerate(menu) if "控えを試す" in row]
        await pilot.press(*["down"] * at, "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "RehearsalSheet")
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: type(app.screen).__name__ != "RehearsalSheet")
        assert "パスワードが違います" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: type(app.screen).__name__ == "RehearsalSheet")
        await pilot.press(*"right", "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "Message")
        assert words in shown(app)
