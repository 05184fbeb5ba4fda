"""One's own password, changed by oneself."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from tui.actions import bindings_of
from tui.place import Sheet, flow
from tui.widgets.form import Entry, Form
from tui.widgets.frame import Frame


class PasswordSheet(Sheet):
    """Old once, new twice. The old one opens everything until the new one is written."""

    PLACE = "password"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("password")

    def body(self) -> ComposeResult:
        with Frame("パスワードの変更", sheet=True):
            yield Form(
                [
                    Entry("old", "いまのパスワード", width=40, password=True),
                    Entry("new", "新しいパスワード", width=40, password=True),
                    Entry("again", "もう一度", width=40, password=True),
                ]
            )

    def on_mount(self) -> None:
        self.head("パスワードの変更")
        self.say("")

    @on(Form.Finished)
    def _finished(self, event: Form.Finished) -> None:
        event.stop()
        self.action_save()

    @flow
    async def action_save(self) -> None:
        form = self.query_one(Form)
        values = form.values()
        if values["new"] != values["again"]:
            form.note("again", "上と違います", problem=True)
            form.focus_field("again")
            return
        form.clear()
        staff = self.office.staff
        await self.ikiiki.run_job(
            "パスワードを変える",
            lambda progress: staff.change_password(values["old"], values["new"]),
            stoppable=False,
        )
        self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)
