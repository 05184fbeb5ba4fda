"""A sheet that is one list: Enter on a row opens it."""

from __future__ import annotations

from abc import abstractmethod

from textual import on

from tui.place import Sheet
from tui.widgets.virtual_list import VirtualList


class ListSheet(Sheet):
    """Its body holds the `VirtualList`."""

    @abstractmethod
    def action_open(self) -> None:
        """Tell all of the row the cursor is on, and do what can be done with it."""

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.action_open()
