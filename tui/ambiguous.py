"""Characters that a terminal draws one cell wide, or two: East Asian Ambiguous (UAX #11), as ①, →, ×, … and the lines of borders.

Which it is, the terminal's settings say (a Japanese one often takes two), and the program must count as it does, or all that
stands behind such a character in its line is out of place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache

import rich.cells
import rich.segment
from rich._unicode_data import load
from rich.cells import CellTable

from core.errors import UsageError

SETTING = "IKIIKI_AMBIGUOUS"
"""The environment's variable that says it, where asking the terminal does not help."""
ASKED = "①"
"""What is printed to see how far the cursor goes."""
ASKED_IN = 2
"""The row it is printed in, from 1: an answer about the first looks like F3 with a shift."""


class Ambiguous(StrEnum):
    """How many cells these characters take."""

    AUTO = "auto"
    """Ask the terminal; one until it has answered."""
    NARROW = "narrow"
    WIDE = "wide"
    """Two. Borders and charts are then drawn in ASCII: a line of two cells fits no corner."""
    NONE = "none"
    """None of them is sent: for a terminal within another (tmux) that counts otherwise than the outer one."""


def ambiguous_from(environ: Mapping[str, str]) -> Ambiguous:
    """What the environment says. Raises `UsageError` when it says something else."""
    given = environ.get(SETTING, "").strip().lower()
    try:
        return Ambiguous(given or Ambiguous.AUTO)
    except ValueError as error:
        raise UsageError(
            "文字の幅の設定が正しくありません",
            where=f"環境変数 {SETTING}",
            next_step=f"次のどれかにするか、設定を外してください: {'、'.join(Ambiguous)}",
        ) from error


_INSTEAD = {
    **{letter: "-" for letter in "‐–—―─━"},
    **{letter: "|" for letter in "‖│┃"},
    **{letter: '"' for letter in "“”"},
    **{letter: "'" for letter in "‘’"},
    **{letter: "*" for letter in "※★☆●◎•"},
    **{letter: "#" for letter in "■◆▲▼█"},
    "→": ">", "←": "<", "↑": "^", "↓": "v", "×": "x", "÷": "/", "±": "+-", "…": "~", "·": ".", "▒": "+", "○": "o",
}  # fmt: skip
UNSHOWN = "〓"
"""The printers' mark for a letter that is not at hand; two cells wide everywhere."""


@cache
def instead(letter: str) -> str:
    """What is drawn for an ambiguous character where none is to be sent: one or two cells. The data stay as they are."""
    if letter in _INSTEAD:
        return _INSTEAD[letter]
    parts = unicodedata.normalize("NFKD", letter)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare if bare.isascii() and bare.isprintable() and 0 < len(bare) <= 2 else UNSHOWN


def without(text: str) -> str:
    """`text` with none of them in it."""
    if text.isascii():
        return text
    return "".join(instead(one) if _is_ambiguous(one) else one for one in text)


def _is_ambiguous(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) == "A" and not unicodedata.combining(letter)


_NARROW_ONLY = rich.cells._is_single_cell_widths


def count(how: Ambiguous) -> None:
    """Let everything that measures text count so from now on. (Rich has one table and no setting for this.)"""
    table: Callable[[str], CellTable] = load
    single = _NARROW_ONLY
    if how in (Ambiguous.WIDE, Ambiguous.NONE):
        widths = CellTable("", tuple(_widths(how)), load("auto").narrow_to_wide)

        def table(version: str) -> CellTable:
            return widths

        single = frozenset(map(chr, range(0x20, 0x7F))).issuperset
    for module in (rich.cells, rich.segment):
        module.__dict__["_is_single_cell_widths"] = single
    rich.cells.__dict__["load_cell_table"] = table
    rich.cells.get_character_cell_size.cache_clear()
    rich.cells.cached_cell_len.cache_clear()
    rich.segment.Segment._split_cells.cache_clear()


def _widths(how: Ambiguous) -> Iterator[tuple[int, int, int]]:
    """Rich's table with other widths for the ambiguous ones that it takes to be one cell wide, in order."""
    known = list(load("auto").widths)
    taken = {point for first, last, _ in known for point in range(first, min(last, 0xFFFF) + 1)}
    others = [
        (
            point,
            point,
            2 if how is Ambiguous.WIDE else len(instead(chr(point))) + (instead(chr(point)) == UNSHOWN),
        )
        for point in range(0xA1, 0xFFFE)
        if point not in taken and _is_ambiguous(chr(point))
    ]
    yield from sorted(known + [one for one in others if one[2] != 1])
