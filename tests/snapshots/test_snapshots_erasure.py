"""消去: the window with what would go, and the pane that says why nobody is listed."""

from __future__ import annotations

from typing import Any

import pytest

from core.roles import Site
from tests.snapshots.checks import FOUND
from tests.snapshots.pictures import going_to, log_in, press, settle, then
from tui.workspace import Workspace, make_pane


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real folder is another test's (`tests/journeys/test_erasure.py`)."""
    monkeypatch.setattr("cli.erasing.found_of", lambda session: FOUND)


def test_what_would_go_and_what_stays(picture: Any) -> None:
    words = picture(
        "dispatched", Site.CONTRACTOR, then(going_to("ledger"), "f8", *["down"] * 8, "enter", until="Message")
    )
    assert "保管庫のデータベース" in words and "書き出したファイル" in words


def test_the_step_that_is_due(picture: Any) -> None:
    window = then(going_to("ledger"), "f8", *["down"] * 8, "enter", until="Message")
    words = picture("dispatched", Site.CONTRACTOR, then(window, "enter", until="Choice"))
    assert "まだ発議されていません" in words and "発議する（1人目）" in words


def test_where_nobody_is_listed_any_more(picture: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "_made", lambda self, place: make_pane(place, erased=True))

    async def go(pilot: Any) -> None:
        await log_in(pilot)
        await press(pilot, "f7")
        await settle(pilot, lambda: pilot.app.place is not None and pilot.app.place.PLACE == "erased")

    words = picture("dispatched", Site.WARD, go)
    assert "応募者・参加者の記録はありません" in words
