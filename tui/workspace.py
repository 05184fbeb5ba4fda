"""The screen with the panes: three lines above, one pane, one line below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from core.errors import IkiikiError
from tui.host import Host
from tui.place import Pane
from tui.safety import plain
from tui.widgets.header import flow_words, keys_words, title_words
from tui.widgets.line import Line
from tui.words import draft_words

if TYPE_CHECKING:
    from core.office.flow_line import FlowStatus


def make_pane(place: str, *, erased: bool = False) -> Pane:
    """A pane by its place. Each is imported when first gone to: the first paint waits for one only.

    `erased`: there is nobody in this vault any more, so the lists of people say so instead.
    """
    if erased and place not in ("lottery", "ledger"):
        from tui.panes.erased.pane import ErasedPane

        return ErasedPane()
    if place == "intake":
        from tui.panes.intake.pane import IntakePane

        return IntakePane()
    if place == "lottery":
        from tui.panes.lottery.pane import LotteryPane

        return LotteryPane()
    if place == "participants":
        from tui.panes.participants.pane import ParticipantsPane

        return ParticipantsPane()
    if place == "ledger":
        from tui.panes.ledger.pane import LedgerPane

        return LedgerPane()
    if place == "exchange":
        from tui.panes.exchange.pane import ExchangePane

        return ExchangePane()
    from tui.panes.review.pane import ReviewPane

    return ReviewPane()


class Workspace(Screen[None]):
    """Header, the active pane, and the hint line."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place
        self._pane: Pane | None = None
        self._status: FlowStatus | None = None

    def compose(self) -> ComposeResult:
        yield Line("title")
        yield Line("flow")
        yield Line("keys")
        with Container(id="holder"):
            self._pane = self._made(self._place)
            yield self._pane
        yield Line("hint")

    def _made(self, place: str) -> Pane:
        return make_pane(place, erased=self.ikiiki.session.office.actor.erased)

    def on_mount(self) -> None:
        self.refresh_header()
        self.call_after_refresh(self._first_words)

    def _first_words(self) -> None:
        """What waits for whoever comes in: perhaps the line dropped while a form was being filled in."""
        app = self.ikiiki
        office = app.session.office
        words = draft_words(office.drafts.kept(), office.actor.site, elsewhere=True)
        if self._place != "intake" and words:
            app.say(words)
        else:
            app.refresh_hint()

    @property
    def ikiiki(self) -> Host:
        assert isinstance(self.app, Host)
        return self.app

    @property
    def pane(self) -> Pane:
        assert self._pane is not None
        return self._pane

    async def go(self, place: str) -> None:
        """Show another pane. The one left is dropped, with what it held of people."""
        if place == self._place:
            self.pane.entered()
            return
        self._place = place
        holder = self.query_one("#holder", Container)
        with self.app.batch_update():  # one repaint instead of three: it goes over SSH
            await holder.remove_children()
            self._pane = self._made(place)
            await holder.mount(self._pane)
            self.refresh_header()

    def refresh_header(self) -> None:
        """Read the three lines and the hint line anew."""
        app = self.ikiiki
        self.query_one("#keys", Line).show(keys_words(self._place, app.keymap))
        office = app.session.office
        try:
            self._status = office.flow.status()
        except IkiikiError as error:
            self._status = None
            self.query_one("#flow", Line).show(plain(f" {error.what}。{error.next_step}", "bold"))
            return
        self.fit_header()

    def fit(self, *, hint: bool) -> None:
        """The terminal is another size: header and, with `hint`, bottom line are cut to it."""
        app = self.ikiiki
        if app.unlocked and self.is_mounted:
            self.fit_header()
            if hint:
                app.refresh_hint()

    def fit_header(self) -> None:
        """Draw the first two lines for the width there is, as they were read last."""
        status, width = self._status, self.app.size.width
        if status is not None:
            app = self.ikiiki
            self.query_one("#title", Line).show(title_words(status, app.session.office.actor, width))
            self.query_one("#flow", Line).show(flow_words(status, width, apart=app.numbers_plain))
