"""点検."""

from tui.panes.review.pane import ReviewPane

__all__ = ["ReviewPane"]
