"""The pictures are the same in every run, and the eye that looks for private things in them sees."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.roles import RIGHTS, Right, Role, Site
from tests.snapshots.conftest import SMALL, WIDE, play
from tests.snapshots.pictures import draw, going_to, legible, resize, words_in
from tests.snapshots.private import secrets_of, told
from tests.snapshots.world import Opener, World
from tui.actions import PANES

SCENES = [("review", site, place) for site in Site for _, place, _ in PANES] + [
    ("dispatched", Site.CONTRACTOR, "lottery"),
    ("dispatched", Site.WARD, "ledger"),
]


def pane(world: World, site: Site, place: str, folder: Path) -> str:
    return draw(Opener(world.copy().at(site), Role.MANAGER, folder), going_to(place), SMALL)


def test_another_world_in_another_order_gives_the_same_pictures(
    year: dict[str, World], tmp_path: Path
) -> None:
    first = {scene: pane(year[scene[0]], *scene[1:], tmp_path) for scene in SCENES[::3]}
    again = play(tmp_path)
    order = [*first, *first]
    random.Random().shuffle(order)
    assert {scene: pane(again[scene[0]], *scene[1:], tmp_path) for scene in order} == first


@pytest.mark.parametrize("place", [place for _, place, _ in PANES])
@pytest.mark.parametrize("site", Site)
def test_a_terminal_made_larger_shows_what_a_large_one_shows(
    site: Site, place: str, opener_at: Callable[..., Opener]
) -> None:
    async def made_larger(pilot: Any) -> None:
        await going_to(place)(pilot)
        await resize(pilot, WIDE)

    assert draw(opener_at("review", site), made_larger, SMALL) == draw(
        opener_at("review", site), going_to(place), WIDE
    )


def test_every_kind_of_private_thing_is_looked_for(year: dict[str, World]) -> None:
    looked_for = secrets_of(year["review"])
    assert {
        "1954-07-21", "昭和29年7月21日", "S29.07.21", "0353217701", "-7701", "169-0074", "2-14-7",
        "グリーンパレス", "hanako.sato@example.jp",
    } <= looked_for  # fmt: skip


@pytest.mark.parametrize(
    "text", ["電話 03-5321-7701 (2人)", "〒 1690074", "Ｓ２９．０７．２１生まれ", "北新宿 2-14-7"]
)
def test_private_things_are_found_however_they_are_set(year: dict[str, World], text: str) -> None:
    assert told(year["review"], text) != []


def test_what_lists_show_is_not_private(year: dict[str, World]) -> None:
    assert (
        told(year["review"], "0001 サトウ ハナコ 71 北新宿 A・C WEB 区確認済 2026-05-11 09:05 1-cw-00000002")
        == []
    )


@pytest.mark.parametrize("site", Site)
def test_review_mode_is_what_shows_all_five_items(year: dict[str, World], site: Site, tmp_path: Path) -> None:
    """The difference that `opens` stands for in the other tests."""
    seen = told(year["review"], words_in(pane(year["review"], site, "review", tmp_path)))
    assert bool(seen) == (Right.REVIEW in RIGHTS[site, Role.MANAGER])


def test_a_picture_is_read_as_the_screen_shows_it() -> None:
    svg = '<text class="r1" x="12.2" y="20" textLength="61" clip-path="url(#l)">受付&#160;12</text>'
    drawn = legible(svg)
    assert 'x="12.2" y="20" textLength="48.8"' in drawn and 'x="73.2" y="20" textLength="24.4"' in drawn
    assert words_in(drawn) == " 受付 12"
    assert legible(drawn) == drawn


def test_no_picture_tells_where_or_when_it_was_taken(year: dict[str, World], tmp_path: Path) -> None:
    for scene in SCENES:
        assert str(tmp_path) not in pane(year[scene[0]], *scene[1:], tmp_path)
