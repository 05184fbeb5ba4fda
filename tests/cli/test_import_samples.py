"""`ikiiki intake import --json`, as a process, makes of every row of the four sample files what it must become."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.roles import Site
from tests.journeys.acting import Machine, Sites, as_process, digest

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
FILES = [SAMPLES / name for name in EXPECTED["order"]]
CONTRADICTION = ("web-form.csv", 164)
"""昭和65年7月20日, expected as underage; survey.csv row 42 expects 昭和65年3月1日 as unreadable. 昭和 ended on
1989-01-07, era bounds are real dates, and no rule tells the two apart: both are unreadable here."""


def programme() -> str:
    """The samples' programme. It closes after all of them were sent."""
    outings = "".join(
        f'\n[[outing]]\ncode = "{code}"\ndate = 2026-10-{day}\nplace = "山{code}"\ncapacity = {seats}\n'
        for day, (code, seats) in enumerate(EXPECTED["courses"].items(), start=10)
    )
    return f"""\
name = "いきいきハイキング"
fiscal_year = 2026
prefecture = "東京都"
ward = "新宿区"
reference_date = {EXPECTED["reference_date"]}
minimum_age = 60
applications_close = 2026-09-30
{outings}
[draw]
largest_group = {EXPECTED["largest_group"]}
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A contractor's vault into which nothing has been imported."""
    base = tmp_path_factory.mktemp("samples")
    (base / "programme.toml").write_text(programme(), encoding="utf-8")
    machine = Sites(base, runner=as_process).contractor
    assert machine.site is Site.CONTRACTOR
    machine.do(
        "init", machine.folder, "--site", "contractor", "--staff", "c-boss", "--name", "責任者",
        "--kdf-mib", 64, "--programme", base / "programme.toml", alone=True,
    )  # fmt: skip
    return machine


@pytest.fixture(scope="module")
def dry(machine: Machine) -> Any:
    """What `--dry-run` said, before anything was imported; the tables must be as they were."""
    before = machine.tables(), digest(machine.folder / "outbox")
    said = machine.do("intake", "import", *FILES, "--dry-run")
    assert (machine.tables(), digest(machine.folder / "outbox")) == before
    return said


@pytest.fixture(scope="module")
def said(machine: Machine, dry: Any) -> Any:
    """What the import printed."""
    return machine.do("intake", "import", *FILES)


def expected_of(file: str, row: dict[str, Any]) -> tuple[str, set[str]]:
    if (file, row["row"]) == CONTRADICTION:
        return "held", {"unreadable_birth_date"}
    return row["outcome"], set(row["problems"])


def test_the_files_are_reported_in_order_and_every_row_in_its_place(said: Any) -> None:
    assert [file["file"] for file in said["files"]] == EXPECTED["order"]
    for file in said["files"]:
        assert [(row["row"], row["receipt"]) for row in file["rows"]] == [
            (row["row"], row["receipt"]) for row in EXPECTED["files"][file["file"]]
        ]


def test_every_row_has_the_expected_outcome_and_problems(said: Any) -> None:
    for file in said["files"]:
        for got, want in zip(file["rows"], EXPECTED["files"][file["file"]], strict=True):
            place = file["file"], want["row"]
            assert (got["outcome"], set(got["problems"])) == expected_of(file["file"], want), place
            assert len(got["problems"]) == len(set(got["problems"])), place


def test_every_accepted_row_has_the_expected_values(said: Any) -> None:
    compared = 0
    for file in said["files"]:
        for got, want in zip(file["rows"], EXPECTED["files"][file["file"]], strict=True):
            if want["outcome"] == "accepted":
                values = {
                    key: want[key] for key in want if key not in {"row", "receipt", "outcome", "problems"}
                }
                assert {key: got["applicant"][key] for key in values} == values, (file["file"], want["row"])
                assert got["applicant"]["address"].startswith("東京都新宿区")
                compared += 1
    assert compared == 380


def test_the_counts_are_those_of_the_rows(said: Any) -> None:
    for file in said["files"]:
        outcomes = Counter(row["outcome"] for row in file["rows"])
        assert (file["accepted"], file["held"]) == (outcomes["accepted"], outcomes["held"])
        wanted = Counter(expected_of(file["file"], row)[0] for row in EXPECTED["files"][file["file"]])
        assert outcomes == wanted


def test_encodings_and_dropped_columns_are_told(said: Any) -> None:
    assert [(file["encoding"], file["dropped_columns"]) for file in said["files"]] == [
        ("cp932", ["性別", "同意"]),
        ("utf-8-sig", []),
        ("xlsx", ["開始時刻", "メール", "名前"]),
        ("cp932", []),
    ]


def test_what_was_said_is_what_the_vault_holds(machine: Machine, said: Any) -> None:
    with machine.looking() as tx:
        stored = {application.number: application for application in tx.applications.all()}
    rows = [row for file in said["files"] for row in file["rows"]]
    assert sorted(row["number"] for row in rows) == sorted(stored)
    for row in rows:
        held = stored[row["number"]]
        assert (held.state.value, [p.value for p in held.problems], held.receipt) == (
            row["outcome"], row["problems"], row["receipt"],
        )  # fmt: skip
        assert (held.applicant.kana, held.applicant.phone) == (
            row["applicant"]["kana"],
            row["applicant"]["phone"],
        )


def test_a_dry_run_of_one_file_says_what_the_import_says(dry: Any, said: Any) -> None:
    first_dry, first = dry["files"][0], said["files"][0]
    assert first_dry == first


def test_a_second_import_finds_every_row_already_there_and_changes_nothing(
    machine: Machine, said: Any
) -> None:
    before = machine.tables()
    again = machine.do("intake", "import", *FILES)
    for file, first in zip(again["files"], said["files"], strict=True):
        assert {row["outcome"] for row in file["rows"]} == {"already"}
        assert (file["accepted"], file["held"], file["already"], file["changed"]) == (
            0,
            0,
            len(first["rows"]),
            0,
        )
        assert [row["number"] for row in file["rows"]] == [row["number"] for row in first["rows"]]
    assert machine.tables() == before
    machine.sound()
