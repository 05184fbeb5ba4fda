"""The lines that open below a list: `/` to search in it, digits to go to a 受付番号."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from core.people.text import fold_width
from tui.safety import plain
from tui.widgets.one_line import OneLine

LONGEST_NUMBER = 18
"""Digits that SQLite can hold."""


class _Below(Horizontal):
    """A label and a line to type into, hidden until opened."""

    def __init__(self, label: str, field: OneLine) -> None:
        super().__init__(classes="filter")
        self._label = (
            f"{label}: "  # both as wide as whole letters: where both stand open, one lies over the other
        )
        self.field = field

    def compose(self) -> ComposeResult:
        label = Static(plain(self._label), classes="form-label")
        label.styles.width = cell_len(self._label)
        yield label
        yield self.field


class Search(_Below):
    """Posts `Asked` with the words, "" for everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "検索をやめる", show=False, id="search.close")
    ]

    class Asked(Message):
        """Search for these words."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, example: str) -> None:
        super().__init__("検索", OneLine(placeholder=f"{example}   Enter 検索  Esc 全部", id="search"))

    def open(self) -> None:
        self.add_class("-open")
        self.field.focus()

    def put(self, words: str) -> None:
        """Stand open with these words, which are searched for already; "" closes it."""
        self.field.value = words
        self.set_class(bool(words), "-open")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.remove_class("-open")
        self.post_message(self.Asked(event.value.strip()))

    def action_close(self) -> None:
        self.field.value = ""
        self.remove_class("-open")
        self.post_message(self.Asked(""))


class Jump(_Below):
    """The line a 受付番号 is typed into: opens at the first digit, Enter goes there, Esc stays. Posts `Asked`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "やめる", show=False, id="jump.close")
    ]

    class Asked(Message):
        """Go to this number; None for staying."""

        def __init__(self, number: int | None) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__("受付番号", OneLine(placeholder="Enter その行へ  Esc やめる", id="jump"))

    def open(self, begun: str = "") -> None:
        """Hidden until now; `begun` is what has been typed of it."""
        self.field.value = begun
        self.add_class("-open")
        self.field.focus()
        self.field.cursor_position = len(begun)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = fold_width(event.value).strip()
        self._close(int(typed) if typed.isdecimal() and len(typed) <= LONGEST_NUMBER else None)

    def action_close(self) -> None:
        self._close(None)

    def _close(self, number: int | None) -> None:
        self.field.value = ""
        self.remove_class("-open")
        self.post_message(self.Asked(number))
