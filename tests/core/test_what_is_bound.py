"""What the ward's word binds: the vectors of docs/formats.md, and which changes ask for a new word."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from core.applicant import Applicant, version_hash
from core.office.review import participant_hash

RECORD = "0123456789"
APPLICANT = Applicant(
    kana="サトウ ハナコ",
    birth_date=dt.date(1950, 3, 4),
    postal_code="1600004",
    address="東京都新宿区四谷1-2-3",
    phone="0333331111",
    email=None,
    preferences=("C", "A"),
    group=None,
)
VERSION = "a81af1486b392e225c47dd2786c9bb77930d1890aef392ff403aaaad6b1e620e"


def test_the_vectors_of_the_page_hold() -> None:
    assert version_hash(RECORD, APPLICANT) == VERSION
    seat = participant_hash(RECORD, VERSION, "hiking-2026-1", "K7Q29F3MXA", "C")
    assert seat == "eec9cfd524a710636ccb88ef5db80a117efd865dda3955fd42c8a7ec22f64ba2"


@pytest.mark.parametrize(
    "change",
    [
        {"kana": "サトウ ハナエ"},
        {"birth_date": dt.date(1950, 3, 5)},
        {"birth_date": None},
        {"address": "東京都新宿区四谷三栄町1-2-3"},
        {"preferences": ("A", "C")},
        {"group": "G1"},
    ],
)
def test_a_change_of_what_was_confirmed_asks_for_a_new_word(change: dict[str, Any]) -> None:
    assert version_hash(RECORD, dataclasses.replace(APPLICANT, **change)) != VERSION


@pytest.mark.parametrize(
    "change",
    [
        {"phone": "0333332222"},
        {"email": "hanako@example.jp"},
        {"postal_code": ""},
        {"address": "東京都新宿区四谷1-2-4 コーポ四谷 101"},
    ],
)
def test_telephone_mail_and_house_do_not(change: dict[str, Any]) -> None:
    assert version_hash(RECORD, dataclasses.replace(APPLICANT, **change)) == VERSION
