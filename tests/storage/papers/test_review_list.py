"""点検一覧 keeps to its A4 pages, 25 people to each, loses no character, and comes out the same twice."""

import datetime as dt
from dataclasses import replace

import pytest

from core.errors import UsageError
from core.office.review_paper import PaperList, PaperRow
from storage.papers.review_list import review_list_pdf
from tests.storage.papers.test_postcards import pages_of

ROW = PaperRow(
    1, "0012", "サトウ ハナコ", "昭和25年3月4日 76歳", "09012345678", "A・B", "〒160-0023 東京都新宿区西新宿2-8-1",
    "hanako@example.jp", "",
)  # fmt: skip


def listed(*rows: PaperRow) -> PaperList:
    numbered = [replace(row, row=number) for number, row in enumerate(rows, start=1)]
    return PaperList(
        "KTQM123456", "applicants", "いきいきハイキング 点検一覧 ⑤ 応募者",
        dt.datetime(2026, 5, 12, 10, 5, tzinfo=dt.UTC), "田中", numbered, [],
    )  # fmt: skip


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (25, 1), (26, 2), (380, 16)])
def test_twenty_five_people_make_a_page(people: int, pages: int) -> None:
    assert pages_of(review_list_pdf(listed(*[ROW] * people))) == [(210.0, 297.0)] * pages


def test_the_same_list_gives_the_same_bytes() -> None:
    assert review_list_pdf(listed(ROW)) == review_list_pdf(listed(ROW))


def test_long_items_and_rare_characters_go_in() -> None:
    long = replace(
        ROW,
        kana="サイオンジ ジョセフィーヌアレクサンドラマリアテレーズ",
        address="〒160-0023 東京都新宿区西新宿二丁目八番一号　都庁前グランドレジデンスウエストタワー𠮷髙﨑邉　一二〇三号室　山本様方",
        email="a-very-long-name-of-a-person.in-full@mail.example.jp",
        outings="A・B・C・D・E・F",
        remark="すでに応募があります（重複）、前に答えたあとで変更、受付の理由: 同姓同名の別人と確認した",
    )
    assert len(pages_of(review_list_pdf(listed(*[long] * 25)))) == 1


def test_a_text_too_long_to_be_read_stops_the_list_and_is_named() -> None:
    with pytest.raises(UsageError) as refusal:
        review_list_pdf(listed(ROW, replace(ROW, number="0345", address="東京都新宿区西新宿" * 40)))
    for part in ("住所", "0345", "画面で"):
        assert part in str(refusal.value)
    assert "西新宿" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_a_character_no_font_has_is_named_before_there_is_a_page() -> None:
    with pytest.raises(UsageError) as refusal:
        review_list_pdf(listed(ROW, replace(ROW, number="0345", address="東京都新宿区\U0001f3e0町1-2")))
    for part in ("住所", "0345", "U+1F3E0"):
        assert part in str(refusal.value)
    assert "\U0001f3e0" not in str(refusal.value)


def test_markup_in_a_name_is_only_text() -> None:
    assert pages_of(review_list_pdf(listed(replace(ROW, address="#panic(1) *_[x]_* $x$ `y` <z> @w \\"))))
