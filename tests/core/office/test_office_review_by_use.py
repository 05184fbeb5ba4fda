"""Review as people do it: what changed comes first and is shown, a slip is undone, one entry in the log for each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import Problem, Warning_
from core.errors import IntegrityFailure, Refused
from core.office.review import APPLICANTS, PAGE_ROWS, PARTICIPANTS
from core.office.review_items import Change
from core.people.fields import Field
from core.roles import Role


def corrected(bench: Any, number: int, **changes: str) -> None:
    bench.contractor.office.intake.edit(
        number, {Field(name): value for name, value in changes.items()}, "confirmed_by_phone"
    )
    bench.contractor.office.records.send()
    bench.sync()


def test_what_changed_after_a_word_comes_first_with_old_and_new(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.confirm_rest(APPLICANTS)
    bench.contractor.key("コバヤシ チヨ", phone="03-5273-1111")
    bench.contractor.key("コバヤシ チヨコ", phone="03-5273-1111")
    corrected(bench, made[3].number, preference="B", phone="03-5273-9999")
    first, *rest = review.rows(APPLICANTS)
    assert (first.number, first.changed) == (made[3].number, True)
    assert first.changes == (
        Change("phone", made[3].applicant.phone, "0352739999"), Change("preference", "A、B", "B"),
    )  # fmt: skip
    assert not any(item.changes for item in rest)


def test_what_is_shown_is_all_that_changed_since_the_word_not_since_the_last_version(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.return_(APPLICANTS, [made[0].record], "unclear")
    corrected(bench, made[0].number, preference="B")
    corrected(bench, made[0].number, kana="サトウ ハナヨ")
    assert review.rows(APPLICANTS)[0].changes == (
        Change("kana", "サトウ ハナコ", "サトウ ハナヨ"), Change("preference", "A、B", "B"),
    )  # fmt: skip


def test_a_seat_that_moved_since_the_word_is_shown_as_one(bench: Any) -> None:
    bench.drawn()
    contractor, review = bench.contractor.office, bench.ward.office.review
    contractor.participants.send()
    bench.sync()
    review.confirm_rest(PARTICIPANTS)
    in_b = next(person for person in contractor.participants.list("B") if not person.place)
    contractor.participants.decline(in_b.unit_id, "B")
    while in_b.record not in {p.record for p in contractor.participants.list("A") if not p.place}:
        in_a = next(person for person in contractor.participants.list("A") if not person.place)
        contractor.participants.decline(in_a.unit_id, "A")
    contractor.participants.send()
    bench.sync()
    moved = next(item for item in review.rows(PARTICIPANTS) if item.record == in_b.record)
    assert (moved.verdict, moved.changes) == ("", (Change("outing", "B", "A"),))


def test_the_wards_machine_looks_for_groups_and_shared_telephones_itself(bench: Any) -> None:
    bench.pair()
    bench.sync()
    contractor = bench.contractor
    alone = contractor.key("サトウ ハナコ", group="G1")
    contractor.office.intake.resolve(alone.number, True, "ward_decision")
    contractor.key("スズキ イチロウ", phone="03-5273-1111")
    contractor.key("スズキ ミツコ", phone="03-5273-1111")
    contractor.office.records.send()
    bench.sync()
    with bench.ward.store.write() as tx:  # whatever the sender says of them
        for application in tx.applications.all():
            bench.ward.vault.connection.execute(
                "UPDATE application SET problems = '[]', warnings = '[]', version = version + 1 WHERE number = ?",
                (application.number,),
            )
    found = {item.applicant.kana: item for item in bench.ward.office.review.rows(APPLICANTS)}
    assert Problem.GROUP_INCOMPLETE in found["サトウ ハナコ"].problems
    assert Warning_.SHARED_PHONE in found["スズキ イチロウ"].warnings
    assert Warning_.SHARED_PHONE in found["スズキ ミツコ"].warnings
    assert Warning_.SHARED_PHONE not in found["サトウ ハナコ"].warnings


# -- undo -----------------------------------------------------------------------------------------------------


def test_the_last_act_is_undone_as_a_whole_then_the_one_before(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.confirm(APPLICANTS, [made[0].record])
    review.confirm(APPLICANTS, [made[1].record, made[2].record])
    assert {one.number for one in review.undo(APPLICANTS)} == {made[1].number, made[2].number}
    assert review.status(APPLICANTS).confirmed == 1
    assert [(one.record, one.verdict) for one in review.undo(APPLICANTS)] == [(made[0].record, "")]
    assert (review.status(APPLICANTS).confirmed, review.unsent()) == (0, 0)
    assert "undo stage=applicants n=2" in bench.ward.details()


def test_what_was_said_before_the_undone_word_stands_again(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.return_(APPLICANTS, [made[0].record], "unclear")
    review.confirm(APPLICANTS, [made[0].record])
    assert [one.verdict for one in review.undo(APPLICANTS)] == ["returned"]
    assert review.status(APPLICANTS).returned == 1


def test_after_logging_in_again_undo_goes_back_one_by_one(bench: Any) -> None:
    made = bench.received()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    review = bench.ward.office_of(Role.MANAGER).review
    assert len(review.undo(APPLICANTS)) == 1
    assert len(review.undo(APPLICANTS)) == 1
    assert review.status(APPLICANTS).confirmed == len(made) - 2


def test_what_was_sent_and_what_others_said_is_not_undone(bench: Any, leaves: Callable[..., Any]) -> None:
    made = bench.received()
    manager, handler = bench.ward.office.review, bench.ward.office_of(Role.HANDLER).review
    with leaves(bench.ward, Refused):
        manager.undo(APPLICANTS)
    manager.confirm(APPLICANTS, [made[0].record])
    with leaves(bench.ward, Refused):
        handler.undo(APPLICANTS)
    handler.return_(APPLICANTS, [made[0].record], "unclear")
    with leaves(bench.ward, Refused):
        manager.undo(APPLICANTS)
    manager.send()
    with leaves(bench.ward, Refused):
        handler.undo(APPLICANTS)


def test_an_undone_word_is_never_sent_and_can_be_said_again(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.confirm_rest(APPLICANTS)
    review.undo(APPLICANTS)
    assert review.send() is None
    review.confirm(APPLICANTS, [made[0].record])
    review.send()
    bench.sync()
    assert bench.contractor.office.review.status(APPLICANTS).confirmed == 1


def test_a_word_undone_is_not_undone_twice(bench: Any) -> None:
    made = bench.received()
    bench.ward.office.review.confirm(APPLICANTS, [made[0].record])
    with bench.ward.store.write() as tx:
        (row,) = tx.reviews.unsent()
        tx.reviews.undo(row, row.at, row.actor)
        with pytest.raises(IntegrityFailure):
            tx.reviews.undo(row, row.at, row.actor)


# -- the access log -------------------------------------------------------------------------------------------


def test_confirming_one_by_one_leaves_one_entry_a_page(bench: Any) -> None:
    names = [
        "".join(pair)
        for pair in zip(
            "アイウエオカキクケコサシスセソタチツテト" * 2, "ナニヌネノハヒフヘホ" * 4, strict=True
        )
    ]
    people = [f"サトウ {name}{'ア' * (index // 20)}" for index, name in enumerate(names[: PAGE_ROWS + 5])]
    bench.received(*people)
    review = bench.ward.office.review
    before = bench.ward.details().count("\n")
    for item in review.rows(APPLICANTS):
        review.confirm(APPLICANTS, [item.record])
    added = bench.ward.details().split("\n")
    assert len(added) - 1 - before == 3
    assert {line for line in added if line.startswith("confirm ")} == {
        "confirm stage=applicants page=1", "confirm stage=applicants page=2",
    }  # fmt: skip
    assert review.status(APPLICANTS).done
