"""programme.toml: every default is the ward's paper, every slip is named with its line, both sites hold the same bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.programme_file import read_programme
from core.errors import IkiikiError, IntegrityFailure, UsageError
from core.programme import (
    LARGEST,
    from_canonical,
    parse_programme,
    programme_hash,
    programme_template,
    to_canonical,
)

SMALLEST = """\
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 80
"""

AGREED = "3ff34d3c7b167bfbb0383e775008e2679f62dd12e748fc19e03c640eb545deca"
"""The hash of `SMALLEST`, as vaults hold it."""


def refusal(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse_programme(text)
    return caught.value


def test_the_smallest_file_means_what_the_wards_paper_says() -> None:
    programme = parse_programme(SMALLEST)
    assert (programme.name, programme.prefecture, programme.ward) == (
        "いきいきハイキング",
        "東京都",
        "新宿区",
    )
    assert (programme.minimum_age, programme.reference_date) == (60, dt.date(2026, 4, 1))
    assert programme.contract_start == dt.date(2026, 4, 1)
    assert programme.retention_end == dt.date(2026, 12, 31)
    assert (programme.draw.largest_group, programme.draw.max_tickets, programme.draw.publish) == (
        1,
        1,
        "public",
    )
    assert programme.outing("A").drawn == 80


def test_the_template_reads_and_says_so() -> None:
    programme = parse_programme(programme_template())
    assert programme.codes == ("A", "B", "C", "D")
    assert [outing.capacity for outing in programme.outings] == [80, 80, 60, 60]


def test_a_text_of_more_than_64_kib_is_refused_before_it_is_read(tmp_path: Path) -> None:
    whole = programme_template()
    room = LARGEST - len(whole.encode())
    assert parse_programme(whole + "#" * room)
    for text in (whole + "#" * (room + 1), whole + "＃" * (room // 3 + 1), "[" * (LARGEST + 1)):
        with pytest.raises(UsageError, match="大きすぎます（上限 64 KiB）"):
            parse_programme(text)
        (tmp_path / "programme.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match="大きすぎます（上限 64 KiB）"):
            parse_programme(read_programme(tmp_path / "programme.toml"))


def test_every_line_offered_in_the_template_reads_when_it_is_taken_up() -> None:
    text = programme_template()
    taken = re.sub(r"^# (?=[a-z_]+ = |\[\[)", "", text, flags=re.MULTILINE)
    assert "\nnumber = 2" in taken
    programme = parse_programme(taken)
    defaults = parse_programme(text)
    assert programme.deadlines == defaults.deadlines
    assert programme.retention_end == defaults.retention_end
    assert programme.contact.name == "いきいきハイキング事務局"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("capacity = 80", "capacity = 0", 8, "capacity"),
        ("capacity = 80", "capacity = true", 8, "整数"),
        ("capacity = 80", 'capacity = "80"', 8, "整数"),
        ("capacity = 80", "capacity = 80\nreserved = 81", 9, "区優先枠"),
        ("2026-06-10", '"2026-06-10"', 6, "引用符を付けずに"),
        ("2026-06-10", "2026-05-08", 6, "締切"),
        ("capacity = 80", "capacity = 80\nreserved = 5\nrelease_on = 2026-05-08", 10, "release_on"),
        ("capacity = 80", "capacity = 80\nreserved = 5\nrelease_on = 2026-06-10", 10, "release_on"),
        ("capacity = 80", "capacity = 80\nreserved = 5\nrelease_on = true", 10, "release_on"),
        ("2026-06-10", "2027-06-10", 6, "年度の外"),
        ("2026-06-10", "2026-06-10T09:00:00", 6, "日付"),
        ('"A"', '"Ａ"', 5, "半角"),
        ('"A"', "A", 5, "TOML"),
        ('place = "高尾山"\n', "", 4, "place がありません"),
        ('"高尾山"', '""', 7, "文字"),
        ('"高尾山"', '"高尾山\\u001b"', 7, "制御文字"),
        ("capacity = 80", "capacity = 80\nround = 2", 9, "募集回 2"),
        ("fiscal_year = 2026", "fiscal_yaer = 2026", 1, "fiscal_year の書き間違い"),
        ("capacity = 80", 'capacity = 80\nward = "新宿区"', 9, "ファイルの最初"),
        ("capacity = 80", "capacity = 80\nlargest_group = 2", 9, "[draw]"),
        ("capacity = 80", "capacity = 80\n[draw]\npublish = 'secret'", 10, "inspection"),
        ("\n[[outing]]", "retention_end = 2026-06-09\n[[outing]]", 3, "消去"),
    ],
)
def test_a_slip_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    error = refusal(SMALLEST.replace(old, new))
    assert f"programme.toml {line}行目" in error.where
    assert says in str(error)


def test_the_line_is_found_behind_multi_line_values_and_in_the_second_of_two_tables() -> None:
    text = (
        'name = """\nいきいき\\\n[[outing]]"""\n'
        + SMALLEST
        + '\n[[outing]]  # 二つ目\ncode = "B"\ndate = 2026-06-17\nplace = "x = 1 # [y]"\ncapacity = -1\n'
    )
    lines = text.split("\n")
    assert refusal(text).where == f"programme.toml {lines.index('capacity = -1') + 1}行目"


def test_inline_tables_and_dotted_keys_are_found_too() -> None:
    assert "1行目" in refusal("draw.publish = 'x'\n" + SMALLEST).where
    assert "1行目" in refusal("deadlines = { review_days = 0 }\n" + SMALLEST).where


def test_two_outings_of_one_code_are_refused() -> None:
    twice = SMALLEST + SMALLEST[SMALLEST.index("[[outing]]") :]
    assert "二つあります" in refusal(twice).what


def test_a_round_has_its_own_close_and_days() -> None:
    text = SMALLEST + (
        '\n[[outing]]\ncode = "C"\ndate = 2026-10-14\nplace = "鎌倉"\ncapacity = 60\nround = 2\n'
        "\n[[round]]\nnumber = 2\napplications_close = 2026-08-31\nreview_by = 2026-09-05\n"
    )
    programme = parse_programme(text)
    assert [item.number for item in programme.rounds] == [1, 2]
    assert programme.round(2).review_by == dt.date(2026, 9, 5)
    assert programme.round(2).notices_by == dt.date(2026, 9, 25)
    rules = programme.reading_rules()
    assert rules.closes == {"A": dt.date(2026, 5, 8), "C": dt.date(2026, 8, 31)}
    assert rules.places == {"高尾山": "A", "鎌倉": "C"}


def test_unnamed_deadlines_lie_before_the_first_outing() -> None:
    programme = parse_programme(SMALLEST.replace("2026-06-10", "2026-05-20"))
    assert programme.round(1).review_by == dt.date(2026, 5, 18)
    assert programme.round(1).notices_by == dt.date(2026, 5, 19)


def test_deadlines_are_counted_in_office_days_where_the_programme_says_so() -> None:
    counted = parse_programme(
        SMALLEST.replace("2026-05-08", "2026-04-30")
        + '\n[deadlines]\ncount = "office_days"\nreview_days = 3\n'
    )
    plain = parse_programme(SMALLEST.replace("2026-05-08", "2026-04-30") + "\n[deadlines]\nreview_days = 3\n")
    assert counted.round(1).review_by == dt.date(2026, 5, 8), "behind the holidays of May"
    assert plain.round(1).review_by == dt.date(2026, 5, 3)
    assert from_canonical(to_canonical(counted)) == counted
    assert "days か office_days" in refusal(SMALLEST + '\n[deadlines]\ncount = "weeks"\n').what


def test_what_was_agreed_before_days_could_be_counted_otherwise_keeps_its_hash() -> None:
    assert programme_hash(parse_programme(SMALLEST)) == AGREED
    assert programme_hash(parse_programme(SMALLEST + '\n[deadlines]\ncount = "days"\n')) == AGREED
    assert programme_hash(parse_programme(SMALLEST + '\n[deadlines]\ncount = "office_days"\n')) != AGREED


def test_what_was_agreed_before_handovers_could_be_set_keeps_its_hash() -> None:
    assert programme_hash(parse_programme(SMALLEST + "\n[handover]\nnotice_hours = 24\n")) == AGREED
    other = parse_programme(SMALLEST + "\n[handover]\nnotice_hours = 48\nacknowledge_days = 5\n")
    assert programme_hash(other) != AGREED
    assert from_canonical(to_canonical(other)) == other
    assert (other.handover.notice_hours, other.handover.return_days) == (48, 30)


def test_what_was_agreed_before_backups_were_among_the_duties_keeps_its_hash() -> None:
    duties = "\n[duties]\npatch_days = 14\n"
    assert b"backup_days" not in to_canonical(parse_programme(SMALLEST + duties))
    assert programme_hash(parse_programme(SMALLEST + "\n[duties]\nbackup_days = 7\n")) == AGREED
    other = parse_programme(SMALLEST + duties + "backup_days = 0\n")
    assert programme_hash(other) != programme_hash(parse_programme(SMALLEST + duties))
    assert from_canonical(to_canonical(other)) == other


def test_thresholds_changed_before_questions_were_counted_keep_their_hash() -> None:
    changed = "\n[log_review]\nagain = 5\n"
    before = to_canonical(parse_programme(SMALLEST + changed))
    assert b'"again":5' in before and b"lookups" not in before
    assert to_canonical(parse_programme(SMALLEST + changed + "lookups = 20\n")) == before
    other = parse_programme(SMALLEST + changed + "lookups = 10\n")
    assert b'"lookups":10' in to_canonical(other)
    assert from_canonical(to_canonical(other)) == other and from_canonical(before).log_review.lookups == 20


def test_what_was_agreed_before_logins_had_rules_keeps_its_hash() -> None:
    assert programme_hash(parse_programme(SMALLEST + "\n[accounts]\npassword_days = 0\n")) == AGREED
    other = parse_programme(SMALLEST + "\n[accounts]\npassword_days = 90\n")
    assert programme_hash(other) != AGREED
    assert from_canonical(to_canonical(other)) == other
    assert "0 から 732" in refusal(SMALLEST + "\n[accounts]\npassword_days = -1\n").what
    two = parse_programme(SMALLEST + '\n[accounts]\nsecond_person = ["erase", "freeze", "erase"]\n')
    assert two.accounts.second_person == ("freeze", "erase")
    assert from_canonical(to_canonical(two)) == two
    for wrong in ('"freeze"', '["draw"]', "[1]"):
        assert "freeze、export、erase" in refusal(SMALLEST + f"\n[accounts]\nsecond_person = {wrong}\n").what


def test_a_named_deadline_after_the_first_outing_is_refused() -> None:
    error = refusal(SMALLEST + "\n[[round]]\nnumber = 1\nnotices_by = 2026-06-10\n")
    assert "12行目" in error.where


def test_windows_line_ends_and_a_bom_are_read() -> None:
    assert parse_programme("\ufeff" + SMALLEST.replace("\n", "\r\n")) == parse_programme(SMALLEST)


def test_both_sites_hold_the_same_bytes_whether_defaults_are_written_or_not() -> None:
    short = parse_programme(SMALLEST)
    written = parse_programme('name = "いきいきハイキング"\nminimum_age = 60\n' + SMALLEST + "reserved = 0\n")
    assert to_canonical(short) == to_canonical(written)
    assert programme_hash(short) == programme_hash(written)
    assert programme_hash(dataclasses.replace(short, minimum_age=61)) != programme_hash(short)


def test_the_canonical_bytes_read_back() -> None:
    programme = parse_programme(programme_template())
    assert from_canonical(to_canonical(programme)) == programme


@pytest.mark.parametrize(
    "change",
    [
        {"minimum_age": -1},
        {"reference_date": "2026-13-01"},
        {"format": "hk-programme-v9"},
        {"outings": []},
        {"extra": 1},
        {"rounds": None},
    ],
)
def test_other_canonical_bytes_are_refused(change: dict[str, object]) -> None:
    body = json.loads(to_canonical(parse_programme(SMALLEST))) | change
    with pytest.raises(IntegrityFailure):
        from_canonical(json.dumps(body).encode() + b"\n")


def test_the_day_on_which_reserved_seats_are_given_away_is_the_files_and_none_by_default() -> None:
    assert parse_programme(SMALLEST).outing("A").release_on is None
    assert json.loads(to_canonical(parse_programme(SMALLEST)))["outings"][0]["release_on"] is None
    dated = parse_programme(SMALLEST + "reserved = 5\nrelease_on = 2026-06-01\n")
    assert dated.outing("A").release_on == dt.date(2026, 6, 1)
    assert from_canonical(to_canonical(dated)) == dated
    assert programme_hash(dated) != programme_hash(parse_programme(SMALLEST + "reserved = 5\n"))


def test_a_space_more_is_not_canonical() -> None:
    data = to_canonical(parse_programme(SMALLEST))
    with pytest.raises(IntegrityFailure):
        from_canonical(b" " + data)


@given(st.integers(0, len(SMALLEST)), st.text(max_size=12))
def test_whatever_is_typed_into_the_file_ends_in_a_programme_or_a_told_error(place: int, typed: str) -> None:
    try:
        programme = parse_programme(SMALLEST[:place] + typed + SMALLEST[place:])
    except UsageError:
        return
    assert from_canonical(to_canonical(programme)) == programme


@given(st.binary(max_size=200))
def test_whatever_bytes_come_from_the_partner_end_in_a_told_error(data: bytes) -> None:
    with pytest.raises(IkiikiError):
        from_canonical(data)


def test_what_stands_in_a_vault_is_read_the_same_without_its_telephone_number_being_looked_up_again() -> None:
    text = SMALLEST + '\n[contact]\nphone = "03-5273-3567"\n'
    assert parse_programme(text, checked=True) == parse_programme(text)
    nobodys = text.replace("03-5273-3567", "03-0000-0000-0000")
    with pytest.raises(UsageError, match="phone"):
        parse_programme(nobodys)
    assert parse_programme(nobodys, checked=True).contact.phone == "03-0000-0000-0000"
