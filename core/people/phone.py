"""Telephone numbers: Japanese ones, as digits with their leading zero."""

from __future__ import annotations

import re

from core.people.text import DASHES, Value, as_text, clean, fold_width

LONGEST_CELL = 60
"""Characters; a longer cell is a remark."""

_RUN = re.compile(rf"[0-9+(). {re.escape(DASHES)}]*[0-9][0-9(). {re.escape(DASHES)}]*")
_ABROAD = re.compile(r"(?:\+|0?010)81(?:\(0\))?0?|81(?=[0-9]{9,10}$)")
_LOST_ZERO = re.compile(r"[1-9][0-9]{8}|[5-9]0[0-9]{8}")


def read_phone(value: Value) -> str | None:
    """The number, e.g. 0312345678, or None when it is empty or no Japanese number.

    Reads any width and any dash, brackets, +81, a label beside the number (自宅), and numbers whose leading
    zero a spreadsheet has eaten. Two numbers in one cell, or an extension, are left to a person.
    """
    text = fold_width(clean(as_text(value)).text)
    if len(text) > LONGEST_CELL:
        return None
    if re.fullmatch(r"[0-9]+\.0", text):
        text = text[:-2]
    runs = _RUN.findall(text)
    if len(runs) != 1:
        return None
    return _valid(_national(re.sub(r"[^0-9+()]", "", runs[0])))


def _national(number: str) -> str:
    bare, abroad = _ABROAD.subn("0", number, count=1) if _ABROAD.match(number) else (number, 0)
    digits = re.sub(r"[()]", "", bare)
    return digits if abroad or not _LOST_ZERO.fullmatch(digits) else f"0{digits}"


def _valid(digits: str) -> str | None:
    if not re.fullmatch(r"0[0-9]{9,10}", digits):
        return None
    import phonenumbers  # about 100 ms with its tables: only where a number is read

    number = phonenumbers.parse(digits, "JP")
    return digits if phonenumbers.is_valid_number_for_region(number, "JP") else None
