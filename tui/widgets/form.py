"""Keyed entry: fields one under the other, Enter moves on, the problem stands beside the field as it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from tui.safety import clean, fit, plain
from tui.widgets.one_line import OneLine


@dataclass(frozen=True)
class Entry:
    """One field: its key, label, and what may be typed, shown while it is empty."""

    key: str
    label: str
    example: str = ""
    width: int = 34
    password: bool = False


class _Field(OneLine):
    """An input that moves on with Enter and the arrows, and tells its form when it is left."""

    class Left(Message):
        """The field lost the focus."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, entry: Entry, value: str) -> None:
        super().__init__(
            value,
            placeholder=f"例 {entry.example}" if entry.example else "",
            password=entry.password,
            id=f"field-{entry.key}",
        )
        self.key = entry.key
        self.styles.width = entry.width

    def moves_to(self, key: str) -> Input | None:
        """Enter and the arrows, but for Enter in the last field, which ends the form (`tui.type_ahead`)."""
        return self._form.beside(self, key)

    def finishes(self, key: str) -> bool:
        return key == "enter" and self._form.beside(self, key) is None

    @property
    def _form(self) -> Form:
        return next(form for form in self.ancestors if isinstance(form, Form))

    def on_blur(self, event: events.Blur) -> None:
        self.post_message(self.Left(self.key))


class Form(VerticalScroll, can_focus=False):
    """A column of fields. Posts `Left` with the key of a field being left, and `Finished` on Enter in the last."""

    class Left(Message):
        """A field has been left: time to look at it."""

        def __init__(self, form: Form, key: str) -> None:
            super().__init__()
            self.form = form
            self.key = key

    class Finished(Message):
        """Enter in the last field."""

    def __init__(
        self, entries: Sequence[Entry], values: Mapping[str, str] | None = None, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._entries = tuple(entries)
        self._start = dict(values or {})

    def compose(self) -> ComposeResult:
        width = max((_cells(entry.label) for entry in self._entries), default=0) + 1
        for entry in self._entries:
            with Horizontal(classes="form-line"):
                label = Static(plain(fit(entry.label, width)), classes="form-label")
                label.styles.width = width
                yield label
                yield _Field(entry, clean(self._start.get(entry.key, "")))
                yield Static("", classes="form-note", id=f"note-{entry.key}")

    def on_mount(self) -> None:
        self.focus_field(self._entries[0].key)

    # -- values -----------------------------------------------------------------------------------------

    def field(self, key: str) -> Input:
        return self.query_one(f"#field-{key}", _Field)

    def values(self) -> dict[str, str]:
        """What stands in the fields now, by key."""
        return {entry.key: self.field(entry.key).value for entry in self._entries}

    def set_value(self, key: str, value: str) -> None:
        field = self.field(key)
        value = clean(value)
        if field.value != value:
            field.value = value

    @property
    def touched(self) -> bool:
        """Whether anything differs from how the form began."""
        return any(value != clean(self._start.get(key, "")) for key, value in self.values().items())

    def clear(self) -> None:
        """Begin a new, empty form."""
        self._start = {}
        for entry in self._entries:
            self.field(entry.key).value = ""
            self.note(entry.key, "")
        self.focus_field(self._entries[0].key)

    def restart(self, values: Mapping[str, str]) -> None:
        """These values are the form's beginning from now on."""
        self._start = dict(values)
        for key, value in values.items():
            self.set_value(key, value)

    def focus_field(self, key: str) -> None:
        self.screen.set_focus(self.field(key))  # at once: what is typed next belongs there

    def beside(self, field: _Field, key: str) -> Input | None:
        """The field to which a key leads from `field`; None where it leads nowhere."""
        step = {"enter": 1, "down": 1, "up": -1}.get(key, 0)
        keys = [entry.key for entry in self._entries]
        place = keys.index(field.key) + step
        return self.field(keys[place]) if step and 0 <= place < len(keys) else None

    # -- notes ------------------------------------------------------------------------------------------

    def note(self, key: str, words: str, *, problem: bool = False) -> None:
        """A word beside a field: how it is understood, or (with `problem`) why it will not do."""
        note = self.query_one(f"#note-{key}", Static)
        note.set_class(problem, "problem")
        note.update(plain(f"× {words}" if problem and words else words), layout=False)

    # -- moving on --------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        assert isinstance(event.input, _Field)  # only the last field's Enter comes so far
        self.post_message(self.Left(self, event.input.key))
        self.post_message(self.Finished())

    @on(_Field.Left)
    def _field_left(self, event: _Field.Left) -> None:
        event.stop()
        self.post_message(self.Left(self, event.key))


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
