"""The bottom line of every pane and sheet."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.screen import Screen
from textual.widgets import Static

from tui.action import Action, Keymap, key_everywhere
from tui.safety import clean, fit, plain
from tui.widgets.line import Line


def put_hint(screen: Screen[Any], words: str) -> None:
    """A word in place of the keys, in whatever window or screen is up."""
    for line in screen.query("#hint, .dialog-hint").results(Static):
        if isinstance(line, Line):
            line.show(plain(" " + words, "bold"))
        else:
            line.update(plain(words))


def hint_words(actions: list[Action], said: str, width: int, keymap: Keymap) -> Text:
    """The bottom line: what was just said, then the keys of the actions at hand as far as they fit; the menu has them all."""
    text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
    last = f"{key_everywhere('menu', keymap)} 操作"
    if said:
        room = max(0, width - cell_len(last) - 4)  # the way to all keys stays, however long the word is
        text.append(fit(said, min(cell_len(clean(said)), room)) + "   ", style="bold")
    room = width - text.cell_len - cell_len(last)
    for action in actions:
        if action.keys:
            room -= cell_len(action.key) + cell_len(action.words) + 3
            if room < 0:
                break
            text.append(action.key, style="bold")
            text.append(f" {action.words}  ")
    text.append(last, style="bold")
    return text
