"""Telephone numbers: Japanese ones, as digits with their leading zero."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from core.people.text import DASHES, Value, as_text, cleaned, fold_width

LONGEST_CELL = 60
"""Characters; a longer cell is a remark."""

_DIGITS = re.compile("0[0-9]{9,10}")
_FROM_SPREADSHEET = re.compile(r"[0-9]+\.0")
_UNREAD = re.compile(r"[^0-9+()]")
_BRACKETS = re.compile(r"[()]")
_RUN = re.compile(rf"[0-9+(). {re.escape(DASHES)}]*[0-9][0-9(). {re.escape(DASHES)}]*")
_ABROAD = re.compile(r"(?:\+|0?010)81(?:\(0\))?0?|81(?=[0-9]{9,10}$)")
_LOST_ZERO = re.compile(r"[1-9][0-9]{8}|[5-9]0[0-9]{8}")


def read_phone(value: Value) -> str | None:
    """The number, e.g. 0312345678, or None when it is empty or no Japanese number.

    Reads any width and any dash, brackets, +81, a label beside the number (自宅), and numbers whose leading
    zero a spreadsheet has eaten. Two numbers in one cell, or an extension, are left to a person.
    """
    text = fold_width(cleaned(as_text(value)))
    if len(text) > LONGEST_CELL:
        return None
    if _FROM_SPREADSHEET.fullmatch(text):
        text = text[:-2]
    runs = _RUN.findall(text)
    if len(runs) != 1:
        return None
    return _valid(_national(_UNREAD.sub("", runs[0])))


def _national(number: str) -> str:
    bare, abroad = _ABROAD.subn("0", number, count=1) if _ABROAD.match(number) else (number, 0)
    digits = _BRACKETS.sub("", bare)
    return digits if abroad or not _LOST_ZERO.fullmatch(digits) else f"0{digits}"


def _valid(digits: str) -> str | None:
    if not _DIGITS.fullmatch(digits):
        return None
    return digits if _ordinary().fullmatch(digits) or _is_valid(digits) else None


def _is_valid(digits: str) -> bool:
    import phonenumbers  # about 100 ms with its tables: only where a number is read

    return phonenumbers.is_valid_number_for_region(phonenumbers.parse(digits, "JP"), "JP")


@cache
def _ordinary() -> re.Pattern[str]:
    """Household and mobile numbers, by the patterns of the same tables: `_is_valid` takes all of these (and more), after
    a walk through every kind of number there is. What could be dialled abroad (010) or has two zeros is left to it."""
    from phonenumbers import PhoneMetadata

    japan: Any = PhoneMetadata.metadata_for_region("JP")
    kinds = (japan.general_desc, japan.fixed_line, japan.mobile)
    every, fixed, mobile = (kind.national_number_pattern for kind in kinds)
    return re.compile(rf"0(?!0|10)(?=(?:{every})$)(?:{fixed}|{mobile})")
