"""Small windows that ask one thing. All of them are answered with arrows, Enter and Esc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from core.errors import IkiikiError
from tui.guarded import Guarded
from tui.safety import clean, paragraphs, plain
from tui.widgets.virtual_list import Column, Held, VirtualList

if TYPE_CHECKING:
    from core.office.drafts import Drafts
    from tui.app import IkiikiApp

T = TypeVar("T")


class Dialog(Guarded, ModalScreen[T]):
    """A window over everything. F2 to F8 wait until it is answered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "戻る", show=False, id="dialog.back"),
    ]

    def __init__(self, title: str, *, hint: str) -> None:
        super().__init__()
        self._title = title
        self._hint = hint

    @property
    def keys_here(self) -> tuple[str, str]:
        """The window's name and the keys that answer it, for the help."""
        return self._title, self._hint

    def body(self) -> ComposeResult:
        """What stands between title and hint."""
        yield from ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(f" {self._title} "), classes="dialog-title")
            yield from self.guarded(self.body())
            yield Static(plain(self._hint), classes="dialog-hint")

    def show_hint(self) -> None:
        """Put the hint back after the lock's warning stood in its place."""
        self.query_one(".dialog-hint", Static).update(plain(self._hint))

    def action_back(self) -> None:
        self.dismiss(None)

    def keep_draft(self) -> None:
        """Called before the screen is cleared by the lock: what was typed goes into the vault."""


class Message(Dialog[None]):
    """Something to read. Long texts scroll with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "back", "閉じる", show=False, id="dialog.close")
    ]

    def __init__(self, title: str, text: str | Text) -> None:
        super().__init__(title, hint="↑↓ 読む   Enter・Esc 閉じる")
        self._text = text if isinstance(text, Text) else paragraphs(text)

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-text"):
            yield Static(self._text)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


class Help(Message):
    """What F1 shows. It is not asked for twice."""

    def __init__(self, text: Text) -> None:
        super().__init__("ヘルプ", text)


def error_text(error: IkiikiError) -> str:
    """An error as people need it: what happened, where, and what to do next."""
    parts = [error.what + "。" if not error.what.endswith("。") else error.what]
    if error.where:
        parts.append(f"場所: {error.where}")
    parts.append(f"次にすること: {error.next_step or 'Esc で戻り、もう一度お試しください'}")
    return "\n".join(parts)


MOST_CHOICES = 14
"""Rows of choices that are shown at once; how many there are in all stands below them."""


class Choice(Dialog[str]):
    """One of several, by arrows and Enter. Gives the chosen key, or None for Esc."""

    def __init__(self, title: str, text: str, choices: Mapping[str, str], *, start: str = "") -> None:
        more = f"（全{len(choices)}）" if len(choices) > MOST_CHOICES else ""
        super().__init__(title, hint=f"↑↓ 選ぶ{more}   Enter 決める   Esc 戻る")
        self._text = text
        self._choices = list(choices.items())
        self._start = start

    def body(self) -> ComposeResult:
        if self._text:
            with VerticalScroll(classes="dialog-note", can_focus=False):
                yield Static(paragraphs(self._text))
        choices = VirtualList[tuple[str, str]](
            [[Column("", 0, lambda row: row[1])]], Held(self._choices), heading=False, id="choices"
        )
        choices.styles.height = min(len(self._choices), MOST_CHOICES)
        yield choices

    def on_mount(self) -> None:
        choices = self.query_one("#choices", VirtualList)
        choices.focus()
        keys = [key for key, _ in self._choices]
        if self._start in keys:
            self.call_after_refresh(choices.move_to, keys.index(self._start))

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.dismiss(self._choices[event.list.cursor][0])

    @on(VirtualList.Moved)
    def _moved(self, event: VirtualList.Moved) -> None:
        event.stop()


def confirm(title: str, text: str, *, yes: str = "はい", no: str = "いいえ") -> Choice:
    """A yes or no; "yes" for yes. The cursor stands on no: Enter pressed once too often does nothing."""
    return Choice(title, text, {"yes": yes, "no": no}, start="no")


class Typed(Dialog[str]):
    """A window with one line typed into it, which is kept as a draft under the window's title until it is answered."""

    field: OneLine
    """Where it is typed."""
    begun = ""
    """What stood in it at first."""
    taken: str | None = None
    """What was kept of an earlier time."""

    @property
    def _form(self) -> str:
        from core.office.drafts import line_of  # comes with the vault: not before the first paint

        return line_of(self._title)

    @property
    def _drafts(self) -> Drafts | None:
        """None where nobody is logged in."""
        app = cast("IkiikiApp", self.app)
        return app.session.office.drafts if getattr(app, "unlocked", False) else None

    def take_up(self) -> None:
        """When mounted: go on where the lock came in between."""
        taken = self._drafts.take_up(self._form) if self._drafts else None
        self.taken = taken["text"] if taken else None
        if self.taken is not None:
            self.field.value = clean(self.taken)
            self.field.cursor_position = len(self.field.value)
            self.complain("下書きの続きです")
        self.field.focus()

    def complain(self, words: str) -> None:
        """A word below the line."""
        self.query_one("#complaint", Static).update(plain(words))

    def keep_draft(self) -> None:
        if self.field.value != self.begun and self._drafts and self._drafts.may_keep:
            self._drafts.keep(self._form, {"text": self.field.value})

    def answer(self, text: str | None) -> None:
        """It is answered, or was given up: nothing waits any more."""
        if self.taken is not None and self._drafts:
            self._drafts.forget(self._form)
        self.dismiss(text)

    def action_back(self) -> None:
        self.answer(None)


class Prompt(Typed):
    """One line of text. `check` gives the reason why a text will not do, or ""."""

    def __init__(
        self,
        title: str,
        text: str,
        *,
        value: str = "",
        placeholder: str = "",
        check: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(title, hint="Enter 決める   Esc 戻る")
        self._text = text
        self.begun = value
        self.field = OneLine(value, placeholder=placeholder, id="answer")
        self._check = check

    def body(self) -> ComposeResult:
        yield Static(paragraphs(self._text), classes="dialog-note")
        yield self.field
        yield Static("", classes="problem", id="complaint")

    def on_mount(self) -> None:
        self.take_up()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        complaint = self._check(event.value) if self._check else ""
        if complaint:
            self.complain(complaint)
        else:
            self.answer(event.value)


class OneLine(Input):
    """An input of one row of cells: no border, no blinking, nothing selected on focus."""

    def __init__(
        self, value: str = "", *, placeholder: str = "", password: bool = False, id: str | None = None
    ) -> None:
        super().__init__(
            value, placeholder=placeholder, password=password, compact=True, select_on_focus=False, id=id
        )
        self.cursor_blink = False
