"""What goes out to a terminal: widths counted as it draws them, blanks said as a number, no colour that it lacks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tui.ambiguous import Ambiguous, count, without
from tui.drawing import OnTerminal
from tui.kind import Kind, kind_of
from tui.safety import fit
from tui.terminal import shorter

TEXTS = st.text(
    st.one_of(
        st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc", "Mn", "Me"]),
        st.sampled_from("①→×…─Ⅱ°é・山A"),
    )
)


@pytest.fixture
def counting() -> Iterator[None]:
    yield
    count(Ambiguous.NARROW)


@pytest.mark.usefixtures("counting")
def test_ambiguous_characters_count_as_the_terminal_draws_them() -> None:
    sizes = {}
    for how in (Ambiguous.NARROW, Ambiguous.WIDE, Ambiguous.NONE):
        count(how)
        sizes[how] = [cell_len(text) for text in ("①②", "→", "コーポⅡ", "山A・", "é", "Я")]
    assert sizes[Ambiguous.NARROW] == [2, 1, 7, 5, 1, 1]
    assert sizes[Ambiguous.WIDE] == [4, 2, 8, 5, 2, 2]
    assert sizes[Ambiguous.NONE] == [2, 1, 8, 5, 1, 2], "①② as 12, → as >, Ⅱ as II, é as e, Я as 〓"


@given(TEXTS)
def test_where_none_are_sent_none_is_and_each_takes_the_cells_that_were_counted(text: str) -> None:
    try:
        count(Ambiguous.NONE)
        counted = cell_len(text)
    finally:
        count(Ambiguous.NARROW)
    sent = without(text)
    assert not any(unicodedata.east_asian_width(one) == "A" for one in sent if not unicodedata.combining(one))
    if "\u200d" not in text:
        assert cell_len(sent) == counted


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("how", [Ambiguous.NARROW, Ambiguous.WIDE, Ambiguous.NONE])
@pytest.mark.parametrize("width", range(8))
def test_what_is_cut_fills_its_cells_whatever_they_are(how: Ambiguous, width: int) -> None:
    count(how)
    for text in ("①②③④⑤", "サトウ ハナコ", "コーポⅡ→Ⅲ"):
        assert cell_len(fit(text, width)) == cell_len(set_cell_size(text, width)) == width


@given(
    st.lists(st.sampled_from(["\x1b[7m", "\x1b[0m", "\x1b[1;31m", " " * 5, " " * 13, " " * 80, "山", "a"]))
)
def test_only_plain_blanks_are_said_as_a_number(parts: list[str]) -> None:
    painted = "".join(parts)
    sent = shorter(painted)
    blanks = re.sub(r"\x1b\[(\d+)X\x1b\[\1C", lambda found: " " * int(found[1]), sent)
    assert blanks == painted and len(sent) <= len(painted)
    plain = True
    for style, erased in re.findall(r"\x1b\[([0-9;]*)m|(\x1b\[\d+X)", sent):
        if erased:
            assert plain, "a reversed blank is no erased one"
        else:
            plain = style == "0"


@pytest.mark.parametrize(
    ("env", "kind"),
    [
        ({"TERM": "xterm-256color"}, Kind()),
        ({"TERM": "linux"}, Kind()),
        ({"TERM": "xterm", "NO_COLOR": "1"}, Kind(colours=False)),
        ({"TERM": "xterm", "NO_COLOR": ""}, Kind()),
        ({"TERM": "xterm-mono"}, Kind(colours=False)),
        ({"TERM": "vt220"}, Kind(colours=False, lines=False)),
        ({"TERM": "ansi"}, Kind(lines=False)),
        ({}, Kind(colours=False, lines=False)),
    ],
)
def test_a_terminals_name_tells_what_it_can(env: dict[str, str], kind: Kind) -> None:
    assert kind_of(env) == kind


@pytest.mark.parametrize("colours", [True, False])
def test_a_background_is_said_by_reversing_and_a_default_colour_not_at_all(colours: bool) -> None:
    styles = ["red", "black on white", "bold default on default", "reverse"]
    segments = [Segment("x", Style.parse(style)) for style in styles]
    sent = [one.style for one in OnTerminal(Kind(colours=colours)).apply(segments, Color(0, 0, 0))]
    assert sent == [
        Style(color="red") if colours else None,
        Style(reverse=True),
        Style(bold=True),
        Style(reverse=True),
    ]
