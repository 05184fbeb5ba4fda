"""Small windows that ask one thing. All of them are answered with arrows, Enter and Esc."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from core.errors import IkiikiError
from tui.guarded import Guarded
from tui.safety import paragraphs, plain
from tui.widgets.virtual_list import Column, Held, VirtualList

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
        keys = [key for key, _ in self._choices]
        choices = VirtualList[tuple[str, str]](
            [[Column("", 0, lambda row: row[1])]], Held(self._choices), heading=False,
            start=keys.index(self._start) if self._start in keys else 0, id="choices",
        )  # fmt: skip
        choices.styles.height = min(len(self._choices), MOST_CHOICES)
        yield choices

    def on_mount(self) -> None:
        self.query_one("#choices", VirtualList).focus()

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
