"""The way in, and the lock: 職員ID and パスワード. Nothing of the vault is on the screen here, or in memory behind it."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from core.disk import in_words
from core.errors import IkiikiError, LoginFailed
from tui.host import Host
from tui.safety import paragraphs, plain
from tui.widgets.form import Entry, Form

HINT = "Enter 次へ・開く   Esc 終了"


class Login(Screen[None]):
    """Asks who it is and opens the vault in a worker: deriving the key takes a noticeable moment on purpose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "open", "開く", show=False, id="login.open"),
        Binding("escape", "leave", "終了", show=False, id="login.leave"),
    ]

    def __init__(self, title: str, *, staff_id: str = "", notice: str = "") -> None:
        super().__init__()
        self._title = title
        self._staff_id = staff_id
        self._notice = notice
        self._opening = False

    @property
    def keys_here(self) -> tuple[str, str]:
        """Its name and its keys, for the help."""
        return "ログイン", HINT

    def compose(self) -> ComposeResult:
        with Vertical(id="login"):
            yield Static(plain(self._title), id="login-title")
            yield Static(paragraphs(self._notice), id="login-notice")
            yield Form(
                [
                    Entry("staff", "職員ID", width=24),
                    Entry("password", "パスワード", width=40, password=True),
                ],
                {"staff": self._staff_id},
                id="login-form",
            )
            yield Static("", id="login-word", classes="problem")
            yield Static(plain(HINT), classes="dialog-hint")

    def on_mount(self) -> None:
        if self._staff_id:
            self.query_one(Form).focus_field("password")

    def show_hint(self) -> None:
        """Put the keys back after a word stood in their place."""
        self.query_one(".dialog-hint", Static).update(plain(HINT))

    def action_leave(self) -> None:
        cast("Host", self.app).action_leave()

    @on(Form.Finished)
    def _finished(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self._opening:
            return
        form = self.query_one(Form)
        values = form.values()
        if not values["staff"].strip() or not values["password"]:
            self._say("職員IDとパスワードを入力してください")
            form.focus_field("staff" if not values["staff"].strip() else "password")
            self.app.call_next(cast("Host", self.app).give_keys)
            return
        self._opening = True
        self._say("開いています…", problem=False)
        self.run_worker(self._open(values["staff"].strip(), values["password"]), exclusive=True)

    async def _open(self, staff_id: str, password: str) -> None:
        app = cast("Host", self.app)
        form = self.query_one(Form)
        form.field("password").value = ""
        try:
            await app.open_vault(staff_id, password)
        except LoginFailed as error:
            self._say(f"{error.what}。{error.next_step}")
            form.focus_field("password")
        except (IkiikiError, OSError) as error:
            self._say("")
            app.show_error(in_words(error))
        finally:
            self._opening = False
            await app.give_keys()

    def _say(self, words: str, *, problem: bool = True) -> None:
        word = self.query_one("#login-word", Static)
        word.set_class(problem, "problem")
        word.update(plain(words))
