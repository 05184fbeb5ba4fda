"""送受信."""

from tui.panes.exchange.pane import ExchangePane

__all__ = ["ExchangePane"]
