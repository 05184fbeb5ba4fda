"""A call between the two offices: the value both compare, the code read out, and what the contractor is told."""

from __future__ import annotations

from typing import Any

import pytest

from core.exchange.codes import CodeKind
from core.roles import Role, Site
from tests.snapshots.pictures import Doing, going_to, then

C, W = Site.CONTRACTOR, Site.WARD
KINDS = then(going_to("exchange"), "p", until="Choice")


def code(year: Any, stage: str, kind: CodeKind) -> str:
    """What the ward would read out then; nothing of the year is changed."""
    return str(year[stage].copy().ward.office.by_phone.tell(kind).code)


@pytest.mark.parametrize("site", Site)
def test_what_the_call_is_about(picture: Any, site: Site) -> None:
    words = picture("drawn", site, KINDS)
    assert "受領" in words and "⑤" in words and "⑩" in words


def test_a_handler_of_the_ward_cannot_tell_the_approval(picture: Any) -> None:
    assert "承認⑩" not in picture("drawn", W, KINDS, role=Role.HANDLER)


def comparing(kind: int) -> Doing:
    return then(KINDS, *["down"] * kind, "enter", until="Choice")


def test_the_code_to_be_read_out(picture: Any, year: Any) -> None:
    words = picture("dice", W, then(comparing(1), "down", "enter", until="Message"))
    assert code(year, "dice", CodeKind.REVIEW) in words


def test_not_everybody_is_confirmed(picture: Any) -> None:
    words = picture("review", W, then(KINDS, "down", "enter", until="Message"))
    assert "全員を確認したときだけ" in words


HEARING = then(KINDS, "down", "enter", until="Prompt")


def test_the_contractor_sees_its_own_value(picture: Any, year: Any) -> None:
    words = picture("dice", C, HEARING)
    (said,) = year["dice"].copy().ward.office.by_phone.sayable(CodeKind.REVIEW)
    assert said.value in words


def test_a_slip_is_told_while_both_are_on_the_line(picture: Any) -> None:
    typing = then(HEARING, writing="7ZK2 M1QQ")
    assert "打ち間違い" in picture("dice", C, then(typing, "enter"))


def test_a_code_of_something_else(picture: Any) -> None:
    typing = then(HEARING, writing="0" * 26)
    assert "区の番号では" in picture("dice", C, then(typing, "enter", until="Message"))


def test_a_code_taken(picture: Any, year: Any) -> None:
    typing = then(HEARING, writing=code(year, "dice", CodeKind.REVIEW).lower())
    assert "第1番を受けました" in picture("dice", C, then(typing, "enter", until="Message"))


def test_something_has_not_been_sent_yet(picture: Any) -> None:
    words = picture("intake", C, then(KINDS, "down", "enter", until="Message"))
    assert "まだ区へ送っていない" in words
