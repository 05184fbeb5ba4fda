"""A single line of words."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class Line(Static):
    """One line that repaints only when its words change."""

    def __init__(self, id: str) -> None:
        super().__init__("", id=id, classes="line")
        self._words = Text()

    def show(self, words: Text) -> None:
        if words != self._words:
            self._words = words
            self.update(words, layout=False)  # one line high whatever stands in it

    @property
    def words(self) -> str:
        return self._words.plain
