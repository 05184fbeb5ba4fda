"""A window that is drawn larger and smaller while somebody works: nothing typed is lost, and the cursor stays where it was."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from bench.crowd import PASSWORD
from tests.terminals.conftest import Screens

SIZES = [(200, 60), (132, 43), (80, 24), (97, 31), (80, 24)]
TOO_SMALL = [(79, 24), (80, 23), (40, 10), (12, 3)]
WORD = "80x24以上に"


@pytest.fixture
def terminal(screens: Callable[..., Screens]) -> Screens:
    terminal = screens(TERM="xterm-256color")
    terminal.log_in()
    return terminal


def through_all_sizes(terminal: Screens, *words: str, edges: bool = True) -> str:
    """Each larger one shows `words` in a whole frame; the smaller ones say what size is needed, and take no keys."""
    for columns, rows in SIZES:
        terminal.resize(columns, rows)
        terminal.until(*words, gone=WORD)
        if edges:
            whole(terminal, columns, rows)
    for columns, rows in TOO_SMALL:
        terminal.resize(columns, rows)
        terminal.until("80x24", gone=words[0])
        if columns >= 40:
            terminal.until(WORD, "広げてください", f"いま{columns}x{rows}", "使えます")
        if (columns, rows) != TOO_SMALL[
            -1
        ]:  # the next size is waited for, and the keys are dealt with until then
            terminal.send("Down", "x", "Escape", "F3")
    terminal.resize(80, 24)
    return terminal.until(*words, gone=WORD)


def whole(terminal: Screens, columns: int, rows: int) -> None:
    """Something reaches from edge to edge and from top to bottom, once it has been painted."""

    def fits() -> bool:
        lines = terminal.screen().rstrip("\n").split("\n")
        return (
            len(lines) == rows
            and any(cell_len(line) == columns for line in lines)
            and bool(lines[-1].strip())
        )

    terminal.until_true(fits)


def test_a_list_far_down_a_form_half_filled_and_a_window_that_asks(terminal: Screens) -> None:
    terminal.type("300")
    terminal.press("Enter", sees=">   0300")
    through_all_sizes(terminal, ">   0300")
    terminal.press("Down", sees=">   0301")

    terminal.press("n", sees="応募の入力")
    terminal.type("1600023")
    terminal.press("Enter", sees="西新宿")
    terminal.type("2-8")
    shown = through_all_sizes(terminal, "応募の入力", "1600023", "西新宿2-8")
    assert "西新宿2-8x" not in shown
    terminal.type("-1")
    terminal.until("西新宿2-8-1")  # the cursor was still in this field

    terminal.press("C-q", sees="終了しますか")
    through_all_sizes(terminal, "終了しますか", ">続ける", edges=False)
    terminal.press("Escape", gone="終了しますか")
    terminal.until("西新宿2-8-1")

    terminal.resize(60, 20)
    terminal.until(WORD)
    terminal.send("F9")  # locking is always possible
    terminal.resize(80, 24)
    terminal.until("施錠しました", "パスワード", gone=WORD)
    assert re.search("西新宿", terminal.screen()) is None


def test_one_that_is_too_small_from_the_start_goes_on_as_soon_as_it_is_not(
    screens: Callable[..., Screens],
) -> None:
    terminal = screens(TERM="xterm-256color")
    terminal.resize(70, 20)
    terminal.until(WORD)
    terminal.resize(80, 24)
    terminal.until("パスワード", gone=WORD)
    terminal.log_in()


def test_keys_typed_ahead_of_the_first_picture_are_not_lost(screens: Callable[..., Screens]) -> None:
    """They come in one stream with what the terminal answers about itself."""
    terminal = screens(ahead=PASSWORD, TERM="xterm-256color")
    terminal.until("パスワード •")
    terminal.send("Enter")
    terminal.until_in()
