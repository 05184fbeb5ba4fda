"""A list of a million is asked about at once: SQLite takes no statement with so many values, the tables take it all the same."""

import datetime as dt

from storage.store import VaultTx

MORE = range(1, 300_001)
"""SQLite is built for 250,000 values in one statement."""


def test_every_question_about_many_is_answered(tx: VaultTx) -> None:
    numbers, records = list(MORE), [f"{number:010}" for number in MORE]
    answers = (
        tx.review_list.checked(numbers),
        tx.review_list.related(numbers),
        tx.applications.by_numbers(numbers),
        tx.applications.by_records(records),
        tx.reviews.latest("applicants", records),
        tx.reviews.said("applicants", records),
        tx.access.rows(numbers),
    )
    assert not any(answers), "of empty tables"


def test_what_is_there_is_found_in_order_whatever_it_is_asked_among(tx: VaultTx, at: dt.datetime) -> None:
    for number in (1, 2):
        tx.access.append(at, "sato", "open", f"no={number}", "tty1")
    assert [row.seq for row in tx.access.rows([*reversed(MORE), 1])] == [1, 2]
