"""What stands in the place of lists of people once they are erased."""

from tui.panes.erased.pane import ErasedPane

__all__ = ["ErasedPane"]
