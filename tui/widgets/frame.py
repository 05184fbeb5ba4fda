"""The border around a list, with words in it."""

from __future__ import annotations

from textual.containers import Vertical

from tui.safety import plain


class Frame(Vertical):
    """A bordered box. Its words are set by `caption`, which repaints only when they changed.

    A border's repaint is the whole box's, and goes over a slow line; and Textual reads markup in border strings.
    """

    def __init__(self, title: str, subtitle: str = "", *, sheet: bool = False) -> None:
        super().__init__(id="frame", classes="sheet" if sheet else "pane")
        self._words = ("", "")
        self.caption(title, subtitle)

    def caption(self, title: str, subtitle: str = "") -> None:
        """Words in the upper and in the lower border."""
        if (title, subtitle) != self._words:
            self._words = (title, subtitle)
            self.border_title = plain(title) if title else None
            self.border_subtitle = plain(subtitle) if subtitle else None
