"""Somebody at the keys of one site, and what they do there in every year."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from textual.widgets import Input

from cli.clock import now
from cli.opening import VaultOpener
from tests.journeys.acting import DICE, MANAGER, PASSWORD, Machine
from tui.app import IkiikiApp
from tui.opener import Config

YES = ("up", "enter")
"""Windows that ask stand on "no": one up is "yes"."""


class Desk:
    """The keys, and parts of the year made of them. What goes to and fro in the draw goes by `exchange`."""

    def __init__(self, pilot: Any) -> None:
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press(key)
            await self._settle()

    async def until(self, words: str) -> None:
        """Until they stand on the screen: what work says that failed comes after the work."""
        while words not in self.text():
            await self._pilot.pause(0.02)

    def text(self) -> str:
        """What stands on the screen."""
        app = self._pilot.app
        lines = app.screen._compositor.render_strips(app.size)
        return "\n".join("".join(segment.text for segment in line) for line in lines)

    async def type_into(self, text: str) -> None:
        """Put `text` where the cursor is."""
        if not isinstance(self._pilot.app.focused, Input):
            await self.press("shift+tab")  # from the list of files to the line above it
        field = self._pilot.app.focused
        assert isinstance(field, Input), field
        field.value = text
        await self._settle()

    async def choose(self, words: str) -> None:
        """By F8, arrows and Enter."""
        await self.press("f8")
        for _ in range(30):
            line = next((one for one in self.text().splitlines() if one.lstrip(" │").startswith(">")), "")
            if words in line:
                break
            await self.press("down")
        await self.press("enter")

    async def sync(self) -> None:
        await self.press("f6", "enter", "escape")

    async def exchange(self) -> None:
        """Bring what waits, fetch what is there."""
        await self.sync()

    async def lottery(self) -> None:
        """Whatever is this site's next part."""
        await self.press("f3", "enter", *YES)

    # -- parts of the year

    async def take_in_and_send(self, file: Path) -> None:
        """①–④ at the contractor, and its seal."""
        await self.press("f2", "i")
        await self.type_into(str(file))
        await self.press("enter", "f10", "escape")
        await self.lottery()
        await self.press("f2", "s", *YES)
        await self.sync()

    async def next_part(self) -> None:
        await self.exchange()
        await self.lottery()
        await self.exchange()

    async def throw(self) -> None:
        await self.exchange()
        await self.press("f3", "enter", *DICE, "enter", *YES)
        await self.exchange()

    async def draw_and_send(self) -> None:
        """⑥'s last part, and ⑦."""
        await self.next_part()
        await self.press("f4", "s", *YES)
        await self.sync()

    async def approve(self) -> None:
        """⑨ and ⑩ at the ward."""
        await self.sync()
        await self.press("f7", "a", *YES, "s", *YES, *APPROVAL)
        await self.sync()

    async def post(self, papers: Path) -> None:
        """⑪ at the contractor: postcards stand first."""
        await self.press("f4", "t", "enter")
        await self.type_into(str(papers))
        await self.press("enter", *YES)

    async def _settle(self) -> None:
        """Until the screen stands still and no work runs behind it."""
        for _ in range(3):
            await self._pilot.pause()
            while self._pilot.app.working:
                await self._pilot.pause(0.02)


APPROVAL = ("f8", *["down"] * 7, "enter", *YES)
D = TypeVar("D", bound=Desk)
Turn = tuple[Machine, Callable[[D], Awaitable[None]]]


async def sit(machine: Machine, work: Callable[[D], Awaitable[None]], desk: Callable[[Any], D]) -> None:
    """Log in on `machine`'s screen, do `work` at a `desk`, leave."""
    config = Config(staff_id=machine.staff or MANAGER[machine.site], folder=machine.base)
    with mock.patch.dict(os.environ, machine.env()):
        app = IkiikiApp(VaultOpener(machine.folder), now, config)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press(*PASSWORD, "enter")
            while not app.unlocked:
                await pilot.pause()
            await work(desk(pilot))
