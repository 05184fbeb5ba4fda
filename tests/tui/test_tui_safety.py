"""What the terminal may be shown, and what an app with personal data on its screen may not do."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Static

from core.errors import IkiikiError
from tui.safety import QuietApp, clean, fit, plain, redacted

NASTY = "サトウ\x1b]52;c;ZXZpbA==\x07\x9b31m\u202eハナコ\u2066"


def test_controls_and_bidi_marks_go_and_joiners_stay() -> None:
    assert clean(NASTY) == "サトウ]52;c;ZXZpbA==31mハナコ"
    assert clean("葛\U000e0100 👩\u200d🦰 ☺\ufe0f") == "葛\U000e0100 👩\u200d🦰 ☺\ufe0f"
    assert clean("1行目\r\n2行目\u2028") == "1行目  2行目 "


def test_a_lone_surrogate_is_shown_and_can_be_written() -> None:
    assert clean("a\ud800b") == "a\ufffdb"


@given(st.text(st.characters(codec=None), max_size=60))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    kept = clean(text)
    assert all(unicodedata.category(character) not in ("Cc", "Cs") for character in kept)
    assert not set(kept) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    kept.encode()


@given(st.text(max_size=40), st.integers(0, 30), st.booleans())
def test_a_cell_has_exactly_its_width(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


def test_wide_letters_are_cut_between_letters() -> None:
    assert fit("サトウハナコ", 7) == "サトウ…"
    assert fit("サトウハナコ", 8) == "サトウ… "


def test_brackets_are_text_never_markup() -> None:
    assert plain("[@click=app.quit]押す[/]").plain == "[@click=app.quit]押す[/]"
    assert not plain("[bold]x[/bold]").spans


def test_a_crash_report_has_places_and_no_values() -> None:
    def read(row: str) -> None:
        raise ValueError(f"cannot read {row}")

    with pytest.raises(ValueError, match="cannot") as caught:
        read("サトウ ハナコ")
    report = redacted(caught.value)
    assert report.startswith("ValueError tui/test_tui_safety.py:")
    assert "サトウ" not in report


class Leaky(QuietApp):
    """Crashes with a person in its hands."""

    def compose(self) -> ComposeResult:
        yield Static("x")

    def key_x(self) -> None:
        person = "サトウ ハナコ 0312345678"
        raise RuntimeError(person)


async def test_a_crash_says_it_in_japanese_without_traceback_or_locals(capsys: Any) -> None:
    reports: list[str] = []
    app = Leaky(crash_report=reports.append)
    with pytest.raises(RuntimeError):
        async with app.run_test() as pilot:
            await pilot.press("x")
    printed = "".join(capsys.readouterr())
    assert app.return_code == 1
    assert "失われていません" in printed
    assert "サトウ" not in printed and "Traceback" not in printed and "person" not in printed
    assert len(reports) == 1 and "サトウ" not in reports[0]


async def test_pictures_files_and_clipboard_are_shut() -> None:
    app = Leaky()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.copy_to_clipboard("サトウ")
        assert app.clipboard == ""
        for door in (app.action_screenshot, app.save_screenshot, app.deliver_screenshot, app.suspend):
            with pytest.raises(IkiikiError):
                door()
        with pytest.raises(IkiikiError):
            app.deliver_text("サトウ")
        await pilot.press("ctrl+p")
        assert len(app.screen_stack) == 1, "no command palette"
