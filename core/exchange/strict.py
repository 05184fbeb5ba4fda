"""Reading documents that others wrote: canonical bytes or nothing (docs/exchange.md, "Signed documents").

A document is one canonical JSON object (RFC 8785). It is parsed, written again and compared: whatever is not the one
canonical spelling (duplicate keys, spaces, other key order, floats, escapes) is refused without being listed here.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.canonical import canonical_json
from core.errors import IntegrityFailure

HASH = re.compile(r"[0-9a-f]{64}")
ID10 = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
STAFF_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
ZEROS = "0" * 64
"""Stands where the hash of a predecessor would, in the first of a chain."""
MAX_INTEGER = 9_999_999
FIRST_YEAR, LAST_YEAR = 2000, 2199
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")


def bad(what: str, name: str) -> IntegrityFailure:
    """The one error of everything that does not parse."""
    return IntegrityFailure(what, where=name)


def object_of(line: bytes, *, name: str) -> dict[str, Any]:
    """The JSON object that `line` (without its LF) spells canonically. Raises `IntegrityFailure` naming `name`."""
    try:
        value = json.loads(line.decode("utf-8"))
        if isinstance(value, dict) and canonical_json(value) == line:
            return value
    except (ValueError, RecursionError) as error:
        raise bad("正規のJSONとして読めません", name) from error
    raise bad("正規のJSONで書かれていません", name)


def is_moment(text: str) -> bool:
    """RFC 3339 to the second with a numeric offset, as in 2026-05-08T09:30:00+09:00, in the years this program may see.

    A signed time stays for good and is reckoned with ever after: one at the edge of the calendar overflows in another zone, and
    one of long ago has deadlines counted day by day.
    """
    if not _MOMENT.fullmatch(text) or text.endswith("-00:00") or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def moment(at: dt.datetime) -> str:
    """`at`, which must know its offset, as `is_moment` wants it."""
    if at.utcoffset() is None:
        raise ValueError("a moment needs its UTC offset")
    text = at.isoformat(timespec="seconds")
    if not is_moment(text):
        raise ValueError("offsets are whole minutes, years 2000 to 2199")
    return text


@dataclass(frozen=True)
class Fields:
    """The fields of one object, taken out one by one with what each must look like."""

    values: Mapping[str, Any]
    name: str

    def exactly(self, keys: tuple[str, ...]) -> Fields:
        """Raises `IntegrityFailure` when a key is missing or unknown."""
        if set(self.values) != set(keys):
            raise bad("項目が足りないか、知らない項目があります", self.name)
        return self

    def text(self, key: str, pattern: re.Pattern[str] | None = None, *, longest: int = 200) -> str:
        value = self.values[key]
        if not isinstance(value, str) or len(value) > longest or (pattern and not pattern.fullmatch(value)):
            raise bad("項目の値が正しくありません", f"{self.name} {key}")
        return value

    def literal(self, key: str, expected: str) -> str:
        if self.values[key] != expected:
            raise bad("知らない形式です。プログラムの版を確認してください", f"{self.name} {key}")
        return expected

    def moment(self, key: str) -> str:
        value = self.text(key)
        if not is_moment(value):
            raise bad("日時の書き方が正しくありません", f"{self.name} {key}")
        return value

    def integer(self, key: str, least: int = 0, most: int = MAX_INTEGER) -> int:
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise bad("数の値が正しくありません", f"{self.name} {key}")
        return value

    def object(self, key: str) -> Fields:
        value = self.values[key]
        if not isinstance(value, dict):
            raise bad("項目の値が正しくありません", f"{self.name} {key}")
        return Fields(value, f"{self.name} {key}")

    def objects(self, key: str, most: int) -> tuple[Fields, ...]:
        value = self.values[key]
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, dict) for one in value)
        ):
            raise bad("項目の値が正しくありません", f"{self.name} {key}")
        return tuple(Fields(one, f"{self.name} {key}[{index}]") for index, one in enumerate(value))
