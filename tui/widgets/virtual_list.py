"""A list of any length: it holds a page or two of rows, and paints the lines that changed.

The millionth row costs what the tenth does: rows come from a source by offset when a line is drawn. Moving the cursor
repaints two rows; at the edge the list turns by nearly a page, since a terminal over SSH pays for each scrolled line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from core.errors import IkiikiError
from tui.safety import clean, fit

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Source(Protocol[Row_co]):
    """Where rows come from. Both may be asked at any time, on the screen's thread: they should be quick."""

    def count(self) -> int: ...
    def page(self, offset: int, limit: int) -> Sequence[Row_co]: ...


@dataclass(frozen=True)
class Held(Generic[Row]):
    """A source over rows already in memory."""

    rows: Sequence[Row]

    def count(self) -> int:
        return len(self.rows)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        return self.rows[offset : offset + limit]


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its heading, its width in cells (0: shares what is left), and what it shows of a row."""

    title: str
    width: int
    show: Callable[[Row], str]
    right: bool = False
    strong: Callable[[Row], bool] | None = None
    """Rows for which this cell is drawn bold: besides its words, never instead of them."""


PAGE = 64
PAGES_KEPT = 8


@runtime_checkable
class Following(Protocol):
    """What stands around a list and shows something of the row under the cursor: told at once, so that both are painted together."""

    def follow(self, list: VirtualList[Any]) -> None: ...


class VirtualList(ScrollView, Generic[Row], can_focus=True):
    """Rows with a cursor. Posts `Moved` as the cursor moves and `Chosen` on Enter.

    `layout` is one tuple of columns for each line of a row: one line for most lists, two where a person must see a
    whole record at a glance.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--heading", "list--cursor", "list--strong", "list--empty"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "上へ", show=False, id="list.up"),
        Binding("down", "move(1)", "下へ", show=False, id="list.down"),
        Binding("pageup", "turn(-1)", "前のページ", show=False, id="list.page_up"),
        Binding("pagedown", "turn(1)", "次のページ", show=False, id="list.page_down"),
        Binding("home", "first", "先頭", show=False, id="list.first"),
        Binding("end", "last", "末尾", show=False, id="list.last"),
        Binding("enter", "choose", "開く", show=False, id="list.choose"),
    ]

    class Moved(Message):
        """The cursor stands on another row, or the rows changed."""

        def __init__(self, control: VirtualList[Any]) -> None:
            super().__init__()
            self.list = control

        @property
        def control(self) -> VirtualList[Any]:
            return self.list

    class Chosen(Moved):
        """Enter on a row."""

    class Digit(Message):
        """The first digit of a number that somebody begins to type, of any width."""

        def __init__(self, digit: str) -> None:
            super().__init__()
            self.digit = digit

    def __init__(
        self,
        layout: Sequence[Sequence[Column[Row]]],
        source: Source[Row],
        *,
        empty: str = "ありません",
        heading: bool = True,
        choose_empty: bool = False,
        numbered: bool = False,
        start: int = 0,
        id: str | None = None,
    ) -> None:
        """`choose_empty`: Enter counts on an empty list too, where it means more than opening a row. `numbered`:
        rows have a number that can be typed to go there. `start`: the row the cursor stands on first."""
        super().__init__(id=id)
        self._choose_empty = choose_empty
        self._numbered = numbered
        self._top = 1 if heading else 0
        self._columns = tuple(tuple(line) for line in layout)
        self._source = source
        self._empty = empty
        self.narrowed = ""
        """What an empty list says when rows were left out on purpose."""
        self._failure = ""
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._count = 0
        self._cursor = start
        self._styles: dict[str, Style] = {}

    # -- rows -------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many rows the source had when last asked."""
        return self._count

    @property
    def cursor(self) -> int:
        return self._cursor

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.row(self._cursor)

    def row(self, index: int) -> Row | None:
        if not 0 <= index < self._count:
            return None
        number, within = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            try:
                page = self._source.page(number * PAGE, PAGE)
            except IkiikiError as error:
                self._fail(error)
                return None
            self._pages[number] = page
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[within] if within < len(page) else None

    def reload(self, source: Source[Row] | None = None, *, keep_cursor: bool = True) -> None:
        """Ask the source anew (or another source); the cursor stays on its line number unless told otherwise."""
        if source is not None:
            self._source = source
        self._pages.clear()
        self._count = self._ask_count()
        self._cursor = min(self._cursor, max(0, self._count - 1)) if keep_cursor else 0
        self._fit_height()
        if not keep_cursor:
            self.scroll_to(y=0, animate=False, force=True)
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved(self))

    def change(self, index: int) -> None:
        """A row of a source in memory has been replaced: read and paint it alone."""
        self._pages.pop(index // PAGE, None)
        self._repaint(index, self._tall)

    def put(self, index: int, row: Row) -> None:
        """A row of a source that reads elsewhere has become this: paint it alone, and ask for nothing."""
        number, within = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is not None and within < len(page):
            self._pages[number] = [*page[:within], row, *page[within + 1 :]]
        self._repaint(index, self._tall)

    def on_mount(self) -> None:
        self._count = self._ask_count()
        self._cursor = min(self._cursor, max(0, self._count - 1))
        self._fit_height()
        self.post_message(self.Moved(self))

    def on_resize(self, event: events.Resize) -> None:
        self._show_cursor()
        self.post_message(self.Moved(self))  # other cells may be cut now

    def _ask_count(self) -> int:
        self._failure = ""
        try:
            return self._source.count()
        except IkiikiError as error:
            self._fail(error)
            return 0

    def _fail(self, error: IkiikiError) -> None:
        """A list that cannot be read says so in its place, and goes on being a list."""
        self._failure = f"{error.what}。{error.next_step}"
        self._count = 0
        self._pages.clear()

    @property
    def _tall(self) -> int:
        return len(self._columns)

    def _fit_height(self) -> None:
        self.virtual_size = Size(0, self._count * self._tall + self._top)

    @property
    def rows_in_view(self) -> int:
        return max(1, (self.size.height - self._top) // self._tall)

    # -- the cursor -------------------------------------------------------------------------------------

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, turning the list as far as needed."""
        index = max(0, min(index, self._count - 1))
        if index == self._cursor or self._count == 0:
            return
        before, self._cursor = self._cursor, index
        if not self._show_cursor():
            self._repaint(before, 1)
            self._repaint(index, 1)
        for around in self.ancestors:
            if isinstance(around, Following):
                around.follow(self)
        self.post_message(self.Moved(self))

    def _repaint(self, index: int, lines: int) -> None:
        """The first lines of a row. The cursor is drawn in the first alone: two, at each key, are too much for a slow line."""
        y = index * self._tall + self._top - self.scroll_offset.y
        self.refresh(Region(0, y, self.size.width, lines))

    def _show_cursor(self) -> bool:
        """Turn the list until the cursor is in view. True when it had to turn (and all is repainted)."""
        if not self.size.height or not self._count:
            return False
        top = self.scroll_offset.y // self._tall
        view = self.rows_in_view
        if top <= self._cursor < top + view:
            return False
        if abs(self._cursor - top) > 2 * view:
            target = self._cursor - view // 2
        elif self._cursor < top:
            target = min(self._cursor, top - view + 2)
        else:
            target = max(self._cursor - view + 1, top + view - 2)
        target = max(0, min(target, self._count - view))
        self.scroll_to(y=target * self._tall, animate=False, force=True)
        self.refresh()
        return True

    def action_move(self, step: int) -> None:
        self.move_to(self._cursor + step)

    def action_turn(self, direction: int) -> None:
        self.move_to(self._cursor + direction * self.rows_in_view)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self._count - 1)

    def action_choose(self) -> None:
        if self.current is not None or self._choose_empty:
            self.post_message(self.Chosen(self))

    def moves_to(self, key: str) -> Widget | None:
        """Nowhere by itself."""
        return None

    def finishes(self, key: str) -> bool:
        """A digit opens the line for a number, a key of the place around the one for a search: what is typed behind it
        belongs there (`tui.type_ahead`)."""
        if self._numbered and (key.isdecimal() or key.startswith("fullwidth_digit_")):
            return True
        return any(key in getattr(one, "opening_keys", ()) for one in self.ancestors)

    def on_key(self, event: events.Key) -> None:
        if self._numbered and event.character and event.character.isdecimal():
            event.stop()
            self.post_message(self.Digit(str(int(event.character))))

    # -- drawing ----------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(name) if name else self.rich_style
        return style

    def _widths(self, columns: Sequence[Column[Row]], width: int) -> list[int]:
        fixed = sum(column.width for column in columns) + len(columns) - 1 + 1
        sharing = sum(column.width == 0 for column in columns)
        share = max(0, width - fixed) // sharing if sharing else 0
        return [column.width or share for column in columns]

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < self._top:
            return self._heading(width)
        line = self.scroll_offset.y + y - self._top
        index, part = divmod(line, self._tall)
        row = self.row(index)
        if row is None:
            if y == self._top and self._count == 0:
                words = self._failure or self.narrowed or self._empty
                return Strip([Segment(fit(f" {words}", width), self._style("list--empty"))], width)
            return Strip.blank(width, self._style(""))
        chosen = index == self._cursor
        base = self._style("list--cursor") if chosen and part == 0 else self._style("")
        columns = self._columns[part]
        widths = self._widths(columns, width)
        segments = [Segment(">" if chosen and part == 0 else " ", base)]
        for column, cells in zip(columns, widths, strict=True):
            style = base
            if column.strong is not None and column.strong(row):
                style = base + self._style("list--strong")
            segments.append(Segment(fit(column.show(row), cells, right=column.right), style))
            segments.append(Segment(" ", base))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    def cut(self) -> list[tuple[str, str]]:
        """Heading and whole words of each cell of the current row that its column is too narrow for."""
        row, width = self.current, self.size.width
        if row is None or not width:
            return []
        return [
            (column.title, words)
            for line in self._columns
            for column, cells in zip(line, self._widths(line, width), strict=True)
            if cell_len(words := clean(column.show(row))) > cells
        ]

    def _heading(self, width: int) -> Strip:
        style = self._style("list--heading")
        columns = self._columns[0]
        words = [
            fit(column.title, cells, right=column.right)
            for column, cells in zip(columns, self._widths(columns, width), strict=True)
        ]
        return Strip([Segment(fit(" " + " ".join(words), width), style)], width)
