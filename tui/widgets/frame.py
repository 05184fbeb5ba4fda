"""The border around a list, with words in it."""

from __future__ import annotations

from typing import Any, Self

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.geometry import Region

from tui.safety import fit, plain
from tui.widgets.virtual_list import VirtualList

BETWEEN = " ─ "


class Frame(Vertical):
    """A bordered box. Its words are set by `caption`, which repaints only when they changed.

    A border's repaint is the whole box's, and goes over a slow line; and Textual reads markup in border strings.
    The lower border, where counts stand that change with every key, is repainted alone. It also tells in full what the list's
    columns cut of the row under the cursor, unless `tells_cut` says that another place does.
    """

    _edge_alone = False

    def __init__(
        self, title: str, subtitle: str = "", *, sheet: bool = False, tells_cut: bool = True
    ) -> None:
        super().__init__(id="frame", classes="sheet" if sheet else "pane")
        self._tells_cut = tells_cut
        self._words = ("", "")
        self._cut = ""
        self._edge = ""
        self.caption(title, subtitle)

    def caption(self, title: str, subtitle: str = "") -> None:
        """Words in the upper and in the lower border."""
        same_title = title == self._words[0]
        self._words = (title, subtitle)
        if not same_title:
            self.border_title = plain(title) if title else None
        self._tell_edge(alone=same_title)

    @on(VirtualList.Moved)
    def _moved(self, event: VirtualList.Moved) -> None:
        self.follow(event.list)

    def follow(self, list: VirtualList[Any]) -> None:
        """See `tui.widgets.virtual_list.Following`."""
        if self._tells_cut:
            self._cut = "  ".join(f"{title} {words}" for title, words in list.cut())
            self._tell_edge(alone=True)

    def _tell_edge(self, *, alone: bool) -> None:
        """The lower border: what is cut as far as there is room, then the caption's words."""
        caption = self._words[1]
        room = self.size.width - cell_len(caption) - len(BETWEEN) - 2
        cut = self._cut if cell_len(self._cut) <= room else fit(self._cut, room).rstrip()
        edge = BETWEEN.join(filter(None, [cut if room > 0 else "", caption]))
        if edge != self._edge:
            self._edge = edge
            self._edge_alone = alone and self.is_mounted
            self.border_subtitle = plain(edge) if edge else None
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
