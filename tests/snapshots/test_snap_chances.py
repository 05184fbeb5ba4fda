"""見込み, before the draw, at both sites and in both sizes."""

from __future__ import annotations

from typing import Any

import pytest

from core.roles import Site
from tests.snapshots.conftest import SMALL, WIDE
from tests.snapshots.pictures import Doing, going_to, press, settle, then
from tui.panes.lottery.chances import show_chances

C, W = Site.CONTRACTOR, Site.WARD


async def chances(pilot: Any) -> None:
    await going_to("lottery")(pilot)
    app = pilot.app
    app.run_worker(show_chances(app, app.session.office))
    await settle(pilot, lambda: type(app.screen).__name__ == "ChancesSheet" and app.screen.is_mounted)


def asking(downs: int) -> Doing:
    """Ask the question so many lines down, and wait for its answer."""

    async def go(pilot: Any) -> None:
        await chances(pilot)
        app, before = pilot.app, pilot.app.screen
        await press(pilot, "enter", until="Choice")
        await press(pilot, *["down"] * downs, "enter")
        await settle(pilot, lambda: type(app.screen).__name__ == "ChancesSheet" and app.screen is not before)

    return go


@pytest.mark.parametrize("size", [SMALL, WIDE])
@pytest.mark.parametrize("site", Site)
def test_chances(picture: Any, site: Site, size: tuple[int, int]) -> None:
    words = picture("review", site, chances, size=size)
    assert "当たる見込み" in words and "（±1）" in words


def test_questions_about_other_rules(picture: Any) -> None:
    picture("review", W, then(chances, "enter", until="Choice"))


@pytest.mark.parametrize("size", [SMALL, WIDE])
@pytest.mark.parametrize("site", Site)
def test_if_some_had_two_tickets(picture: Any, site: Site, size: tuple[int, int]) -> None:
    assert "ひとりだけ2口" in picture("review", site, asking(0), size=size)


def test_an_answer_read_to_the_end(picture: Any) -> None:
    assert "2人の組" in picture("review", C, then(asking(0), "end"))


@pytest.mark.parametrize("site", Site)
def test_if_nobody_were_tied(picture: Any, site: Site) -> None:
    assert "もし、グループがなければ" in picture("review", site, asking(2))


def test_if_the_ward_kept_no_seats(picture: Any) -> None:
    words = picture("review", W, asking(5))
    assert "もし、区優先枠が A 0席" in words and "→" in words


def test_chances_after_the_draw(picture: Any) -> None:
    assert "抽選は終わっています" in picture("drawn", W, chances)
