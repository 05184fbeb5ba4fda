"""An entry of a register: read strictly, said back in words, and never something of an applicant."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.register_kinds import REGISTERS, Entry, Form, Kind, read_items, shown

TODAY = dt.date(2026, 6, 10)
PATTERN = {"machine": "端末2台", "product": "見本 1.0", "pattern": "2026-06-08"}


def read(kind: Kind, **items: str) -> dict[str, str]:
    return read_items(REGISTERS[kind], items, TODAY)


def test_a_day_left_out_is_today() -> None:
    assert read(Kind.ANTIVIRUS, **PATTERN)["on"] == "2026-06-10"


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-08",
        "2026/6/8",
        "２０２６年６月８日",
        "2026.6.8",
        "令和8年6月8日",
        "令和八年六月八日",
        "R8.6.8",
        "r080608",
        "㋿8年6月8日",
        "2026(令和8)年6月8日",
        "6/8",
        "６月８日",
        "6.8",
        "6月8日(月)",
    ],
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read(Kind.ANTIVIRUS, **{**PATTERN, "pattern": text})["pattern"] == "2026-06-08"


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("12/20", dt.date(2027, 1, 5), "2026-12-20"), ("2/29", dt.date(2027, 1, 5), None),
        ("2/29", dt.date(2028, 3, 1), "2028-02-29"), ("1/5", dt.date(2027, 1, 5), "2027-01-05"),
    ],
)  # fmt: skip
def test_without_a_year_it_is_the_day_that_lies_nearest(text: str, today: dt.date, day: str | None) -> None:
    items = {"place": "事務室", "means": "電子錠", "result": "good", "on": text}
    if day is None:
        with pytest.raises(UsageError, match="令和8年6月10日"):
            read_items(REGISTERS[Kind.ENTRY], items, today)
    else:
        assert read_items(REGISTERS[Kind.ENTRY], items, today)["on"] == day


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"pattern": "6/11"}, "まだ来ていない日"),
        ({"pattern": "令和8年6月31日"}, "日付として読めません"),
        ({"pattern": "46181"}, "日付として読めません"),
        ({"pattern": "2026-06-11"}, "まだ来ていない日"),
        ({"pattern": "2026-02-30"}, "日付として読めません"),
        ({"pattern": "先週"}, "日付として読めません"),
        ({"machine": ""}, "機器がありません"),
        ({"machine": "あ" * 121}, "120文字まで"),
        ({"machine": "連絡は 090-1234-5678"}, "電話番号"),
        ({"product": "someone@example.jp"}, "メールアドレス"),
        ({"weather": "晴れ"}, "ない項目"),
    ],
)
def test_what_does_not_fit_is_named(changed: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refusal:
        read(Kind.ANTIVIRUS, **{**PATTERN, **changed})
    assert words in str(refusal.value)
    assert refusal.value.where in {*changed, "weather"}


def test_a_choice_is_taken_by_its_code_or_its_words() -> None:
    items = {"clause": "個人情報保護法", "edition": "令和8年版", "state": "read"}
    assert read(Kind.CLAUSE, **items)["clause"] == "appi"
    with pytest.raises(UsageError, match="policy"):
        read(Kind.CLAUSE, **{**items, "clause": "民法"})


def test_a_telephone_stands_where_it_belongs() -> None:
    items = {"role": "head", "office": "事務局", "phone": "０３−５２７３−４００１"}
    assert "5273" in read(Kind.CONTACT, **items)["phone"]
    with pytest.raises(UsageError, match="電話"):
        read(Kind.CONTACT, **{**items, "phone": "12"})


@given(st.sampled_from(sorted(REGISTERS)), st.data())
def test_what_was_read_is_read_again_as_itself_and_every_item_is_shown(
    kind: Kind, data: st.DataObject
) -> None:
    register = REGISTERS[kind]
    forms = {
        Form.TEXT: st.text(st.characters(categories=["Lo", "Zs", "So"]), min_size=1, max_size=40),
        Form.DATE: st.dates(dt.date(2020, 1, 1), TODAY).map(str),
        Form.COUNT: st.integers(0, 9_999_999).map(str),
        Form.PHONE: st.sampled_from(["03-5273-4001", "0312345678", "090-1234-5678"]),
    }
    items = {
        item.name: data.draw(st.sampled_from(sorted(item.choices)) if item.choices else forms[item.form])
        for item in register.items
    }
    try:
        body = read_items(register, items, TODAY)
    except UsageError as refusal:
        assert "がありません" in refusal.what  # nothing but blanks
        return
    assert read_items(register, body, TODAY) == body
    assert len(shown(register, body)) == len(body)


def test_no_part_of_an_entry_can_change_without_its_hash() -> None:
    entry = Entry(
        Kind.DRILL, "1", 1, {"on": "2026-06-10", "what": "連絡"}, False, "2026-06-10T09:00:00+09:00", "c-boss"
    )
    others = [
        Entry(Kind.HANDLING, "1", 1, entry.body, False, entry.at, entry.by),
        Entry(Kind.DRILL, "2", 1, entry.body, False, entry.at, entry.by),
        Entry(Kind.DRILL, "1", 2, entry.body, False, entry.at, entry.by),
        Entry(Kind.DRILL, "1", 1, {**entry.body, "what": "復元"}, False, entry.at, entry.by),
        Entry(Kind.DRILL, "1", 1, entry.body, True, entry.at, entry.by),
        Entry(Kind.DRILL, "1", 1, entry.body, False, "2026-06-11T09:00:00+09:00", entry.by),
        Entry(Kind.DRILL, "1", 1, entry.body, False, entry.at, "w-boss"),
    ]
    assert len({entry.sha256, *(one.sha256 for one in others)}) == 8
