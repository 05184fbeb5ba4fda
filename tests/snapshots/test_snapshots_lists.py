"""Lists in another order, a number being typed, and the question which order: at both sites."""

from __future__ import annotations

from typing import Any

import pytest

from core.roles import Site
from tests.snapshots.pictures import Doing, going_to, then

C, W = Site.CONTRACTOR, Site.WARD
SHEET = then(going_to("participants"), "enter", until="OutingSheet")


def sorted_by(before: Doing, key: str, downs: int) -> Doing:
    """Choose the order that many lines below the first."""
    return then(then(before, key, until="Choice"), *["down"] * downs, "enter")


@pytest.mark.parametrize("site", Site)
def test_applications_by_town(picture: Any, site: Site) -> None:
    assert "町名順 " in picture("review", site, sorted_by(going_to("intake"), "o", 3))


def test_held_applications_from_the_youngest(picture: Any) -> None:
    held = sorted_by(then(going_to("intake"), "h"), "o", 2)
    again = then(then(held, "o", until="Choice"), "enter")
    assert "保留のみ 年齢の高い順の逆" in picture("intake", C, again)


def test_a_number_is_typed(picture: Any) -> None:
    assert "受付番号: Enter その行へ" in picture("review", C, then(going_to("intake"), "1", "2"))


def test_a_number_that_is_not_there(picture: Any) -> None:
    words = picture("review", C, then(going_to("intake"), *"9999", "enter"))
    assert "9999 はありません" in words


@pytest.mark.parametrize("site", Site)
def test_participants_by_kana(picture: Any, site: Site) -> None:
    assert "カナ氏名順" in picture("dispatched", site, sorted_by(SHEET, "o", 2))


def test_participants_by_attendance_and_a_number(picture: Any) -> None:
    words = picture("dispatched", C, then(sorted_by(SHEET, "o", 6), *"9999", "enter"))
    assert "出欠順" in words and "9999 はありません" in words


@pytest.mark.parametrize("site", Site)
def test_review_by_number(picture: Any, site: Site) -> None:
    words = picture("review", site, sorted_by(going_to("review"), "o", 1), opens=site is W)
    assert "受付番号順" in words


def test_ledger_by_what_was_done(picture: Any) -> None:
    assert "行為・操作順" in picture("review", C, sorted_by(going_to("ledger"), "t", 2))


def test_ledger_searched(picture: Any) -> None:
    searching = then(going_to("ledger"), "slash", writing="ソウフ")
    words = picture("review", W, then(searching, "enter"))
    assert "0行" in words and "いまの絞り込みに合うものはありません" in words
