"""The bottom line of every pane and sheet."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from tui.actions import Action
from tui.safety import clean

LAST_HINT = "F8 操作"


def hint_words(actions: list[Action], said: str, width: int) -> Text:
    """The bottom line: what was just said, then the keys of the actions at hand as far as they fit; F8 has them all."""
    text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
    if said:
        text.append(clean(said) + "   ", style="bold")
    room = width - text.cell_len - cell_len(LAST_HINT)
    for action in actions:
        if action.keys:
            room -= cell_len(action.key) + cell_len(action.words) + 3
            if room < 0:
                break
            text.append(action.key, style="bold")
            text.append(f" {action.words}  ")
    text.append(LAST_HINT, style="bold")
    return text
