# ruff: noqa: DTZ001 - the product's times are Japanese times without a zone
"""Dates are read as people write them; what can be read in two ways is left to a person."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.dates import read_birth_date, read_date, read_timestamp, wareki, wareki_short
from core.people.eras import ERAS, from_era

THE_DAY = dt.date(1950, 3, 4)
REFERENCE = dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    "written",
    [
        "S25.3.4",
        "s25/03/04",
        "昭和25年3月4日",
        "昭和２５年　３月　４日",
        "昭和二十五年三月四日",
        "㍼25年3月4日",
        "昭25-3-4",
        "Ｓ２５．３．４",
        "S250304",
        "S.25.3.4",
        "1950-03-04",
        "1950/3/4",
        "1950年3月4日",
        "西暦1950年3月4日生",
        "1950.3.4（土）",
        "1950(昭和25)年3月4日",
        "昭和25年(1950年)3月4日",
        "19500304",
        "1950ー03ー04",
        "1950-03-04 00:00:00",
        "1950-03-04T00:00:00.000Z",
        "18326",
        18326,
        18326.0,
        19500304,
        dt.datetime(1950, 3, 4),
        dt.date(1950, 3, 4),
    ],
)
def test_one_day_is_written_in_many_ways(written: str | int | float | dt.date) -> None:
    assert read_date(written) == THE_DAY


@pytest.mark.parametrize(
    "written",
    [
        "",
        "不明",
        "昭和65年3月1日",
        "昭和0年1月1日",
        "1950/2/30",
        "S25.2.29",
        "25.3.4",
        "50/3/4",
        "250304",
        "1950",
        1950,
        "3/4/1950",
        "1950年3月",
        "1950(昭和26)年3月4日",
        "1950-03-03T15:00:00Z",
        dt.datetime(1950, 3, 3, 15),
        18326.5,
        True,
        float("nan"),
        float("inf"),
        "S25.3.4" * 20,
        "明治5年12月2日",
        "٢٥٠٣٠٤",
    ],
)
def test_what_is_no_day_or_two_days_is_not_read(written: str | int | float | dt.date) -> None:
    assert read_date(written) is None


def test_a_month_first_date_is_read_where_no_day_can_be_a_month() -> None:
    assert read_date("11/17/1963") == dt.date(1963, 11, 17)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("250304", THE_DAY),
        (250304, THE_DAY),
        ("3250304", THE_DAY),
        ("2100304", dt.date(1921, 3, 4)),
        ("4010304", dt.date(1989, 3, 4)),
    ],
)
def test_who_types_sees_the_result_and_may_be_short(typed: str | int, day: dt.date) -> None:
    assert read_date(typed, keyed=True) == day


@pytest.mark.parametrize("typed", ["650304", "251304", "640108", "5990101"])
def test_short_forms_keep_to_the_eras_too(typed: str) -> None:
    assert read_birth_date(typed, REFERENCE, keyed=True) is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("昭和元年12月25日", dt.date(1926, 12, 25)),
        ("大正15年12月25日", dt.date(1926, 12, 25)),
        ("昭和64年1月7日", dt.date(1989, 1, 7)),
        ("平成元年1月8日", dt.date(1989, 1, 8)),
        ("平成31年4月30日", dt.date(2019, 4, 30)),
        ("令和元年5月1日", dt.date(2019, 5, 1)),
        ("大正元年7月30日", dt.date(1912, 7, 30)),
        ("明治45年7月30日", dt.date(1912, 7, 30)),
        ("昭和元年12月24日", None),
        ("大正15年12月26日", None),
        ("昭和64年1月8日", None),
        ("平成31年5月1日", None),
        ("大正元年7月29日", None),
    ],
)
def test_eras_begin_and_end_on_their_real_days(written: str, day: dt.date | None) -> None:
    assert read_date(written) == day


def test_nobody_is_born_after_the_reference_date_or_before_anybody_alive() -> None:
    assert read_birth_date("2031-01-01", REFERENCE) is None
    assert read_birth_date("1849-01-29", REFERENCE) is None
    assert read_birth_date("2026-04-01", REFERENCE) == REFERENCE


def test_days_are_shown_in_wareki() -> None:
    assert wareki(dt.date(2026, 4, 1)) == "令和8年4月1日"
    assert wareki(dt.date(2019, 5, 1)) == "令和元年5月1日"
    assert wareki(dt.date(1926, 12, 25)) == "昭和元年12月25日"
    assert wareki_short(THE_DAY) == "S25.3.4"
    with pytest.raises(ValueError, match="1873"):
        wareki(dt.date(1872, 12, 31))


@given(st.dates(dt.date(1873, 1, 1), dt.date(2117, 12, 31)))
def test_what_is_shown_can_be_typed(day: dt.date) -> None:
    assert read_date(wareki(day)) == day
    assert read_date(wareki_short(day)) == day
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day:%Y%m%d}") == day


@given(st.sampled_from(ERAS), st.integers(-2, 100), st.integers(0, 13), st.integers(0, 32))
def test_an_era_gives_a_day_within_itself_or_none(era: object, year: int, month: int, day: int) -> None:
    assert era in ERAS
    found = from_era(era, year, month, day)  # type: ignore[arg-type]
    assert found is None or era.first <= found <= era.last  # type: ignore[attr-defined]


@given(
    st.one_of(
        st.text(max_size=50),
        st.text(st.sampled_from("昭和平成MTSHR元年月日()（）0123456789./-ー 十二"), max_size=50),
        st.integers(),
        st.floats(),
    )
)
def test_whatever_is_written_is_a_day_or_none(value: str | int | float) -> None:
    for keyed in (False, True):
        found = read_date(value, keyed=keyed)
        assert found is None or read_date(found.isoformat()) == found
    assert read_timestamp(value) is None or isinstance(read_timestamp(value), dt.datetime)


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("2026/04/02 12:01:00", dt.datetime(2026, 4, 2, 12, 1)),
        ("2026/04/02 10:01", dt.datetime(2026, 4, 2, 10, 1)),
        ("2026-04-02 08:00", dt.datetime(2026, 4, 2, 8)),
        ("4/2/26 9:05:00", dt.datetime(2026, 4, 2, 9, 5)),
        ("2026/04/02 午後 3:04:05 GMT+9", dt.datetime(2026, 4, 2, 15, 4, 5)),
        ("2026/04/02 12:00:00 AM", dt.datetime(2026, 4, 2)),
        ("2026-04-02T15:00:00Z", dt.datetime(2026, 4, 3)),
        ("2026-04-02T09:00:00+09:00", dt.datetime(2026, 4, 2, 9)),
        ("2026-04-02T00:00:00-03:30", dt.datetime(2026, 4, 2, 12, 30)),
        ("2026年4月2日", dt.datetime(2026, 4, 2)),
        (dt.datetime(2026, 4, 2, 9), dt.datetime(2026, 4, 2, 9)),
        (dt.datetime(2026, 4, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 4, 2, 18)),
        (dt.date(2026, 4, 2), dt.datetime(2026, 4, 2)),
    ],
)
def test_the_stamps_of_web_forms_are_read_in_japanese_time(stamp: str | dt.date, time: dt.datetime) -> None:
    assert read_timestamp(stamp) == time


@pytest.mark.parametrize(
    "stamp", ["", "きのう", "2026/04/02 25:00", "2026/13/02", "13/40/26 9:00", "2026/04/02 13:00 PM"]
)
def test_other_stamps_are_not(stamp: str) -> None:
    assert read_timestamp(stamp) is None
