"""An input of one row of cells."""

from __future__ import annotations

from textual.widgets import Input


class OneLine(Input):
    """No border, no blinking, nothing selected on focus."""

    def __init__(
        self, value: str = "", *, placeholder: str = "", password: bool = False, id: str | None = None
    ) -> None:
        super().__init__(
            value, placeholder=placeholder, password=password, compact=True, select_on_focus=False, id=id
        )
        self.cursor_blink = False
