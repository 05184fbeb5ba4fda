"""媒体と紙: what is wrong comes first, what is due next stands beside each thing, and Enter offers the next step."""

from __future__ import annotations

from typing import Any

import pytest

from core.roles import Role, Site
from tests.snapshots.pictures import going_to, then

STAGE = "carried"
VIEW = then(going_to("ledger"), "m", until="InventorySheet")


def test_nothing_is_carried_yet(picture: Any) -> None:
    assert "まだありません" in picture("review", Site.CONTRACTOR, VIEW)


@pytest.mark.parametrize("site", Site)
def test_what_is_wrong_comes_first(picture: Any, site: Site) -> None:
    words = picture(STAGE, site, VIEW)
    assert "違い 渡12・受11" in words.splitlines()[2]
    if site is Site.WARD:
        assert "次: 渡す" in words and "次: 受け取る" in words


def test_the_flow_line_tells_of_the_difference(picture: Any) -> None:
    assert "受渡しの違い1" in picture(STAGE, Site.WARD, going_to("ledger"))


def test_a_difference_is_no_broken_chain(picture: Any) -> None:
    words = picture(STAGE, Site.WARD, then(going_to("ledger"), "v", until="Message"))
    assert "署名はすべて合っています" in words and "数え直し" in words


def test_a_thing_tells_all_and_offers_what_comes_next(picture: Any) -> None:
    words = picture(STAGE, Site.CONTRACTOR, then(VIEW, "down", "down", "enter", until="Choice"))
    assert "パスワード通知書をPDFにする" in words and "受領待ち" in words


def test_an_audit_reads_and_is_offered_nothing(picture: Any) -> None:
    words = picture(STAGE, Site.WARD, then(VIEW, "enter", until="Message"), role=Role.AUDITOR)
    assert "相手に電話し" in words


def test_what_lies_in_the_bag_is_given_next_and_one_is_asked(picture: Any) -> None:
    doing = then(VIEW, "down", "enter", "enter", until="Choice")
    assert "署名をもらってください" in picture(STAGE, Site.WARD, doing)


def test_what_the_other_side_gave_is_taken_next(picture: Any) -> None:
    doing = then(VIEW, "down", "down", "enter", until="Choice")
    assert "受け取り、数えた" in picture(STAGE, Site.WARD, doing)
