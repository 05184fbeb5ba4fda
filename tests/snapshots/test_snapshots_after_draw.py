"""The participants after the draw: who did not come, the ward's seats, who is late; each by keys alone."""

from __future__ import annotations

from typing import Any

from core.roles import Site
from tests.snapshots.pictures import going_to, then

C = Site.CONTRACTOR
SHEET = then(going_to("participants"), "enter", until="OutingSheet")


def test_who_did_not_come(picture: Any) -> None:
    words = picture("dispatched", C, then(SHEET, "down", "down", "down", "x"))
    assert "出席 2・欠席 2・未 0" in words


def test_attendance_is_keyed_down_the_list(picture: Any) -> None:
    words = picture("dispatched", C, then(SHEET, "down", "down", "down", "space"))
    assert "出席 3・欠席 1・未 0" in words


def test_the_rest_are_noted_as_absent_at_once(picture: Any) -> None:
    asked = then(SHEET, "z", until="Choice")
    words = picture("dispatched", C, then(asked, "up", "enter", until="OutingSheet"))
    assert "出席 2・欠席 2・未 0" in words and "1人を欠席にしました" in words


def test_the_telephone_list_of_those_not_yet_there(picture: Any) -> None:
    asked = then(SHEET, "p", until="Choice")
    assert "1人" in picture("dispatched", C, then(asked, "enter", until="Message"), opens=True)


def test_before_the_day_nobody_is_absent(picture: Any) -> None:
    words = picture("drawn", C, then(SHEET, "x", until="Message"))
    assert "開催日から" in words and "2026-06-10" in words


def test_released_seats_go_to_who_waits_first(picture: Any) -> None:
    words = picture("drawn", C, then(then(SHEET, "r", until="Prompt"), "enter", until="Message"))
    assert "抽選の順に繰り上がりました" in words


def test_a_kept_seat_for_somebody_who_waits(picture: Any) -> None:
    menu = then(SHEET, "end", "f8", until="Choice")
    assert "優先枠を割り当てる" in picture("drawn", C, menu)


def test_nobody_is_late(picture: Any) -> None:
    assert "加えられる応募はありません" in picture("drawn", C, then(going_to("participants"), "l"))
