"""What panes, sheets and windows ask of the app they stand in: who is logged in, an answer, work in a thread, a word."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from core.disk import in_words
from core.errors import IkiikiError
from tui.lease import Lease
from tui.opener import Config, Opener, Session
from tui.safety import QuietApp
from tui.widgets.dialogs import Help, Message, error_text
from tui.widgets.progress import Job, Progress

if TYPE_CHECKING:
    from core.office.ports import Now
    from core.office.ports import Progress as ProgressCall
    from tui.action import Keymap
    from tui.view import View

T = TypeVar("T")

PATIENCE = 0.3
"""Seconds of work before a progress window opens: shorter work would only flicker."""


class Host(QuietApp):
    """Holds one session at most, with the work in it. What has to know the screens is left to `IkiikiApp`."""

    def __init__(self, opener: Opener, now: Now, config: Config | None = None) -> None:
        """`now` is for dates shown."""
        config = config or Config()
        super().__init__(crash_report=config.crash_report)
        self.opener = opener
        self.now = now
        self.config, self.medium = config, config.folder  # the latter: where a medium was found last
        self.views: dict[str, View] = {}
        """How the lists of the panes are looked at: a pane is made anew each time, and the lock forgets it all."""
        self._lease: Lease | None = None
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

    def hold(self, session: Session) -> None:
        """From now on this one is worked in."""
        self.let_go()
        self._lease = Lease(session)

    def let_go(self) -> None:
        """The person has left. The vault is closed as the last work in it ends."""
        lease, self._lease = self._lease, None
        self.views = {}
        if lease is not None:
            lease.retire()

    def on_unmount(self) -> None:
        self.let_go()

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
        future = _begun(lease, lambda: work(job.progress))
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
        result = await asyncio.shield(_begun(lease, work))
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

    # -- what has to know the screens: mypy alone looks, Textual's apps have a metaclass of their own ---

    @abstractmethod
    async def open_vault(self, staff_id: str, password: str) -> None:
        """Open in a thread, then show the panes. Raises what the opener raises."""

    @abstractmethod
    async def lock(self, notice: str) -> None:
        """Keep unfinished work as a draft, clear the screen, forget the key. Workers go on to their end."""

    @abstractmethod
    def action_leave(self) -> None:
        """End the program; first ask, where somebody is logged in."""

    @abstractmethod
    def say(self, sentence: str) -> None:
        """A short word in the bottom line, before the keys; it stands until the next word or the next place."""

    @abstractmethod
    def refresh_hint(self) -> None:
        """Draw the bottom line anew: the actions at hand may have changed."""

    @abstractmethod
    def refresh_state(self) -> None:
        """After anything that may have changed the vault: header and pane read anew."""


def _begun(lease: Lease, work: Callable[[], T]) -> asyncio.Future[T]:
    """Work in a thread; its vault stays open until it ends."""
    lease.enter()

    def call() -> T:
        try:
            return work()
        finally:
            lease.leave()

    return asyncio.get_running_loop().run_in_executor(None, call)
