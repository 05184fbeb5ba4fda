"""点検一覧: an answer speaks of the very list that was printed, as it was printed, or of nothing at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Refused, UsageError
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field


def printed(bench: Any, stage: str = APPLICANTS) -> Any:
    paper = bench.ward.office.review_paper.draft(stage)
    bench.ward.office.review_paper.printed(paper)
    return paper


def test_numbers_of_the_list_are_confirmed_and_what_is_left_out_stays_open(bench: Any) -> None:
    bench.received()
    paper = printed(bench)
    review, papers = bench.ward.office.review, bench.ward.office.review_paper
    answer = papers.read(f" {paper.short.lower()}　１－４ ２を除く")
    assert (len(answer.confirm), answer.left, answer.answered) == (3, (2,), ())
    assert review.status(APPLICANTS).confirmed == 0
    assert papers.confirm(answer) == 3
    left = [item.record for item in review.rows(APPLICANTS) if not item.verdict]
    assert left == [paper.seen[1][0]]


def test_a_list_has_all_five_items_of_everybody_without_a_word_and_no_others(bench: Any) -> None:
    made = bench.received()
    bench.ward.office.review.confirm(APPLICANTS, [made[0].record])
    paper = bench.ward.office.review_paper.draft(APPLICANTS)
    assert [row.number for row in paper.rows] == [f"{one.number:04}" for one in made[1:]]
    first = paper.rows[0]
    assert (first.row, first.kana, first.born) == (1, "スズキ イチロウ", "昭和25年3月4日 76歳")
    assert first.address == "〒160-0023 東京都新宿区西新宿2-8-1"
    assert (first.phone, first.email, first.outings) == (made[1].applicant.phone, "メールなし", "A・B")


def test_nobody_left_needs_no_list(bench: Any) -> None:
    bench.received()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    with pytest.raises(Refused):
        bench.ward.office.review_paper.draft(APPLICANTS)


def test_printing_stands_in_ledger_and_access_log_and_drafting_does_not(bench: Any) -> None:
    bench.received()
    before = bench.ward.image()
    paper = bench.ward.office.review_paper.draft(APPLICANTS)
    assert bench.ward.image() == before
    bench.ward.office.review_paper.printed(paper)
    with bench.ward.store.read() as tx:
        line = tx.ledger.lines(bench.ward.site)[-1].decode()
    for part in (
        '"act":"print"',
        '"content":"applications"',
        '"qty":1',
        '"unit":"sheets"',
        f'"ref":"batch:{paper.id}"',
    ):
        assert part in line
    assert f"print review={paper.short} stage=applicants rows=4" in bench.ward.details()
    assert "サトウ" not in repr(paper)


@pytest.mark.parametrize("text", ["1-4", "", "0001 1-4", "ABCDE 1-4", "AB 1-4"])
def test_an_answer_without_its_list_is_refused(bench: Any, leaves: Callable[..., Any], text: str) -> None:
    bench.received()
    printed(bench)
    with leaves(bench.ward, UsageError) as raised:
        bench.ward.office.review_paper.read(text)
    assert "4文字" in raised.value.next_step


def test_a_list_this_vault_never_printed_and_numbers_it_never_had_are_refused(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.received()
    paper = printed(bench)
    papers = bench.ward.office.review_paper
    other = "ABCD" if paper.short != "ABCD" else "ABCE"
    with leaves(bench.ward, UsageError):
        papers.read(f"{other} 1-4")
    with leaves(bench.ward, Refused) as raised:
        papers.read(f"{paper.short} 1-6")
    assert raised.value.where == "5、6"
    with leaves(bench.ward, UsageError):
        papers.read(f"{paper.short} 1-4 9を除く")


@pytest.mark.parametrize("field", [Field.PREFERENCE, Field.PHONE, Field.ADDRESS])
def test_a_record_that_changed_since_it_was_printed_stops_the_whole_answer(
    bench: Any, leaves: Callable[..., Any], field: Field
) -> None:
    made = bench.received()
    paper = printed(bench)
    value = {
        Field.PREFERENCE: "B",
        Field.PHONE: "03-5273-9999",
        Field.ADDRESS: "東京都新宿区西新宿2-8-1 都庁前コーポ",
    }
    bench.contractor.office.intake.edit(made[2].number, {field: value[field]}, "keying_error")
    bench.contractor.office.records.send()
    bench.sync()
    papers = bench.ward.office.review_paper
    with leaves(bench.ward, Refused) as raised:
        papers.read(f"{paper.short} 1-4")
    assert raised.value.where == f"一覧 {paper.short} の3"
    assert papers.confirm(papers.read(f"{paper.short} 1-4 3を除く")) == 3


def test_who_is_no_longer_under_review_stops_the_answer_too(bench: Any) -> None:
    made = bench.received()
    paper = printed(bench)
    bench.contractor.office.intake.withdraw(made[0].number)
    bench.contractor.office.records.send()
    bench.sync()
    with pytest.raises(Refused):
        bench.ward.office.review_paper.read(f"{paper.short} 1-2")


def test_what_changes_between_reading_an_answer_and_confirming_it_is_refused(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    made = bench.received()
    paper = printed(bench)
    answer = bench.ward.office.review_paper.read(f"{paper.short} 1-4")
    bench.contractor.office.intake.edit(made[1].number, {Field.PREFERENCE: "B"}, "keying_error")
    bench.contractor.office.records.send()
    bench.sync()
    with leaves(bench.ward, Refused):
        bench.ward.office.review_paper.confirm(answer)


def test_a_return_given_meanwhile_is_not_turned_into_a_confirmation(bench: Any) -> None:
    made = bench.received()
    paper = printed(bench)
    papers, review = bench.ward.office.review_paper, bench.ward.office.review
    early = papers.read(f"{paper.short} 1-2")
    review.return_(APPLICANTS, [made[0].record], "unclear")
    late = papers.read(f"{paper.short} 1-4")
    assert late.answered == (1,)
    assert (papers.confirm(early), papers.confirm(late)) == (1, 2)
    assert review.status(APPLICANTS).returned == 1


def test_an_older_list_still_speaks_of_its_own_numbers(bench: Any) -> None:
    made = bench.received()
    old = printed(bench)
    bench.ward.office.review.confirm(APPLICANTS, [made[0].record])
    new = printed(bench)
    papers = bench.ward.office.review_paper
    assert new.short != old.short
    assert list(papers.read(f"{old.short} 3").confirm) == [made[2].record]
    assert list(papers.read(f"{new.short} 3").confirm) == [made[3].record]


def test_participants_are_printed_with_their_seat(bench: Any) -> None:
    bench.drawn()
    bench.contractor.office.participants.send()
    bench.sync()
    paper = printed(bench, PARTICIPANTS)
    assert sorted(row.outings for row in paper.rows) == ["A", "A", "B"]
    answer = bench.ward.office.review_paper.read(f"{paper.short} 1-3")
    assert (answer.stage, bench.ward.office.review_paper.confirm(answer)) == (PARTICIPANTS, 3)


def test_an_id_is_given_once(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.received()
    paper = printed(bench)
    with leaves(bench.ward, Refused):
        bench.ward.office.review_paper.printed(dataclasses.replace(paper, rows=[]))
