"""The app: what comes up, moving about between panes and windows, and the words in the bottom line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from core.roles import Site
from tui.action import bindings_everywhere
from tui.awake import awake_seconds
from tui.help import help_text, menu_words, window_help
from tui.locking import Locking
from tui.login import Login
from tui.opener import Config, Opener, Session
from tui.place import Place, Sheet
from tui.widgets.dialogs import Choice, Dialog, Help, confirm
from tui.widgets.hint import hint_words
from tui.widgets.line import Line

if TYPE_CHECKING:
    from core.office.ports import Now
    from tui.workspace import Workspace

THEME = "ansi-dark"
"""The terminal's own sixteen colours: whoever set them can read them. No state is told by colour alone."""


class IkiikiApp(Locking):
    """`IkiikiApp(opener, now, config).run()`. Returns 0 when left, 1 after a crash."""

    CSS_PATH = "ikiiki.tcss"
    TITLE = "ikiiki"
    BINDINGS: ClassVar[list[BindingType]] = bindings_everywhere()

    def __init__(
        self,
        opener: Opener,
        now: Now,
        config: Config | None = None,
        *,
        seconds: Callable[[], float] = awake_seconds,
    ) -> None:
        """`now` is for dates shown; `seconds` a monotonic clock for the lock."""
        super().__init__(opener, now, config, seconds)
        config = self.config
        self.theme = THEME
        self.set_terminal(config.kind, config.ambiguous, ascii_borders=config.ascii_borders)
        self._said = self._place = ""
        self._workspace: Workspace | None = None

    # -- coming in --------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        if self.keymap:
            from tui.keys import whole_keymap  # few need it: not before the first paint

            self.set_keymap(whole_keymap(self.keymap))
        self.push_screen(Login(self.opener.title, staff_id=self.config.staff_id, notice=self.config.notice))
        if self.config.shown is not None:
            self.call_after_refresh(self.config.shown)
        self.set_interval(1.0, self.watch_idle)

    async def open_vault(self, staff_id: str, password: str) -> None:
        session = await asyncio.to_thread(self.opener.open, staff_id, password)
        self.call_later(self._enter, session)

    async def _enter(self, session: Session) -> None:
        self.hold(session)
        self._place = self._place or ("review" if session.office.actor.site is Site.WARD else "intake")
        from tui.entering import over_it, workspace_of  # with all the use cases: the login is painted before

        await self.clear_screens()
        self._said = "・".join(session.came.sentences)
        self._workspace = workspace_of(session, self._place)
        if self._workspace is not None:
            await self.push_screen(self._workspace)
        for window in over_it(session.came, self._workspace, "\n".join(self._afterwards)):
            await self.push_screen(window, lambda _: self.refresh_hint())
        self._afterwards = self._afterwards if self._workspace is None else []

    async def clear_screens(self) -> None:
        self._workspace = None
        await super().clear_screens()

    # -- moving about -----------------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """The pane or sheet that has the keys now; None at the login and under a dialog."""
        screen = self.screen
        if screen is self._workspace:
            return self._workspace.pane
        return screen if isinstance(screen, Sheet) else None

    @property
    def workspace(self) -> Workspace | None:
        """The screen with the panes, None while locked."""
        return self._workspace

    def action_go(self, place: str) -> None:
        if self.workspace is not None and self.place is not None:
            self.call_later(self._go, place)

    async def _go(self, place: str) -> None:
        failed = self.keep_drafts()
        while isinstance(self.screen, Sheet):
            await self.pop_screen()
        workspace = self.workspace
        if workspace is not None:
            self._place = place
            self._said = "。".join(failed)  # before the pane comes up, which may have a word of its own
            await workspace.go(place)
            self.refresh_hint()

    def action_menu(self) -> None:
        place = self.place
        if place is None or not self.unlocked:
            return
        choices = menu_words(place.open_actions(), self.keymap)

        def chosen(name: str | None) -> None:
            if name == "app.leave":
                self.action_leave()
            elif name == "app.password":
                self.action_password()
            elif name is not None:
                place.call_later(place.run_action, name)

        self.push_screen(Choice("操作", "", choices), chosen)

    def action_password(self) -> None:
        from tui.password import PasswordSheet

        def closed(changed: bool | None) -> None:
            self.say("パスワードを変えました" if changed else "")

        if not isinstance(self.screen, PasswordSheet):
            self.push_screen(PasswordSheet(), closed)

    def action_help(self) -> None:
        screen = self.screen
        if isinstance(screen, Dialog | Login):
            if not isinstance(screen, Help):
                self.push_screen(Help(window_help(*screen.keys_here, self.keymap, unlocked=self.unlocked)))
        elif (place := self.place) is not None:
            self.push_screen(Help(help_text(place.open_actions(), self.keymap)))

    def action_leave(self) -> None:
        if not self.unlocked:
            self.exit(0)
            return

        def answered(answer: str | None) -> None:
            if answer == "yes":
                self.keep_drafts()
                self.exit(0)

        words = (
            "作業の途中です。終わるのを待ってから終了します。"
            if self.working
            else "入力中の内容は下書きに残ります。"
        )
        if isinstance(self.screen, Dialog):
            self.action_help_quit()
        else:
            if reason := self.session.office.backups.due_today():
                words += f"\n\n{reason}（F5 管理簿 の「控えを取る」）。"
            self.push_screen(confirm("終了しますか", words, yes="終了する", no="続ける"), answered)

    async def action_quit(self) -> None:
        self.action_leave()

    def action_help_quit(self) -> None:
        """Ctrl+C, or Ctrl+Q where a window waits for an answer: how to leave, until the next key."""
        first = "Esc で戻ってから " if isinstance(self.screen, Dialog) else ""
        self.warn(f"終了するには {first}Ctrl+Q を押してください")

    # -- the bottom line, and what is read anew ---------------------------------------------------------

    def say(self, sentence: str) -> None:
        self._said = sentence
        self.refresh_hint()

    def on_resize(self) -> None:
        """What is cut to the width of the terminal is cut anew, once the new width is known."""
        if self._workspace is not None:
            self.call_later(self._workspace.fit, hint=not self.warned)

    def refresh_hint(self) -> None:
        place = self.place
        if place is not None and self.unlocked:
            for line in self.screen.query("#hint").results(Line):
                line.show(hint_words(place.open_actions(), self._said, self.size.width, self.keymap))

    def refresh_state(self) -> None:
        workspace = self.workspace
        if self.unlocked and workspace is not None and workspace.is_mounted:
            workspace.refresh_header()
            if workspace.pane.is_mounted:
                workspace.pane.entered()
            self.refresh_hint()
