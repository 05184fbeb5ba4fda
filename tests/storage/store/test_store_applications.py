"""Applications come back as they went in, keep every version, and cannot be changed behind anybody's back."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from core.applicant import Applicant, Application, Problem, Route, State, Warning_
from core.errors import IntegrityFailure, Refused
from core.people.duplicates import folded_key
from storage.store import VaultTx

Make = Callable[..., Application]

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
applicants = st.builds(
    Applicant,
    kana=texts,
    birth_date=st.none() | st.dates(),
    postal_code=texts,
    address=texts,
    phone=texts,
    email=st.none() | texts,
    preferences=st.lists(texts, max_size=4).map(tuple),
    group=st.none() | texts,
)
applications = st.builds(
    Application,
    number=st.integers(1, 2**53),
    record=texts,
    applicant=applicants,
    state=st.sampled_from(State),
    route=st.sampled_from(Route),
    source=texts,
    receipt=st.none() | texts,
    problems=st.lists(st.sampled_from(Problem), unique=True).map(tuple),
    warnings=st.lists(st.sampled_from(Warning_), unique=True).map(tuple),
    version=st.integers(1, 1000),
    reason=st.none() | texts,
)
moments = st.datetimes(
    min_value=dt.datetime(1970, 1, 2),  # noqa: DTZ001 - Hypothesis adds the offset
    timezones=st.builds(
        dt.timezone, st.integers(-720, 720).map(lambda minutes: dt.timedelta(minutes=minutes))
    ),
)


@settings(max_examples=60)
@given(application=applications, at=moments)
def test_an_application_comes_back_as_it_went_in(
    new_tables: Any, application: Application, at: dt.datetime
) -> None:
    tx = VaultTx(new_tables())
    tx.applications.add(application, at)
    assert tx.applications.get(application.number) == application
    assert tx.applications.by_record(application.record) == application
    assert tx.applications.history(application.number) == [(application, at, "")]


@settings(max_examples=40)
@given(first=applications, later=st.lists(st.tuples(applicants, st.sampled_from(State), moments), max_size=4))
def test_every_version_is_kept_with_when_and_who(
    new_tables: Any, at: dt.datetime, first: Application, later: list[tuple[Applicant, State, dt.datetime]]
) -> None:
    tx = VaultTx(new_tables())
    tx.applications.add(first, at)
    kept = [(first, at, "")]
    for applicant, state, when in later:
        newest = replace(kept[-1][0], applicant=applicant, state=state, version=kept[-1][0].version + 1)
        tx.applications.put(newest, when, "sato")
        kept.append((newest, when, "sato"))
    assert tx.applications.history(first.number) == kept
    assert tx.applications.get(first.number) == kept[-1][0]


def test_two_files_leave_their_history(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    first = make(1, source="april.csv", phone="")
    corrected = replace(make(1, source="april.csv", phone="0398765432"), version=2, reason="source_corrected")
    tx.applications.add(first, at)
    tx.applications.add(make(2, source="april.csv"), at)
    tx.applications.put(corrected, at + dt.timedelta(days=7), "suzuki")
    tx.applications.add(make(3, source="may.csv"), at + dt.timedelta(days=7))
    assert [version for version, _, _ in tx.applications.history(1)] == [first, corrected]
    assert [who for _, _, who in tx.applications.history(1)] == ["", "suzuki"]
    assert [application.source for application in tx.applications.all()] == [
        "april.csv",
        "april.csv",
        "may.csv",
    ]


def test_what_is_not_there_is_none(tx: VaultTx) -> None:
    assert tx.applications.get(1) is None
    assert tx.applications.by_record("ABCDEFGHJK") is None
    assert tx.applications.history(1) == []


def test_the_slower_of_two_corrections_is_refused_and_the_faster_stands(
    tx: VaultTx, make: Make, at: dt.datetime
) -> None:
    tx.applications.add(make(7), at)
    faster = replace(make(7, phone="0311111111"), version=2)
    tx.applications.put(faster, at, "sato")
    with pytest.raises(Refused, match="0007"):
        tx.applications.put(replace(make(7, phone="0322222222"), version=2), at, "suzuki")
    assert tx.applications.get(7) == faster
    assert len(tx.applications.history(7)) == 2


def test_a_version_cannot_skip_nor_change_its_record(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1), at)
    with pytest.raises(Refused):
        tx.applications.put(make(1, version=3), at, "sato")
    with pytest.raises(Refused):
        tx.applications.put(make(1, version=2, record="ZZZZZZZZZZ"), at, "sato")
    assert tx.applications.get(1) == make(1)


@pytest.mark.parametrize(
    "taken", [{"number": 1, "record": "ZZZZZZZZZZ"}, {"number": 2, "record": "AAAAAAAAAB"}]
)
def test_a_number_or_a_record_is_given_once(
    tx: VaultTx, make: Make, at: dt.datetime, taken: dict[str, Any]
) -> None:
    tx.applications.add(make(1), at)
    with pytest.raises(IntegrityFailure):
        tx.applications.add(make(**taken), at)
    assert tx.applications.all() == [make(1)]


def test_numbers_run_on_within_their_series(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    own, desk = range(1, 9001), range(9001, 9003)
    assert (tx.applications.next_number(own), tx.applications.next_number(desk)) == (1, 9001)
    tx.applications.add(make(5), at)
    tx.applications.add(make(9001), at)
    assert (tx.applications.next_number(own), tx.applications.next_number(desk)) == (6, 9002)
    tx.applications.add(make(9002), at)
    with pytest.raises(Refused):
        tx.applications.next_number(desk)


def test_people_are_found_by_folded_name_and_birth_date_unless_refused_or_withdrawn(
    tx: VaultTx, make: Make, at: dt.datetime
) -> None:
    tx.applications.add(make(1, kana="ヂユウモンジ ハナ"), at)
    tx.applications.add(make(2, kana="ジュウモンジ ハナ", state=State.HELD), at)
    tx.applications.add(make(3, kana="ジュウモンジ ハナ", state=State.WITHDRAWN), at)
    tx.applications.add(make(4, kana="ジュウモンジ ハナ", state=State.REFUSED), at)
    tx.applications.add(make(5, kana="ジュウモンジ ハナ", birth_date=dt.date(1951, 3, 4)), at)
    tx.applications.add(make(6, kana="ジュウモンジ ハナ", birth_date=None), at)
    tx.applications.add(make(7, kana="", birth_date=None), at)
    key = folded_key(make(1, kana="ジュウモンジ ハナ").applicant)
    assert [found.number for found in tx.applications.with_duplicate_key(key)] == [1, 2]
    assert tx.applications.with_duplicate_key("") == []


def test_what_several_have_in_common_is_asked_of_many_at_once_and_read_off_the_indexes(
    connection: Any, make: Make, at: dt.datetime
) -> None:
    tx = VaultTx(connection)
    for number in range(1, 5):
        tx.applications.add(
            make(number, kana=f"アイダ {'アイ'[number // 4]}", phone=f"0335210{number // 3:04}"), at
        )
    keys = [folded_key(one.applicant) for one in tx.applications.all()]
    phones = [one.applicant.phone for one in tx.applications.all()]
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    shared = tx.applications.shared(
        {*keys, "ダレモ 1950-01-01"}, {*phones, *(f"09000{n:06}" for n in range(700))}
    )
    connection.set_trace_callback(None)
    assert shared.keys == {keys[0]} and keys[-1] != keys[0]
    assert shared.phones == {phones[0], phones[-1]}
    assert len(asked) == 3, "hundreds at a time"
    for sql in asked:
        plans = [step[3] for step in connection.execute("EXPLAIN QUERY PLAN " + sql)]
        assert plans and all("COVERING INDEX" in plan or "LIST SUBQUERY" in plan for plan in plans), plans


def test_a_correction_of_the_name_moves_the_duplicate_key(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1, kana="アイダ ハナ"), at)
    tx.applications.put(make(1, kana="イイダ ハナ", version=2), at, "sato")
    key_before, key_after = (
        folded_key(make(1, kana=kana).applicant) for kana in ("アイダ ハナ", "イイダ ハナ")
    )
    assert tx.applications.with_duplicate_key(key_before) == []
    assert [found.number for found in tx.applications.with_duplicate_key(key_after)] == [1]


def test_couples_are_found_by_phone_and_groups_by_code(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1, group="G1"), at)
    tx.applications.add(make(2, phone=""), at)
    tx.applications.add(make(3, group="G1", phone="0399999999"), at)
    tx.applications.add(make(4, phone=""), at)
    assert [found.number for found in tx.applications.with_phone("0312345678")] == [1]
    assert tx.applications.with_phone("") == []
    assert [found.number for found in tx.applications.with_group("G1")] == [1, 3]


def test_states_are_counted_with_those_nobody_is_in(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1), at)
    tx.applications.add(make(2), at)
    tx.applications.add(make(3, state=State.HELD, problems=(Problem.MISSING_PHONE,)), at)
    assert tx.applications.counts() == {
        State.ACCEPTED: 2,
        State.HELD: 1,
        State.REFUSED: 0,
        State.WITHDRAWN: 0,
    }
    assert [found.number for found in tx.applications.all((State.HELD,))] == [3]
    assert tx.applications.all(()) == []


def test_what_waits_to_be_sent_is_the_accepted_and_later_all_that_changed(
    tx: VaultTx, make: Make, at: dt.datetime
) -> None:
    waiting = tx.applications.unsent
    tx.applications.add(make(1), at)
    tx.applications.add(make(2, state=State.HELD), at)
    assert [application.number for application in waiting()] == [1]
    tx.applications.mark_sent([1])
    tx.applications.mark_sent([1])
    assert waiting() == []
    tx.applications.put(make(1, state=State.WITHDRAWN, version=2), at, "sato")
    tx.applications.put(make(2, version=2), at, "sato")
    assert waiting() == [make(1, state=State.WITHDRAWN, version=2), make(2, version=2)]
    tx.applications.mark_sent([1, 2])
    assert waiting() == []


def test_a_moment_without_its_offset_is_not_stored(tx: VaultTx, make: Make) -> None:
    with pytest.raises(ValueError, match="offset"):
        tx.applications.add(make(1), dt.datetime(2026, 4, 1))  # noqa: DTZ001 - the point
    assert tx.applications.get(1) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM application",
        "UPDATE application SET kana = 'イイダ'",
        "UPDATE application SET number = 2, version = version + 1",
        "UPDATE application SET record = 'ZZZZZZZZZZ', version = version + 1",
        "UPDATE application_version SET kana = 'イイダ'",
        "DELETE FROM application_version",
    ],
)
def test_the_tables_themselves_forget_nothing(
    tx: VaultTx,
    connection: Any,
    make: Make,
    at: dt.datetime,
    refused_by_table: type[Exception],
    statement: str,
) -> None:
    tx.applications.add(make(1), at)
    with pytest.raises(refused_by_table):
        connection.execute(statement)
    assert tx.applications.history(1) == [(make(1), at, "")]


def test_a_copy_under_a_new_key_keeps_every_version_and_every_rule(
    tx: VaultTx,
    connection: Any,
    make: Make,
    at: dt.datetime,
    refused_by_table: type[Exception],
    tmp_path: Path,
) -> None:
    tx.applications.add(make(1), at)
    tx.applications.put(make(1, phone="", version=2), at, "sato")
    copy = tmp_path / "copy.db"
    connection.execute("ATTACH ? AS copy KEY ?", (str(copy), f"x'{'43' * 32}'"))
    connection.execute("SELECT sqlcipher_export('copy')").fetchall()
    connection.execute("DETACH copy")
    opened = dbapi2.connect(str(copy), isolation_level=None)
    opened.execute(f"PRAGMA key = \"x'{'43' * 32}'\"")
    assert VaultTx(opened).applications.history(1) == tx.applications.history(1)
    with pytest.raises(refused_by_table, match="append-only"):
        opened.execute("DELETE FROM application_version")
    opened.close()
