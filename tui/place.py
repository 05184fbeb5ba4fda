"""A place: a pane or a sheet with actions of its own. And a flow: an action that waits for people and for work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from core.disk import in_words
from core.errors import IkiikiError, Refused
from core.roles import Actor, Right, Site
from tui.actions import ACTIONS, Action, actions_of
from tui.guarded import Guarded
from tui.host import Host
from tui.safety import plain
from tui.widgets.dialogs import confirm
from tui.widgets.line import Line

if TYPE_CHECKING:
    from core.office.office import Office
    from tui.opener import Session

Self_ = TypeVar("Self_", bound="Place")


class Place(Guarded, Widget):
    """What panes and sheets share: the session at hand, the actions open to the person, a word at the bottom line."""

    PLACE: ClassVar[str] = ""
    flowing = False
    """Whether an action of this place is waiting for an answer or for work."""

    @property
    def ikiiki(self) -> Host:
        assert isinstance(self.app, Host)
        return self.app

    @property
    def session(self) -> Session:
        return self.ikiiki.session

    @property
    def office(self) -> Office:
        return self.ikiiki.session.office

    @property
    def actor(self) -> Actor:
        return self.ikiiki.session.office.actor

    @property
    def may_correct(self) -> bool:
        """Whether this person may correct and settle applications at this site."""
        return self.actor.may(Right.DESK if self.actor.site is Site.WARD else Right.INTAKE)

    @property
    def home(self) -> str:
        """Prefecture and ward, which every address here begins with; "" while there is no programme."""
        try:
            programme = self.office.intake.programme()
        except IkiikiError:
            return ""
        return programme.prefecture + programme.ward

    def open_actions(self) -> list[Action]:
        """What this person may do here now: the hint line and F8 show it."""
        return [action.keyed(self.ikiiki.keymap) for action in actions_of(self.PLACE, self.actor)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An action of the table is there only for those who may do it."""
        mine = [entry for entry in ACTIONS if entry.place == self.PLACE and entry.name == action]
        if mine and not any(entry.open_to(self.actor) for entry in mine):
            return False
        return super().check_action(action, parameters)

    def say(self, sentence: str) -> None:
        """A short word of what was done, in the bottom line."""
        self.ikiiki.say(sentence)


class Pane(Place):
    """One of the six panes. `entered` is called when it comes up, and after anything that may have changed it."""

    def entered(self) -> None:
        """Read anew what is shown."""


class Sheet(Place, Screen[Any]):
    """A screen over the panes: one record, a form, a preview. A title line, its body, the hint line."""

    def compose(self) -> ComposeResult:
        yield Line("title")
        yield from self.guarded(self.body())
        yield Line("hint")

    def body(self) -> ComposeResult:
        yield from ()

    def head(self, words: str) -> None:
        """The sheet's first line."""
        self.query_one("#title", Line).show(plain(" " + words))

    def action_back(self) -> None:
        """Esc, where nothing is unfinished."""
        self.dismiss(None)

    def keep_draft(self) -> None:
        """Called before the screen is cleared by the lock: unfinished work goes into the vault."""


def flow(method: Callable[[Self_], Coroutine[Any, Any, None]]) -> Callable[[Self_], None]:
    """Make an action out of a coroutine that shows dialogs and runs jobs.

    One flow at a time in a place. An `IkiikiError` becomes a dialog, and so does a disk that fails; anything else is a fault of the program and
    ends it, with a redacted report.
    """

    @wraps(method)
    def start(self: Self_) -> None:
        if self.flowing:
            return
        self.flowing = True
        self.run_worker(_guarded(self, method), exclusive=False, group="flow")

    return start


async def _proposing(place: Self_, method: Callable[[Self_], Awaitable[None]]) -> None:
    """What the programme asks two people for is proposed, if the person wants that, in place of being done."""
    try:
        await method(place)
    except Refused as needs:
        from core.office.second import NeedsSecond  # with its use cases: the login is painted before

        if not isinstance(needs, NeedsSecond):
            raise
        words = (
            f"{needs.what}。\n\n{needs.subject.told}\n\n発議すると、管理簿にあなたの署名が残ります。ほかの取扱責任者か取扱者が"
            "7日以内に F5 の「二人目の確認」で確かめると、もう一度行ったときに実行されます。"
        )
        window = confirm("二人目の確認が要ります", words, yes="発議する", no="やめる")
        if await place.ikiiki.ask(window) == "yes":
            place.office.second.propose(needs.subject)
            place.say("発議しました。ほかの人が確かめるのを待ちます")


async def _guarded(place: Self_, method: Callable[[Self_], Awaitable[None]]) -> None:
    app = place.ikiiki
    try:
        await _proposing(place, method)
    except (IkiikiError, OSError) as error:
        app.show_error(in_words(error))
    finally:
        place.flowing = False
    try:
        app.refresh_state()
    except (IkiikiError, OSError) as error:  # the disk that failed the work may fail the look at it too
        app.show_error(in_words(error))
    await app.give_keys()
