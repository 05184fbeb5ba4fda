"""A window that asks stands on the harmless answer from its first moment: what is typed ahead of it confirms nothing."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App
from textual.strip import Strip

from tui.widgets.dialogs import MOST_CHOICES, Choice, confirm
from tui.widgets.virtual_list import VirtualList


@pytest.fixture
def painted_on(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows the cursor stood on whenever a line was painted."""
    seen: list[int] = []
    paint = VirtualList.render_line

    def watched(self: VirtualList[Any], y: int) -> Strip:
        seen.append(self.cursor)
        return paint(self, y)

    monkeypatch.setattr(VirtualList, "render_line", watched)
    return seen


async def test_it_is_never_painted_on_yes(painted_on: list[int]) -> None:
    app: App[Any] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(confirm("消去しますか", "元に戻せません"))
        await pilot.pause()
    assert set(painted_on) == {1}


async def test_enter_pressed_once_too_often_says_no() -> None:
    app: App[Any] = App()
    got: list[str | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = confirm("消去しますか", "元に戻せません")
        mounted = app.push_screen(dialog, got.append)
        dialog.call_next(lambda: dialog.query_one(VirtualList).action_choose())
        await mounted
        await pilot.pause()
        if not got:  # it came before there was anything to choose
            await pilot.press("enter")
    assert got == ["no"]


async def test_a_choice_that_begins_far_down_shows_where_it_stands(painted_on: list[int]) -> None:
    app: App[Any] = App()
    last = MOST_CHOICES * 2
    choices = {str(n): f"{n}番" for n in range(last + 1)}
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(Choice("選ぶ", "", choices, start=str(last)))
        await pilot.pause()
        rows = app.screen.query_one(VirtualList)
        assert rows.scroll_offset.y + rows.size.height == last + 1
    assert set(painted_on) == {last}
