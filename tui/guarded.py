"""A pane, sheet or window that cannot read what it is to show: the person is told why, and nothing ends.

Textual ends the program for what a handler raises. What the vault, its rules or a disk say no to is no fault of the program.
"""

from __future__ import annotations

from typing import cast

from textual.app import ComposeResult
from textual.events import Mount
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from core.disk import in_words
from core.errors import IkiikiError
from tui.safety import QuietApp


class Guarded(MessagePump):
    """Before the class of widget it is (no widget itself, so that styles come from that). Its handlers may raise `IkiikiError` and `OSError`. A screen that fails as it comes up is left again: there is nothing
    on it to work with, and its draft still waits."""

    unread: IkiikiError | None = None
    """Why its body could not be made."""

    def guarded(self, body: ComposeResult) -> ComposeResult:
        """`body`, or as much of it as could be made."""
        try:
            yield from body
        except (IkiikiError, OSError) as error:
            self.unread = in_words(error)

    async def _on_message(self, message: Message) -> None:
        coming_up = isinstance(message, Mount)
        try:
            if coming_up and self.unread is not None:
                raise self.unread
            await super()._on_message(message)
        except (IkiikiError, OSError) as error:
            self.app.call_later(self._could_not, in_words(error), coming_up)

    def _could_not(self, error: IkiikiError, coming_up: bool) -> None:
        if coming_up and isinstance(self, Screen) and self.is_current:
            self.dismiss(None)
        cast("QuietApp", self.app).show_error(error)
