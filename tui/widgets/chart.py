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


def chart(bars: Sequence[Bar], width: int, *, label_width: int = 16, ascii_only: bool = False) -> Text:
    """The bars to one scale, `width` cells wide. `|` marks the room; what lies beyond it is drawn differently.

    Within the room a bar is drawn with 「█」, beyond it with 「▒」 (in ASCII # and +): it can be read without colour.
    """
    inside, beyond, mark = ("#", "+", "|") if ascii_only else ("█", "▒", "│")
    notes = [bar.note or str(bar.value) for bar in bars]
    note_width = min(max((cell_len(note) for note in notes), default=0), max(0, width // 2))
    room = max(4, width - label_width - note_width - 3)
    top = max((max(bar.value, bar.room or 0) for bar in bars), default=0) or 1
    text = Text(end="")
    for index, (bar, note) in enumerate(zip(bars, notes, strict=True)):
        length = round(bar.value * room / top)
        limit = None if bar.room is None else round(bar.room * room / top)
        cells = []
        for cell in range(room + 1):
            if limit is not None and cell == limit:
                cells.append(mark)
            elif cell < length + (1 if limit is not None and limit < length else 0):
                cells.append(inside if limit is None or cell < limit else beyond)
            else:
                cells.append(" ")
        if index:
            text.append("\n")
        text.append(fit(bar.label, label_width) + " " + "".join(cells) + " " + fit(note, note_width))
    return text
