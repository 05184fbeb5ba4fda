"""点検: exceptions first, one key confirms and moves on, a printed list is answered in one line."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from core.office.review import APPLICANTS
from core.roles import Role, Site


async def test_all_five_items_are_in_sight_and_enter_confirms_and_moves_on(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD, Role.HANDLER)
    for number in range(1, 4):
        opener.key(number, email=f"p{number}@example.jp")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        first = shown(app)
        assert "あと3人" in first
        for item in (
            "タカハシ キヨシイ",
            "S16.03.02 85歳",
            "0355550001",
            "〒160-0023",
            "西新宿2-2-1",
            "p1@example.jp",
        ):
            assert item in first
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert "あと2人" in shown(app) and "確認1 差戻し0" in shown(app), "the counts go along"
        assert "を確認しました" in shown(app)
        await pilot.press("space")
        await pilot.pause()
        status = opener.office.review.status(APPLICANTS)
        assert (status.confirmed, status.open) == (2, 1)
        assert shown(app).count("確認済") == 2
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert opener.office.review.status(APPLICANTS).done
        assert "全員に答えました" in shown(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_address_too_long_for_its_column_stands_below_in_full(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, size: tuple[int, int]
) -> None:
    opener = open_at(Site.WARD, Role.HANDLER)
    long = "東京都新宿区西新宿二丁目八番一号　都庁前グランドレジデンスウエストタワー　一二〇三号室　山本様方"
    opener.key(1, address=long, email="a-very-long-name-of-a-person.in-full@mail.example.jp")
    opener.key(2)
    app = app_on(opener)
    async with app.run_test(size=size) as pilot:
        await log_in(pilot)
        await pilot.pause()
        seen = "".join(line.strip(" │") for line in shown(app).split("\n")).replace(" ", "").replace("　", "")
        assert (
            opener.office.review.rows(APPLICANTS)[0].applicant.address.replace(" ", "").replace("　", "")
            in seen
        )
        if size[0] == 80:
            assert "a-very-long-name-of-a-person.in-full@mail.example.jp" in seen
        await pilot.press("down")
        await pilot.pause()
        assert "山本様方" not in shown(app)


async def test_one_is_returned_with_a_reason(open_at: Any, app_on: Any, shown: Any, log_in: Any) -> None:
    opener = open_at(Site.WARD)
    opener.key(1)
    opener.key(2)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.pause()
        status = opener.office.review.status(APPLICANTS)
        assert (status.returned, status.open) == (1, 1)
        assert "差戻し" in shown(app)


async def test_a_change_after_a_word_is_shown_old_and_new_before_all_others(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    keyed = [opener.key(number) for number in range(1, 4)]
    opener.office.review.confirm_rest(APPLICANTS)
    opener.change(keyed[2], preferences=("B",), birth_date=dt.date(1950, 3, 4))
    opener.key(4)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.pause()
        seen = shown(app)
        assert re.search(rf">\s*{keyed[2].number} .*未 変更あり", seen)
        assert "変更 希望: A、B → B" not in seen  # keyed[2] wished for B alone from the start
        assert "変更 生年月日: S18.03.04 → S25.03.04" in seen
        assert "あと2人" in seen
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert (
            "変更" not in app.screen.query_one("#whole").render().plain
            or not app.screen.query_one("#whole").display
        )
        assert "あと1人" in shown(app)


async def test_a_slip_is_taken_back_and_the_cursor_stands_there_again(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    keyed = [opener.key(number) for number in range(1, 4)]
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        for key in ("space", "space", "u"):
            await pilot.press(key)
            await pilot.pause()
        assert opener.office.review.status(APPLICANTS).confirmed == 1
        assert f"受付番号 {keyed[1].number} の答えを取り消しました" in shown(app)
        assert re.search(rf">\s*{keyed[1].number} .*未", shown(app))
        assert "あと2人" in shown(app)
        await pilot.press("u")
        await pilot.pause()
        await pilot.press("u")
        await pilot.pause()
        assert "取り消せる答えがありません" in shown(app)


async def test_leaving_and_coming_back_goes_on_with_the_first_without_an_answer(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    keyed = [opener.key(number) for number in range(1, 5)]
    opener.office.review.confirm(APPLICANTS, [keyed[0].record, keyed[2].record])
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.pause()
        assert re.search(rf">\s*{keyed[1].number} .*未", shown(app))
        await pilot.press("space", "f2")
        await pilot.pause()
        opener.key(5)  # what came in meanwhile is there
        await pilot.press("f7")
        await pilot.pause()
        await pilot.pause()
        assert re.search(rf">\s*{keyed[3].number} .*未", shown(app))
        assert "あと2人" in shown(app)


async def test_a_key_too_often_does_not_overrule_a_return(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    keyed = opener.key(1)
    opener.office.review.return_(APPLICANTS, [keyed.record], "unclear")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("space")
        await pilot.pause()
        assert "差し戻した人です" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert opener.office.review.status(APPLICANTS).returned == 1
        await pilot.press("space")
        await pilot.pause()
        await pilot.press("up", "enter")
        await pilot.pause()
        await pilot.pause()
        assert opener.office.review.status(APPLICANTS).confirmed == 1


async def test_a_confirmation_reads_no_list_from_the_vault(open_at: Any, app_on: Any, log_in: Any) -> None:
    opener = open_at(Site.WARD)
    for number in range(1, 30):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.pause()
        read = opener.statements()
        for _ in range(10):
            await pilot.press("space")
            await pilot.pause()
        assert opener.office.review.status(APPLICANTS).confirmed == 10
        assert sum("GROUP BY verdict" in sql for sql in read) == 1  # the assertion's own
        lists = (
            "ORDER BY rank",
            "ORDER BY number",
            "FROM application WHERE state",
            "stage = 'applicants' AND id",
        )
        assert not [sql for sql in read if any(words in sql for words in lists)]


async def test_a_printed_list_is_answered_in_one_line(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    keyed = [opener.key(number) for number in range(1, 6)]
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("p")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert "（5人、1枚）を書き出しました" in shown(app)
        opener.change(keyed[3], preferences=("B",))
        await pilot.press("l")
        await pilot.pause()
        answer = app.screen.query_one("#answer")
        short = answer.value
        answer.value = short + "1-5 3を除く"
        await pilot.press("enter")
        await pilot.pause()
        assert "の4）" in shown(app)
        assert answer.value == short + "1-5 3を除く"
        assert opener.office.review.status(APPLICANTS).confirmed == 0
        answer.value = short + "1-5 3を除く 4を除く"
        await pilot.press("enter")
        await pilot.pause()
        assert "3人を確認します" in shown(app)
        await pilot.press("up", "enter")
        await pilot.pause()
        await pilot.pause()
        status = opener.office.review.status(APPLICANTS)
        assert (status.confirmed, status.open) == (3, 2)
        await pilot.press("u")
        await pilot.pause()
        assert opener.office.review.status(APPLICANTS).confirmed == 0
