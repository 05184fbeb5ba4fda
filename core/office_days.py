"""The days on which offices are open: not Saturdays, Sundays, national holidays, nor 29 December to 3 January.

The turn of the year is closed by law for government offices (行政機関の休日に関する法律 第1条), and by each local government's
own ordinance in the same words.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

JST = dt.timezone(dt.timedelta(hours=9))
_SATURDAY = 5


def in_japan(moment: dt.datetime) -> dt.datetime:
    """The same moment by the clocks there; at either end of the calendar, where there is no such day, the last one there is."""
    try:
        return moment.astimezone(JST)
    except OverflowError:
        early = moment.year == dt.MINYEAR
        return dt.datetime.combine(dt.date.min if early else dt.date.max, dt.time(), JST)


def is_office_day(day: dt.date) -> bool:
    """Whether offices are open on this day."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return False
    return not _holidays().is_holiday(day)


def office_day_after(day: dt.date, days: int) -> dt.date:
    """The `days`th office day after `day`, which is not counted itself."""
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_office_day(day)
    return day


def office_time(since: dt.datetime, until: dt.datetime) -> dt.timedelta:
    """How much of the time between two moments lies in office days, from midnight to midnight in Japan; negative never."""
    start, end = since.astimezone(JST), until.astimezone(JST)
    spent = dt.timedelta()
    while start < end:
        midnight = dt.datetime.combine(start.date() + dt.timedelta(days=1), dt.time(), JST)
        if is_office_day(start.date()):
            spent += min(midnight, end) - start
        start = midnight
    return spent


@lru_cache(maxsize=1)
def _holidays() -> Any:
    from jpholiday import JPHoliday  # a tenth of a second, and for nobody who counts plain days

    return JPHoliday()
