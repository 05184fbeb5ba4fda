"""Telephones, mail addresses and postal codes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people import phone
from core.people.email import is_usual, read_email
from core.people.phone import read_phone
from core.people.postal import read_postal_code


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("03-3584-0122", "0335840122"),
        ("０９０－２３７２－５７７７", "09023725777"),
        ("090ー2372ー5777", "09023725777"),
        ("(03)5211-4620", "0352114620"),
        ("03(5211)4620", "0352114620"),
        ("03 5211 4620", "0352114620"),
        ("+81 3-5211-4620", "0352114620"),
        ("+81(0)90-2372-5777", "09023725777"),
        ("自宅 03-5211-4620", "0352114620"),
        ("03-5211-4620（自宅）", "0352114620"),
        (333972325, "0333972325"),
        (8067666591, "08067666591"),
        (333972325.0, "0333972325"),
        ("333972325.0", "0333972325"),
        ("333972325", "0333972325"),
        ("0423-12-3456", "0423123456"),
    ],
)
def test_japanese_numbers_are_read_in_every_dress(written: str | int | float, stored: str) -> None:
    assert read_phone(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "03-12",
        "なし",
        "03-5211-4620 / 090-2372-5777",
        "03-5211-4620 内線12",
        "+1 212 555 0100",
        "3.33972E+08",
        "119",
        "00000000000",
        "1234567890123456",
        "電話は" + "あ" * 60 + "03-5211-4620",
        "-" * 60,
        dt.date(1950, 3, 4),
    ],
)
def test_what_is_no_single_japanese_number_is_not_read(written: str) -> None:
    assert read_phone(written) is None


@given(
    st.one_of(
        st.text(max_size=80),
        st.text(st.sampled_from("0123456789-()+ー 　－"), max_size=80),
        st.integers(),
        st.floats(),
    )
)
def test_a_stored_number_is_digits_and_read_as_it_is(value: str | int | float) -> None:
    phone = read_phone(value)
    if phone is not None:
        assert phone.isascii()
        assert phone.isdigit()
        assert phone.startswith("0")
        assert read_phone(phone) == phone


def test_the_telephone_tables_load_only_where_a_number_is_read() -> None:
    code = (
        "import sys, core.people.reading, core.columns, core.programme; print('phonenumbers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("User271@Example.JP", "User271@example.jp"),
        ("ｕｓｅｒ＠ｅｘａｍｐｌｅ．ｊｐ", "user@example.jp"),
        (" user@example.jp\n", "user@example.jp"),
        ("a..b@docomo.example.jp", "a..b@docomo.example.jp"),
        (".a.@ezweb.example.jp", ".a.@ezweb.example.jp"),
        ("user@例え.jp", "user@例え.jp"),
    ],
)
def test_odd_addresses_are_addresses(written: str, stored: str) -> None:
    assert read_email(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "user",
        "user@",
        "@example.jp",
        "a@b",
        "a@b@c.jp",
        "a b@example.jp",
        "a@example.jp\n携帯",
        "a@x." + "j" * 300,
    ],
)
def test_what_cannot_be_an_address_is_not_read(written: str) -> None:
    assert read_email(written) is None


def test_only_plain_addresses_are_usual() -> None:
    assert is_usual("user.name+tag@example.co.jp")
    assert not any(map(is_usual, ["a..b@example.jp", "a.@example.jp", "user@例え.jp", "user@-example.jp"]))


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[a-z.＠@ー]{1,20}@[A-Za-z.]{1,20}", fullmatch=True)))
def test_a_stored_address_is_read_as_it_is(text: str) -> None:
    email = read_email(text)
    assert email is None or read_email(email) == email


@pytest.mark.parametrize(
    "written",
    [
        "162-0044",
        "〒162-0044",
        "１６２－００４４",
        "162ー0044",
        "1620044",
        1620044,
        1620044.0,
        "郵便番号:162-0044",
        "162 0044",
    ],
)
def test_postal_codes_are_seven_digits(written: str | int | float) -> None:
    assert read_postal_code(written) == "1620044"


def test_a_spreadsheet_eats_the_zero_of_sapporo() -> None:
    assert read_postal_code(600000) == "0600000"


@pytest.mark.parametrize("written", ["", "162", "162-00444", "abc", True, 16200440, -1620044])
def test_what_is_no_code_is_empty(written: str | int) -> None:
    assert read_postal_code(written) == ""


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats()))
def test_a_stored_code_is_read_as_it_is(value: str | int | float) -> None:
    code = read_postal_code(value)
    assert code == "" or (len(code) == 7 and code.isascii() and code.isdigit())
    assert read_postal_code(code) == code


@given(st.from_regex("0[0-9]{9,10}", fullmatch=True))
def test_an_ordinary_number_is_one_that_the_tables_take(digits: str) -> None:
    assert phone._is_valid(digits) or not phone._ordinary().fullmatch(digits)


def test_whatever_begins_like_an_ordinary_number_the_tables_take() -> None:
    """By each beginning of four digits: none of the patterns looks further."""
    for beginning in range(10_000):
        for rest in ("234567", "2345678"):
            digits = f"0{beginning:04}{rest}"[: 4 + len(rest)]
            if phone._ordinary().fullmatch(digits):
                assert phone._is_valid(digits), digits
