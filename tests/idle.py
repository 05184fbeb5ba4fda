"""When a screen has done all it was asked: looked up in the event loop, not guessed from the processor's clock."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import textual.app
import textual.pilot
from textual._context import active_app
from textual._wait import SLEEP_GRANULARITY
from textual._wait import wait_for_idle as idle_by_the_clock
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen


async def wait_for_idle(min_sleep: float = SLEEP_GRANULARITY, max_sleep: float = 1) -> None:
    """In place of Textual's own of this name, which sleeps 20 ms at a time until the process has used little of them.

    Nothing is left to do when the event loop has nothing ready, the screen is painted and no thread is at work. While one
    is, Textual's way is taken: what it waits for may be the test itself.
    """
    if not await _all_handled() or _threads_at_work(asyncio.get_running_loop()):
        await idle_by_the_clock(min_sleep, max_sleep)


async def handled(pilot: Pilot[Any], timeout: float = 30.0) -> bool:
    """In place of Textual's `Pilot._wait_for_screen`, which hands every widget a message and waits for all of them to be
    read: most of what was read in a test were those."""
    return await _all_handled()


async def _all_handled() -> bool:
    """Until the event loop has nothing ready and the screen is painted; False when it never comes to that."""
    loop: Any = asyncio.get_running_loop()
    for _ in range(10_000):
        await asyncio.sleep(0)
        if not loop._ready and not _paints():
            return True
    return False


def _paints() -> bool:
    """Paint now what would be painted within a sixtieth of a second; whether there was anything."""
    app = active_app.get(None)
    if app is None or not app._screen_stack:
        return False
    screen = app.screen
    if not screen._update_timer._active.is_set():
        return False
    screen._on_timer_update()
    return True


def _threads_at_work(loop: Any) -> bool:
    pool = loop._default_executor
    return pool is not None and pool._idle_semaphore._value < len(pool._threads)


def install() -> None:
    """Let pilots wait so from now on: for the `conftest.py` of tests that drive screens."""
    for module in (textual.app, textual.pilot):
        module.wait_for_idle = wait_for_idle  # type: ignore[attr-defined]
    Pilot._wait_for_screen = handled  # type: ignore[method-assign]
    Stylesheet._parse_rules = read_once  # type: ignore[method-assign]


_parse_rules = Stylesheet._parse_rules
_READ: dict[tuple[object, ...], list[RuleSet]] = {}


def read_once(sheet: Stylesheet, css: str, *where: Any, **how: Any) -> list[RuleSet]:
    """The rules of a sheet of styles, read once for each test process and colours: each app of a test has the same ones, and
    Textual reads them for each app, and for each change of colours, anew. Nobody changes a rule after it was read."""
    key = (css, where, tuple(how.items()), tuple(sheet._variables.items()))
    if key not in _READ:
        _READ[key] = _parse_rules(sheet, css, *where, **how)
    return _READ[key]


def paint_nothing(patch: pytest.MonkeyPatch) -> None:
    """Let no screen be painted while this test runs: a picture is drawn whole when it is taken, and nobody sees the rest.

    For one test only. Were it for good, tests of what is painted, in the same process, would see nothing.
    """

    def settled(screen: Screen[Any]) -> None:
        screen._compositor._dirty_regions.clear()
        screen._dirty_widgets.clear()

    patch.setattr(Screen, "_compositor_refresh", settled)
