"""Windows with one line typed into them. What was typed outlives the lock, as a draft."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from core.office.drafts import Drafts, line_of
from tui.host import Host
from tui.safety import clean, paragraphs, plain
from tui.widgets.dialogs import Dialog
from tui.widgets.one_line import OneLine


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
        return line_of(self._title)

    @property
    def _drafts(self) -> Drafts | None:
        """None where nobody is logged in."""
        app = self.app
        return app.session.office.drafts if isinstance(app, Host) and app.unlocked else None

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
