"""管理簿."""

from tui.panes.ledger.pane import LedgerPane

__all__ = ["LedgerPane"]
