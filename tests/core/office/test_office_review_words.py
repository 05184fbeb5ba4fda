"""The ward's word is about what was seen; what changed is looked at by itself, before approval and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Refused, UsageError
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field


def changed_meanwhile(bench: Any, number: int, field: Field, value: str) -> None:
    bench.contractor.office.intake.edit(number, {field: value})
    bench.contractor.office.records.send()
    bench.sync()


@pytest.mark.parametrize("how", ["confirm", "return"])
def test_a_word_on_what_has_changed_since_it_was_shown_is_refused(
    bench: Any, leaves: Callable[..., Any], how: str
) -> None:
    made = bench.received()
    review = bench.ward.office.review
    shown = review.rows(APPLICANTS)
    changed_meanwhile(bench, made[2].number, Field.KANA, "タナカ ヨシコ")
    with leaves(bench.ward, Refused) as raised:
        if how == "confirm":
            review.confirm(APPLICANTS, [item.record for item in shown])
        else:
            review.return_(APPLICANTS, [made[2].record], "unclear")
    assert raised.value.where == f"受付番号 {made[2].number:04}"
    review.rows(APPLICANTS)
    assert review.confirm(APPLICANTS, [item.record for item in shown]) == len(made)


def test_a_telephone_may_change_under_the_reviewers_eyes(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.rows(APPLICANTS)
    changed_meanwhile(bench, made[0].number, Field.PHONE, "03-5273-9999")
    assert review.confirm(APPLICANTS, [made[0].record]) == 1


def test_confirming_the_rest_leaves_what_changed_after_a_word(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    assert review.confirm_rest(APPLICANTS) == len(made)
    changed_meanwhile(bench, made[1].number, Field.PREFERENCE, "B")
    assert review.confirm_rest(APPLICANTS) == 0
    item = next(item for item in review.rows(APPLICANTS) if item.changed)
    assert (item.number, item.exception, item.verdict) == (made[1].number, True, "")
    assert review.confirm(APPLICANTS, [item.record]) == 1


def test_the_same_word_twice_is_one_word(bench: Any) -> None:
    made = bench.received()
    review = bench.ward.office.review
    records = [made[0].record, made[0].record]
    assert review.confirm(APPLICANTS, records) == 1
    assert review.confirm(APPLICANTS, records) == 0
    assert review.return_(APPLICANTS, records, "unclear") == 1
    assert review.return_(APPLICANTS, records, "unclear") == 0
    assert review.return_(APPLICANTS, records, "duplicate") == 1
    assert review.confirm(APPLICANTS, records) == 1
    assert review.unsent() == 4


def test_words_are_of_the_codes_and_of_records_under_review(bench: Any, leaves: Callable[..., Any]) -> None:
    made = bench.received()
    review = bench.ward.office.review
    with leaves(bench.ward, UsageError):
        review.return_(APPLICANTS, [made[0].record], "something about the person")
    for records in (["ZZZZZZZZZZ"], [made[0].record, "ZZZZZZZZZZ"]):
        with leaves(bench.ward, UsageError):
            review.confirm(APPLICANTS, records)


def test_a_winner_renamed_after_the_draw_is_not_swept_up_in_nine(bench: Any) -> None:
    """A seat goes to the person who was drawn: another name on it is shown as changed, and waits for its own word."""
    made = bench.drawn()
    seated = bench.contractor.office.participants.list("A")[0]
    assert seated.number in {a.number for a in made}
    changed_meanwhile(bench, seated.number, Field.KANA, "ベツジン タロウ")
    bench.contractor.office.participants.send()
    bench.sync()
    review = bench.ward.office.review
    review.confirm_rest(PARTICIPANTS)
    (left,) = [item for item in review.rows(PARTICIPANTS) if not item.verdict]
    assert (left.number, left.changed) == (seated.number, True)
    with pytest.raises(Refused):
        bench.ward.office.participants.approve()


def test_approval_sends_the_words_first_and_is_given_once(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.drawn()
    bench.contractor.office.participants.send()
    bench.sync()
    review = bench.ward.office.review
    with leaves(bench.ward, Refused):
        bench.ward.office.participants.approve()
    review.confirm_rest(PARTICIPANTS)
    assert review.unsent()
    bench.ward.office.participants.approve()
    assert review.unsent() == 0
    with leaves(bench.ward, Refused):
        bench.ward.office.participants.approve()
    assert [kind for kind in bench.sync() if kind in ("review", "approval")] == ["review", "approval"]
    assert all(
        p.verdict == "confirmed" for p in bench.contractor.office.participants.list("A") if not p.place
    )


def test_approval_waits_for_seven_and_for_the_returned_to_leave(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.drawn()
    people, ward = bench.contractor.office.participants, bench.ward.office
    seats = [item.record for item in ward.review.rows(PARTICIPANTS)]
    ward.review.return_(PARTICIPANTS, seats[:1], "not_resident")
    ward.review.confirm(PARTICIPANTS, seats[1:])
    with leaves(bench.ward, Refused):
        ward.participants.approve()  # ⑦ has not come
    people.send()
    ward.review.send()
    bench.sync()
    with leaves(bench.ward, Refused):
        ward.participants.approve()  # somebody is returned
    seated = {p.record: p for code in "AB" for p in people.list(code) if not p.place}
    for record, person in seated.items():
        if record != seats[0]:
            with leaves(bench.contractor, Refused):
                people.disqualify(person.unit_id)
    people.disqualify(seated[seats[0]].unit_id)
    people.send()
    bench.sync()
    ward.review.confirm_rest(PARTICIPANTS)
    ward.participants.approve()


def test_what_the_ward_returned_can_be_refused_by_the_contractor(bench: Any) -> None:
    made = bench.received()
    bench.ward.office.review.return_(APPLICANTS, [made[0].record], "not_resident")
    bench.ward.office.review.send()
    bench.sync()
    assert bench.contractor.office.intake.resolve(made[0].number, False, "ward_decision").state == "refused"
    bench.contractor.office.records.send()
    bench.sync()
    assert made[0].number not in {item.number for item in bench.ward.office.review.rows(APPLICANTS)}
