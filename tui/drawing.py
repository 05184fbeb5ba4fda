"""An app that sends its terminal what that can draw: no colour it does not know, characters as wide as it draws them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget

from tui.ambiguous import ASKED_IN, Ambiguous, count, without
from tui.kind import ABLE, Kind
from tui.terminal import Terminal
from tui.type_ahead import TypeAhead

COLUMNS, ROWS = 80, 24
"""What the screens need."""
_STAYING = "f9"
"""The key that works on a terminal that is too small: the lock."""


class OnTerminal(LineFilter):
    """Styles and characters as they go out to a terminal (pictures are drawn without it).

    The terminal's default colours are not named: they are what it draws with anyway, and naming them costs a third of
    the bytes of an arrow key. A background of its own is said by reversing: that is seen on every ground.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.colours, self.lines = kind.colours, kind.lines
        self.ambiguous = Ambiguous.AUTO

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        avoid = self.ambiguous is Ambiguous.NONE
        return [
            Segment(without(text) if avoid else text, style and _sent(style, self.colours), control)
            for text, style, control in segments
        ]


@lru_cache(256)
def _sent(style: Style, colours: bool) -> Style | None:
    ground, ink = style.bgcolor, style.color
    reverse = bool(style.reverse) or (ground is not None and not ground.is_default)
    plain = ink is None or ink.is_default or not colours or (reverse and not style.reverse)
    sent = Style(
        color=None if plain else ink,
        bold=style.bold or None,
        underline=style.underline or None,
        italic=style.italic or None,
        reverse=reverse or None,
    )
    return sent or None


_OUT_OF_SIGHT = (-1000, 0)


class TooSmall(Widget):
    """Over everything while the terminal has less room than the screens need: nobody answers what they see half of."""

    DEFAULT_CSS = """
    TooSmall { layer: cover; dock: top; width: 100%; height: 100%; background: ansi_default; color: ansi_default; }
    """

    def render(self) -> str:
        columns, rows = self.app.size
        return (
            f"端末を{COLUMNS}×{ROWS}以上に\n広げてください\n（いま{columns}×{rows}）\n\n"
            "広げると、続きから\n使えます。"
        ).replace("×", "x")


class Drawing(TypeAhead):
    """Sits between Textual and the product's app. `set_terminal` before it runs."""

    _filter = OnTerminal(ABLE)
    _ascii_borders = False
    _small = False

    def set_terminal(self, kind: Kind, ambiguous: Ambiguous, *, ascii_borders: bool) -> None:
        """What is known of the terminal before anything is sent."""
        self._filter = OnTerminal(kind)
        self._ascii_borders = ascii_borders or not kind.lines
        self._count(ambiguous)

    @property
    def ascii_borders(self) -> bool:
        """Whether borders and charts are drawn without line-drawing characters."""
        return self._ascii_borders or self._filter.ambiguous in (Ambiguous.WIDE, Ambiguous.NONE)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Ours alone at a terminal: Textual's own for NO_COLOR paints black on black with the terminal's colours (8.2.8)."""
        return [self._filter] if isinstance(self._driver, Terminal) else super().get_line_filters()

    # -- how wide ambiguous characters are --------------------------------------------------------------

    def _count(self, ambiguous: Ambiguous) -> None:
        self._filter.ambiguous = ambiguous
        count(ambiguous)
        self.set_class(self.ascii_borders, "-ascii")

    @property
    def numbers_plain(self) -> bool:
        """Whether ① is drawn as 1."""
        return self._filter.ambiguous is Ambiguous.NONE

    @property
    def erases(self) -> bool:
        """Whether the terminal is of those that erase a number of cells: all since the VT220."""
        return self._filter.lines

    @property
    def asks_width(self) -> bool:
        """Whether the terminal is to be asked for it (`tui.terminal`)."""
        return self._filter.ambiguous is Ambiguous.AUTO

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """The terminal's answer, whenever it comes: before it, and without one, such characters count as one cell."""
        if self._filter.ambiguous is Ambiguous.AUTO and event.y == ASKED_IN - 1 and event.x in (1, 2):
            self._count(Ambiguous.NARROW if event.x == 1 else Ambiguous.WIDE)
            if event.x == 2:
                for screen in self.screen_stack:
                    screen.refresh(layout=True)
                    screen.query("*").refresh(layout=True)

    # -- too small a terminal ---------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Resize):
            self._small = event.size.width < COLUMNS or event.size.height < ROWS
            self.call_after_refresh(self.cover)
        if self._small and isinstance(event, events.Paste | events.MouseEvent):
            return
        if self._small and isinstance(event, events.Key) and event.key != _STAYING:
            return
        await super().on_event(event)

    def cover(self) -> None:
        """Lay the word over the screen that is up, or take it away: what is below stays as it was, the cursor too.

        What is below is moved out of sight, not hidden, which would take the focus from it; and not left where it is, for
        its edges would cut letters of the word that are two cells wide.
        """
        if not self._small:
            for screen in self.screen_stack:
                if screen.query(TooSmall):
                    screen.query(TooSmall).remove()
                    _move(screen, (0, 0))
        elif not self.screen.query(TooSmall):
            _move(self.screen, _OUT_OF_SIGHT)
            self.screen.mount(TooSmall())
        else:
            self.screen.query_one(TooSmall).refresh()


def _move(screen: Screen[Any], offset: tuple[int, int]) -> None:
    for child in screen.children:
        if not isinstance(child, TooSmall):
            child.styles.offset = offset
