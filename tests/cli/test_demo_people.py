"""The demo's people pass through the product's own readers, and only the intended few are doubtful."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.demo_people import (
    FILES,
    demo_programme,
    desk_applications,
    outing_days,
    paper_applications,
    write_exports,
)
from core.applicant import Problem, Reading, Route
from core.columns import recognise
from core.people.duplicates import folded_key
from core.people.reading import read_applicant
from core.programme import parse_programme
from storage.readers import read_table

PROGRAMME = parse_programme(demo_programme())


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Reading]]:
    rules = PROGRAMME.reading_rules()
    found = {}
    for path in write_exports(tmp_path_factory.mktemp("exports")):
        table = read_table(path)
        columns = recognise(table.header, name=table.name)
        found[path.name] = [read_applicant(columns.fields_of(row), rules) for row in table.rows]
    keyed = PROGRAMME.reading_rules(keyed=True)
    found["paper"] = [
        read_applicant(item.fields, keyed) for item in [*paper_applications(), *desk_applications()]
    ]
    return found


def every(readings: dict[str, list[Reading]]) -> Iterator[Reading]:
    for rows in readings.values():
        yield from rows


def test_the_programme_has_280_seats_and_lets_two_go_together() -> None:
    assert [(outing.code, outing.capacity) for outing in PROGRAMME.outings] == [
        ("A", 80),
        ("B", 80),
        ("C", 60),
        ("D", 60),
    ]
    assert PROGRAMME.draw.largest_group == 2


def test_380_people_apply(readings: dict[str, list[Reading]]) -> None:
    assert [len(readings[name]) for name in (*FILES, "paper")] == [170, 90, 60, 37, 23]


def test_only_the_intended_few_are_doubtful_by_themselves(readings: dict[str, list[Reading]]) -> None:
    problems = Counter(problem for reading in every(readings) for problem in reading.problems)
    assert problems == {
        Problem.UNDERAGE: 2,
        Problem.OUTSIDE_WARD: 2,
        Problem.MISSING_PHONE: 1,
        Problem.UNREADABLE_PHONE: 1,
        Problem.UNREADABLE_BIRTH_DATE: 1,
        Problem.NAME_NOT_KANA: 1,
        Problem.MISSING_BIRTH_DATE: 1,
        Problem.MISSING_ADDRESS: 1,
        Problem.MISSING_NAME: 1,
    }


def test_three_apply_twice(readings: dict[str, list[Reading]]) -> None:
    keys = Counter(key for reading in every(readings) if (key := folded_key(reading.applicant)))
    assert Counter(keys.values())[2] == 3
    assert max(keys.values()) == 2


def test_groups_are_of_two_with_one_wish_list_but_for_one_whose_mate_never_came(
    readings: dict[str, list[Reading]],
) -> None:
    groups: dict[str, list[tuple[str, ...]]] = {}
    for reading in every(readings):
        if reading.applicant.group:
            groups.setdefault(reading.applicant.group, []).append(reading.applicant.preferences)
    assert sorted(map(len, groups.values())) == [1] + [2] * 21
    assert all(len(set(wishes)) == 1 for wishes in groups.values())


def test_every_outing_is_wished_for_by_more_than_it_seats(readings: dict[str, list[Reading]]) -> None:
    wished = Counter(code for reading in every(readings) for code in reading.applicant.preferences)
    assert all(wished[outing.code] > outing.capacity for outing in PROGRAMME.outings)


def test_sex_and_remarks_are_dropped_at_the_door(tmp_path: Path) -> None:
    table = read_table(write_exports(tmp_path)[0])
    dropped = recognise(table.header, name=table.name).dropped
    assert {"性別", "備考"} <= set(dropped)


def test_every_demo_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = write_exports(tmp_path / "1"), write_exports(tmp_path / "2")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_the_files_are_of_the_encodings_offices_meet(tmp_path: Path) -> None:
    web, survey, forms, counter = write_exports(tmp_path)
    assert read_table(web).encoding.lower() in {"cp932", "shift_jis"}
    assert survey.read_bytes().startswith(b"\xef\xbb\xbf")
    assert forms.read_bytes().startswith(b"PK")
    assert counter.read_bytes().startswith('"レコード番号"'.encode())


def test_paper_comes_by_post_and_fax_and_three_from_the_counter() -> None:
    assert Counter(item.route for item in paper_applications()) == {Route.POST: 15, Route.FAX: 5}
    assert [item.route for item in desk_applications()] == [Route.DESK] * 3


def test_the_demos_last_outings_lie_ahead_while_its_contract_lasts() -> None:
    """Into an outing whose day has come nobody moves up; the demo is to show somebody who does."""
    for today in (dt.date(2026, 4, 1), dt.date(2026, 10, 13), dt.date(2026, 10, 14), dt.date(2026, 12, 23)):
        days = outing_days(today)
        assert today < days["C"] < days["D"]
        outings = parse_programme(demo_programme(days)).outings
        assert {outing.code: outing.date for outing in outings} == days
    assert parse_programme(demo_programme(outing_days(dt.date(2031, 1, 1))))
