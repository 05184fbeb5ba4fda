"""The `/` line: opens below a list, Enter searches, Esc shows everything again."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.widgets.dialogs import OneLine


class Search(OneLine):
    """Hidden until opened. Posts `Asked` with the words, "" for everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "検索をやめる", show=False, id="search.close")
    ]

    class Asked(Message):
        """Search for these words."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, example: str) -> None:
        super().__init__(placeholder=f"検索: {example}   Enter 検索  Esc 全部", id="search")
        self.add_class("filter")

    def open(self) -> None:
        self.add_class("-open")
        self.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.remove_class("-open")
        self.post_message(self.Asked(event.value.strip()))

    def action_close(self) -> None:
        self.value = ""
        self.remove_class("-open")
        self.post_message(self.Asked(""))
