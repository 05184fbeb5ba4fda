"""Bar charts in text: for people who would rather look than read. The figure stands beside each bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tui.safety import fit


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, how much, and how much there is room for (None: no such line)."""

    label: str
    value: int
    room: int | None = None
    note: str = ""
    more: int = 0
    """Drawn after it, as what lies beyond the room is: another kind, as 補欠 after 当選."""


def signs(ascii_only: bool) -> tuple[str, str, str]:
    """The cells of a chart: within, beyond, and the mark of the room. They differ in shape, not in colour."""
    return ("#", "+", "|") if ascii_only else ("█", "▒", "│")


def chart(bars: Sequence[Bar], width: int, *, label_width: int = 16, ascii_only: bool = False) -> Text:
    """The bars to one scale, `width` cells wide. `|` marks the room; what lies beyond it is drawn differently.

    Within the room a bar is drawn with 「█」, beyond it with 「▒」 (in ASCII # and +): it can be read without colour.
    """
    inside, beyond, mark = signs(ascii_only)
    notes = [bar.note or str(bar.value) for bar in bars]
    note_width = min(max((cell_len(note) for note in notes), default=0), max(0, width // 2))
    room = max(4, width - label_width - note_width - 3)
    top = max((max(bar.value + bar.more, bar.room or 0) for bar in bars), default=0) or 1
    text = Text(end="")
    for index, (bar, note) in enumerate(zip(bars, notes, strict=True)):
        cells = _cells(bar, room / top, inside, beyond)
        cells += " " * (room + 1 - len(cells))
        if bar.room is not None:
            limit = round(bar.room * room / top)
            cells = cells[:limit] + mark + cells[limit:room]
        if index:
            text.append("\n")
        text.append(fit(bar.label, label_width) + " " + cells + " " + fit(note, note_width))
    return text


def _cells(bar: Bar, scale: float, inside: str, beyond: str) -> str:
    """The bar's own cells. Whoever is counted is seen: one of ten thousand still has a cell."""

    def length(value: int) -> int:
        return max(1, round(value * scale)) if value else 0

    within = bar.value if bar.room is None else min(bar.value, bar.room)
    over = bar.value - within + bar.more
    total = max(length(within) + (1 if over else 0), length(bar.value + bar.more)) if over else length(within)
    return inside * length(within) + beyond * (total - length(within))
