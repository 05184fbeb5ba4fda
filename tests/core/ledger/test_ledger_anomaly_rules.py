"""Each rule of the review of the log: what it finds, and the ordinary work beside it that it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger.anomalies import Account, Anomaly, Carried, Code, Facts
from core.ledger.anomaly_rule import place_of
from core.ledger.anomaly_rules import RULES, Accounts, Frozen, Rules
from core.ledger.deeds import DEEDS
from core.programme import LogReview

JST = dt.timezone(dt.timedelta(hours=9))
MORNING = dt.datetime(2026, 6, 8, 10, 0, tzinfo=JST)
"""A Monday."""
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
COPY = "0123456789"


@dataclass(frozen=True)
class Row:
    seq: int
    at: dt.datetime
    staff_id: str
    act: str
    detail: str = ""
    terminal: str = "/dev/pts/1"
    chain: str = ""


FACTS = Facts(
    LogReview(),
    (
        Account("ono", "handler", MORNING - 30 * DAY, None),
        Account("ueda", "manager", MORNING - 30 * DAY, None),
    ),
    None,
    MORNING + 20 * DAY,
)


def rows_of(*told: tuple[dt.datetime, str, str, str] | tuple[dt.datetime, str, str, str, str]) -> list[Row]:
    return [Row(seq, *one) for seq, one in enumerate(told, start=1)]


def found(rows: Sequence[Row], facts: Facts = FACTS) -> list[Anomaly]:
    rules = [*(rule(facts) for rule in RULES), Accounts(facts), Rules(facts), Frozen(facts)]
    for row in rows:
        for rule in rules:
            rule.see(row)
    return [one for rule in rules for one in rule.end()]


def codes(rows: Sequence[Row], facts: Facts = FACTS) -> list[Code]:
    return [one.code for one in found(rows, facts)]


def opening(
    numbers: Sequence[int], *, every: dt.timedelta = MINUTE, start: dt.datetime = MORNING
) -> list[Row]:
    return rows_of(*((start + every * index, "ono", "open", f"no={n}") for index, n in enumerate(numbers)))


def apart(numbers: int) -> list[int]:
    """Numbers of which none follows another."""
    return [index * 7 % 1009 + 1 for index in range(numbers)]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (MORNING.replace(hour=6, minute=59), [Code.HOURS]), (MORNING.replace(hour=7), []), (MORNING.replace(hour=20, minute=59), []),
        (MORNING.replace(hour=21), [Code.HOURS]), (MORNING - DAY, [Code.HOLIDAY]),
        (dt.datetime(2026, 7, 20, 10, 0, tzinfo=JST), [Code.HOLIDAY]),
        (dt.datetime(2026, 6, 8, 22, 30, tzinfo=dt.UTC), []),  # 07:30 in Japan
    ],
)  # fmt: skip
def test_work_outside_hours_and_on_days_on_which_offices_are_closed(
    at: dt.datetime, code: list[Code]
) -> None:
    facts = replace(FACTS, now=at + DAY)
    assert codes(rows_of((at, "ono", "login", "")), facts) == code


def test_the_day_of_an_outing_begins_when_it_must() -> None:
    sunday = MORNING.replace(hour=5) - DAY
    attended = rows_of((sunday, "ono", "attend", "A 12 yes"))
    assert codes(attended) == [Code.HOLIDAY]
    assert codes(attended, replace(FACTS, outings=frozenset({sunday.date()}))) == []


def test_an_office_that_works_every_day_around_the_clock_is_not_asked() -> None:
    facts = replace(FACTS, limits=LogReview(count="days", opens="00:00", closes="24:00"))
    assert codes(rows_of((MORNING.replace(hour=23) - DAY, "ono", "login", "")), facts) == []


def failures(count: int, *, every: dt.timedelta = MINUTE) -> list[Row]:
    return rows_of(*((MORNING + every * n, "ono", "login_failed", f"failed {n:016x}") for n in range(count)))


@pytest.mark.parametrize(("count", "code"), [(4, []), (5, [Code.FAILURES]), (9, [Code.FAILURES])])
def test_failed_logins(count: int, code: list[Code]) -> None:
    assert codes(failures(count)) == code


def test_failures_over_many_days_are_none() -> None:
    assert codes(failures(12, every=dt.timedelta(hours=7))) == []


@pytest.mark.parametrize(("count", "code"), [(2, []), (3, [Code.FORCED])])
def test_a_success_after_failures(count: int, code: list[Code]) -> None:
    rows = failures(count)
    assert codes([*rows, Row(99, MORNING + 10 * MINUTE, "ono", "login")]) == code
    assert codes([*rows, Row(99, MORNING + 90 * MINUTE, "ono", "login")]) == []


def test_a_damaged_file_of_failures() -> None:
    assert codes(rows_of((MORNING, "unknown", "login_failed", "unreadable 00"))) == [Code.KNOCKS]


@pytest.mark.parametrize(("count", "code"), [(40, []), (41, [Code.MANY]), (55, [Code.MANY])])
def test_many_openings_within_an_hour(count: int, code: list[Code]) -> None:
    (one,) = [*found(opening(apart(count))), None][:1]
    assert [one.code] if one else code == []
    assert one is None or one.count == count


def test_many_openings_within_a_day() -> None:
    slow = dt.timedelta(minutes=3)
    assert codes(opening(apart(150), every=slow, start=MORNING.replace(hour=8))) == []
    assert codes(opening(apart(160), every=slow, start=MORNING.replace(hour=8))) == [Code.MANY]


def test_a_record_opened_once_more_is_not_another() -> None:
    assert codes(opening([n for n in apart(20) for _ in range(3)], every=MINUTE / 3)) == []


@pytest.mark.parametrize("numbers", [range(1, 16), range(90, 60, -1)])
def test_records_opened_one_after_the_other(numbers: range) -> None:
    assert codes(opening(numbers)) == [Code.SEQUENCE]


@pytest.mark.parametrize("numbers", [range(1, 15), range(1, 60, 2), [*range(1, 12), 40, *range(12, 20)]])
def test_no_sequence(numbers: Sequence[int]) -> None:
    assert Code.SEQUENCE not in codes(opening(numbers))


def test_working_through_records_in_their_order_is_no_leafing() -> None:
    told = []
    for n in range(1, 31):
        at = MORNING + 3 * n * MINUTE
        told += [(at, "ono", "open", f"no={n}"), (at + MINUTE, "ono", "edit", f"no={n} fields=phone reason=")]
    assert codes(rows_of(*told)) == []


def test_one_person_opened_again_and_again() -> None:
    six = opening([12] * 6, every=dt.timedelta(hours=1, minutes=30))
    assert codes(six) == [Code.AGAIN]
    assert codes(six[:5]) == []
    assert Code.AGAIN not in codes(opening([12] * 6, every=7 * DAY))
    edited = Row(7, six[-1].at + MINUTE, "ono", "edit", "no=12 fields=phone reason=")
    assert codes([*six, edited]) == []
    by_another = replace(edited, staff_id="ueda")
    assert codes([*six, by_another]) == [Code.AGAIN]


def asking(*told: tuple[str, str]) -> list[Row]:
    return rows_of(*((MORNING + index * MINUTE, "ono", *one) for index, one in enumerate(told)))


@pytest.mark.parametrize(("count", "code"), [(20, []), (21, [Code.LOOKUPS]), (300, [Code.LOOKUPS])])
@pytest.mark.parametrize("asked", ["search digits=5 n=0", "check no=3", "companions no=3,4"])
def test_questions_and_nothing_done_after(asked: str, count: int, code: list[Code]) -> None:
    act, _, detail = asked.partition(" ")
    anomalies = found(asking(*[(act, detail)] * count))
    assert [one.code for one in anomalies] == code
    assert all(one.count == count and len(one.rows) == min(count, 200) for one in anomalies)


@pytest.mark.parametrize(
    "done", [("open", "no=3"), ("edit", "no=3 fields=phone"), ("link", "no=8,3"), ("key", "no=9")]
)
@pytest.mark.parametrize("asked", [("search", "digits=10 n=1 no=3"), ("check", "no=2,3")])
def test_questions_that_something_is_done_after(asked: tuple[str, str], done: tuple[str, str]) -> None:
    assert Code.LOOKUPS not in codes(asking(*[asked, done] * 60))


@pytest.mark.parametrize(
    "done",
    [
        ("open", "no=8"), ("edit", "no=8 fields=phone"), ("import", "rows=1 new=1 changed=0 file=0123456789abcdef"),
        ("attend", "A no=8 yes"), ("confirm", "stage=applicants page=1"), ("draft", "form=edit no=3"),
    ],
)  # fmt: skip
def test_work_on_somebody_else_is_no_reason_of_a_question(done: tuple[str, str]) -> None:
    for question in ("digits=10 n=1 no=3", "digits=5 n=0"):
        assert Code.LOOKUPS in codes(asking(*[("search", question), done] * 30))


def test_of_very_many_found_the_first_are_named_and_any_may_be_meant() -> None:
    many = ("search", "digits=4 n=12 no=1,2,3,4,5,6,7,8,9")
    assert Code.LOOKUPS not in codes(asking(*[many, ("open", "no=40")] * 30))


def test_one_opening_is_the_reason_of_one_question_and_a_form_of_four() -> None:
    assert codes(asking(*[("search", "digits=5 n=1 no=3")] * 30, *[("open", "no=3")] * 3)) == [Code.LOOKUPS]
    assert codes(asking(*[("check", "no=3")] * 30, *[("key", "no=9")] * 3)) == []
    assert codes(asking(*[("check", "no=3")] * 30, ("key", "no=9"))) == [Code.LOOKUPS]


def test_questions_of_two_days_or_two_people_are_not_added_up() -> None:
    told = [
        (MORNING + half * DAY, who, "check", "no=3")
        for half in (0, 1)
        for who in ("ono", "ueda")
        for _ in range(20)
    ]
    assert codes(rows_of(*told)) == []


def test_a_search_by_number_and_companions_of_who_was_opened_are_no_questions() -> None:
    assert codes(asking(*[("search", "digits=4 n=2 no=3,4 number")] * 60)) == []
    assert codes(asking(("open", "no=3"), *[("companions", "no=3,4")] * 60)) == []
    assert codes(asking(("open", "no=4"), *[("companions", "no=3,4")] * 60)) == [Code.LOOKUPS]


def test_files_looked_at_and_not_taken_in() -> None:
    looked = ("preview", "rows=40 n=12 same=1 file=0123456789abcdef")
    taken = ("import", "rows=40 new=40 changed=0 file=0123456789abcdef")
    other = ("import", "rows=40 new=40 changed=0 file=fedcba9876543210")
    assert codes(asking(looked)) == []
    assert codes(asking(looked, looked)) == [Code.LOOKUPS]
    assert codes(asking(looked, looked, taken)) == []
    assert codes(asking(looked, looked, other)) == [Code.LOOKUPS]
    assert codes(asking(taken, looked, looked)) == [Code.LOOKUPS], (
        "taken in before: what is asked now is asked of it"
    )


def test_every_copy_that_leaves_stands_in_the_ledger() -> None:
    printed = rows_of((MORNING, "ono", "print", f"paper=roster copy={COPY} rows=12"))
    assert codes(printed) == [Code.NO_LINE]
    assert codes(printed, replace(FACTS, made=frozenset({COPY}))) == []
    assert codes(rows_of((MORNING, "ono", "print", "notices=3"))) == [Code.NO_LINE]
    assert codes([], replace(FACTS, made=frozenset({COPY}))) == [Code.NO_ROW]


def test_of_several_copies_each() -> None:
    two = rows_of((MORNING, "ono", "print", f"notices=3 form=letter copy={COPY},ABCDEFGHJK"))
    assert codes(two, replace(FACTS, made=frozenset({COPY}))) == [Code.NO_LINE]


def test_a_password_notice_opens_what_was_made_before() -> None:
    notice = rows_of((MORNING, "ueda", "password_notice", f"ABCDEFGHJK opens={COPY}"))
    assert codes(notice, replace(FACTS, made=frozenset({"ABCDEFGHJK"}))) == []


def test_accounts_that_are_departed_or_never_were() -> None:
    left = replace(FACTS, accounts=(Account("ono", "handler", MORNING - 30 * DAY, MORNING),))
    assert codes(rows_of((MORNING + 5 * MINUTE, "ono", "login", "")), left) == [Code.DEPARTED]
    assert codes(rows_of((MORNING + 5 * MINUTE, "ono", "login_failed", "failed 0")), left) == [Code.DEPARTED]
    assert codes(rows_of((MORNING - MINUTE, "ono", "login", "")), left) == []
    assert codes(rows_of((MORNING, "kato", "login", ""))) == [Code.NOBODY]


def test_a_dormant_account_is_named_once_and_when_it_wakes() -> None:
    old = Carried({"ono": MORNING - 170 * DAY, "ueda": MORNING})
    facts = replace(FACTS, since=MORNING - DAY, carried=old)
    assert codes([], facts) == [Code.DORMANT]
    assert codes([], replace(facts, since=MORNING + 15 * DAY)) == []
    assert codes(rows_of((MORNING, "ono", "login", "")), facts) == []
    woken = rows_of((MORNING + 14 * DAY, "ono", "login", ""))
    assert codes(woken, facts) == [Code.WOKEN]


def seats(*places: str, every: dt.timedelta = 5 * MINUTE) -> list[Row]:
    return rows_of(*((MORNING + every * n, "ono", "login", "", place) for n, place in enumerate(places)))


def test_one_id_in_two_places() -> None:
    here, there = "/dev/pts/1 192.0.2.7", "/dev/pts/4 198.51.100.9"
    assert codes(seats(here, there, here)) == [Code.TWO_PLACES]
    assert codes(seats(here, "/dev/tty1", here)) == [Code.TWO_PLACES]
    assert codes(seats(here, there, there, there)) == []
    assert codes(seats(here, there, here, every=40 * MINUTE)) == []


def test_two_windows_on_one_machine_are_one_place() -> None:
    assert codes(seats("/dev/pts/1", "/dev/pts/2", "batch", "/dev/pts/1")) == []
    assert codes(seats("/dev/pts/1 2001:db8::1", "/dev/pts/2 2001:0db8::1", "/dev/pts/1 2001:db8::1")) == []


@given(st.text(max_size=60))
def test_whatever_a_terminal_is_called_it_has_a_place(name: str) -> None:
    assert place_of(Row(1, MORNING, "ono", "login", "", name)) in ("", name.rpartition(" ")[2])


def test_roles_and_rules_once_the_work_has_begun() -> None:
    changes = [(MORNING, "ueda", "staff_add", "kato manager"), (MORNING, "ueda", "trust", "ABCD")]
    assert codes(rows_of(*changes)) == []
    begun = (MORNING - MINUTE, "ono", "key", "no=1")
    assert codes(rows_of(begun, *changes)) == [Code.ROLES, Code.RULES]
    assert codes(rows_of(*changes), replace(FACTS, carried=Carried({}, begun=True))) == [
        Code.ROLES,
        Code.RULES,
    ]


def test_edits_between_freeze_and_result() -> None:
    freeze = (MORNING, "ueda", "draw_freeze", "hiking-2026-1")
    edit = (MORNING + MINUTE, "ono", "edit", "no=1 fields=preferences reason=")
    result = (MORNING + 2 * MINUTE, "ueda", "draw_draw", "hiking-2026-1")
    assert codes(rows_of(freeze, edit, result)) == [Code.FROZEN]
    assert codes(rows_of(edit, freeze, result)) == []
    assert codes(rows_of(freeze, result, edit)) == []
    carried = replace(FACTS, carried=Carried({}, frozenset({"hiking-2026-1"}), begun=True))
    assert codes(rows_of(edit, result), carried) == [Code.FROZEN]


def test_a_clock_that_steps() -> None:
    assert codes(rows_of((MORNING, "ono", "login", ""), (MORNING - 3 * MINUTE, "ono", "key", "no=1"))) == [
        Code.CLOCK_BACK
    ]
    assert codes(rows_of((MORNING, "ono", "login", ""), (MORNING - MINUTE, "ueda", "login", ""))) == []
    late_told = rows_of(
        (MORNING, "ono", "key", "no=1"), (MORNING - DAY * 3, "ono", "login_failed", "failed 0")
    )
    assert codes(late_told) == []
    assert Code.CLOCK_AHEAD in codes(rows_of((FACTS.now + DAY, "ono", "login", "")))


def test_a_word_that_this_program_does_not_write() -> None:
    assert codes(rows_of((MORNING, "ono", "exfiltrate", ""))) == [Code.UNKNOWN_WORD]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60 * 24 * 30), st.sampled_from(["ono", "ueda", "kato", "unknown"]), st.sampled_from(sorted(DEEDS)),
            st.one_of(st.text(max_size=30), st.integers(1, 40).map(lambda n: f"no={n}")),
        ),
        max_size=80,
    )
)  # fmt: skip
def test_whatever_stands_in_the_log_is_read_and_read_the_same_again(
    told: list[tuple[int, str, str, str]],
) -> None:
    rows = [Row(seq, MORNING + at * MINUTE, *rest) for seq, (at, *rest) in enumerate(sorted(told), start=1)]
    once = found(rows)
    assert [one.id for one in once] == [one.id for one in found(rows)]
    assert len({one.id for one in once}) == len(once)
    assert all(one.sentence and one.next_step for one in once)
