"""Draw the pictures in docs/pictures/ from a played demo: `python tools/pictures.py DEMO_FOLDER`.

Textual writes each run of text with a `textLength` counted in characters, which squeezes Japanese: here each letter
is put into its own cell. Fonts from the network are left out; the reader's own monospace serves.
"""

from __future__ import annotations

import asyncio
import html
import re
import sys
from pathlib import Path

from rich.cells import cell_len

import tui  # noqa: F401 - shuts the door before Textual is imported
from cli.clock import now
from cli.demo_staff import PASSWORDS, STAFF
from cli.opening import VaultOpener
from core.roles import Site
from tui.app import IkiikiApp
from tui.opener import Config

SHOTS = {
    Site.CONTRACTOR: {
        "intake": ("f2",), "entry": ("f2", "n"), "lottery": ("f3",), "participants": ("f4",), "ledger": ("f5",),
        "inventory": ("f5", "m"), "duties": ("f7", "d"),
    },
    Site.WARD: {"exchange": ("f6",), "log-review": ("f5", "r"), "review": ("f7",)},
}  # fmt: skip
"""By name: the keys that lead there. What opens a window is closed again by Esc."""
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"


CELL = 12.2
"""Width of a cell in Rich's pictures, in their own units."""


def in_cells(svg: str) -> str:
    """The picture with each letter where a terminal shows it."""

    def placed(found: re.Match[str]) -> str:
        tag, written = found.groups()
        start = float(re.search(r' x="([^"]*)"', tag)[1])  # type: ignore[index]
        text = html.unescape(written)
        tag = re.sub(r' (?:textLength|x)="[^"]*"', "", tag)
        spans = "".join(
            f'<tspan x="{start + cell_len(text[: run.start()]) * CELL:g}">{html.escape(run.group())}</tspan>'
            for run in re.finditer(r"[!-~]+|[^\s]", text)
        )
        return f"{tag}>{spans}</text>"

    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r'(<text [^>]*textLength="[^>]*)>([^<]*)</text>', placed, svg)


async def draw(demo: Path) -> None:
    """All pictures, replacing those that are there."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for site, shots in SHOTS.items():
        app = IkiikiApp(VaultOpener(demo / site.value), now, Config(staff_id=STAFF[site][0]))
        async with app.run_test(size=(96, 26)) as pilot:
            await pilot.pause()
            await pilot.press(*PASSWORDS[site], "enter")
            while not app.unlocked:
                await pilot.pause(0.1)
            for name, keys in shots.items():
                for key in keys:
                    await pilot.press(key)
                    await pilot.pause(1)
                svg = app.export_screenshot(title=f"ikiiki — {site.value}")
                (PICTURES / f"{name}.svg").write_text(in_cells(svg), encoding="utf-8")
                for _ in keys[1:]:
                    await pilot.press("escape")
                    await pilot.pause(1)


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1]).absolute()))
