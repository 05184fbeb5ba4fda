"""One person walks through one place of the screens, in one run of the app: every action there, each in both sizes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from textual.widgets import Input

from core.roles import Actor, Right, Role, Site
from tests.snapshots.picture_text import text_of
from tests.snapshots.pictures import (
    Doing,
    at_screen,
    going_to,
    legible,
    press,
    resize,
    settle,
    words_in,
    write,
)
from tests.snapshots.private import secrets_of, squeezed
from tests.snapshots.world import STAFF, Opener, World
from tui.action import Action
from tui.actions import ACTIONS
from tui.app import IkiikiApp
from tui.opener import Config
from tui.workspace import Workspace, make_pane

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
HERE = "/srv/ikiiki/shorui"
"""Stands in the pictures for the folder a person works in, which is another one in every run."""


@dataclass(frozen=True)
class Then:
    """One window further on: the keys that lead there, what is typed into it, and which window comes up."""

    name: str
    keys: tuple[str, ...]
    shows: str
    typed: str = ""


@dataclass(frozen=True)
class Row:
    """One action of a place, and what comes up of it."""

    action: str
    """Its name; of what no action of the table does (Enter on a line, say), a name that begins with "_", and `keys`."""
    shows: str = ""
    """The class of the window, or of either with "|" between; "" when one stays in the place."""
    keys: tuple[str, ...] = ()
    first: Doing | None = None
    """What is done before, in the place: a row chosen, something typed."""
    then: tuple[Then, ...] = ()
    after: tuple[str, ...] = ()
    """Keys that put the place back as it was."""
    site: Site | None = None
    needs: Right | None = None
    """Without it the place does not offer the action, though the table has it."""
    ends: bool = False
    """The place is left by it: the last row of its walk."""


@dataclass(frozen=True)
class Walk:
    """The rows of one place at one stage of the year; `way` leads there from its pane: keys, and "@" before what is chosen by F8."""

    place: str
    stage: str
    rows: tuple[Row, ...]
    pane: str = ""
    """Where it begins; "" when the place is a pane itself."""
    way: tuple[str, ...] = ()
    screen: str = "Workspace"
    site: Site | None = None
    needs: Right | None = None
    """Without it one does not come here."""
    told: bool = False
    """People's details are shown here, to those who come."""
    name: str = ""
    erased: bool = False
    """The vault is what an erasure has left."""

    @property
    def title(self) -> str:
        """What its pictures are kept under."""
        return self.name or self.place

    def open_to(self, actor: Actor) -> bool:
        return self.site in (None, actor.site) and (self.needs is None or actor.may(self.needs))

    def rows_of(self, actor: Actor) -> list[Row]:
        """What this person does here."""
        mine = {action.name for action in ACTIONS if action.place == self.place and action.open_to(actor)}
        return [
            row
            for row in self.rows
            if (row.keys or row.action in mine)
            and row.site in (None, actor.site)
            and (row.needs is None or actor.may(row.needs))
        ]


def actor_of(site: Site, role: Role) -> Actor:
    return Actor(*STAFF[site][role], role, site)


async def by_menu(pilot: Any, name: str) -> None:
    """By F8, arrows and Enter."""
    await press(pilot, "f8", until="Choice")
    line = [one for one, _ in pilot.app.screen._choices].index(name)
    await press(pilot, *["down"] * line, "enter")


@dataclass
class Walker:
    """Who walks, and what has been seen on the way."""

    pilot: Any
    opener: Opener
    secrets: frozenset[str] = frozenset()
    told: bool = False
    pictures: dict[str, str] = field(default_factory=dict)
    """As text, by name and size."""

    @property
    def app(self) -> IkiikiApp:
        app: IkiikiApp = self.pilot.app
        return app

    async def picture(self, name: str, *, told: bool | None = None) -> None:
        """Take it in both sizes: first as large as the terminal is now, so that it is resized but once."""
        async with self._elsewhere():
            for size, cells in sorted(SIZES.items(), key=lambda one: one[1] != tuple(self.app.size)):
                await resize(self.pilot, cells)
                svg = legible(self.app.export_screenshot(title="ikiiki", simplify=True))
                words = words_in(svg)
                assert str(self.opener.folder) not in words, f"{name} tells where it was taken\n{words}"
                if not (self.told if told is None else told):
                    plain = squeezed(words)
                    seen = sorted(secret for secret in self.secrets if secret in plain)
                    assert not seen, f"{name} tells {seen}\n{words}"
                assert f"{name}-{size}" not in self.pictures, f"there are two pictures of {name}"
                self.pictures[f"{name}-{size}"] = text_of(svg)

    @asynccontextmanager
    async def _elsewhere(self) -> Any:
        """While the picture is taken, paths lie in a folder that is the same in every run."""
        here = str(self.opener.folder)
        there = {one: one.value for one in self.app.screen.query(Input) if here in one.value}
        for one, value in there.items():
            one.value = value.replace(here, HERE)
            one.cursor_position = len(one.value)
        if there:
            await settle(self.pilot)
        yield
        for one, value in there.items():
            one.value = value

    async def act(self, action: Action) -> None:
        """By its key; by F8, arrows and Enter where it has none."""
        place = self.app.place
        assert place is not None
        assert action.name in [one.name for one in place.open_actions()], f"{action.id} is not offered now"
        if action.keys:
            await press(self.pilot, action.keys.split(",")[0])
            return
        await by_menu(self.pilot, action.name)

    async def came_to(self, base: Any, shows: str) -> None:
        """Wait for the window; or for the action to be over, where none comes up."""
        if shows:
            ups = [at_screen(self.pilot, one) for one in shows.split("|")]
            await settle(self.pilot, lambda: any(up() for up in ups) and self.app.screen is not base)
        else:
            await settle(self.pilot, lambda: self.app.screen is base and not self._flowing())

    def _flowing(self) -> bool:
        place = self.app.place
        return place is not None and place.flowing

    async def go_back(self, base: Any) -> None:
        """Esc until one is in the place again, with no line open below the list, and nothing said."""
        for _ in range(9):
            await settle(self.pilot)
            focused = self.app.focused
            if self.app.screen is base and not (focused is not None and focused.id in ("search", "jump")):
                break
            await press(self.pilot, "escape")
        assert self.app.screen is base, f"Esc does not lead back from {type(self.app.screen).__name__}"
        await settle(self.pilot, lambda: not self._flowing())
        self.app.say("")
        await settle(self.pilot)

    async def row(self, place: str, row: Row, base: Any) -> None:
        """Do it, take the pictures, and put things back."""
        if row.first is not None:
            await row.first(self.pilot)
        if row.keys:
            await press(self.pilot, *row.keys)
        else:
            await self.act(self._action(place, row.action))
        await self.came_to(base, row.shows)
        told = self.told or row.shows in OPENING or row.action in TELLING
        await self.picture(row.action, told=told)
        for one in row.then:
            before = self.app.screen
            if one.typed:
                await write(self.pilot, one.typed)
            await press(self.pilot, *one.keys)
            await self.came_to(before, one.shows)
            await self.picture(
                f"{row.action}.{one.name}",
                told=told or one.shows in OPENING or f"{row.action}.{one.name}" in TELLING,
            )
        if not row.ends:
            await self.go_back(base)
            await press(self.pilot, *row.after)
            await self.go_back(base)

    def _action(self, place: str, name: str) -> Action:
        actor = self.app.session.office.actor
        (action,) = (one for one in ACTIONS if one.place == place and one.name == name and one.open_to(actor))
        return action

    async def refused(self, walk: Walk) -> None:
        """What this person may not do here is neither offered nor done by its key."""
        here, base = self.app.place, self.app.screen
        assert here is not None
        offered, mine = here.open_actions(), {row.action for row in walk.rows_of(here.actor)}
        taken = {key for action in offered for key in action.keys.split(",")}
        lacking = {row.action for row in walk.rows if row.needs is not None} - mine
        for action in ACTIONS:
            if action.place != walk.place or (action.open_to(here.actor) and action.name not in lacking):
                continue
            assert action not in offered, f"{action.id} is offered"
            for key in set(filter(None, action.keys.split(","))) - taken:
                await press(self.pilot, key)
                assert self.app.screen is base and not here.flowing, f"{action.id} is done"


OPENING = {"RecordSheet", "EditSheet"}
"""Windows that are there to show people's details."""
TELLING = {"sources", "phones.opened"}


def screens_of(walk: Walk) -> Doing:
    """The way to the place."""

    async def go(pilot: Any) -> None:
        await going_to(walk.pane or walk.place)(pilot)
        for key in walk.way:
            if key.startswith("@"):
                await by_menu(pilot, key.split(".")[1])
            else:
                await press(pilot, key)
        await settle(pilot, at_screen(pilot, walk.screen))

    return go


def walk_through(walk: Walk, world: World, opener: Opener) -> dict[str, str]:
    """The pictures by name and size."""
    actor = actor_of(opener.site, opener.role)
    config = Config(staff_id=opener.staff_id, folder=opener.folder)
    app = IkiikiApp(opener, opener.place.clock, config, seconds=lambda: 0.0)

    async def run() -> dict[str, str]:
        async with app.run_test(size=SIZES["80x24"]) as pilot:
            await screens_of(walk)(pilot)
            walker = Walker(pilot, opener, frozenset(secrets_of(world)))
            walker.told = walk.told or (walk.place == "review" and actor.may(Right.REVIEW))
            base = pilot.app.screen
            await settle(pilot, lambda: not walker._flowing())
            app.say("")
            if not walk.name:
                await walker.picture("_")
                for name, key, shows in (("_menu", "f8", "Choice"), ("_help", "f1", "Help")):
                    await press(pilot, key, until=shows)
                    await walker.picture(name)
                    await walker.go_back(base)
            await walker.refused(walk)
            for row in walk.rows_of(actor):
                try:
                    await walker.row(walk.place, row, base)
                except AssertionError as error:
                    raise AssertionError(
                        f"{walk.title}.{row.action} of {actor.site} {actor.role}: {error}"
                    ) from error
            return walker.pictures

    if not walk.erased:
        return asyncio.run(run())
    with mock.patch.object(Workspace, "_made", lambda workspace, place: make_pane(place, erased=True)):
        return asyncio.run(run())
