"""Days on which offices are open, and the time that passes in them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.office_days import JST, is_office_day, office_day_after, office_time

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-05-01", True),  # Friday
        ("2026-05-02", False), ("2026-05-03", False),  # Saturday; Sunday, Constitution Day
        ("2026-05-04", False), ("2026-05-05", False), ("2026-05-06", False),  # the last in lieu of the 3rd
        ("2026-05-07", True),
        ("2026-09-21", False), ("2026-09-22", False), ("2026-09-23", False),  # a day between two holidays is one
        ("2026-12-28", True), ("2026-12-29", False), ("2026-12-31", False),
        ("2027-01-01", False), ("2027-01-03", False), ("2027-01-04", True),
    ],
)  # fmt: skip
def test_a_day_is_open_or_not(day: str, is_open: bool) -> None:
    assert is_office_day(dt.date.fromisoformat(day)) is is_open


def test_three_office_days_after_the_last_of_april_lie_behind_golden_week() -> None:
    assert office_day_after(dt.date(2026, 4, 30), 3) == dt.date(2026, 5, 8)
    assert office_day_after(dt.date(2026, 5, 2), 1) == dt.date(2026, 5, 7)


@given(DAYS, st.integers(1, 30))
def test_so_many_office_days_after_a_day_there_are_so_many_between(day: dt.date, days: int) -> None:
    last = office_day_after(day, days)
    between = [day + dt.timedelta(days=step + 1) for step in range((last - day).days)]
    assert is_office_day(last) and sum(map(is_office_day, between)) == days


def test_a_weekend_takes_no_time() -> None:
    friday = dt.datetime(2026, 5, 15, 17, tzinfo=JST)
    assert office_time(friday, friday + dt.timedelta(days=2)) == dt.timedelta(hours=7)
    assert office_time(friday, friday + dt.timedelta(days=3)) == dt.timedelta(hours=24)
    assert office_time(friday.astimezone(dt.UTC), friday + dt.timedelta(hours=1)) == dt.timedelta(hours=1)


MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2025, 1, 1, tzinfo=JST) + dt.timedelta(minutes=minutes)
)


@given(MOMENTS, st.timedeltas(dt.timedelta(), dt.timedelta(40)))
def test_office_time_never_goes_back_nor_faster_than_the_clock(
    since: dt.datetime, span: dt.timedelta
) -> None:
    assert dt.timedelta() <= office_time(since, since + span) <= span
    half = since + span / 2
    whole = office_time(since, since + span)
    assert office_time(since, half) + office_time(half, since + span) == whole
