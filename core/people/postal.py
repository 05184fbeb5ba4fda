"""Postal codes: seven digits."""

from __future__ import annotations

import re

from core.people.text import Value, as_text, cleaned, fold_width, join_dashes, one_line

_CODE = re.compile(r"(?:〒|郵便番号:?)? ?([0-9]{3})[- ]?([0-9]{4})")
_AT_START = re.compile(rf"{_CODE.pattern}(?![0-9-])[ ,、]*")


def read_postal_code(value: Value) -> str:
    """The seven digits, or "". A number of six digits has lost its leading zero to a spreadsheet."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = as_text(value)
        return digits.zfill(7) if re.fullmatch(r"[0-9]{6,7}", digits) else ""
    if value is None:
        return ""
    match = _CODE.fullmatch(one_line(join_dashes(fold_width(cleaned(as_text(value))))))
    return match[1] + match[2] if match else ""


def split_postal_code(line: str) -> tuple[str, str]:
    """(code or "", the rest) of an address in one folded line that may begin with 〒162-0044, even twice."""
    code = ""
    while match := _AT_START.match(line):
        code = code or match[1] + match[2]
        line = line[match.end() :]
    return code, line
