"""The year on the screens: the same steps as by the command, by keys alone, at both sites in turn."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from textual.widgets import Input

from cli.clock import now
from cli.opening import VaultOpener
from tests.journeys.acting import DICE, MANAGER, PASSWORD, Machine, Sites, export
from tui.app import IkiikiApp
from tui.opener import Config

YES = ("up", "enter")
"""Windows that ask stand on "no": one up is "yes"."""


class Desk:
    """Somebody at the keys of one site."""

    def __init__(self, pilot: Any) -> None:
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press(key)
            await self._settle()

    def text(self) -> str:
        """What stands on the screen."""
        lines = self._pilot.app.screen._compositor.render_strips(self._pilot.app.size)
        return "\n".join("".join(segment.text for segment in line) for line in lines)

    async def type_into(self, text: str) -> None:
        """Put `text` where the cursor is."""
        if not isinstance(self._pilot.app.focused, Input):
            await self.press("shift+tab")  # from the list of files to the line above it
        field = self._pilot.app.focused
        assert isinstance(field, Input), field
        field.value = text
        await self._settle()

    async def sync(self) -> None:
        await self.press("f6", "enter", "escape")

    async def lottery(self) -> None:
        """Whatever is this site's next part."""
        await self.press("f3", "enter", *YES)

    async def dice(self) -> None:
        await self.press("f3", "enter", *DICE, "enter", *YES)

    async def _settle(self) -> None:
        """Until the screen stands still and no work runs behind it."""
        for _ in range(5):
            await self._pilot.pause()
            while self._pilot.app.working:
                await self._pilot.pause(0.02)


async def sit(machine: Machine, work: Callable[[Desk], Any]) -> None:
    """Log in on `machine`'s screen, do `work`, leave."""
    config = Config(staff_id=MANAGER[machine.site], folder=machine.base)
    with mock.patch.dict(os.environ, machine.env()):
        app = IkiikiApp(VaultOpener(machine.folder), now, config)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press(*PASSWORD, "enter")
            while not app.unlocked:
                await pilot.pause()
            await work(Desk(pilot))


async def test_the_year_is_run_by_keys_alone_at_both_sites(at: Callable[..., Sites]) -> None:
    sites = at("found")
    contractor, ward = sites.both
    (sites.base / "export.csv").write_bytes(export())
    papers = sites.base / "postcards.pdf"

    async def take_in_and_send(desk: Desk) -> None:
        await desk.press("f2", "i")
        await desk.type_into(str(sites.base / "export.csv"))
        await desk.press("enter", "f10", "escape")
        await desk.lottery()
        await desk.press("f2", "s", *YES)
        await desk.sync()

    async def check_and_seal(desk: Desk) -> None:
        await desk.sync()
        await desk.press("f7", "a", *YES, "s", *YES)
        await desk.lottery()
        await desk.sync()

    async def next_part(desk: Desk) -> None:
        await desk.sync()
        await desk.lottery()
        await desk.sync()

    async def throw(desk: Desk) -> None:
        await desk.sync()
        await desk.dice()
        await desk.sync()

    async def draw_and_send(desk: Desk) -> None:
        await next_part(desk)
        await desk.press("f4", "s", *YES)
        await desk.sync()

    async def approve(desk: Desk) -> None:
        await desk.sync()
        await desk.press("f7", "a", *YES, "s", *YES, "f8", *["down"] * 5, "enter", *YES)
        await desk.sync()

    async def post(desk: Desk) -> None:
        await desk.sync()
        await desk.press("f4", "t")
        await desk.type_into(str(papers))
        await desk.press("enter", *YES)

    turns: list[tuple[Machine, Callable[[Desk], Any]]] = [
        (contractor, take_in_and_send), (ward, check_and_seal), (contractor, next_part), (ward, next_part),
        (contractor, next_part), (ward, next_part), (contractor, throw), (ward, throw), (contractor, draw_and_send),
        (ward, approve), (contractor, post),
    ]  # fmt: skip
    for machine, work in turns:
        await sit(machine, work)

    assert contractor.do("lottery", "status")["step"] == "done"
    public: Path = sites.base / "public"
    contractor.do("lottery", "publish", public)
    assert contractor.do("lottery", "verify", public, alone=True)["ok"]
    assert papers.read_bytes().startswith(b"%PDF")
    steps = contractor.do("status")["steps"]
    assert {mark for mark, state in steps.items() if state != "done"} <= {"②"}, steps
    for machine in sites.both:
        assert machine.do("ledger", "verify")["ok"]
        machine.sound()
