"""What comes up over the panes: login and lock, forms, records, previews, questions, errors."""

from __future__ import annotations

from typing import Any

import pytest

from core.roles import Site
from tests.snapshots.conftest import WIDE
from tests.snapshots.people import PAPERS, WEB
from tests.snapshots.pictures import Doing, going_to, press, then, write
from tests.snapshots.stages import DICE

C, W = Site.CONTRACTOR, Site.WARD


def test_locked_over_an_opened_record(picture: Any) -> None:
    opened = then(going_to("intake"), "enter", until="RecordSheet")
    assert "ハナコ" not in picture("review", W, then(opened, "f9", until="Login"))


# -- menus and help -------------------------------------------------------------------------------------------


# -- applications ---------------------------------------------------------------------------------------------


def typing(*fields: str) -> Doing:
    """Open the form and type into field after field, Enter after each."""

    async def go(pilot: Any) -> None:
        await press(pilot, "n", until="EntrySheet")
        for text in fields:
            await write(pilot, text)
            await press(pilot, "enter")

    async def all_of_it(pilot: Any) -> None:
        await going_to("intake")(pilot)
        await go(pilot)

    return all_of_it


def test_entry_with_problems_beside_the_fields(picture: Any) -> None:
    doing = typing("1640003", "5-1-1", "やまざき はなえ", "S60.2.31", "03-12")
    words = picture("intake", C, doing)
    assert words.count("×") >= 3


def test_entry_read_as_it_will_be_stored(picture: Any) -> None:
    words = picture("intake", C, typing("1620845", "99-1", "ﾔﾏｻﾞｷ ﾊﾅｴ", "250305", "0335551234"))
    assert "ヤマザキ ハナエ" in words and "×" not in words


def test_entry_asks_before_it_saves_a_duplicate(picture: Any) -> None:
    async def twice(pilot: Any) -> None:
        form = {field.value: text for field, text in PAPERS[0][1].items()}
        await typing(form["postal_code"], "3-17-8")(pilot)
        for text in (form["kana"], form["birth_date"], form["phone"], "", "A"):
            await write(pilot, text)
            await press(pilot, "enter")
        await press(pilot, "f10", until="Choice")

    assert "0007" in picture("intake", C, twice)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
def test_opened_record(picture: Any, size: tuple[int, int]) -> None:
    doing = then(going_to("intake"), "down", "down", "down", "enter", until="RecordSheet")
    assert "chiyo..y@example.jp" in picture("intake", C, doing, size=size, opens=True)


def test_opened_record_at_the_ward(picture: Any) -> None:
    picture("review", W, then(going_to("intake"), "enter", until="RecordSheet"), opens=True)


def test_what_stood_in_the_source(picture: Any) -> None:
    record = then(going_to("intake"), "enter", until="RecordSheet")
    picture("intake", C, then(record, "o", until="Message"), opens=True)


PREVIEW = then(going_to("intake"), "i", "end", "enter", until="PreviewSheet")


def test_import_preview(picture: Any) -> None:
    words = picture("intake", C, PREVIEW)
    assert "まだ何も取り込んでいません" in words and "備考" in words
    assert not any(remark in words for remark in ("膝に不安", "よろしく")) and "膝に不安" in WEB


def test_import_done(picture: Any) -> None:
    picture("intake", C, then(then(PREVIEW, "f10"), until="PreviewSheet"))


# -- the draw, review, ledger ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "314159265358"])
def test_dice(picture: Any, typed: str) -> None:
    picture("dice", C, then(going_to("lottery"), "d", until="DiceSheet", writing=typed))


def test_dice_read_once_more(picture: Any) -> None:
    sheet = then(going_to("lottery"), "d", until="DiceSheet", writing=DICE)
    picture("dice", W, then(sheet, "enter", until="Choice"))


def test_dice_with_a_letter(picture: Any) -> None:
    sheet = then(going_to("lottery"), "d", until="DiceSheet", writing="314o")
    picture("dice", W, then(sheet, "enter"))


@pytest.mark.parametrize("stage", ["intake", "dispatched"])
def test_charts(picture: Any, stage: str) -> None:
    picture(stage, C, then(going_to("lottery"), "c", until="Message"))


def test_charts_of_the_participants(picture: Any) -> None:
    assert "欠席" in picture(
        "dispatched", C, then(then(going_to("participants"), "c", until="Message"), "end")
    )


def test_a_step_that_is_the_partners(picture: Any) -> None:
    picture("review", W, then(going_to("lottery"), "enter"))


def test_answering_by_range(picture: Any) -> None:
    picture("review", W, then(going_to("review"), "l", until="Prompt", writing="KTQM 1-25 7を除く"))


def test_withdrawal_and_who_moves_up(picture: Any) -> None:
    sheet = then(going_to("participants"), "enter", until="OutingSheet")
    asked = then(sheet, "w", until="Choice")
    picture("drawn", C, then(asked, "up", "enter", until="Message"))


BY_HAND = then(then(going_to("exchange"), "r", until="Choice"), "down", "enter", until="Message")
"""Keys are being changed by hand."""


def test_a_change_of_keys_by_hand_can_be_given_up(picture: Any) -> None:
    asked = then(then(BY_HAND, "escape", until="Workspace"), "r", until="Choice")
    assert "取りやめる" in picture("review", W, asked)


def test_a_change_of_keys_by_hand_given_up(picture: Any) -> None:
    asked = then(then(BY_HAND, "escape", until="Workspace"), "r", until="Choice")
    assert "鍵の交換は行っていません" in picture("review", W, then(asked, "down", "enter", until="Message"))


# -- errors ---------------------------------------------------------------------------------------------------


def test_a_step_that_must_wait_says_for_what(picture: Any) -> None:
    assert "区の点検⑤を待っています" in picture("review", C, going_to("lottery"))
