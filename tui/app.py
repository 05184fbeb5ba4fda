"""The app: who is logged in, which pane is up, the lock, long work, and errors said in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events
from textual.binding import BindingType
from textual.screen import Screen

from core.disk import in_words
from core.errors import IkiikiError
from core.roles import Site
from tui.action import Keymap, bindings_everywhere
from tui.awake import Idle, awake_seconds
from tui.help import help_text, menu_words, window_help
from tui.lease import Lease
from tui.login import Login
from tui.opener import Config, Opener, Session
from tui.place import Place, Sheet
from tui.safety import QuietApp
from tui.widgets.dialogs import Choice, Dialog, Help, Message, confirm, error_text
from tui.widgets.hint import hint_words, put_hint
from tui.widgets.line import Line
from tui.widgets.progress import Job, Progress

if TYPE_CHECKING:
    from core.office.ports import Now
    from core.office.ports import Progress as ProgressCall
    from tui.workspace import Workspace

T = TypeVar("T")

WARNING_SECONDS = 30
PATIENCE = 0.3
"""Seconds of work before a progress window opens: shorter work would only flicker."""

THEME = "ansi-dark"
"""The terminal's own sixteen colours: whoever set them can read them. No state is told by colour alone."""


class IkiikiApp(QuietApp):
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
        config = config or Config()
        super().__init__(crash_report=config.crash_report)
        self.theme = THEME
        self.set_terminal(config.kind, config.ambiguous, ascii_borders=config.ascii_borders)
        self.opener = opener
        self.now = now
        self.config, self.medium = config, config.folder  # the latter: where a medium was found last
        self._said = self._place = ""
        self._idle = Idle(seconds, config.idle_minutes * 60)
        self._warned = False
        self._lease: Lease | None = None
        self._workspace: Workspace | None = None
        self._afterwards: list[str] = []

    # -- the session ------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        assert self._lease is not None, "nobody is logged in"
        return self._lease.session

    @property
    def keymap(self) -> Keymap:
        """The keys that are not as they come."""
        return self.config.keymap or {}

    @property
    def unlocked(self) -> bool:
        return self._lease is not None

    @property
    def working(self) -> bool:
        """Whether work of the person logged in runs in a thread."""
        return self._lease is not None and self._lease.busy

    def on_mount(self) -> None:
        if self.keymap:
            from tui.keys import whole_keymap  # few need it: not before the first paint

            self.set_keymap(whole_keymap(self.keymap))
        self.push_screen(Login(self.opener.title, staff_id=self.config.staff_id, notice=self.config.notice))
        if self.config.shown is not None:
            self.call_after_refresh(self.config.shown)
        self.set_interval(1.0, self.watch_idle)

    def hang_up(self) -> None:
        """Unfinished work is kept as a draft; work in a thread goes on to its end before the program ends."""
        self._keep_drafts()
        super().hang_up()

    def on_unmount(self) -> None:
        self._retire()

    def _retire(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.retire()

    async def open_vault(self, staff_id: str, password: str) -> None:
        """Open in a thread, then show the panes. Raises what the opener raises."""
        session = await asyncio.to_thread(self.opener.open, staff_id, password)
        self.call_later(self._enter, session)

    async def _enter(self, session: Session) -> None:
        self._retire()
        self._lease = Lease(session)
        self._idle.touch()
        self._place = self._place or ("review" if session.office.actor.site is Site.WARD else "intake")
        from tui.entering import over_it, workspace_of  # with all the use cases: the login is painted before

        await self._clear_screens()
        self._said = "・".join(session.came.sentences)
        self._workspace = workspace_of(session, self._place)
        if self._workspace is not None:
            await self.push_screen(self._workspace)
        for window in over_it(session.came, self._workspace, "\n".join(self._afterwards)):
            await self.push_screen(window, lambda _: self.refresh_hint())
        self._afterwards = self._afterwards if self._workspace is None else []

    async def _clear_screens(self) -> None:
        self._workspace = None
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    # -- the lock ---------------------------------------------------------------------------------------

    def action_lock(self) -> None:
        if self.unlocked:
            self.call_later(self.lock, "施錠しました")

    async def lock(self, notice: str) -> None:
        """Keep unfinished work as a draft, clear the screen, forget the key. Workers go on to their end."""
        if self._lease is None:
            return
        notes = [notice, *self._keep_drafts()]
        if self._lease.busy:
            notes.append("作業は裏で続いています。終わりしだい鍵を消します")
        staff_id = self.session.office.actor.staff_id
        self.workers.cancel_all()
        self.drop_keys()  # what was typed ahead of the lock is not for the login
        self._retire()
        await self._clear_screens()
        await self.push_screen(Login(self.opener.title, staff_id=staff_id, notice="\n".join(notes)))

    def _keep_drafts(self) -> list[str]:
        """Words about what could not be kept; nothing when all went well."""
        failed = []
        for screen in self.screen_stack:
            if isinstance(screen, Sheet | Dialog):
                try:
                    screen.keep_draft()
                except (IkiikiError, OSError) as error:
                    failed.append(f"下書きを残せませんでした: {in_words(error).what}")
        return failed

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            if (
                self.unlocked and self._idle.left() <= 0
            ):  # it has woken a machine, and comes before the second ticks
                await self.watch_idle()
                return
            self._idle.touch()
            if self._warned:
                self._warned = False
                self._restore_hint()
        await super().on_event(event)

    async def watch_idle(self) -> None:
        """Once a second: lock when nobody has touched a key for long; show the last half minute."""
        if not self.screen_stack:  # at the way out the screens go first
            return
        self.cover()
        if not self.unlocked:
            return
        left = self._idle.left()
        if left <= 0:
            self._warned = False
            await self.lock("しばらく操作がなかったため施錠しました")
        elif left <= WARNING_SECONDS:
            self._warned = True
            put_hint(self.screen, f"あと{int(left) + 1}秒で施錠します。何かキーを押すと続けられます")

    def _restore_hint(self) -> None:
        screen = self.screen
        if isinstance(screen, Dialog | Login):
            screen.show_hint()
        else:
            self.refresh_hint()

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
        failed = self._keep_drafts()
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
                self._keep_drafts()
                self.exit(0)

        busy = self._lease is not None and self._lease.busy
        words = (
            "作業の途中です。終わるのを待ってから終了します。" if busy else "入力中の内容は下書きに残ります。"
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
        put_hint(self.screen, f"終了するには {first}Ctrl+Q を押してください")
        self._warned = True

    # -- what flows use ---------------------------------------------------------------------------------

    async def ask(self, dialog: Screen[T]) -> T | None:
        """Show a dialog from a flow and wait for its answer; None when it was left."""
        self.call_after_refresh(self.give_keys)
        return await self.push_screen_wait(dialog)

    async def run_job(
        self, title: str, work: Callable[[ProgressCall], T], *, stoppable: bool = True, resumes: bool = False
    ) -> T:
        """Run long work in a thread, with a progress window when it takes a while.

        Gives its result or raises its error. When the screen is locked meanwhile, the work goes on, its session is
        closed when it ends, and the next login is told.
        """
        lease = self._lease
        assert lease is not None
        job = Job(title, stoppable, resumes)
        lease.enter()

        def call() -> T:
            try:
                return work(job.progress)
            finally:
                lease.leave()

        future = asyncio.get_running_loop().run_in_executor(None, call)
        window = Progress(job)
        try:
            await asyncio.wait({future}, timeout=PATIENCE)
            if not future.done():
                await self.push_screen(window)
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.add_done_callback(lambda done: self._tell_afterwards(title, done))
            raise
        finally:
            if window in self.screen_stack:
                if isinstance(self.screen, Help):  # somebody is reading about this very window
                    self.screen.dismiss(None)
                window.dismiss(None)

    async def run_quietly(self, work: Callable[[], T]) -> T | None:
        """Short work in a thread without a window, for what the program does by itself. None when locked meanwhile."""
        lease = self._lease
        if lease is None:
            return None
        lease.enter()

        def call() -> T:
            try:
                return work()
            finally:
                lease.leave()

        result = await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, call))
        return result if self._lease is lease else None

    def _tell_afterwards(self, title: str, done: asyncio.Future[T]) -> None:
        error = done.exception()
        words = "終わりました" if error is None else f"できませんでした（{type(error).__name__}）"
        if isinstance(error, IkiikiError | OSError):
            words = f"できませんでした。{in_words(error).what}"
        self._afterwards.append(f"「{title}」: {words}")

    def path(self, text: str) -> Path:
        """A path as a person typed it; a bare name lies in the configured folder. Raises `Refused` for one in a vault."""
        return self.opener.need_outside(self.config.folder / Path(text.strip()).expanduser())

    def show_error(self, error: IkiikiError) -> None:
        self.push_screen(Message("できませんでした", error_text(error)))

    def say(self, sentence: str) -> None:
        """A short word in the bottom line, before the keys; it stands until the next word or the next place."""
        self._said = sentence
        self.refresh_hint()

    def on_resize(self) -> None:
        """What is cut to the width of the terminal is cut anew, once the new width is known."""
        if self._workspace is not None:
            self.call_later(self._workspace.fit, hint=not self._warned)

    def refresh_hint(self) -> None:
        """Draw the bottom line anew: the actions at hand may have changed."""
        place = self.place
        if place is not None and self.unlocked:
            for line in self.screen.query("#hint").results(Line):
                line.show(hint_words(place.open_actions(), self._said, self.size.width, self.keymap))

    def refresh_state(self) -> None:
        """After anything that may have changed the vault: header and pane read anew."""
        workspace = self.workspace
        if self.unlocked and workspace is not None and workspace.is_mounted:
            workspace.refresh_header()
            if workspace.pane.is_mounted:
                workspace.pane.entered()
            self.refresh_hint()
