"""One row is judged by the programme's rules, the same from a file, a keyed postcard or at the ward's check."""

# ruff: noqa: DTZ001 - the product's times are Japanese times without a zone

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applicant import Applicant, Problem, Warning_
from core.people.duplicates import folded_key
from core.people.fields import Field, Fields
from core.people.reading import (
    ReadingRules,
    kept_text,
    read_applicant,
    read_receipt,
    read_submitted_at,
)
from core.people.wishes import Wishes, read_group, read_wishes

WIDE = {code: code + 0xFEE0 for code in range(0x30, 0x5B)}
"""Digits and capitals in full width."""
RULES = ReadingRules(
    reference_date=dt.date(2026, 4, 1),
    minimum_age=60,
    prefecture="東京都",
    ward="新宿区",
    outings=frozenset("ABC"),
    applications_close=dt.date(2026, 5, 8),
    closes={"C": dt.date(2026, 8, 31)},
    places={"高尾山": "A"},
)
ROW: dict[Field, object] = {
    Field.KANA: "ｻﾄｳ ﾊﾅｺ",
    Field.BIRTH_DATE: "S25.3.4",
    Field.ADDRESS: "〒162-0044 新宿区喜久井町2-14-6",
    Field.PHONE: "03-5211-4620",
    Field.PREFERENCE: ("A", "B"),
}


def read(
    change: dict[Field, object] | None = None, rules: ReadingRules = RULES
) -> tuple[Applicant, set[str], set[str]]:
    fields: Fields = {**ROW, **(change or {})}  # type: ignore[dict-item]
    reading = read_applicant(fields, rules)
    return reading.applicant, set(reading.problems), set(reading.warnings)


def test_a_good_row_is_read_whole() -> None:
    applicant, problems, warnings = read()
    assert applicant == Applicant(
        kana="サトウ ハナコ",
        birth_date=dt.date(1950, 3, 4),
        postal_code="1620044",
        address="東京都新宿区喜久井町2-14-6",
        phone="0352114620",
        email=None,
        preferences=("A", "B"),
        group=None,
    )
    assert (problems, warnings) == (set(), set())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({Field.KANA: ""}, Problem.MISSING_NAME),
        ({Field.KANA: None, Field.KANA_FAMILY: "サトウ"}, Problem.MISSING_NAME),
        ({Field.KANA: "佐藤 花子"}, Problem.NAME_NOT_KANA),
        ({Field.BIRTH_DATE: None}, Problem.MISSING_BIRTH_DATE),
        ({Field.BIRTH_DATE: "昭和65年3月1日"}, Problem.UNREADABLE_BIRTH_DATE),
        ({Field.BIRTH_DATE: "2031-01-01"}, Problem.UNREADABLE_BIRTH_DATE),
        ({Field.BIRTH_DATE: "1966-04-02"}, Problem.UNDERAGE),
        ({Field.ADDRESS: None}, Problem.MISSING_ADDRESS),
        ({Field.ADDRESS: "東京都文京区後楽1-2-3"}, Problem.OUTSIDE_WARD),
        ({Field.PHONE: ""}, Problem.MISSING_PHONE),
        ({Field.PHONE: "なし"}, Problem.MISSING_PHONE),
        ({Field.PHONE: "03-12"}, Problem.UNREADABLE_PHONE),
        ({Field.EMAIL: "hanako"}, Problem.UNREADABLE_EMAIL),
        ({Field.PREFERENCE: ("A", "Z")}, Problem.UNKNOWN_OUTING),
        ({Field.PREFERENCE: ()}, Problem.UNKNOWN_OUTING),
        ({Field.GROUP: "妻と一緒"}, Problem.GROUP_INCOMPLETE),
        ({Field.SUBMITTED_AT: "2026/05/09 00:00"}, Problem.LATE),
        ({Field.ADDRESS: "新宿区喜久井町\x1b[2J2-14-6"}, Problem.CONTROL_CHARACTERS),
    ],
)
def test_each_doubt_holds_the_row_by_its_name(change: dict[Field, object], problem: Problem) -> None:
    _, problems, _ = read(change)
    assert problems == {problem}


@pytest.mark.parametrize(
    "change",
    [
        {Field.BIRTH_DATE: "1966-04-01"},
        {Field.EMAIL: "なし"},
        {Field.SUBMITTED_AT: "2026/05/08 23:59"},
        {Field.SUBMITTED_AT: "いつか"},
        {Field.SUBMITTED_AT: "2026/08/31", Field.PREFERENCE: "C"},
        {Field.PREFERENCE: "高尾山"},
        {Field.GROUP: "なし"},
        {Field.BUILDING: "メゾン706\nご連絡は午後に"},
        {Field.KANA: None, Field.KANA_FAMILY: "  サトウ　", Field.KANA_GIVEN: "ハナコ"},
    ],
)
def test_what_is_in_order_holds_nothing(change: dict[Field, object]) -> None:
    _, problems, _ = read(change)
    assert problems == set()


def test_a_late_wish_among_timely_ones_holds_the_row() -> None:
    _, problems, _ = read({Field.SUBMITTED_AT: dt.datetime(2026, 6, 1), Field.PREFERENCE: ("C", "A")})
    assert problems == {Problem.LATE}


def test_an_odd_mail_address_is_kept_with_a_warning() -> None:
    applicant, problems, warnings = read({Field.EMAIL: "a..b@docomo.example.jp"})
    assert applicant.email == "a..b@docomo.example.jp"
    assert (problems, warnings) == (set(), {Warning_.UNUSUAL_EMAIL})


def test_a_postal_code_that_is_none_is_warned_of() -> None:
    _, problems, warnings = read({Field.POSTAL_CODE: "16200"})
    assert (problems, warnings) == (set(), {Warning_.POSTAL_CODE_MISMATCH})


def test_who_types_may_be_short_and_a_file_may_not() -> None:
    keyed = dataclasses.replace(RULES, keyed=True)
    assert read({Field.BIRTH_DATE: "250304"}, keyed)[0].birth_date == dt.date(1950, 3, 4)
    assert read({Field.BIRTH_DATE: "250304"})[1] == {Problem.UNREADABLE_BIRTH_DATE}


def test_with_one_outing_there_is_nothing_to_choose() -> None:
    only = dataclasses.replace(RULES, outings=frozenset("A"), closes={}, places={})
    applicant, problems, _ = read({Field.PREFERENCE: ()}, only)
    assert (applicant.preferences, problems) == (("A",), set())


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (("A", "B", None, ""), ("A", "B")),
        (("D、B",), None),
        (("Ａ・Ｂ",), ("A", "B")),
        (("c/a",), ("C", "A")),
        (("A B",), ("A", "B")),
        (("Aコース（6月10日、高尾山）",), ("A",)),
        (("A 高尾山", "B：御岳山"), ("A", "B")),
        (("高尾山", "B"), ("A", "B")),
        (("第1希望: B", "なし"), ("B",)),
        (("A", "A"), ("A",)),
        (("AB",), ("A", "B")),
        (("ｂａ",), ("B", "A")),
        (("BA C", "第2希望: cb"), ("B", "A", "C")),
        (("AZ",), None),
        (("B-A",), None),
        (("A Z",), None),
        (("どれでも",), None),
    ],
)
def test_wishes_are_written_in_many_ways(cells: tuple[str, ...], codes: tuple[str, ...] | None) -> None:
    wishes = read_wishes(cells, RULES.outings, RULES.places)
    assert wishes.unread == (codes is None)
    if codes is not None:
        assert wishes.codes == codes


CODES = st.frozensets(st.text("AB12", min_size=1, max_size=3), min_size=1, max_size=6)


def ways_to_cut(word: str, codes: frozenset[str]) -> list[list[str]]:
    """All of them, each followed to its end."""
    if not word:
        return [[]]
    return [
        [code, *rest]
        for code in codes
        if word.startswith(code)
        for rest in ways_to_cut(word[len(code) :], codes)
    ]


@given(
    data=st.data(), codes=CODES, spoken=st.sampled_from([str, str.lower, lambda text: text.translate(WIDE)])
)
def test_codes_without_a_comma_are_read_where_they_can_mean_one_thing_only(
    data: st.DataObject, codes: frozenset[str], spoken: Callable[[str], str]
) -> None:
    meant = data.draw(st.lists(st.sampled_from(sorted(codes)), min_size=1, max_size=4))
    run = "".join(meant)
    wishes = read_wishes((spoken(run),), codes, {})
    if run in codes:
        assert wishes == Wishes((run,), unread=False)
    elif len(ways_to_cut(run, codes)) == 1:
        assert wishes == Wishes(tuple(dict.fromkeys(meant)), unread=False)
    else:
        assert wishes == Wishes((), unread=True)


@given(st.text("AB", max_size=200))
def test_a_run_without_end_takes_no_time(run: str) -> None:
    wishes = read_wishes((run,), frozenset({"A", "AB", "B", "BAA"}), {})
    assert set(wishes.codes) <= {"A", "AB", "B", "BAA"}


def test_a_number_is_a_code_too() -> None:
    assert read_wishes((1, 2.0), frozenset({"1", "2"}), {}).codes == ("1", "2")


def test_a_group_code_is_one_however_it_is_typed() -> None:
    assert read_group("ｇ０７") == read_group(" G07 ") == "G07"
    assert read_group(7) == "7"
    assert read_group("－") is None


def test_the_receipt_is_the_sources_own_number() -> None:
    assert read_receipt({Field.RECEIPT: 1}) == read_receipt({Field.RECEIPT: 1.0}) == "1"
    assert read_receipt({Field.RECEIPT: "Ｗ０００１ "}) == "W0001"
    assert read_receipt({Field.RECEIPT: "あ" * 100}) is None
    assert read_receipt({}) is None
    assert read_submitted_at({Field.SUBMITTED_AT: "2026/04/02 10:01"}) == dt.datetime(2026, 4, 2, 10, 1)


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        (Field.KANA, "佐藤 花子", ""),
        (Field.KANA, "ｻﾄｳ", "サトウ"),
        (Field.GROUP, "妻と一緒", ""),
        (Field.BUILDING, "メゾン706\nご連絡は午後に", "メゾン706"),
        (Field.PHONE, "03-12", "03-12"),
        (Field.PHONE, "耳が遠いので" * 20, ""),
        (Field.BIRTH_DATE, "昭和65年3月1日", "昭和65年3月1日"),
        (Field.POSTAL_CODE, 600000, "0600000"),
        (Field.ADDRESS, "新宿区\x1b喜久井町", "新宿区喜久井町"),
    ],
)
def test_only_the_five_items_are_kept_of_what_was_written(field: Field, written: str, kept: str) -> None:
    assert kept_text(field, written) == kept


def test_two_applications_of_one_person_share_a_key() -> None:
    one, _, _ = read()
    other, _, _ = read(
        {Field.KANA: "さとう　はなこ", Field.BIRTH_DATE: "1950/3/4", Field.PHONE: "090-2372-5777"}
    )
    assert folded_key(one) == folded_key(other) != ""
    assert folded_key(read({Field.BIRTH_DATE: "S25.3.5"})[0]) != folded_key(one)
    assert folded_key(read({Field.KANA: ""})[0]) == ""


CELL = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.datetimes(), st.dates(), st.booleans()
)


@given(
    st.dictionaries(st.sampled_from(Field), st.one_of(CELL, st.tuples(CELL, CELL), st.just(()))),
    st.booleans(),
)
def test_whatever_a_row_holds_it_is_read_and_what_is_stored_can_be_read_again(
    fields: dict[Field, object], keyed: bool
) -> None:
    rules = dataclasses.replace(RULES, keyed=keyed)
    applicant, problems, _ = read(fields, rules)
    again, later, _ = read(
        {
            Field.KANA: applicant.kana,
            Field.KANA_FAMILY: None,
            Field.KANA_GIVEN: None,
            Field.BIRTH_DATE: applicant.birth_date,
            Field.POSTAL_CODE: applicant.postal_code,
            Field.ADDRESS: applicant.address,
            Field.BUILDING: None,
            Field.PHONE: applicant.phone,
            Field.EMAIL: applicant.email,
            Field.PREFERENCE: "、".join(applicant.preferences),
            Field.GROUP: applicant.group,
        }
    )
    assert again == applicant
    assert Problem.CONTROL_CHARACTERS not in later
    assert (applicant.kana == "") == bool(problems & {Problem.MISSING_NAME, Problem.NAME_NOT_KANA})
