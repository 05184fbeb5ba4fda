"""The six panes, at both sites, through the year and for each role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.roles import RIGHTS, Right, Role, Site
from tests.snapshots.conftest import SMALL, WIDE
from tests.snapshots.pictures import going_to, then
from tui.actions import PANES

PLACES = [place for _, place, _ in PANES]

THROUGH_THE_YEAR = {
    "founded": PLACES,
    "intake": ["intake", "ledger", "exchange", "review"],
    "review": PLACES,
    "dice": ["lottery", "participants", "review"],
    "drawn": ["intake", "lottery", "participants", "exchange", "review"],
    "dispatched": ["lottery", "participants", "ledger", "review"],
}
"""Which panes have something new to show at which stage."""


def reviewing(site: Site, role: Role, place: str) -> bool:
    """The review mode shows all five items, to those who review."""
    return place == "review" and Right.REVIEW in RIGHTS[site, role]


@pytest.mark.parametrize(
    ("stage", "place"), [(stage, place) for stage, places in THROUGH_THE_YEAR.items() for place in places]
)
@pytest.mark.parametrize("site", Site)
def test_pane(picture: Any, stage: str, place: str, site: Site) -> None:
    opens = reviewing(site, Role.MANAGER, place) and stage not in ("founded", "intake")
    words = picture(stage, site, going_to(place), opens=opens)
    if stage != "founded":
        assert "令和8年度" in words


VIEWS: dict[str, tuple[str, Site, str, tuple[str, ...], str]] = {
    "unconfirmed_only": ("review", Site.CONTRACTOR, "intake", ("u",), ""),
    "search_by_town": ("intake", Site.CONTRACTOR, "intake", ("slash",), "ヤマザキ"),
    "search_without_result": ("intake", Site.CONTRACTOR, "intake", ("slash",), "ソンザイ"),
    "applicants_again": ("drawn", Site.WARD, "review", ("t",), ""),
    "access_log": ("review", Site.CONTRACTOR, "ledger", ("l",), ""),
    "partners_ledger": ("review", Site.WARD, "ledger", ("o",), ""),
    "last_line_of_ledger": ("review", Site.CONTRACTOR, "ledger", ("end",), ""),
    "foot_of_lottery": ("dispatched", Site.CONTRACTOR, "lottery", ("end",), ""),
}


@pytest.mark.parametrize("view", VIEWS)
def test_view(picture: Any, view: str) -> None:
    stage, site, place, keys, words = VIEWS[view]
    doing = then(going_to(place), *keys, writing=words)
    picture(stage, site, then(doing, "enter") if words else doing, opens=view == "applicants_again")


@pytest.mark.parametrize("outing", ["A", "B"])
def test_one_outing(picture: Any, outing: str) -> None:
    keys = ("enter",) if outing == "A" else ("down", "enter")
    picture("dispatched", Site.CONTRACTOR, then(going_to("participants"), *keys, until="OutingSheet"))


@pytest.mark.parametrize("size", [SMALL, WIDE])
def test_one_outing_as_the_ward_sees_it(picture: Callable[..., str], size: tuple[int, int]) -> None:
    doing = then(going_to("participants"), "enter", until="OutingSheet")
    picture("drawn", Site.WARD, doing, size=size)
