"""Intake: judging the rows of a file, as import, keyed entry and the ward's check all do."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata

import phonenumbers

from bench.measure import Bench, Work
from core.people.fields import Field
from core.people.reading import ReadingRules, read_applicant

ROWS = 2_000
FIELDS = (Field.KANA, Field.BIRTH_DATE, Field.POSTAL_CODE, Field.ADDRESS, Field.PHONE, Field.EMAIL)
RULES = ReadingRules(
    reference_date=dt.date(2026, 4, 1),
    minimum_age=60,
    prefecture="東京都",
    ward="新宿区",
    outings=frozenset("A"),
    applications_close=dt.date(2026, 5, 8),
)


def rows() -> list[tuple[str, ...]]:
    """Rows as web forms write them, half-width and full-width mixed; numbers and names are made up."""
    return [
        (
            ("ｻﾄｳ ﾊﾅｺ", "さとう はなこ", "サトウ　ハナコ")[number % 3],
            f"昭和{25 + number % 10}年{1 + number % 12}月{1 + number % 28}日",
            "160-0023",
            f"東京都新宿区西新宿{1 + number % 8}丁目{1 + number % 20}-{1 + number % 9}",
            f"０３-3209-{number % 10_000:04}",
            f"bench{number}@example.jp",
        )
        for number in range(ROWS)
    ]


def prepare() -> tuple[Work, Work]:
    """Ours judges every row; the floor only parses the CSV, folds widths and asks whether the number is a telephone's."""
    written = io.StringIO()
    csv.writer(written).writerows(rows())
    text = written.getvalue()

    def ours() -> int:
        judged = [
            read_applicant({**dict(zip(FIELDS, row, strict=True)), Field.PREFERENCE: ("A",)}, RULES)
            for row in csv.reader(io.StringIO(text))
        ]
        return sum(not reading.problems for reading in judged)

    def floor() -> int:
        valid = 0
        for row in csv.reader(io.StringIO(text)):
            folded = [unicodedata.normalize("NFKC", cell) for cell in row]
            valid += phonenumbers.is_valid_number(phonenumbers.parse(folded[4], "JP"))
        return valid

    if ours() != ROWS or floor() != ROWS:
        raise AssertionError(
            f"only {ours()} of {ROWS} rows were read without a problem ({floor()} valid numbers)"
        )
    return ours, floor


BENCH = Bench("intake: judge", "rows", ROWS, "parse CSV, NFKC, is it a telephone number", 9.0, prepare)
