"""An address is one line; its text says whether it lies in the ward, the postal table only warns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applicant import Warning_
from core.people.address import Address, read_address, read_building
from core.people.towns import town_at_start, towns_of, towns_with


def read(text: str, building: str = "", code: str = "") -> Address:
    return read_address(text, building, code, prefecture="東京都", ward="新宿区")


@pytest.mark.parametrize(
    ("text", "building", "stored"),
    [
        ("〒162-0044 東京都新宿区喜久井町2-14-6", "", "東京都新宿区喜久井町2-14-6"),
        ("〒162-0044 新宿区喜久井町2-14-6", "", "東京都新宿区喜久井町2-14-6"),
        ("162-0044 東京都 新宿区 喜久井町２－１４－６", "", "東京都新宿区喜久井町2-14-6"),
        ("東京都新宿区喜久井町２ー１４―６", "", "東京都新宿区喜久井町2-14-6"),
        (
            "東京都新宿区余丁町4-13-1",
            "メゾン余丁町706\nご連絡は午後に",
            "東京都新宿区余丁町4-13-1 メゾン余丁町706",
        ),
        (
            "東京都新宿区余丁町4-13-1",
            "メゾン余丁町\n706号室",
            "東京都新宿区余丁町4-13-1 メゾン余丁町 706号室",
        ),
        ("東京都新宿区余丁町4-13-1 メゾン706", "メゾン706", "東京都新宿区余丁町4-13-1 メゾン706"),
        ("東京都新宿区余丁町4-13-1\nﾒｿﾞﾝ706", "なし", "東京都新宿区余丁町4-13-1 メゾン706"),
        (
            "新宿区西新宿住友不動産新宿グランドタワー1-8-14",
            "",
            "東京都新宿区西新宿住友不動産新宿グランドタワー1-8-14",
        ),
    ],
)
def test_the_wards_addresses_are_stored_in_one_form(text: str, building: str, stored: str) -> None:
    address = read(text, building)
    assert address.inside
    assert address.text == stored


@pytest.mark.parametrize(
    "text",
    [
        "東京都文京区後楽1-2-3",
        "埼玉県さいたま市大宮区吉敷町1-2-3",
        "東京都豊島区新宿区1-2",
        "大阪府新宿区1-2",
        "喜久井町2-14-6",
    ],
)
def test_other_places_are_outside_and_stored_as_they_are(text: str) -> None:
    address = read(text)
    assert not address.inside
    assert address.text == text


def test_a_town_alone_is_inside_when_its_postal_code_agrees() -> None:
    assert read("喜久井町2-14-6", code="1620044").text == "東京都新宿区喜久井町2-14-6"
    assert not read("喜久井町2-14-6", code="1120004").inside


@pytest.mark.parametrize("text", ["", "なし", "〒162-0044", "  "])
def test_a_postal_code_alone_is_no_address(text: str) -> None:
    assert read(text, "メゾン706").text == ""


def test_the_postal_code_is_split_off_and_its_own_column_goes_before() -> None:
    assert read("〒162-0044 新宿区喜久井町2-14-6").postal_code == "1620044"
    both = read("〒162-0055 新宿区喜久井町2-14-6", code="1620044")
    assert both.postal_code == "1620044"
    assert both.warnings == (Warning_.POSTAL_CODE_MISMATCH,)


@pytest.mark.parametrize(
    ("text", "code", "warnings"),
    [
        ("新宿区霞ケ丘町4-1", "1600013", ()),
        ("新宿区霞ヶ丘町4-1", "1600013", (Warning_.UNKNOWN_TOWN,)),
        ("新宿区市ヶ谷田町1", "1620843", (Warning_.UNKNOWN_TOWN,)),
        ("新宿区喜久井町2-14-6", "1620055", (Warning_.POSTAL_CODE_MISMATCH,)),
        ("新宿区喜久井町2-14-6", "1120004", (Warning_.POSTAL_CODE_MISMATCH,)),
        ("新宿区喜久井町2-14-6", "1600000", ()),
        ("新宿区西新宿8-17-1 住友不動産新宿グランドタワー", "1606116", ()),
        ("新宿区戸山3-18", "1690052", ()),
        ("文京区後楽1-2-3", "1620044", ()),
    ],
)
def test_what_text_and_table_say_differently_is_warned_of(
    text: str, code: str, warnings: tuple[Warning_, ...]
) -> None:
    assert read(text, code=code).warnings == warnings


def test_nothing_is_warned_of_where_the_table_knows_nothing() -> None:
    address = read_address("横浜市中区本町1-1", "", "2310005", prefecture="神奈川県", ward="横浜市中区")
    assert (address.text, address.inside, address.warnings) == ("神奈川県横浜市中区本町1-1", True, ())


def test_the_table_knows_the_wards_towns() -> None:
    assert [town.name for town in towns_with("1620044")] == ["喜久井町"]
    assert towns_with("9999999") == ()
    assert len(towns_of("東京都", "新宿区")) > 100
    found = town_at_start("東京都", "新宿区", "四谷坂町2-1")
    assert found is not None
    assert found.name == "四谷坂町"


@given(st.text(max_size=40), st.text(max_size=20), st.sampled_from(["", "1620044", "1120004"]))
def test_a_stored_address_is_read_as_it_is(text: str, building: str, code: str) -> None:
    once = read(f"新宿区喜久井町{text}", building, code)
    again = read(once.text, "", once.postal_code)
    assert (again.text, again.inside) == (once.text, once.inside)
    assert "\n" not in once.text
    assert read_building(read_building(building)) == read_building(building)


@given(st.text(max_size=60), st.text(max_size=30))
def test_whatever_is_written_is_an_address_or_none(text: str, building: str) -> None:
    once = read(text, building)
    assert once.inside <= bool(once.text)


def test_a_town_typed_behind_the_one_the_postal_code_gave_is_written_once() -> None:
    read = read_address("西新宿西新宿2-8-1", "", "1600023", prefecture="東京都", ward="新宿区")
    assert (read.text, read.inside) == ("東京都新宿区西新宿2-8-1", True)
