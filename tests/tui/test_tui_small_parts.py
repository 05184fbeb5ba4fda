"""Dice, charts and words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.cells import cell_len
from textual.app import App

from tui.panes.lottery.dice import DiceSheet, boxes, digits_in
from tui.panes.participants.outing import phone_words
from tui.widgets.chart import Bar, chart
from tui.words import era, era_short


def test_dice_digits_of_any_width_fill_the_boxes_as_they_fall() -> None:
    assert digits_in("１２3 4x") == "1234"
    assert boxes("123").plain.startswith("  1  [1] [2] [3] [ ] [ ]")


async def test_dice_ask_for_twenty_and_for_a_second_look() -> None:
    app: App[Any] = App()
    got: list[str | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(DiceSheet("ab" * 32), got.append)
        await pilot.press(*"0123456789", "enter")
        await pilot.pause()
        assert got == []
        await pilot.press(*"0123456789", "enter")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert got == [], "Enter alone goes back to typing"
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("up", "enter")
        await pilot.pause()
        assert got == ["01234567890123456789"]


def test_a_bar_beyond_the_room_is_drawn_differently_and_has_its_figure() -> None:
    text = chart([Bar("A 高尾山", 120, 80), Bar("B 御岳山", 20, 40)], 60).plain
    first, second = text.split("\n")
    assert "│▒" in first and first.rstrip().endswith("120")
    assert "▒" not in second and "│" in second
    assert cell_len(first) == cell_len(second) == 60
    assert chart([Bar("A", 1, 2)], 40, ascii_only=True).plain.isascii()


def test_no_bars_and_empty_bars_are_no_trouble() -> None:
    assert chart([], 40).plain == ""
    assert "0" in chart([Bar("A", 0, 0)], 40).plain


def test_days_as_people_here_write_them() -> None:
    assert era(dt.date(1950, 3, 4)) == "昭和25年3月4日"
    assert era(dt.date(2019, 5, 1)) == "令和元年5月1日"
    assert era_short(dt.date(1926, 12, 24)) == "T15.12.24"


def test_telephone_numbers_are_in_groups_to_be_read_aloud() -> None:
    assert [phone_words(digits) for digits in ("0352730001", "09012345678", "1234", "")] == [
        "03-5273-0001", "090-1234-5678", "1234", "",
    ]  # fmt: skip
