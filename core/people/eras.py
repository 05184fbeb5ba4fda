"""和暦: the eras and their real first and last days.

Both 1912-07-30 and 1926-12-25 belong to two eras (the new name was proclaimed during the day and took effect
the same day), so both names are read for them; the newer one is written. Japan took up the Gregorian
calendar on 1 January of 明治6年: earlier dates are not read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Era:
    """An era: its name, letter, single-character form (㍼), the year before its first, first and last day."""

    name: str
    letter: str
    ligature: str
    base: int
    first: dt.date
    last: dt.date


ERAS = (
    Era("令和", "R", "㋿", 2018, dt.date(2019, 5, 1), dt.date.max),
    Era("平成", "H", "㍻", 1988, dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    Era("昭和", "S", "㍼", 1925, dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    Era("大正", "T", "㍽", 1911, dt.date(1912, 7, 30), dt.date(1926, 12, 25)),
    Era("明治", "M", "㍾", 1867, dt.date(1873, 1, 1), dt.date(1912, 7, 30)),
)
"""Newest first."""

_BY_WORD = {word: era for era in ERAS for word in (era.name, era.letter, era.name[0])}


def era_named(word: str) -> Era:
    """The era called 昭和, 昭 or S. Raises KeyError."""
    return _BY_WORD[word]


def from_era(era: Era, year: int, month: int, day: int) -> dt.date | None:
    """The day, or None when there is none or it lies outside the era: 昭和65年 never was."""
    try:
        date = dt.date(era.base + year, month, day)
    except ValueError:
        return None
    return date if era.first <= date <= era.last else None


def _era_of(date: dt.date) -> Era:
    for era in ERAS:
        if era.first <= date:
            return era
    raise ValueError("no era before 1873-01-01 (the Gregorian calendar in Japan)")


def wareki(date: dt.date) -> str:
    """令和8年4月1日; the first year of an era is 元年. Raises ValueError before 1873."""
    era = _era_of(date)
    year = date.year - era.base
    return f"{era.name}{'元' if year == 1 else year}年{date.month}月{date.day}日"


def wareki_short(date: dt.date) -> str:
    """S25.3.4, for narrow columns. Raises ValueError before 1873."""
    era = _era_of(date)
    return f"{era.letter}{date.year - era.base}.{date.month}.{date.day}"
