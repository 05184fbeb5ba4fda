"""Which backups stay: the newest of days, weeks and months, and always the newest of all."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.office.rotation import DEFAULT, Keeping, kept

BEGIN = dt.datetime(2026, 4, 1, 18, tzinfo=dt.UTC)
MOMENTS = st.lists(st.integers(0, 365 * 24).map(lambda hours: BEGIN + dt.timedelta(hours=hours)), max_size=40)
KEEPINGS = st.builds(Keeping, st.integers(0, 9), st.integers(0, 9), st.integers(0, 14))


def test_one_a_day_for_a_year_leaves_a_week_a_month_and_a_year() -> None:
    days = [BEGIN + dt.timedelta(days=n) for n in range(365)]
    stay = sorted(kept(days))
    assert stay[-7:] == days[-7:]
    assert [day.month for day in stay if day < days[-31]] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2]
    assert len(stay) == 7 + 2 + 11  # of the four weeks, two end within the last seven days


def test_of_one_day_the_newest_stays() -> None:
    day = [BEGIN.replace(hour=hour) for hour in (9, 12, 18)]
    assert kept(day, Keeping(1, 0, 0)) == {day[2]}


@given(MOMENTS, KEEPINGS)
def test_the_newest_always_stays_nothing_is_invented_and_to_keep_twice_changes_nothing(
    made: list[dt.datetime], keeping: Keeping
) -> None:
    stay = kept(made, keeping)
    assert stay <= set(made)
    assert not made or max(made) in stay
    assert kept(stay, keeping) == stay
    assert len(stay) <= max(1, keeping.days + keeping.weeks + keeping.months)


@pytest.mark.parametrize(
    ("text", "keeping"),
    [("7d4w12m", DEFAULT), ("7d, 4w, 12m", DEFAULT), ("3d", Keeping(3, 0, 0)), ("2w6m", Keeping(0, 2, 6))],
)
def test_the_rule_is_read_as_it_is_written(text: str, keeping: Keeping) -> None:
    assert Keeping.of(text) == keeping


@pytest.mark.parametrize("text", ["", "0d", "7", "d", "4w7d", "-1d", "7d4w12y"])
def test_a_rule_that_keeps_nothing_or_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="読めません"):
        Keeping.of(text)
