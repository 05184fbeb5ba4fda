"""What every list offers: an order that is said in words, a search, and a 受付番号 that is typed to go there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from core.ledger.codes import ACT_WORDS, Act
from core.ledger.deeds import deed_words
from core.office.ports import AccessRow
from core.roles import Role, Site
from tests.tui.conftest import typed_at_once
from tui.panes.ledger.pane import ACCESS_ROWS
from tui.view import Rows, View, age_key, line_of

PEOPLE = st.lists(
    st.tuples(
        st.integers(1, 99), st.sampled_from(["ヤマダ タロウ", "ジュウモンジ", "アオキ"]), st.integers(0, 99)
    ),
    unique_by=lambda one: one[0],
)
ROWS = Rows[tuple[int, str, int]](
    texts=lambda row: (row[1],),
    keys={"kana": lambda row: row[1], "age": lambda row: age_key(row[2])},
    number=lambda row: row[0],
)


@given(PEOPLE, st.sampled_from(["", "kana", "age"]))
def test_an_order_keeps_everybody_and_its_reverse_is_its_reverse(
    people: list[tuple[int, str, int]], by: str
) -> None:
    there = ROWS.seen(people, View(by=by))
    assert sorted(there) == sorted(people)
    assert ROWS.seen(people, View(by=by, backwards=True)) == there[::-1]
    if by == "age":
        assert [row[2] for row in there] == sorted((row[2] for row in people), reverse=True)
    if not by:
        assert there == people


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", [1, 12]),
        ("ﾔﾏﾀﾞ", [1]),
        ("やまだ たろう", [1]),
        ("ヂュウモンジ", [12]),
        ("１２", [12]),
        ("2", []),
        ("　", [1, 12]),
    ],
)
def test_a_search_in_memory_is_as_forgiving_as_the_vaults_own(words: str, numbers: list[int]) -> None:
    people = [(1, "ヤマダ タロウ", 70), (12, "ジュウモンジ", 71)]
    assert [row[0] for row in ROWS.seen(people, View(words=words))] == numbers


def test_whose_age_is_not_known_stands_before_the_eldest() -> None:
    assert sorted([70, None, 99], key=age_key) == [None, 99, 70]
    assert line_of([5, 7], 7) == 1 and line_of([5, 7], 6) is None


def test_the_access_log_is_searched_by_who_what_and_when() -> None:
    row = AccessRow(
        3, dt.datetime(2026, 4, 20, 10, 0, tzinfo=dt.UTC), "yamada", "open", "no=12", "tty1", "0" * 64
    )
    for words in ("YAMADA", deed_words("open"), "no=12", "2026-04-20"):
        assert ACCESS_ROWS.seen([row], View(words=words)) == [row]
    assert ACCESS_ROWS.seen([row], View(words="tty1")) == [], "only what can be seen is searched"


async def settle(pilot: Any) -> None:
    for _ in range(4):
        await pilot.pause()


async def choose(pilot: Any, key: str, steps: int) -> None:
    """Open 並べ替え and choose the order that many lines below the present one."""
    await pilot.press(key)
    await settle(pilot)
    assert "並べ替え" in pilot.app.screen.query_one(".dialog-title").content.plain
    await pilot.press(*["down" if steps > 0 else "up"] * abs(steps), "enter")
    await settle(pilot)


async def type_number(pilot: Any, digits: str) -> None:
    await pilot.press(*digits)
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)


def order_on(app: Any) -> list[int]:
    rows = app.place.query_one("#list")
    return [rows.row(line).number for line in range(rows.count)]


@pytest.mark.parametrize("site", Site)
async def test_applications_are_sorted_said_so_and_turned_round(
    site: Site, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(site)
    for number in range(1, 6):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f2")
        await settle(pilot)
        by_number = order_on(app)
        assert "順" not in shown(app).split("\n")[-2]
        await choose(pilot, "o", 1)
        rows = app.place.query_one("#list")
        names = [rows.row(line).kana for line in range(5)]
        assert names == sorted(names) and order_on(app) != by_number
        assert "カナ氏名順 5件" in shown(app)
        await choose(pilot, "o", 0)
        assert [rows.row(line).kana for line in range(5)] == names[::-1]
        assert "カナ氏名順の逆 5件" in shown(app)
        await choose(pilot, "o", 1)
        ages = [rows.row(line).age for line in range(5)]
        assert ages == sorted(ages, reverse=True) and "年齢の高い順" in shown(app)
        await choose(pilot, "o", -2)
        assert order_on(app) == by_number


async def test_search_order_and_narrowing_are_still_there_after_another_pane_and_gone_after_the_lock(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 6):
        opener.key(number, phone="" if number % 2 else "03-1111-2222")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("h")
        await choose(pilot, "o", 1)
        await choose(pilot, "o", 0)
        await pilot.press("slash", *"160", "backspace", "backspace", "backspace")
        app.place.query_one("#search").value = "西新宿"
        await pilot.press("enter")
        await settle(pilot)
        before = order_on(app)
        assert len(before) == 3 and "保留のみ カナ氏名順の逆 3件" in shown(app)
        opener.key(7, phone="")
        await pilot.press("f6")
        await settle(pilot)
        await pilot.press("f10")  # a round of the courier, after which all is read anew
        await settle(pilot)
        await pilot.press("escape", "f2")
        await settle(pilot)
        assert "保留のみ カナ氏名順の逆 4件" in shown(app)
        assert [number for number in order_on(app) if number in before] == before
        assert app.place.query_one("#search").value == "西新宿"
        await pilot.press("f9")
        await settle(pilot)
        await log_in(pilot)
        assert app.place.view == View(), "a name that was searched for does not outlive the lock"
        assert app.place.query_one("#search").value == ""


@pytest.mark.parametrize("digits", ["4", "0004"])
async def test_a_number_typed_goes_to_its_row(
    digits: str, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 6):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await choose(pilot, "o", 1)
        await type_number(pilot, digits)
        assert app.place.query_one("#list").current.number == 4
        assert app.screen.focused is app.place.query_one("#list")
        await type_number(pilot, "123")
        assert "0123 はありません" in shown(app)
        assert app.place.query_one("#list").current.number == 4, "and the cursor stays"
        await pilot.press("h")
        await type_number(pilot, "4")
        assert "0004 は、いま絞り込んだ中にはありません" in shown(app)
        await pilot.press("5", "escape")
        await settle(pilot)
        assert app.screen.focused is app.place.query_one("#list")


async def test_a_number_far_down_costs_no_more_than_one_near(
    open_at: Any, app_on: Any, log_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = open_at()
    for number in range(1, 90):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        nears: list[Any] = []
        page = type(opener.office.intake).page

        def spied(self: Any, which: Any, offset: int, limit: int, near: Any = None) -> Any:
            nears.append((offset, near))
            return page(self, which, offset, limit, near)

        monkeypatch.setattr(type(opener.office.intake), "page", spied)
        await type_number(pilot, "80")
        assert app.place.query_one("#list").current.number == 80
        assert nears and all(abs(near.offset - offset) <= 64 for offset, near in nears if near)


async def test_the_wards_review_is_sorted_searched_and_gone_through_as_it_is_seen(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD, Role.HANDLER)
    for number in range(1, 6):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        place = app.place
        rows = place.query_one("VirtualList")
        await choose(pilot, "o", 2)
        assert "カナ氏名順" in shown(app)
        names = [rows.row(line).applicant.kana for line in range(5)]
        assert names == sorted(names)
        await type_number(pilot, "9000003")
        assert rows.current.number == 9000003
        await pilot.press("space")
        await settle(pilot)
        done = [rows.row(line) for line in range(5) if rows.row(line).verdict]
        assert [item.number for item in done] == [9000003], (
            "the one under the cursor, not its neighbour in another order"
        )
        await pilot.press("slash")
        place.query_one("#search").value = "サトウ"
        await pilot.press("enter")
        await settle(pilot)
        assert rows.count == 1
        await pilot.press("enter")
        await settle(pilot)
        assert "絞り込んだ中の全員に答えました" in shown(app)
        assert opener.office.review.status("applicants").confirmed == 2
        await pilot.press("slash", "escape")
        await settle(pilot)
        assert rows.count == 5


async def test_ledger_and_access_log_are_sorted_and_searched(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 4):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f5")
        await settle(pilot)
        rows = app.place.query_one("VirtualList")
        newest = [rows.row(line).seq for line in range(rows.count)]
        assert newest == sorted(newest, reverse=True) and len(newest) > 2
        await choose(pilot, "t", 0)
        assert [rows.row(line).seq for line in range(rows.count)] == newest[::-1]
        assert "新しい順の逆" in shown(app)
        await pilot.press("slash")
        app.place.query_one("#search").value = ACT_WORDS[Act.INTAKE]
        await pilot.press("enter")
        await settle(pilot)
        assert 0 < rows.count < len(newest)
        assert {rows.row(line).act for line in range(rows.count)} == {Act.INTAKE}
        await pilot.press("l")
        await settle(pilot)
        rows = app.place.query_one("VirtualList")
        assert app.place.view == View() and "順" not in shown(app).split("\n")[-2]
        whole = rows.count
        opener.office.intake.open(2)
        await pilot.press("slash")
        app.place.query_one("#search").value = "no=2"
        await pilot.press("enter")
        await settle(pilot)
        assert 0 < rows.count < whole + 1
        assert all("no=2" in rows.row(line).detail for line in range(rows.count))
        opener.office.intake.open(2)
        before = rows.count
        app.refresh_state()
        await settle(pilot)
        assert rows.count == before + 1, "what is new comes into the list that is searched"


async def test_a_search_that_finds_nothing_says_the_way_back_and_esc_on_the_list_is_it(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 4):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("slash", *"nobody", "enter")
        await settle(pilot)
        assert "いまの絞り込みに合うものはありません。Esc で検索をやめると全部に戻ります" in shown(app)
        assert any("検索: nobody" in line for line in shown(app).split("\n")), (
            "what stands in the line is named"
        )
        await pilot.press("escape")
        await settle(pilot)
        assert len(order_on(app)) == 3 and "nobody" not in shown(app)
        await pilot.press("h")
        await settle(pilot)
        assert "いまの絞り込みに合うものはありません。同じ操作をもう一度選ぶと全部に戻ります" in shown(app)
        await pilot.press("h")
        await settle(pilot)
        assert len(order_on(app)) == 3


async def test_esc_leaves_the_line_of_a_number_first_and_then_the_search(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("slash", *"nobody", "enter", "1")
        await settle(pilot)
        assert "受付番号: 1" in shown(app)
        await pilot.press("escape")
        await settle(pilot)
        assert app.place.view.words == "nobody", "it was the number's line that was left"
        await pilot.press("escape")
        await settle(pilot)
        assert app.place.view.words == ""


@pytest.mark.parametrize(
    ("digits", "keys"), [("12", ["1", "2"]), ("１２", ["fullwidth_digit_one", "fullwidth_digit_two"])]
)
async def test_digits_typed_at_once_are_one_number(
    digits: str, keys: list[str], open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 13):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        for key, one in zip(keys, digits, strict=True):
            app.post_message(events.Key(key, one))
        app.post_message(events.Key("enter", None))
        await settle(pilot)
        await settle(pilot)
        assert ">   0012" in shown(app)


async def test_words_typed_right_behind_the_key_of_the_search_are_searched_for(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    """Among them letters that are keys of the list."""
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        typed_at_once(app, "slash", *"nigh", "enter")
        await settle(pilot)
        await settle(pilot)
        assert "検索: nigh" in shown(app) and "いまの絞り込みに合うものはありません" in shown(app)
