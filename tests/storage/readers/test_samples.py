"""The four sample files, as four different systems write them, become what they must become, row by row."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.applicant import Problem, Reading
from core.columns import recognise
from core.people.duplicates import folded_key
from core.people.reading import ReadingRules, read_applicant
from storage.readers import read_table

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
RULES = ReadingRules(
    reference_date=dt.date.fromisoformat(EXPECTED["reference_date"]),
    minimum_age=60,
    prefecture="東京都",
    ward="新宿区",
    outings=frozenset(EXPECTED["courses"]),
    applications_close=dt.date(2026, 5, 8),
)
CONTRADICTION = ("web-form.csv", 164)
"""昭和65年7月20日, expected as underage; survey.csv row 42 expects 昭和65年3月1日 as unreadable. 昭和 ended on
1989-01-07, era bounds are real dates, and no rule tells the two apart: both are unreadable here."""


@dataclass(frozen=True)
class Got:
    file: str
    number: int
    receipt: str | None
    reading: Reading


@pytest.fixture(scope="module")
def rows() -> list[Got]:
    got: list[Got] = []
    for file in EXPECTED["order"]:
        table = read_table(SAMPLES / file)
        columns = recognise(table.header, name=table.name, needs_preference=True)
        for number, row in zip(table.numbers, table.rows, strict=True):
            reading = read_applicant(columns.fields_of(row), RULES)
            got.append(Got(file, number, columns.receipt_of(row), reading))
    return got


def problems_of(rows: list[Got]) -> dict[tuple[str, int], set[Problem]]:
    """The rows' own problems, and `duplicate` for all but the first of those with one folded key."""
    seen: set[str] = set()
    found: dict[tuple[str, int], set[Problem]] = {}
    for row in rows:
        key = folded_key(row.reading.applicant)
        twice = {Problem.DUPLICATE} if key and key in seen else set()
        found[row.file, row.number] = set(row.reading.problems) | twice
        seen.add(key)
    return found


def test_every_row_is_there_under_its_number_and_receipt(rows: list[Got]) -> None:
    want = [
        (file, row["row"], row["receipt"]) for file in EXPECTED["order"] for row in EXPECTED["files"][file]
    ]
    assert [(row.file, row.number, row.receipt) for row in rows] == want


def test_every_row_is_accepted_or_held_for_the_expected_reasons(rows: list[Got]) -> None:
    got = problems_of(rows)
    for file, expected in EXPECTED["files"].items():
        for row in expected:
            if (file, row["row"]) != CONTRADICTION:
                assert got[file, row["row"]] == set(row["problems"]), (file, row["row"])
    assert got[CONTRADICTION] == {Problem.UNREADABLE_BIRTH_DATE}


def test_every_accepted_row_has_the_expected_items(rows: list[Got]) -> None:
    by_place = {(row.file, row.number): row.reading.applicant for row in rows}
    compared = 0
    for file, expected in EXPECTED["files"].items():
        for row in expected:
            if row["outcome"] != "accepted":
                continue
            applicant = by_place[file, row["row"]]
            assert {
                "kana": applicant.kana,
                "birth_date": applicant.birth_date.isoformat() if applicant.birth_date else None,
                "postal_code": applicant.postal_code,
                "phone": applicant.phone,
                "email": applicant.email,
                "preferences": list(applicant.preferences),
                "group": applicant.group,
            } == {key: row[key] for key in row if key not in {"row", "receipt", "outcome", "problems"}}, (
                file,
                row["row"],
            )
            assert applicant.address.startswith("東京都新宿区")
            compared += 1
    assert compared == 380


def test_a_remark_under_the_building_is_not_kept(rows: list[Got]) -> None:
    addresses = [row.reading.applicant.address for row in rows]
    assert "東京都新宿区余丁町4-13-1 メゾン余丁町706" in addresses
    assert not any("連絡" in address for address in addresses)


def test_what_may_be_kept_of_a_row_reads_the_same_again() -> None:
    for file in EXPECTED["order"]:
        table = read_table(SAMPLES / file)
        columns = recognise(table.header, name=table.name)
        for row in table.rows:
            cells = columns.cells_of(row)
            again = read_applicant(columns.fields_from_cells(cells), RULES)
            assert again.applicant == read_applicant(columns.fields_of(row), RULES).applicant


@pytest.mark.parametrize(
    ("file", "dropped"),
    [
        ("web-form.csv", ("性別", "同意")),
        ("survey.csv", ()),
        ("forms.xlsx", ("開始時刻", "メール", "名前")),
        ("export.csv", ()),
    ],
)
def test_the_operator_is_told_which_columns_were_dropped(file: str, dropped: tuple[str, ...]) -> None:
    table = read_table(SAMPLES / file)
    assert recognise(table.header, name=table.name).dropped == dropped


@pytest.mark.parametrize(
    ("file", "encoding"),
    [("web-form.csv", "cp932"), ("survey.csv", "utf-8-sig"), ("forms.xlsx", "xlsx"), ("export.csv", "cp932")],
)
def test_the_encoding_is_found(file: str, encoding: str) -> None:
    assert read_table(SAMPLES / file).encoding == encoding
