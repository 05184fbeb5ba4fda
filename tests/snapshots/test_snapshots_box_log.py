"""The Boxの記録 view: findings first, what waits and what cannot be checked, then every event; to those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.office.courier_papers import CourierPapers
from core.roles import Role, Site
from tests.snapshots.box_papers import STRANGER, papers
from tests.snapshots.pictures import going_to, then
from tests.snapshots.world import World


@pytest.fixture
def kept(opener_at: Callable[..., Any], year: dict[str, World]) -> Any:
    """The courier has fetched a log, in every copy of the stage taken from here on."""
    boxes = year["review"].at(Site.CONTRACTOR).boxes
    boxes.papers = papers(Site.CONTRACTOR)
    yield
    boxes.papers = CourierPapers()


VIEW = then(going_to("ledger"), "b", until="BoxLogSheet")


def test_findings_come_first(picture: Any, kept: None) -> None:
    words = picture("review", Site.CONTRACTOR, VIEW)
    assert "登録のない利用者が取得しました"[:7] in words
    assert words.rindex("要確認") < words.index("招待") < words.index("置く")


def test_what_waits_for_an_answer_stands_in_the_flow_line_and_above_the_list(
    picture: Any, kept: None
) -> None:
    words = picture("review", Site.CONTRACTOR, going_to("exchange"), role=Role.HANDLER)
    assert "遅れ1 F6" in words and "Boxの記録に説明のつかないものがあります（5件）" in words


def test_a_finding_tells_all_and_asks_how_it_was_checked(picture: Any, kept: None) -> None:
    words = picture("review", Site.CONTRACTOR, then(VIEW, *["down"] * 3, "enter", until="Choice"))
    assert STRANGER in words and "192.0.2.77" in words and "事故として" in words


def test_an_answer_is_signed_and_the_finding_is_gone(picture: Any, kept: None) -> None:
    asked = then(VIEW, *["down"] * 3, "enter", until="Choice")
    words = picture("review", Site.CONTRACTOR, then(asked, "end", "enter", until="BoxLogSheet"))
    assert "要確認 4件、説明ずみ 1件" in words


def test_an_auditor_reads_and_is_not_asked(picture: Any, kept: None) -> None:
    words = picture("review", Site.CONTRACTOR, then(VIEW, "enter", until="Message"), role=Role.AUDITOR)
    assert "次にすること" in words


def test_what_was_read_and_what_cannot_be_checked(picture: Any, kept: None) -> None:
    assert "組織の記録" in picture("review", Site.CONTRACTOR, then(VIEW, "s", until="Message"))


def test_without_box_there_is_none(picture: Any) -> None:
    assert "Boxの記録はありません" in picture("review", Site.WARD, VIEW)
