"""A step of something carried by hand that was entered by mistake is taken back by one more line; both sites see as if it had not been."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.handover import RETRACT_WORDS, RETRACTABLE, Stage, handovers, standing
from core.ledger.line import LedgerLine
from core.office.custody_items import Step
from core.roles import Role, Site
from tests.core.office.test_office_custody import findings, forms_given, lates


@pytest.fixture
def paired(bench: Any) -> Any:
    bench.pair()
    bench.sync()
    return bench


def test_a_receipt_under_a_number_nobody_gave_leaves_no_trace_but_its_lines(paired: Any) -> None:
    contractor = paired.contractor.office
    contractor.custody.take("K7Q29F3MXA", 12)
    assert contractor.custody.retract("K7Q29F3MXA", "number") is None
    paired.sync()
    for one in (paired.contractor, paired.ward):
        assert one.office.custody.list(everything=True) == [] and findings(one) == []
        newest = [
            line for line in one.office.ledger.page(Site.CONTRACTOR, 0, 20) if line.handover == "K7Q29F3MXA"
        ]
        assert [line.act for line in newest] == [Act.RETRACT, Act.TAKE]
        assert newest[0].ref == f"undo:{newest[1].seq}:number"
    assert contractor.inventory.list(everything=True) == [] and contractor.custody.keyed() == ()
    with pytest.raises(UsageError, match="どちらの管理簿にもありません"):
        contractor.custody.retract("K7Q29F3MXA", "number")


def test_a_receipt_of_another_thing_is_taken_back_and_both_sites_wait_again(paired: Any) -> None:
    first, second = forms_given(paired, 12), forms_given(paired, 5)
    paired.sync()
    contractor, ward = paired.contractor.office, paired.ward.office
    contractor.custody.take(first, 5)  # it was the second
    paired.sync()
    assert "受渡しの違い1" in lates(paired.ward) and findings(paired.ward)
    left = contractor.custody.retract(first, "number")
    contractor.custody.take(second, 5)
    paired.sync()
    assert left.stage is Stage.GIVEN and left.due is Step.TAKE
    for one in (paired.contractor, paired.ward):
        assert findings(one) == [] and "受渡しの違い1" not in lates(one)
    assert ward.custody.find(first).stage is Stage.GIVEN and ward.custody.find(second).stage is Stage.TAKEN
    assert [copy.here for copy in contractor.inventory.list()] == [5]


def test_steps_are_taken_back_one_after_the_other_and_may_be_done_again(
    paired: Any, leaves: Callable[..., Any]
) -> None:
    custody = paired.ward.office.custody
    name = forms_given(paired, 12)
    assert custody.find(name).mistake.act is Act.GIVE
    assert custody.retract(name, "never").stage is Stage.LOCKED
    assert custody.retract(name, "never").stage is Stage.PREPARED
    with leaves(paired.ward, Refused):
        custody.retract(name, "never")  # that it was prepared stays: it can be destroyed
    with leaves(paired.ward, Refused):
        custody.give(name)  # C8: the bag that was taken back does not count
    custody.bag(name)
    assert custody.give(name).stage is Stage.GIVEN
    assert paired.ward.office.inventory.list()[0].given == 12


def test_something_destroyed_by_mistake_is_there_again(paired: Any) -> None:
    name = forms_given(paired, 12)
    contractor = paired.contractor.office
    contractor.custody.take(name, 12)
    contractor.inventory.destroyed(name)
    assert contractor.custody.find(name).mistake.act is Act.DESTROY
    contractor.custody.retract(name, "never")
    (copy,) = contractor.inventory.list()
    assert (copy.here, contractor.custody.find(name).stage) == (12, Stage.TAKEN)


def test_nobody_takes_back_anothers_word_or_without_a_reason(paired: Any, leaves: Callable[..., Any]) -> None:
    name = forms_given(paired, 12)
    paired.sync()
    with leaves(paired.contractor, Refused):
        paired.contractor.office.custody.retract(name, "number")
    with leaves(paired.ward, UsageError):
        paired.ward.office.custody.retract(name, "because")
    with pytest.raises(Refused, match="権限"):
        paired.ward.office_of(Role.AUDITOR).custody.retract(name, "never")


ACTS = (*sorted(RETRACTABLE), Act.INTAKE, Act.RETRACT)
LINES = st.lists(st.tuples(st.sampled_from(Site), st.sampled_from(ACTS), st.integers(1, 12)), max_size=12)


def book(told: list[tuple[Site, Act, int]]) -> list[LedgerLine]:
    """Both ledgers, in which each `retract` names some line before it."""
    lines: list[LedgerLine] = []
    for site, act, number in told:
        seq = sum(line.org is site for line in lines) + 1
        if act is Act.RETRACT and seq == 1:
            continue
        ref = f"undo:{1 + number % (seq - 1)}:number" if act is Act.RETRACT else "medium:K7Q29F3MXA"
        lines.append(
            LedgerLine(
                seq, "2026-05-11T09:30:00+09:00", site, "a", "manager", act, Content.FORMS, 3, Unit.SHEETS,
                Medium.PAPER, Place.WARD_DESK, Place.CONTRACTOR, "K7Q29F3MXA", ref,
            )
        )  # fmt: skip
    return lines


@given(LINES)
@settings(max_examples=80, deadline=None)
def test_what_stands_is_what_nobody_took_back(told: list[tuple[Site, Act, int]]) -> None:
    lines = book(told)
    left = standing(lines)
    assert standing(left) == left and not any(line.act is Act.RETRACT for line in left)
    gone = {(line.org, line.ref.split(":")[1]) for line in lines if line.act is Act.RETRACT}
    assert left == [
        line
        for line in lines
        if line.act is not Act.RETRACT and (line.act is Act.INTAKE or (line.org, str(line.seq)) not in gone)
    ]
    for here in Site:
        assert handovers(lines, here) == handovers(left, here)


def test_a_retraction_counts_for_its_own_ledger_and_its_own_thing_alone() -> None:
    lines = book([(Site.WARD, Act.INTAKE, 1), (Site.WARD, Act.CARRY, 1), (Site.WARD, Act.RETRACT, 1)])
    taking = replace(lines[2], ref="undo:2:never")
    for other in (replace(taking, org=Site.CONTRACTOR), replace(taking, handover="ABCDEFGHJK")):
        assert standing([*lines[:2], other]) == lines[:2]
    assert standing([*lines[:2], taking]) == lines[:1]


def test_every_reason_can_be_written() -> None:
    from core.keys import SigningKey
    from core.ledger.line import read_line, sign_line

    key = SigningKey(bytes(32))
    for reason in RETRACT_WORDS:
        line = replace(
            book([(Site.WARD, Act.CARRY, 1), (Site.WARD, Act.RETRACT, 1)])[1], ref=f"undo:1:{reason}"
        )
        assert read_line(sign_line(line, "0" * 64, key), name="x")[1].ref == line.ref
    for wrong in ("undo:2:never", "undo:0:never", "undo:1:because", "medium:K7Q29F3MXA"):
        with pytest.raises(Refused):
            sign_line(replace(line, ref=wrong), "0" * 64, key)
    with pytest.raises(Refused):
        sign_line(replace(line, act=Act.TAKE, ref="undo:1:never"), "0" * 64, key)
