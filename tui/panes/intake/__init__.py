"""受付: the list of applications, one record, keyed entry, import."""

from tui.panes.intake.pane import IntakePane

__all__ = ["IntakePane"]
