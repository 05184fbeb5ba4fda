"""Characters that some terminals draw one cell wide and some two: all that stands behind them is in its place all the same.

GNU screen is the terminal that draws them wide (`cjkwidth on`): its picture has a byte for each cell, and so has no opinion of ours
about widths in it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.terminals.conftest import GnuScreen, Screens, cells_of

STEPS = "①②③④⑤⑥⑦⑧⑨⑩⑪"
FLOW = " ①✓[②]③④⑤⑥⑦⑧⑨⑩⑪  "
NUMBERS = " 1✓ [2] 3 4 5 6 7 8 9 10 11  "


def test_a_terminal_that_draws_them_wide_is_found_out_and_all_is_in_place(
    gnu_screen: Callable[..., GnuScreen],
) -> None:
    terminal = gnu_screen(wide=True)
    lines = terminal.log_in()
    assert lines[1].startswith(cells_of(FLOW, wide=STEPS)), "each takes two cells"
    framed(lines, b"+", b"|")
    terminal.type("n")
    lines = terminal.until("応募の入力")
    framed([*lines[:1], *lines], b"+", b"|", frame=2)
    terminal.type("\x1b[B\x1b[B\x1b[Bx\r")
    terminal.until("生年月日が読めません")
    line = next(line for line in terminal.cells() if cells_of("生年月日が読めません") in line)
    assert cells_of("× 生年月日", wide="×") in line and line.endswith(b"|") and len(line) == 80


def test_one_that_draws_them_narrow_has_lines_for_borders(gnu_screen: Callable[..., GnuScreen]) -> None:
    lines = gnu_screen(wide=False).log_in()
    assert lines[1].startswith(cells_of(FLOW)), "each takes one cell"
    framed(lines, cells_of("┌"), cells_of("│"))


def test_what_is_set_is_not_asked(gnu_screen: Callable[..., GnuScreen]) -> None:
    """As where a terminal gives no answer, or a wrong one."""
    lines = gnu_screen(wide=True, IKIIKI_AMBIGUOUS="none").log_in()
    assert lines[1].startswith(cells_of(NUMBERS))
    framed(lines, b"+", b"|")


def test_none_are_sent_where_none_are_wanted(screens: Callable[..., Screens]) -> None:
    """In tmux, which counts for itself, whatever the terminal around it does."""
    terminal = screens(TERM="tmux-256color", IKIIKI_AMBIGUOUS="none")
    terminal.log_in()
    terminal.press("n", sees="応募の入力")
    terminal.press("F1", sees="ヘルプ")
    terminal.press("Escape", gone="閉じる")
    ambiguous = {letter for letter in terminal.sent if letter in f"{STEPS}…→←↑↓×※—─│┌┐└┘█▒"}
    assert not ambiguous


def test_tmux_is_asked_and_answers_for_itself(screens: Callable[..., Screens]) -> None:
    terminal = screens(TERM="tmux-256color")
    shown = terminal.log_in()
    assert "\x1b[6n" in terminal.sent and FLOW in shown and "┌─ 受付" in shown


def framed(lines: list[bytes], corner: bytes, side: bytes, *, frame: int = 3) -> None:
    """The border is straight: its sides stand in the first and in the last cell of each line."""
    assert lines[frame][:1] == corner
    for line in lines[frame + 1 : 22]:
        assert len(line) == 80, line
        assert line[:1] == line[-1:] == side, line


@pytest.mark.parametrize("word", ["two", "2"])
def test_a_setting_that_is_none_is_said_before_anything_is_painted(
    vault: object, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import UsageError
    from tui.ambiguous import ambiguous_from

    with pytest.raises(UsageError) as caught:
        ambiguous_from({"IKIIKI_AMBIGUOUS": word})
    assert "auto、narrow、wide、none" in caught.value.next_step
    assert ambiguous_from({}) == "auto"
    assert ambiguous_from({"IKIIKI_AMBIGUOUS": " Wide "}) == "wide"
