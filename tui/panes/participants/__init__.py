"""参加者."""

from tui.panes.participants.pane import ParticipantsPane

__all__ = ["ParticipantsPane"]
