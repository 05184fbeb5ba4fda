"""Nothing read is lost; the ward's words stay as they were said, and the newest stands."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import Application
from core.errors import IntegrityFailure
from core.office.ports import ReviewRow, SourceRow
from storage.store import VaultStore, VaultTx

Make = Callable[..., Application]
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@pytest.fixture
def source_row(at: dt.datetime) -> Callable[..., SourceRow]:
    def build(receipt: str | None, fingerprint: str = "a" * 64, **given: Any) -> SourceRow:
        facts: dict[str, Any] = {
            "source": "form",
            "file_name": "april.csv",
            "file_sha256": "f" * 64,
            "row": 1,
            "cells": {"kana": "やまだ たろう"},
            "outcome": "new",
            "number": 1,
            "at": at,
        }
        return SourceRow(receipt=receipt, fingerprint=fingerprint, **{**facts, **given})

    return build


@pytest.fixture
def word(at: dt.datetime, make: Make) -> Callable[..., ReviewRow]:
    def build(number: int, verdict: str = "confirmed", **given: Any) -> ReviewRow:
        facts: dict[str, Any] = {
            "stage": "applicants",
            "record": make(number).record,
            "version_hash": make(number).version_hash,
            "code": "",
            "actor": "ward1",
            "at": at,
        }
        return ReviewRow(verdict=verdict, **{**facts, **given})

    return build


@settings(max_examples=40)
@given(
    cells=st.dictionaries(texts, texts, max_size=5), receipt=st.none() | texts, names=st.tuples(texts, texts)
)
def test_a_source_row_comes_back_as_it_was_written(
    new_tables: Any,
    make: Make,
    at: dt.datetime,
    cells: dict[str, str],
    receipt: str | None,
    names: tuple[str, str],
) -> None:
    tx = VaultTx(new_tables())
    tx.applications.add(make(1), at)
    row = SourceRow(names[0], names[1], "f" * 64, 3, receipt, "a" * 64, cells, "new", 1, at)
    tx.sources.add(row)
    assert tx.sources.of_application(1) == [row]
    assert tx.sources.find(names[0], receipt, "a" * 64) == row


def test_two_files_of_one_form_are_known_by_receipt_the_newest_first(
    tx: VaultTx, make: Make, at: dt.datetime, source_row: Callable[..., SourceRow]
) -> None:
    tx.applications.add(make(1), at)
    april = source_row("W-1")
    may = source_row("W-1", "b" * 64, file_name="may.csv", outcome="changed", at=at + dt.timedelta(days=7))
    tx.sources.add(april)
    tx.sources.add(may)
    assert tx.sources.find("form", "W-1", "a" * 64) == may
    assert tx.sources.find("other form", "W-1", "a" * 64) is None
    assert tx.sources.of_application(1) == [april, may]
    assert tx.sources.count() == 2


def test_without_a_receipt_a_row_is_known_by_its_fingerprint(
    tx: VaultTx, make: Make, at: dt.datetime, source_row: Callable[..., SourceRow]
) -> None:
    tx.applications.add(make(1), at)
    tx.sources.add(source_row(None, "a" * 64))
    tx.sources.add(source_row("W-2", "b" * 64))
    assert tx.sources.find("form", None, "a" * 64) == source_row(None, "a" * 64)
    assert tx.sources.find("form", None, "b" * 64) is None, "that row is known by its receipt"
    assert tx.sources.find("form", "", "a" * 64) is None


def test_a_row_may_be_written_before_its_application_but_not_without_it(
    store: VaultStore, make: Make, at: dt.datetime, source_row: Callable[..., SourceRow]
) -> None:
    with store.write() as tx:
        tx.sources.add(source_row("W-1"))
        tx.applications.add(make(1), at)
    with pytest.raises(IntegrityFailure), store.write() as tx:
        tx.sources.add(source_row("W-2", number=2))
    with store.read() as tx:
        assert tx.sources.count() == 1


def test_the_newest_word_of_a_stage_stands(
    tx: VaultTx, make: Make, at: dt.datetime, word: Callable[..., ReviewRow]
) -> None:
    for number in (1, 2):
        tx.applications.add(make(number), at)
    returned = word(1, "returned", code="not_eligible")
    for row in (word(1), word(2), returned, word(1, stage="participants")):
        tx.reviews.add(row)
    assert tx.reviews.latest("applicants") == {make(1).record: returned, make(2).record: word(2)}
    assert tx.reviews.latest("participants") == {make(1).record: word(1, stage="participants")}
    assert tx.reviews.latest("nothing") == {}
    assert tx.reviews.latest("applicants", [make(2).record, "unknown"]) == {make(2).record: word(2)}
    many = [make(1).record, *(f"other{number}" for number in range(1000))]
    assert tx.reviews.latest("applicants", many) == {make(1).record: returned}


def test_a_word_on_another_version_does_not_hide_an_earlier_one(
    store: VaultStore, make: Make, word: Callable[..., ReviewRow], at: dt.datetime
) -> None:
    other = "f" * 64
    record, version = make(1).record, make(1).version_hash
    with store.write() as tx:
        tx.applications.add(make(1), at)
        for said in (word(1), word(1, "returned", version_hash=other, code="unclear")):
            tx.reviews.add(said)
    with store.read() as tx:
        (stage,) = {row.stage for row in tx.reviews.unsent()}
        words = tx.reviews.said(stage)
        assert {key: row.verdict for key, row in words.items()} == {
            (record, version): "confirmed", (record, other): "returned",
        }  # fmt: skip
        assert tx.reviews.ever_confirmed(stage, record) == {version}
        assert tx.reviews.ever_confirmed(stage, "0" * 10) == set()


def test_words_wait_until_a_bundle_carries_them(
    tx: VaultTx, make: Make, at: dt.datetime, word: Callable[..., ReviewRow]
) -> None:
    for number in (1, 2):
        tx.applications.add(make(number), at)
        tx.reviews.add(word(number))
    tx.reviews.add(word(2, "returned", sent_in="1-wc-00000001"))
    assert tx.reviews.unsent() == [word(1), word(2)]
    tx.reviews.mark_sent([word(1), word(1)], "1-wc-00000002")
    tx.reviews.mark_sent([word(1)], "1-wc-00000002")
    assert tx.reviews.unsent() == [word(2)]
    assert tx.reviews.latest("applicants")[make(1).record].sent_in == "1-wc-00000002"


@pytest.mark.parametrize("number", [1, 2])
def test_a_word_unknown_or_carried_by_another_bundle_cannot_be_sent(
    tx: VaultTx, make: Make, at: dt.datetime, word: Callable[..., ReviewRow], number: int
) -> None:
    tx.applications.add(make(1), at)
    tx.reviews.add(word(1))
    tx.reviews.mark_sent([word(1)], "1-wc-00000001")
    with pytest.raises(IntegrityFailure):
        tx.reviews.mark_sent([word(number)], "1-wc-00000002")
    assert tx.reviews.latest("applicants")[make(1).record].sent_in == "1-wc-00000001"


def test_a_word_on_a_record_nobody_has_is_refused(store: VaultStore, word: Callable[..., ReviewRow]) -> None:
    with pytest.raises(IntegrityFailure), store.write() as tx:
        tx.reviews.add(word(1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE source_row SET cells = '{}'",
        "DELETE FROM source_row",
        "UPDATE review SET verdict = 'returned'",
        "UPDATE review SET sent_in = ''",
        "DELETE FROM review",
    ],
)
def test_the_tables_keep_rows_and_words_as_they_are(
    tx: VaultTx,
    connection: Any,
    make: Make,
    at: dt.datetime,
    source_row: Callable[..., SourceRow],
    word: Callable[..., ReviewRow],
    refused_by_table: type[Exception],
    statement: str,
) -> None:
    tx.applications.add(make(1), at)
    tx.sources.add(source_row("W-1"))
    tx.reviews.add(word(1, sent_in="1-wc-00000001"))
    with pytest.raises(refused_by_table):
        connection.execute(statement)
    assert tx.sources.of_application(1) == [source_row("W-1")]
    assert tx.reviews.latest("applicants")[make(1).record] == word(1, sent_in="1-wc-00000001")


def test_many_rows_are_found_as_each_of_them_would_be(
    tx: VaultTx, make: Make, at: dt.datetime, source_row: Callable[..., SourceRow]
) -> None:
    tx.applications.add(make(1), at)
    prints = [f"{number:064}" for number in range(1200)]
    rows = [source_row(f"W-{number}" if number % 2 else None, prints[number]) for number in range(1000)]
    tx.sources.add_all(rows)
    tx.sources.add_all([source_row("W-1", "d" * 64, row=2), source_row("W-3", "e" * 64, source="other form")])
    receipts = [f"W-{number}" for number in range(1200)]
    found = tx.sources.find_all("form", receipts, prints)
    each = [tx.sources.find("form", receipt, "") for receipt in receipts]
    each += [tx.sources.find("form", None, fingerprint) for fingerprint in prints]
    known = [row for row in each if row is not None]
    assert len(found) == len(known) == 1000
    assert sorted(found, key=lambda row: row.fingerprint) == sorted(known, key=lambda row: row.fingerprint)
