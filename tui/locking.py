"""The lock: on F9, and by itself when nobody has touched a key for long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events

from core.disk import in_words
from core.errors import IkiikiError
from tui.awake import Idle
from tui.host import Host
from tui.login import Login
from tui.place import Sheet
from tui.widgets.dialogs import Dialog
from tui.widgets.hint import put_hint

if TYPE_CHECKING:
    from core.office.ports import Now
    from tui.opener import Config, Opener, Session

WARNING_SECONDS = 30


class Locking(Host):
    """Clears the screens and forgets the key. What was typed stays in the vault, as drafts."""

    def __init__(self, opener: Opener, now: Now, config: Config | None, seconds: Callable[[], float]) -> None:
        """`seconds`: a monotonic clock."""
        super().__init__(opener, now, config)
        self._idle = Idle(seconds, self.config.idle_minutes * 60)
        self.warned = False
        """Whether a word stands in place of the keys, until the next key."""

    def hold(self, session: Session) -> None:
        super().hold(session)
        self._idle.touch()

    def action_lock(self) -> None:
        if self.unlocked:
            self.call_later(self.lock, "施錠しました")

    async def lock(self, notice: str) -> None:
        if not self.unlocked:
            return
        notes = [notice, *self.keep_drafts()]
        if self.working:
            notes.append("作業は裏で続いています。終わりしだい鍵を消します")
        staff_id = self.session.office.actor.staff_id
        self.workers.cancel_all()
        self.drop_keys()  # what was typed ahead of the lock is not for the login
        self.let_go()
        await self.clear_screens()
        await self.push_screen(Login(self.opener.title, staff_id=staff_id, notice="\n".join(notes)))

    def hang_up(self) -> None:
        """Unfinished work is kept as a draft; work in a thread goes on to its end before the program ends."""
        self.keep_drafts()
        super().hang_up()

    async def clear_screens(self) -> None:
        """Nothing of the vault is to be seen any more."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    def keep_drafts(self) -> list[str]:
        """Words about what could not be kept; nothing when all went well."""
        failed = []
        for screen in self.screen_stack:
            if isinstance(screen, Sheet | Dialog):
                try:
                    screen.keep_draft()
                except (IkiikiError, OSError) as error:
                    failed.append(f"下書きを残せませんでした: {in_words(error).what}")
        return failed

    # -- nobody touches a key ---------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            if (
                self.unlocked and self._idle.left() <= 0
            ):  # it has woken a machine, and comes before the second ticks
                await self.watch_idle()
                return
            self._idle.touch()
            if self.warned:
                self.warned = False
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
            self.warned = False
            await self.lock("しばらく操作がなかったため施錠しました")
        elif left <= WARNING_SECONDS:
            self.warn(f"あと{int(left) + 1}秒で施錠します。何かキーを押すと続けられます")

    def warn(self, words: str) -> None:
        """A word in place of the keys, until the next key."""
        self.warned = True
        put_hint(self.screen, words)

    def _restore_hint(self) -> None:
        screen = self.screen
        if isinstance(screen, Dialog | Login):
            screen.show_hint()
        else:
            self.refresh_hint()
