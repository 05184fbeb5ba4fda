"""A signed time stays for good: only such times are taken as every reckoning with them survives."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exchange.strict import is_moment, moment


@pytest.mark.parametrize("year", ["0001", "1926", "1999", "2200", "9999"])
@pytest.mark.parametrize("offset", ["+09:00", "+14:00", "-12:00"])
def test_a_time_of_another_age_is_no_time(year: str, offset: str) -> None:
    assert not is_moment(f"{year}-01-01T00:00:00{offset}")
    assert not is_moment(f"{year}-12-31T23:59:59{offset}")


@given(
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2199, 12, 31, 23, 59, 59)),  # noqa: DTZ001 - zones follow
    st.integers(-23 * 60, 23 * 60),
)
def test_what_is_taken_can_be_told_in_any_zone(at: dt.datetime, minutes: int) -> None:
    text = moment(at.replace(microsecond=0, tzinfo=dt.timezone(dt.timedelta(minutes=minutes))))
    assert is_moment(text)
    for hours in (-23, 0, 23):
        dt.datetime.fromisoformat(text).astimezone(dt.timezone(dt.timedelta(hours=hours)))
