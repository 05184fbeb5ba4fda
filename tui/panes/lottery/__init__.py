"""抽選."""

from tui.panes.lottery.pane import LotteryPane

__all__ = ["LotteryPane"]
