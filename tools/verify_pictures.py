"""Draw docs/pictures/verify-*.png, the residents' page over a played demo: `python tools/verify_pictures.py DEMO_FOLDER`.

Needs Chromium on the machine and playwright from the development requirements.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDTH = 1000
MARGIN = 16


def draw(folder: Path, number: str) -> None:
    """Both pictures of verify.html in the public `folder`: all agrees, and where `number` stands."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1200}, locale="ja-JP")
        page.goto((folder / "verify.html").absolute().as_uri())
        page.set_input_files("#folder", folder)
        page.wait_for_selector("html[data-state=good]", state="attached")
        _shoot(page, "h1", "#steps", "verify-good")
        page.fill("#number", number)
        page.press("#number", "Enter")
        _shoot(page, "h2:nth-of-type(3)", "#answer", "verify-number")
        browser.close()


def _shoot(page: Page, first: str, last: str, name: str) -> None:
    """The page from the top of one element to the end of another."""
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    above, below = (page.locator(selector).bounding_box() for selector in (first, last))
    if above is None or below is None:
        raise SystemExit(f"{first} or {last} is not on the page")
    top = above["y"] - MARGIN
    page.screenshot(
        path=PICTURES / f"{name}.png",
        full_page=True,
        clip={"x": 0, "y": top, "width": WIDTH, "height": below["y"] + below["height"] + MARGIN - top},
    )


def telling(folder: Path) -> str:
    """A number with a story: drawn without a seat, seated since; or else the first."""
    drawn = [line.split() for line in (folder / "result.txt").read_text("utf-8").splitlines()]
    waited = [words[1] for words in drawn if words[-1] == "-"]
    standing = folder / "standing.txt"
    now = [line.split() for line in standing.read_text("utf-8").splitlines()] if standing.exists() else []
    seated = {words[0] for words in now if words[2] == "seated"}
    return next((number for number in waited if number in seated), drawn[0][1])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    published = next((Path(sys.argv[1]) / "public").iterdir())
    draw(published, telling(published))
