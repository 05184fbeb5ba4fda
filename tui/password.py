"""One's own password, changed by oneself: when one likes, or before anything else where it has to be."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui.actions import bindings_of
from tui.place import Sheet, flow
from tui.safety import paragraphs
from tui.widgets.dialogs import Message
from tui.widgets.form import Entry, Form
from tui.widgets.frame import Frame

MADE = (
    "{phrase}\n\n閉じると、新しいパスワードの欄に入ります。見えるのはいまだけです。紙に写すなら、いま写し、紙は鍵のかかる所に"
    "しまってください。\nまだ変わっていません。「変える」と、変わります。"
)
"""What is said of a passphrase just made."""


class PasswordSheet(Sheet):
    """Old once, new twice. The old one opens everything until the new one is written."""

    PLACE = "password"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("password")

    def __init__(self, due: str = "") -> None:
        """`due`: why nothing else can be done before; "" where the person just wants to."""
        super().__init__()
        self._due = due

    def body(self) -> ComposeResult:
        with Frame("パスワードの変更", sheet=True):
            yield Static(paragraphs(self._due), id="password-due")
            yield Form(
                [
                    Entry("old", "いまのパスワード", width=40, password=True),
                    Entry("new", "新しいパスワード", width=40, password=True),
                    Entry("again", "もう一度", width=40, password=True),
                ]
            )

    def on_mount(self) -> None:
        self.query_one("#password-due", Static).display = bool(self._due)
        self.head("パスワードの変更")
        self.say("")

    @on(Form.Left)
    async def _left(self, event: Form.Left) -> None:
        """Told at once, before it is typed a second time."""
        new = self.query_one(Form).values()["new"]
        if event.key != "new" or not new:
            return
        verdict = await self.ikiiki.run_quietly(lambda: self.office.staff.judge(new))
        form = next(iter(self.query(Form)), None)
        if verdict is not None and form is not None and form.values()["new"] == new:
            good = verdict.good
            form.note("new", "推測されにくい" if good else "推測されやすい", problem=not good)

    @on(Form.Finished)
    def _finished(self, event: Form.Finished) -> None:
        event.stop()
        self.action_save()

    @flow
    async def action_make(self) -> None:
        phrase = self.office.staff.phrase()
        await self.ikiiki.ask(Message("合言葉", MADE.format(phrase=phrase)))
        form = self.query_one(Form)
        for key in ("new", "again"):
            form.set_value(key, phrase)
            form.note(key, "")
        form.note("new", "合言葉を入れました")

    @flow
    async def action_save(self) -> None:
        form = self.query_one(Form)
        values = form.values()
        if values["new"] != values["again"]:
            form.note("again", "上と違います", problem=True)
            form.focus_field("again")
            return
        form.clear()
        staff, who = self.office.staff, self.actor.staff_id
        await self.ikiiki.run_job(
            "パスワードを変える",
            lambda progress: staff.change_password(values["old"], values["new"]),
            stoppable=False,
        )
        if self._due:  # what was refused to the person until now is theirs with the next login
            await self.ikiiki.open_vault(who, values["new"])
        else:
            self.dismiss(True)

    def action_back(self) -> None:
        if self._due:
            self.ikiiki.call_later(self.ikiiki.lock, "パスワードを変えるまで、ほかのことはできません")
        else:
            self.dismiss(False)
