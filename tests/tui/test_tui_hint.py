"""The bottom line: a word of what was done, then keys; however long the word is, the way to all keys stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.actions import ACTIONS
from tui.widgets.hint import hint_words

INTAKE = [action for action in ACTIONS if action.place == "intake"]


@given(st.text(st.sampled_from("あ受x。 "), max_size=90), st.integers(40, 160))
def test_the_line_fits_and_ends_with_the_way_to_all_keys(said: str, width: int) -> None:
    line = hint_words(INTAKE, said, width, {}).plain
    assert line.endswith("F8 操作")
    assert cell_len(line) <= width


def test_a_word_that_fits_is_said_whole() -> None:
    assert " 保存しました   " in hint_words(INTAKE, "保存しました", 80, {}).plain


def test_a_word_that_does_not_fit_says_that_it_goes_on() -> None:
    assert "…   F8 操作" in hint_words(INTAKE, "とても長い言葉です。" * 9, 80, {}).plain
