"""The border around a list, with words in it."""

from __future__ import annotations

from typing import Self

from textual.containers import Vertical
from textual.geometry import Region

from tui.safety import plain


class Frame(Vertical):
    """A bordered box. Its words are set by `caption`, which repaints only when they changed.

    A border's repaint is the whole box's, and goes over a slow line; and Textual reads markup in border strings.
    The lower border, where counts stand that change with every key, is repainted alone.
    """

    _edge_alone = False

    def __init__(self, title: str, subtitle: str = "", *, sheet: bool = False) -> None:
        super().__init__(id="frame", classes="sheet" if sheet else "pane")
        self._words = ("", "")
        self.caption(title, subtitle)

    def caption(self, title: str, subtitle: str = "") -> None:
        """Words in the upper and in the lower border."""
        if (title, subtitle) != self._words:
            same_title = title == self._words[0]
            self._words = (title, subtitle)
            if not same_title or not self.is_mounted:
                self.border_title = plain(title) if title else None
            self._edge_alone = same_title and self.is_mounted
            self.border_subtitle = plain(subtitle) if subtitle else None
            self._edge_alone = False

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """As Textual has it, but for new words in the lower border: then nothing else is painted."""
        if self._edge_alone:
            regions = (
                Region(-1, self.size.height, self.outer_size.width, 1),
            )  # counted from inside the border
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
