"""What each kind of terminal is sent: no colour that it lacks, all words in their columns, the selection seen without colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from rich.cells import cell_len

from tests.terminals.conftest import Screens

ATTRIBUTES = {"", "0", "1", "3", "4", "7"}
SIXTEEN = ATTRIBUTES | {str(number) for number in (*range(30, 38), *range(90, 98))}


@dataclass(frozen=True)
class Kind:
    """A terminal by its name, and what may come to it."""

    name: str
    env: dict[str, str] = field(default_factory=dict)
    colours: bool = True
    lines: bool = True


KINDS = [
    Kind("xterm-256color", {"COLORTERM": "truecolor"}),
    Kind("xterm-256color"),
    Kind("xterm"),
    Kind("xterm-16color"),
    Kind("linux"),
    Kind("screen"),
    Kind("screen-256color"),
    Kind("tmux-256color"),
    Kind("xterm-256color", {"NO_COLOR": "1", "COLORTERM": "truecolor"}, colours=False),
    Kind("vt100", colours=False, lines=False),
    Kind("dumb", colours=False, lines=False),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: " ".join([kind.name, *kind.env]))
def test_each_is_sent_what_it_can_draw(screens: Callable[..., Screens], kind: Kind) -> None:
    terminal = screens(TERM=kind.name, **kind.env)
    terminal.log_in()
    terminal.press("h", sees="保留のみ")  # the held ones alone: what is bold, and a problem said
    shown = terminal.press("Down", sees=">   0100")
    drawn(shown, kind)
    selected(terminal.styled(), "0100")
    form(terminal)
    assert {part for style in terminal.styles for part in style.split(";")} <= (
        SIXTEEN if kind.colours else ATTRIBUTES
    )
    assert ("31" in " ".join(terminal.styles)) == kind.colours, "the form's problem is red where there is red"


def drawn(shown: str, kind: Kind) -> None:
    """All words are there, in their columns, within a border of the right kind."""
    lines = shown.split("\n")
    title, flow, keys, edge, heading = lines[:5]
    assert title.startswith(" いきいきハイキング 令和8年度   委託先") and "保留 7" in title
    assert flow.startswith(" ①✓[②]③④⑤⑥⑦⑧⑨⑩⑪")
    assert "F2[受付] F3抽選" in keys and "F1ヘルプ" in keys
    corners = ("┌─ 受付 ─", "─┐") if kind.lines else ("+- 受付 -", "-+")
    assert edge.startswith(corners[0]) and edge.endswith(corners[1])
    side = "│" if kind.lines else "|"
    assert column(heading, "カナ氏名") == 10 and column(heading, "状態") == 61
    rows = [line for line in lines[5:22] if line.strip("│| ")]
    assert len(rows) == 7
    for row in [heading, *rows]:
        assert row[0] == row[-1] == side and cell_len(row) == 80
    for row in rows:
        assert column(row, "保留") == 61, "the state is said in words"
    assert "F8 操作" in lines[23]


def column(line: str, word: str) -> int:
    """The cell in which `word` begins."""
    return cell_len(line[: line.index(word)])


def selected(styled: str, number: str) -> None:
    """One row is reversed, from edge to edge, and has the mark."""
    reversed_ = [line for line in styled.split("\n") if re.search(r"\x1b\[[0-9;]*\b7m>", line)]
    assert len(reversed_) == 1 and number in reversed_[0]


def form(terminal: Screens) -> None:
    """A problem stands in words beside its field, and the cursor is seen."""
    terminal.press("n", sees="応募の入力")
    terminal.send("Down", "Down", "Down")
    terminal.type("昭和65年1月1日")
    terminal.press("Enter", sees="× 生年月日が読めません")
    terminal.until_styled(r"電話番号 .*\x1b\[[0-9;]*\b7m")  # where one types
