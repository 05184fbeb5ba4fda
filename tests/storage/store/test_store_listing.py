"""A list shows exactly what its filter says, page by page, whatever is typed into the search."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import Application, Route, State, town_of
from core.office.listing import Landmark, ListFilter, Order
from core.office.ports import ReviewRow
from core.people.kana import fold_kana
from storage.store import VaultTx

Make = Callable[..., Application]

rows = st.lists(
    st.fixed_dictionaries(
        {
            "kana": st.sampled_from(["ヤマダ タロウ", "ヤマモト ハナ", "タナカ イチロウ", ""]),
            "address": st.sampled_from(["新宿区西新宿1-2", "新宿区霞ヶ丘町4", "100%区_町3", r"い\ろ5", ""]),
            "phone": st.sampled_from(["0312345678", "09011112222", ""]),
            "birth_date": st.sampled_from([dt.date(1950, 3, 4), dt.date(1944, 1, 1), None]),
            "state": st.sampled_from(State),
            "route": st.sampled_from(Route),
        }
    ),
    max_size=12,
)
words = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["confirmed", "returned"]), st.booleans()), max_size=12
)
searches = st.sampled_from(
    ["", " ", "やまだ", "ﾔﾏﾓﾄ", "タロウ", "ダタ", "西新宿", "霞ケ丘", "%", "_", "\\", "0% ", "3", "０００３", "5678", "22-22", "678"]
) | st.text(max_size=5)  # fmt: skip
filters = st.builds(
    ListFilter,
    states=st.frozensets(st.sampled_from(State)),
    search=searches,
    unconfirmed_only=st.booleans(),
    route=st.none() | st.sampled_from(Route),
    order=st.sampled_from(Order),
    backwards=st.booleans(),
)


def key_of(application: Application, order: Order) -> tuple[str, int]:
    """What an order sorts by, said once more without SQL."""
    who = application.applicant
    keys = {
        Order.NUMBER: "",
        Order.KANA: who.kana,
        Order.AGE: who.birth_date.isoformat() if who.birth_date else "",
        Order.TOWN: fold_kana(town_of(who.address)),
        Order.STATE: application.state.value,
    }
    return keys[order], application.number


def is_found(application: Application, search: str) -> bool:
    """What a search means, said once more without SQL."""
    wanted = fold_kana(search).lower()
    digits = "".join(letter for letter in fold_kana(search) if letter not in "-‐‑‒–—―⁃−─━﹣()")
    number = digits.isascii() and digits.isdigit()
    who = application.applicant
    return (
        not wanted
        or wanted in fold_kana(who.kana).lower()
        or wanted in fold_kana(town_of(who.address)).lower()
        or (number and int(digits) == application.number)
        or (number and len(digits) >= 4 and who.phone.endswith(digits))
    )


@settings(max_examples=150)
@given(rows=rows, words=words, which=filters, size=st.integers(1, 5))
def test_pages_and_count_are_what_the_filter_says(
    new_tables: Any,
    make: Make,
    at: dt.datetime,
    rows: list[dict[str, Any]],
    words: list[tuple[int, str, bool]],
    which: ListFilter,
    size: int,
) -> None:
    tx = VaultTx(new_tables())
    applications = [make(number, **row) for number, row in enumerate(rows, start=1)]
    for application in reversed(applications):
        tx.applications.add(application, at)
    confirmed: dict[int, bool] = {}
    for number, verdict, current in words:
        if number <= len(applications):
            application = applications[number - 1]
            seen = application.version_hash if current else "0" * 64
            tx.reviews.add(ReviewRow("applicants", application.record, seen, verdict, "", "sato", at))
            confirmed[number] = verdict == "confirmed" and current
    expected = [
        application
        for application in applications
        if application.state in which.states
        and (which.route is None or application.route is which.route)
        and not (which.unconfirmed_only and confirmed.get(application.number))
        and is_found(application, which.search)
    ]
    expected.sort(key=lambda application: key_of(application, which.order), reverse=which.backwards)
    pages = [tx.applications.page(which, offset, size) for offset in range(0, len(expected) + size, size)]
    assert [application for page in pages for application in page] == expected
    assert tx.applications.count(which) == len(expected)
    places = [Landmark(offset, one.number) for offset, one in enumerate(expected)] + [
        Landmark(len(expected), None)
    ]
    for near in places:  # from wherever one looks, the page is the same
        for offset in range(len(expected) + 2):
            assert tx.applications.page(which, offset, size, near) == expected[offset : offset + size]
    for number in range(1, len(applications) + 2):
        place = tx.applications.place(which, number)
        assert place == next((place for place in places if place.number == number), None)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("near", [None, Landmark(3, 4), Landmark(6, None)], ids=["top", "near", "end"])
def test_no_order_sorts_the_whole_vault_for_a_page(
    connection: Any,
    make: Make,
    at: dt.datetime,
    order: Order,
    backwards: bool,
    near: Landmark | None,
) -> None:
    """Each page is read off an index: the millionth row costs what the tenth does."""
    tx = VaultTx(connection)
    for number in range(1, 7):
        tx.applications.add(make(number), at)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    for offset in (0, 3):
        tx.applications.page(ListFilter(order=order, backwards=backwards), offset, 2, near)
    connection.set_trace_callback(None)
    plans = [
        step[3] for sql in asked if "LIMIT" in sql for step in connection.execute("EXPLAIN QUERY PLAN " + sql)
    ]
    assert plans and not [plan for plan in plans if "TEMP B-TREE" in plan]
    if near == Landmark(3, 4):
        assert any(plan.startswith("SEARCH") for plan in plans), plans


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ("やまだ", [1]),
        ("ﾔﾏﾀﾞ", [1]),
        ("ヤマダタロウ", [1]),
        ("じゅうもんじ", [2]),
        ("霞ケ丘", [2]),
        ("2", [2]),
        ("０００２", [2]),
        ("5678", [1]),
        ("３４－５６７８", [1]),
        ("678", []),
        ("0312", []),
        ("1-2-3", []),
        ("9" * 40, []),
        ("%", []),
        ("ヤマダ_タロウ", []),
        ("\x00", [1, 2]),
    ],
)
def test_a_search_finds_kana_town_number_and_last_digits(
    tx: VaultTx, make: Make, at: dt.datetime, search: str, numbers: list[int]
) -> None:
    tx.applications.add(make(1), at)
    tx.applications.add(
        make(2, kana="ジュウモンジ ハナ", address="新宿区霞ヶ丘町4-1", phone="0300000000"), at
    )
    found = tx.applications.page(ListFilter(search=search), 0, 10)
    assert [application.number for application in found] == numbers


def test_a_change_of_what_was_confirmed_puts_a_record_back_on_the_list(
    tx: VaultTx, make: Make, at: dt.datetime
) -> None:
    tx.applications.add(make(1), at)
    tx.reviews.add(ReviewRow("applicants", make(1).record, make(1).version_hash, "confirmed", "", "ward", at))
    unconfirmed = ListFilter(unconfirmed_only=True)
    assert tx.applications.count(unconfirmed) == 0
    tx.applications.put(make(1, phone="0399999999", version=2), at, "sato")
    assert tx.applications.count(unconfirmed) == 0
    tx.applications.put(make(1, kana="ヤマダ ジロウ", version=3), at, "sato")
    assert [application.number for application in tx.applications.page(unconfirmed, 0, 10)] == [1]


def test_a_word_on_participants_confirms_no_applicant(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1), at)
    tx.reviews.add(
        ReviewRow("participants", make(1).record, make(1).version_hash, "confirmed", "", "ward", at)
    )
    assert tx.applications.count(ListFilter(unconfirmed_only=True)) == 1


def test_a_word_taken_back_confirms_nobody(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1), at)
    word = ReviewRow("applicants", make(1).record, make(1).version_hash, "confirmed", "", "ward", at)
    tx.reviews.add(word)
    assert tx.applications.count(ListFilter(unconfirmed_only=True)) == 0
    tx.reviews.undo(word, at, "ward")
    assert tx.applications.count(ListFilter(unconfirmed_only=True)) == 1


def test_a_page_counts_from_zero(tx: VaultTx) -> None:
    for offset, limit in [(-1, 10), (0, -1)]:
        with pytest.raises(ValueError, match="from 0"):
            tx.applications.page(ListFilter(), offset, limit)


def test_a_corrected_address_is_found_by_its_new_town_only(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1), at)
    tx.applications.put(replace(make(1, address="新宿区大久保2-1"), version=2), at, "sato")
    assert tx.applications.count(ListFilter(search="大久保")) == 1
    assert tx.applications.count(ListFilter(search="新宿区新宿")) == 0


@pytest.mark.parametrize("search", ["3", "0003", "03-5210-0003", "123456789012345678901"])
@pytest.mark.parametrize("order", Order)
def test_no_search_for_digits_reads_the_vault_through(
    connection: Any, make: Make, at: dt.datetime, search: str, order: Order
) -> None:
    tx = VaultTx(connection)
    for number in range(1, 7):
        tx.applications.add(make(number, phone=f"0352100{number:03}"), at)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    found = tx.applications.page(ListFilter(search=search, order=order), 0, 10)
    connection.set_trace_callback(None)
    assert [one.number for one in found] == ([] if len(search) > 18 else [3])
    if found:
        plans = [step[3] for sql in asked for step in connection.execute("EXPLAIN QUERY PLAN " + sql)]
        assert plans and not [plan for plan in plans if plan.startswith("SCAN application")], plans
