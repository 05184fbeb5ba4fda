"""Keys typed ahead reach the field they were meant for, however many come at once: out of a line that stalled, or of quick hands.

Textual hands a key to the widget that has the focus when the key comes, and the widget looks at it later. Were it left to a field
to move on with Enter, what was typed behind that Enter would still end in the old field: a password, readable, in the name's.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.timer import Timer
from textual.widget import Widget

LONGEST = 10.0
"""Seconds for which keys are kept at most, whatever becomes of what was to be finished."""


@runtime_checkable
class Moving(Protocol):
    """A widget that some keys lead away from."""

    def moves_to(self, key: str) -> Widget | None:
        """Where to; None where the key leads nowhere."""
        ...

    def finishes(self, key: str) -> bool:
        """Whether the key ends it all: what is typed behind it belongs to what comes next."""
        ...


class TypeAhead(App[int]):
    """Moves the cursor before it hands out the next key, and keeps keys until what was finished has been dealt with."""

    _kept: list[events.Key] | None = None
    """Keys that wait; None: none need to."""
    _limit: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        if (
            not isinstance(event, events.Key) or event.is_forwarded
        ):  # one handed out before comes by again on its way up
            await super().on_event(event)
        elif self._kept is not None:
            self._kept.append(event)
        else:
            await self._hand_out(event)

    async def _hand_out(self, event: events.Key) -> None:
        field = self.focused
        if isinstance(field, Moving):
            there = field.moves_to(event.key)
            if there is not None:
                self.screen.set_focus(there)
                return
            if field.finishes(event.key):
                self.keep_keys()
        await super().on_event(event)

    def keep_keys(self) -> None:
        """From now on keys wait for `give_keys`."""
        if self._kept is None:
            self._kept = []
            self._limit = self.set_timer(LONGEST, self.give_keys)

    async def give_keys(self) -> None:
        """What was finished has been dealt with: keys go where they belong now, in the order they came."""
        kept = self._kept or []
        self.drop_keys()
        for event in kept:
            await TypeAhead.on_event(self, event)

    def drop_keys(self) -> None:
        """Nothing waits any more. The limit goes too: it would cut short the next wait."""
        self._kept = None
        if self._limit is not None:
            self._limit.stop()
            self._limit = None
