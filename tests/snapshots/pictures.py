"""Taking a picture of a screen, and reading one."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from itertools import groupby
from typing import Any

from rich.cells import cell_len

from tests.snapshots.world import PASSWORD, Opener
from tui.actions import PANES
from tui.app import IkiikiApp
from tui.opener import Config

CELL = 12.2
"""Width of a cell in Rich's pictures, in their own units."""
_TEXT = re.compile(r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="[^"]*"[^>]*>([^<]*)</text>')
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_LINE_CLIP = re.compile(r'<clipPath id="[^"]*-line-\d+">.*?</clipPath>\s*', re.DOTALL)
"""Rich clips every line by itself. Runs of text are set to their width here, so there is nothing to clip."""

Doing = Callable[[Any], Awaitable[None]]
"""What a person does before the picture is taken; is handed the pilot."""


@lru_cache(maxsize=256)  # in the matrix, several roles see the same
def legible(svg: str) -> str:
    """The picture with every word in its column and at its width (Rich counts letters, not cells), and no font from
    the network."""

    def in_cells(found: re.Match[str]) -> str:
        style, start, y, written = found.groups()
        at = float(start)
        runs = []
        for (width, blank), letters in groupby(
            html.unescape(written), lambda x: (cell_len(x), x in " \xa0\n")
        ):
            run = "".join(letters)
            length = len(run) * width * CELL
            if not blank:
                runs.append(
                    f'<text class="{style}" x="{at:g}" y="{y}" textLength="{length:g}">{html.escape(run)}</text>'
                )
            at += length
        return "".join(runs)

    return _TEXT.sub(in_cells, _LINE_CLIP.sub("", _FONT.sub("", svg)))


def words_in(svg: str) -> str:
    """What a legible picture shows, as lines of text with everything in its column."""
    lines: dict[float, str] = {}
    for _, x, y, written in _TEXT.findall(svg):
        before = lines.get(float(y), "")
        gap = " " * (round(float(x) / CELL) - cell_len(before))
        lines[float(y)] = before + gap + html.unescape(written)
    return "\n".join(lines[y] for y in sorted(lines))


def draw(opener: Opener, doing: Doing, size: tuple[int, int]) -> str:
    """Start the app as this person does, do this, and take the picture. No second passes: nothing locks by itself."""
    config = Config(staff_id=opener.staff_id, folder=opener.folder)
    app = IkiikiApp(opener, opener.place.clock, config, seconds=lambda: 0.0)

    async def run() -> str:
        async with app.run_test(size=size) as pilot:
            await doing(pilot)
            await settle(pilot)
            return legible(app.export_screenshot(title="ikiiki", simplify=True))

    return asyncio.run(run())


# -- what a person does ---------------------------------------------------------------------------------------


async def settle(pilot: Any, ready: Callable[[], object] = lambda: True) -> None:
    """Until every message there is has been handled, and what follows from it, and `ready`."""
    await _handled(pilot)
    if ready():
        return
    for _ in range(1000):
        if ready():
            break
        await pilot.pause(0.01)
    assert ready(), f"{type(pilot.app.screen).__name__} is still up"
    await _handled(pilot)


async def _handled(pilot: Any) -> None:
    for _ in range(4):
        await pilot.pause(0)


async def resize(pilot: Any, size: tuple[int, int]) -> None:
    """Make the terminal this size, and wait until the screen is laid out for it."""
    await pilot.resize_terminal(*size)
    pilot.app._check_resize()  # at once: Textual waits for more of the like
    await settle(pilot, lambda: tuple(pilot.app.screen._compositor.size) == size)
    await settle(pilot)


def at_screen(pilot: Any, name: str) -> Callable[[], bool]:
    """Whether a screen of that name is up and drawn."""
    return lambda: type(pilot.app.screen).__name__ == name and pilot.app.screen.is_mounted


async def log_in(pilot: Any) -> None:
    await settle(pilot, at_screen(pilot, "Login"))
    pilot.app.screen.query_one("#field-password").value = PASSWORD
    await press(pilot, "enter", until="Workspace")


async def press(pilot: Any, *keys: str, until: str = "") -> None:
    """Key after key, each handled before the next; then until a screen of that name is up."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)
    if until:
        await settle(pilot, at_screen(pilot, until))


async def write(pilot: Any, text: str) -> None:
    """Type text into the field one is in, at once, as an input method hands it over."""
    pilot.app.focused.insert_text_at_cursor(text)
    await settle(pilot)


def going_to(place: str) -> Doing:
    """Log in and go to a pane."""
    key = next(key for key, name, _ in PANES if name == place)

    async def go(pilot: Any) -> None:
        await log_in(pilot)
        await press(pilot, key)
        await settle(pilot, lambda: pilot.app.place is not None and place == pilot.app.place.PLACE)

    return go


def then(before: Doing, *keys: str, until: str = "", writing: str = "") -> Doing:
    """And press these keys; and write this."""

    async def go(pilot: Any) -> None:
        await before(pilot)
        await press(pilot, *keys, until=until)
        if writing:
            await write(pilot, writing)

    return go
