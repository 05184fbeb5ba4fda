"""Dates as people and programs write them. What can be read in two ways is not read: a person decides.

Read: S25.3.4, 昭和25年3月4日 (any width, kanji numerals, ㍼, 元年), S250304, 1950-03-04, 1950/3/4,
1950年3月4日, 1950(昭和25)年3月4日, 19500304, 11/17/1963 (only where no day can be taken for a month), a
spreadsheet's date, and its serial number (five digits: four could be a year). Keyed entry also takes
250304 as 昭和25年3月4日, and 3250304 with the offices' era digit (2 大正, 3 昭和, 4 平成, 5 令和).
"""

from __future__ import annotations

import datetime as dt
import re

from core.people.eras import ERAS, era_named, from_era, wareki, wareki_short
from core.people.text import DASHES, Value, as_text, cleaned, fold_width

__all__ = [
    "is_plausible_birth",
    "read_birth_date",
    "read_date",
    "read_day_near",
    "read_timestamp",
    "wareki",
    "wareki_short",
]

OLDEST = 125
"""Years; nobody on record lived longer, so an earlier birth date is a slip."""

_JST = dt.timezone(dt.timedelta(hours=9))
_SERIAL_ZERO = dt.date(
    1899, 12, 30
)  # serial 61 = 1900-03-01; below it spreadsheets count a day that never was
_SEP = rf"[./,・、{re.escape(DASHES)}]"
_DAY = rf"(?:年|{_SEP})([0-9]{{1,2}})(?:月|{_SEP})([0-9]{{1,2}})日?"
_ERA = r"(明治|大正|昭和|平成|令和|[明大昭平令]|[MTSHR])"
_TAIL = r"(?:生まれ|生れ|生)?(?:\([月火水木金土日](?:曜日?)?\))?(?:T?00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?"
_WITH_ERA = re.compile(rf"{_ERA}\.?(元|[0-9]{{1,2}}){_DAY}{_TAIL}", re.IGNORECASE)
_WITH_ERA_COMPACT = re.compile(rf"{_ERA}\.?([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})", re.IGNORECASE)
_COMMON = re.compile(rf"(?:西暦)?([0-9]{{4}}){_DAY}{_TAIL}")
_COMMON_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MONTH_DAY = re.compile(rf"([0-9]{{1,2}})(?:月|{_SEP})([0-9]{{1,2}})日?{_TAIL}")
_TWO_NAMES = re.compile(r"([^()]+?)年?\(([^()]+?)年?\)年?([0-9][^()]+)")
_LONGEST = 40  # characters; what is longer is a remark, and not worth matching
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.0+)?")
_KEYED = re.compile(r"([2-5]?)([0-9]{2})([0-9]{2})([0-9]{2})")
_ERA_DIGIT = {"2": "T", "": "S", "3": "S", "4": "H", "5": "R"}
_LIGATURES = str.maketrans({era.ligature: era.name for era in ERAS})
_LIGATURE = re.compile(f"[{''.join(era.ligature for era in ERAS)}]")
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十]+")
_KANJI_DIGITS = "〇一二三四五六七八九"


def read_date(value: Value, *, keyed: bool = False) -> dt.date | None:
    """The day that `value` names, or None. `keyed` allows the short forms whose result the typist sees."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else None  # an odd hour is a time zone gone astray
    if isinstance(value, dt.date):
        return value
    return _read_text(_compact(as_text(value)), keyed)


def read_day_near(value: str, today: dt.date) -> dt.date | None:
    """As `read_date`, and 6/10 or 6月10日: of this year and the one before, the day that lies nearer to `today`; or None."""
    text = _compact(value)
    match = _MONTH_DAY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None if _SERIAL.fullmatch(text) else _read_text(text, keyed=False)
    days = (_date(str(year), *match.groups()) for year in (today.year, today.year - 1))
    return min((day for day in days if day), key=lambda day: abs(day - today), default=None)


def read_birth_date(value: Value, reference_date: dt.date, *, keyed: bool = False) -> dt.date | None:
    """A birth date somebody alive on `reference_date` can have, or None."""
    date = read_date(value, keyed=keyed)
    return date if date is not None and is_plausible_birth(date, reference_date) else None


def is_plausible_birth(date: dt.date, reference_date: dt.date) -> bool:
    """Whether `date` is not after the reference date nor more than `OLDEST` years before it."""
    return date <= reference_date and reference_date.year - date.year <= OLDEST


def _compact(text: str) -> str:
    """Without white space, in one width, kanji numerals as digits, ㍼ as 昭和."""
    folded = "".join(fold_width(cleaned(text)).split())
    if _LIGATURE.search(folded):
        folded = folded.translate(_LIGATURES)
    return _KANJI_NUMBER.sub(lambda match: _kanji_number(match[0]), folded)


def _kanji_number(text: str) -> str:
    if "十" not in text:
        return "".join(str(_KANJI_DIGITS.index(char)) for char in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return text
    return str(10 * (_KANJI_DIGITS.index(tens) if tens else 1) + (_KANJI_DIGITS.index(ones) if ones else 0))


def _read_text(text: str, keyed: bool) -> dt.date | None:
    if len(text) > _LONGEST:
        return None
    if match := _WITH_ERA.fullmatch(text) or _WITH_ERA_COMPACT.fullmatch(text):
        word, year, month, day = match.groups()
        era = era_named(word.upper())
        return from_era(era, 1 if year == "元" else int(year), int(month), int(day))
    if match := _COMMON.fullmatch(text) or _COMMON_COMPACT.fullmatch(text):
        return _date(*match.groups())
    if match := _MONTH_FIRST.fullmatch(text):
        month, day, year = match.groups()
        return _date(year, month, day) if int(day) > 12 or int(day) == int(month) else None
    if match := _TWO_NAMES.fullmatch(text):
        first, second = (_read_text(f"{match[name]}年{match[3]}", keyed) for name in (1, 2))
        return first if first == second else None
    if _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + dt.timedelta(days=int(text.partition(".")[0]))
    if keyed and (match := _KEYED.fullmatch(text)):
        digit, year, month, day = match.groups()
        return from_era(era_named(_ERA_DIGIT[digit]), int(year), int(month), int(day))
    return None


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


_STAMP = re.compile(
    r"(?:([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2}))"
    r"(?:[T ]*(午前|午後)?[ ]*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?[ ]*(AM|PM)?"
    r"[ ]*(?:(Z)|(?:GMT|JST)?(?:([+-][0-9]{1,2})(?::?([0-9]{2}))?)?)?)?",
    re.IGNORECASE,
)


def read_timestamp(value: Value) -> dt.datetime | None:
    """When an application was sent, in Japanese time without a zone, or None.

    Reads the stamps of web forms: 2026/04/02 12:01:00, 2026-04-02 08:00, 2026/04/02 午後 3:04:05 GMT+9,
    4/2/26 9:00:00 (month first, as Microsoft Forms exports), ISO 8601 with a zone, a date alone (00:00).
    """
    if isinstance(value, dt.datetime):
        return value.astimezone(_JST).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    text = " ".join(fold_width(cleaned(as_text(value))).split())
    match = _STAMP.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    (
        year,
        month,
        day,
        us_month,
        us_day,
        us_year,
        half,
        hour,
        minute,
        second,
        meridiem,
        zulu,
        zone,
        zone_minutes,
    ) = match.groups()
    if us_year:
        year, month, day = us_year if len(us_year) == 4 else f"20{us_year}", us_month, us_day
    hours = int(hour or 0)
    if half or meridiem:
        if hours > 12:
            return None
        hours = hours % 12 + (12 if half == "午後" or (meridiem or "").upper() == "PM" else 0)
    try:
        stamp = dt.datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))  # noqa: DTZ001
        if not (zulu or zone):
            return stamp
        offset = dt.timedelta()
        if zone:
            offset = dt.timedelta(hours=int(zone), minutes=int(zone[0] + (zone_minutes or "0")))
        return stamp - offset + dt.timedelta(hours=9)
    except (ValueError, OverflowError):
        return None
