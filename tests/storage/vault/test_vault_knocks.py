"""Failed logins are kept, handed over once, and slow a guesser down."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import canonical_json
from core.errors import LoginFailed
from storage.vault.files import replace_private
from storage.vault.knocks import (
    FAILED,
    MORE,
    MOST_MORE,
    MOST_SHUT_OUT,
    MOST_TOLD,
    NAME,
    SHUT_OUT,
    UNKNOWN,
    UNREADABLE,
    Knock,
    read_knocks,
    record_knock,
    seconds_to_wait,
    take_knocks,
)
from storage.vault.staff import change_password

WHEN = dt.datetime(2026, 4, 20, 9, 0, tzinfo=dt.UTC)


def fail(lab, staff_id="sato"):
    with pytest.raises(LoginFailed) as failure:
        lab.open(staff_id, "wrong wrong wrong")
    return str(failure.value)


def knock(number, staff_id="sato", at=WHEN, reason=FAILED):
    return Knock(f"{number:016x}", at, staff_id, reason)


def test_a_failed_login_is_kept_with_time_and_id_but_an_unknown_id_is_not_written_down(lab):
    fail(lab)
    fail(lab, "my secret password typed in the wrong field")
    lines = [json.loads(line) for line in (lab.folder / NAME).read_text().splitlines()]
    assert [(line["staff_id"], line["reason"], line["at"]) for line in lines] == [
        ("sato", "failed", "2026-04-20T09:00:00+09:00"),
        ("unknown", "failed", "2026-04-20T09:00:00+09:00"),
    ]
    assert len({line["id"] for line in lines}) == 2
    assert (lab.folder / NAME).stat().st_mode & 0o777 == 0o600


def test_after_five_failures_the_right_password_too_must_wait_and_the_seconds_are_told(lab):
    inside = lab.open()
    for _ in range(4):
        assert "秒後" not in fail(lab)
    assert "違います" in (fifth := fail(lab)) and "30秒後" in fifth
    assert "30秒後" in fail(lab)
    with pytest.raises(LoginFailed, match="しばらく受け付けません"):
        lab.open()
    with pytest.raises(LoginFailed, match="しばらく受け付けません"):
        change_password(inside, lab.password, "a wholly new one")
    lab.clock.pass_seconds(29)
    assert "1秒後" in fail(lab)
    lab.clock.pass_seconds(1)
    lab.open()


def test_others_are_not_shut_out_with_the_one_who_failed(lab_of_two):
    for _ in range(5):
        fail(lab_of_two)
    lab_of_two.open("suzuki")


def test_trying_during_the_delay_does_not_lengthen_it(lab):
    for _ in range(5):
        fail(lab)
    for _ in range(3):
        assert "30秒後" in fail(lab)
    reasons = [each.reason for each in read_knocks(lab.folder, lab.clock())]
    assert reasons == [FAILED] * 5 + [SHUT_OUT] * 3


@pytest.mark.parametrize(("failures", "seconds"), [(4, 0), (5, 30), (6, 60), (9, 480), (10, 900), (30, 900)])
def test_the_delay_doubles_up_to_a_quarter_of_an_hour(failures, seconds):
    assert seconds_to_wait([knock(number) for number in range(failures)], "sato", WHEN) == seconds


def test_each_account_has_a_delay_of_its_own_and_its_failures_count_for_a_day():
    knocks = [knock(number) for number in range(5)]
    assert seconds_to_wait(knocks, "suzuki", WHEN) == 0
    an_hour = WHEN + dt.timedelta(hours=1)
    assert seconds_to_wait(knocks, "sato", an_hour) == 0
    assert seconds_to_wait([*knocks, knock(5, at=an_hour)], "sato", an_hour) == 60
    a_day = WHEN + dt.timedelta(days=1)
    assert seconds_to_wait([*knocks, knock(5, at=a_day)], "sato", a_day) == 0


def test_a_clock_set_back_neither_shortens_a_delay_nor_shuts_anybody_out_until_it_has_caught_up(lab):
    for _ in range(5):
        fail(lab)
    at = [one.at for one in read_knocks(lab.folder, lab.clock())]
    lab.clock.pass_seconds(-3600)
    assert "30秒後" in fail(lab)
    lab.clock.pass_seconds(20)
    assert "10秒後" in fail(lab)
    assert [one.at for one in read_knocks(lab.folder, lab.clock())][:5] == at, (
        "the log is told what stood there"
    )
    lab.clock.pass_seconds(10)
    lab.open()


def test_after_the_longest_delay_the_right_password_works_however_often_a_stranger_tried(lab):
    for number in range(300):
        record_knock(lab.folder, knock(number, at=lab.clock()))
    assert "15分後" in fail(lab)
    lab.clock.pass_seconds(15 * 60)
    lab.open()


def test_knocks_are_handed_over_once_and_ones_own_are_forgotten(lab):
    for number, staff_id in enumerate(["sato", "suzuki", UNKNOWN]):
        record_knock(lab.folder, knock(number, staff_id))
    with take_knocks(lab.folder, "sato", WHEN) as taken:
        assert [each.staff_id for each in taken] == ["sato", "suzuki", UNKNOWN]
    with take_knocks(lab.folder, "sato", WHEN) as again:
        assert again == []
    assert [each.staff_id for each in read_knocks(lab.folder, WHEN)] == ["suzuki", UNKNOWN]


def test_somebody_elses_login_does_not_end_a_delay(lab):
    for number in range(5):
        record_knock(lab.folder, knock(number, "suzuki"))
    with take_knocks(lab.folder, "sato", WHEN):
        pass
    assert seconds_to_wait(read_knocks(lab.folder, WHEN), "suzuki", WHEN) == 30
    with take_knocks(lab.folder, "sato", WHEN + dt.timedelta(hours=25)):
        pass
    assert (lab.folder / NAME).read_bytes() == b""


def test_when_taking_fails_they_come_again_with_the_same_handle(lab):
    record_knock(lab.folder, knock(1))
    with pytest.raises(KeyError), take_knocks(lab.folder, "sato", WHEN) as first:
        raise KeyError
    with take_knocks(lab.folder, "sato", WHEN) as second:
        assert second == first == [knock(1)]


def test_a_line_cut_by_a_crash_is_reported_and_does_not_spoil_the_next(lab):
    record_knock(lab.folder, knock(1))
    with (lab.folder / NAME).open("ab") as file:
        file.write(b'{"at":"2026')
    record_knock(lab.folder, knock(2))
    assert [each.reason for each in read_knocks(lab.folder, WHEN)] == [FAILED, UNREADABLE, FAILED]


def _guess(lab, told):
    try:
        lab.open("sato", "wrong wrong wrong")
    except LoginFailed as failure:
        told.put(str(failure))


def test_many_processes_guess_no_faster_than_one(lab):
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()
    processes = [context.Process(target=_guess, args=(lab, told)) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    answers = [told.get() for _ in processes]
    assert sum("違います" in answer for answer in answers) == 5
    assert sum("しばらく受け付けません" in answer for answer in answers) == 3


def test_a_try_counts_also_when_the_process_is_stopped_before_it_is_judged(lab, monkeypatch):
    class Stopped(BaseException):
        pass

    def stop(*_):
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr("storage.vault.vault.derive", stop)
        for _ in range(5):
            with pytest.raises(Stopped):
                lab.open()
    with pytest.raises(LoginFailed, match="しばらく受け付けません"):
        lab.open()


def test_a_right_password_leaves_nothing_of_its_try(lab):
    fail(lab)
    lab.open()
    assert [each.reason for each in read_knocks(lab.folder, lab.clock())] == [FAILED]


def test_tries_during_a_delay_do_not_fill_the_file(lab):
    for number in range(5):
        record_knock(lab.folder, knock(number, at=lab.clock()))
    for _ in range(MOST_SHUT_OUT + 5):
        fail(lab)
    size = (lab.folder / NAME).stat().st_size
    assert [each.reason for each in read_knocks(lab.folder, lab.clock())].count(SHUT_OUT) == MOST_SHUT_OUT
    fail(lab)
    assert (lab.folder / NAME).stat().st_size == size


@pytest.mark.parametrize("filling", [b"x" * 2**20 + b"x", b"x\n" * 101])
def test_a_file_full_of_anything_shuts_nobody_out_for_longer_than_the_longest_delay(lab, filling):
    fail(lab)
    (lab.folder / NAME).write_bytes(filling)
    with pytest.raises(LoginFailed, match="しばらく受け付けません") as failure:
        lab.open()
    assert "15分後" in failure.value.next_step
    (told, *_) = read_knocks(lab.folder, lab.clock())
    assert (told.reason, told.staff_id) == (UNREADABLE, UNKNOWN)
    lab.clock.pass_seconds(15 * 60)
    lab.open()
    with take_knocks(lab.folder, "sato", lab.clock()) as taken:
        assert UNREADABLE in [each.reason for each in taken]
    assert read_knocks(lab.folder, lab.clock()) == []


def test_an_id_that_nobody_has_is_answered_as_one_that_somebody_has(lab, monkeypatch):
    monkeypatch.setattr("storage.vault.vault.derive", lambda *_: bytes(32))  # all of them are wrong
    answers = {typed: [fail(lab, typed) for _ in range(7)] for typed in ("sato", "tanaka", "suzuki")}
    assert answers["tanaka"] == answers["suzuki"] == answers["sato"]
    text = (lab.folder / NAME).read_text()
    assert "tanaka" not in text and '"staff_id":"unknown"' in text


def _record_many(folder, start):
    for number in range(start, start + 20):
        record_knock(folder, knock(number))


def test_knocks_of_several_processes_are_all_kept(lab):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_record_many, args=(lab.folder, start)) for start in (0, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert len({each.knock_id for each in read_knocks(lab.folder, WHEN)}) == 40


@given(st.binary(max_size=200).filter(lambda line: b"\n" not in line and line))
def test_whatever_stands_in_the_file_is_read_without_an_error(line):
    from storage.vault.knocks import _knock

    assert _knock(line, WHEN).reason == UNREADABLE


MOMENTS = st.integers(0, 200 * 365 * 86_400).map(
    lambda seconds: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
)
IDS = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(
    IDS,
    MOMENTS,
    st.booleans(),
    st.none() | MOMENTS,
    st.sampled_from(["", "0af", "all"]),
    st.sampled_from([(FAILED, 0), (SHUT_OUT, 0), (UNREADABLE, 0), (MORE, 1), (MORE, 9_999_999)]),
)
def test_a_knock_reads_back_as_it_was_written(knock_id, at, taken, since, bucket, what):
    from storage.vault.knocks import _knock, _line

    since, (reason, count) = since and since.replace(microsecond=0), what
    at, terminal = at.replace(microsecond=0), "pts/0 192.0.2.7"
    one = Knock(knock_id, at, "sato", reason, taken, since, bucket, terminal, count)
    assert _knock(_line(one).rstrip(b"\n"), WHEN) == one


NO_KNOCKS = {
    "terminal": ["\x1b[2J", "\u202epts", "x" * 101, 7, ["pts/0"]],
    "reason": ["opened no=3", "", "failed\n", 7, None],
    "id": ["0" * 15, "0" * 17, "A" * 16, "0" * 15 + "\n", 7, "no=3"],
    "staff_id": ["sato\x1b]0;mine\x07\x1b[2J", "sato\nX", "", "山田", "x" * 33, 7, None],
    "bucket": ["", "0a", "ALL", "0aF", "\x1b[m", 7],
    "at": [
        "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "1999-12-31T23:59:59+00:00",
        "2200-01-01T00:00:00+00:00", "2026-04-20", "2026-04-20T09:00:00", "2026-04-20T09:00:00+00:00:30", 7, None,
    ],
    "since": ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "", 7, None],
    "count": [0, 1, True, "1"],
    "taken": [1, False, "yes"],
    "more": [1],
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [(key, one) for key, them in NO_KNOCKS.items() for one in them])
def test_a_line_with_a_value_that_no_knock_has_is_no_knock(field, value):
    from storage.vault.knocks import _knock, _line

    document = json.loads(_line(Knock("0" * 16, WHEN, "sato", FAILED, terminal="pts/0")))
    assert _knock(canonical_json(document), WHEN).reason == FAILED
    read = _knock(canonical_json({**document, field: value}), WHEN)
    assert (read.reason, read.at, read.staff_id, read.terminal) == (UNREADABLE, WHEN, UNKNOWN, "")


@pytest.mark.parametrize("count", [0, -1, 10_000_000, True, "7", 1.5])
def test_how_many_a_line_stands_for_is_a_number(count):
    from storage.vault.knocks import _knock, _line

    document = json.loads(_line(Knock("0" * 16, WHEN, UNKNOWN, MORE, count=7)))
    assert _knock(canonical_json(document), WHEN).count == 7
    assert _knock(canonical_json({**document, "count": count}), WHEN).reason == UNREADABLE


# Very many


def fill(lab, count, reason=FAILED):
    from storage.vault.knocks import _line

    lines = [_line(knock(number, at=lab.clock(), reason=reason)) for number in range(count)]
    replace_private(lab.folder / NAME, b"".join(lines))


def test_of_very_many_knocks_the_rest_is_handed_over_as_a_number(lab):
    fill(lab, 7000)
    with take_knocks(lab.folder, "suzuki", lab.clock()) as taken:
        assert len(taken) == MOST_TOLD + 1
        assert [one.knock_id for one in taken[:MOST_TOLD]] == [f"{n:016x}" for n in range(MOST_TOLD)]
        assert (taken[-1].reason, taken[-1].count) == (MORE, 7000 - MOST_TOLD)
    with take_knocks(lab.folder, "suzuki", lab.clock()) as again:
        assert again == []
    assert seconds_to_wait(read_knocks(lab.folder, lab.clock()), "sato", lab.clock()) == 900, (
        "the delay stays"
    )


def test_after_a_crash_the_same_ones_come_and_those_since(lab):
    fill(lab, 7000)
    with pytest.raises(KeyError), take_knocks(lab.folder, "suzuki", lab.clock()) as first:
        raise KeyError
    lab.clock.pass_seconds(60)
    for number in range(10_000, 10_003):
        record_knock(lab.folder, knock(number, at=lab.clock()))
    with take_knocks(lab.folder, "suzuki", lab.clock()) as second:
        told = {one.knock_id for one in first}
        assert len(second) == len(first) + 1
        (fresh,) = [one for one in second if one.knock_id not in told]
        assert (fresh.reason, fresh.count) == (MORE, 3)
        assert [one for one in second if one.knock_id in told] == first


def test_lines_that_say_they_stand_for_many_are_no_way_round(lab):
    from storage.vault.knocks import _line

    many = [Knock(f"{n:016x}", lab.clock(), UNKNOWN, MORE, count=9_999_999) for n in range(5000)]
    replace_private(lab.folder / NAME, b"".join(map(_line, many)))
    with take_knocks(lab.folder, "sato", lab.clock()) as taken:
        assert len(taken) == MOST_MORE + 1


def test_a_failed_login_says_from_where(lab):
    def tried(password: str, terminal: str) -> None:
        with pytest.raises(LoginFailed):
            lab.open("sato", password, terminal=terminal)

    tried("wrong", "/dev/pts/3 192.0.2.7")
    tried("wrong", "\x1b[2J")  # no terminal's name: what stands in the log steers none
    tried("wrong", "")
    assert [one.terminal for one in read_knocks(lab.folder, WHEN)] == ["/dev/pts/3 192.0.2.7", "", ""]


def test_a_wrong_old_password_says_from_where(lab):
    with pytest.raises(LoginFailed):
        change_password(lab.open(terminal="/dev/pts/3"), "wrong", "another walk in May")
    assert [one.terminal for one in read_knocks(lab.folder, WHEN)] == ["/dev/pts/3"]
