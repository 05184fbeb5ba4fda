"""What is carried by hand has a chain: prepared, in a locked bag, given, signed for at the other end, brought back or destroyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.handover import Handover, Stage, handovers
from core.ledger.line import LedgerLine
from core.office.choices import What
from core.office.custody_items import Step, _steps
from core.office.ledger import CUSTODY
from core.roles import Role, Site


@pytest.fixture
def paired(bench: Any) -> Any:
    bench.pair()
    bench.sync()
    return bench


def forms_given(bench: Any, count: int = 12) -> str:
    """※ on paper: counted at the ward, in the bag, given; what stands on the 受渡票."""
    custody = bench.ward.office.custody
    name = custody.prepare_forms(count).id
    custody.bag(name)
    custody.give(name)
    return name


def lates(bureau: Any) -> list[str]:
    return [late.short for late in bureau.office.flow.status().late]


def findings(bureau: Any) -> list[str]:
    return [one.what for one in bureau.office.ledger.verify()]


def test_the_counters_paper_is_told_of_in_both_ledgers_under_one_number(paired: Any) -> None:
    name = forms_given(paired)
    taken = paired.contractor.office.custody.take(name, 12)
    assert taken.stage is Stage.TAKEN
    paired.sync()
    for one in (paired.contractor, paired.ward):
        (item,) = one.office.custody.list()
        assert (item.id, item.qty, item.taken, item.stage, item.differs) == (name, 12, 12, Stage.TAKEN, ())
        assert (item.from_, item.to) == (Place.WARD_DESK, Place.CONTRACTOR)
        assert findings(one) == []


def test_a_count_that_differs_is_found_at_both_sites_and_ends_when_the_mistaken_one_counts_again(
    paired: Any,
) -> None:
    name = forms_given(paired, 12)
    paired.contractor.office.custody.take(name, 11)
    paired.sync()
    for one in (paired.contractor, paired.ward):
        assert findings(one) == [f"受渡し {name}: 数が違います（渡した側 12、受けた側 11）"]
        assert lates(one)[0] == "受渡しの違い1"
    paired.ward.office.custody.recount(name, 11)
    paired.sync()
    for one in (paired.contractor, paired.ward):
        assert findings(one) == [] and "受渡しの違い1" not in lates(one)
    assert paired.ward.office.inventory.list()[0].given == 11


def test_a_number_is_known_by_its_beginning_or_read_whole_off_the_paper_and_nothing_else(paired: Any) -> None:
    custody = paired.contractor.office.custody
    name = forms_given(paired, 12)
    paired.sync()
    assert custody.awaited(name[:4].lower()).id == name
    assert custody.awaited("ABCDEFGHJK") is None
    for wrong in ("", "ABC", "ABCDEFGHJ", "ABCDEFGHJKM", "ABCDEFGHIL"):
        with pytest.raises(UsageError, match="控番号が読めません"):
            custody.awaited(wrong)


def test_nothing_is_given_before_the_bag_is_locked(paired: Any, leaves: Callable[..., Any]) -> None:
    custody = paired.ward.office.custody
    name = custody.prepare_forms(3).id
    with leaves(paired.ward, Refused) as raised:
        custody.give(name)
    assert "鞄に入れて施錠した" in raised.value.next_step


def test_a_line_by_hand_is_held_to_the_same_rules(paired: Any, leaves: Callable[..., Any]) -> None:
    ledger = paired.ward.office.ledger
    told = {"medium": Medium.USB, "from_": Place.WARD, "to": Place.CONTRACTOR, "handover": "K7Q29F3MXA"}
    with leaves(paired.ward, Refused):
        ledger.add(Act.GIVE, Content.APPLICATIONS, 1, Unit.MEDIA, **told)
    ledger.add(Act.CARRY, Content.APPLICATIONS, 1, Unit.MEDIA, **told)
    assert paired.ward.office.custody.give("K7Q29F3MXA").given, "from here on as everything that is known"
    with leaves(paired.ward, Refused):
        ledger.add(Act.GIVE, Content.FORMS, 1, Unit.SHEETS, medium=Medium.PAPER)


@pytest.mark.parametrize("act", sorted(CUSTODY))
def test_the_steps_of_what_is_known_are_not_entered_past_it(
    paired: Any, leaves: Callable[..., Any], act: Act
) -> None:
    """A notice given so would leave its password in the vault; a bag entered so could hold medium and notice (C7)."""
    ward = paired.ward.office
    name = ward.custody.prepare_forms(3).id
    told = {"medium": Medium.PAPER, "from_": Place.WARD_DESK, "to": Place.CONTRACTOR, "handover": name}
    with leaves(paired.ward, Refused) as raised:
        ward.ledger.add(act, Content.FORMS, 3, Unit.SHEETS, **told)
    assert "ikiiki handover" in raised.value.next_step and name in raised.value.where


def test_the_receiver_who_has_the_paper_alone_needs_the_whole_number(
    paired: Any, leaves: Callable[..., Any]
) -> None:
    name = forms_given(paired)
    with leaves(paired.contractor, UsageError):
        paired.contractor.office.custody.take(name[:6], 12)
    assert paired.contractor.office.custody.take(name.lower(), 12).id == name
    with leaves(paired.contractor, Refused):
        paired.contractor.office.custody.take(name, 12)


def test_the_receiver_may_be_quicker_in_writing_it_down(paired: Any) -> None:
    ward, contractor = paired.ward.office.custody, paired.contractor.office.custody
    name = ward.prepare_forms(12).id
    ward.bag(name)
    paired.contractor.office.send_due()
    with paired.ward.store.write() as tx:
        tx.settings.put("receipt_due", "yes")  # the ward's lines so far reach the contractor
    paired.ward.office.send_due()
    paired.sync()
    assert contractor.find(name).stage is Stage.LOCKED and contractor.find(name).due is None
    contractor.take(name, 12)
    paired.sync()
    assert ward.find(name).stage is Stage.TAKEN and ward.find(name).due is Step.GIVE
    ward.give(name)
    paired.sync()
    for one in (paired.ward, paired.contractor):
        assert findings(one) == [] and one.office.custody.find(name).differs == ()


def test_who_has_no_vault_signs_the_paper(paired: Any) -> None:
    name = forms_given(paired)
    assert paired.ward.office.custody.signed(name, 12).stage is Stage.TAKEN
    assert findings(paired.ward) == []
    again = forms_given(paired, 5)
    paired.ward.office.custody.signed(again, 4)
    assert len(findings(paired.ward)) == 1


def test_what_nobody_signs_for_is_late_at_the_giver_and_untold_things_at_the_receiver(paired: Any) -> None:
    forms_given(paired)
    paired.sync()
    assert not [word for one in (paired.ward, paired.contractor) for word in lates(one) if "受" in word]
    for one in (paired.ward, paired.contractor):
        one.moment += dt.timedelta(days=4)
    assert "受渡し受領待ち1" in lates(paired.ward)
    assert "受渡し未記入1" in lates(paired.contractor)


def test_a_number_mistyped_by_the_receiver_comes_up_at_both(paired: Any) -> None:
    forms_given(paired)
    paired.contractor.office.custody.take("ZZZZZZZZZZ", 12)
    paired.sync()
    for one in (paired.ward, paired.contractor):
        one.moment += dt.timedelta(days=4)
    assert "受渡し受領待ち1" in lates(paired.ward)
    assert "受渡し未記入2" in lates(paired.contractor)


def test_forms_go_back_by_the_locked_bag_and_are_out_of_the_list(
    paired: Any, leaves: Callable[..., Any]
) -> None:
    ward, contractor = paired.ward.office.custody, paired.contractor.office.custody
    name = forms_given(paired)
    contractor.take(name, 12)
    with leaves(paired.contractor, Refused):
        contractor.send_back(name)
    contractor.bag(name)
    assert contractor.send_back(name).stage is Stage.RETURNING
    paired.sync()
    assert ward.back(name, 12).stage is Stage.BACK
    (copy,) = paired.ward.office.inventory.list()
    assert (copy.here, copy.given) == (12, 0)
    assert paired.contractor.office.inventory.list() == []
    assert ward.list() == []
    assert paired.ward.office.inventory.destroyed(name).gone


def test_what_the_receiver_destroyed_is_with_nobody_any_more(paired: Any) -> None:
    name = forms_given(paired)
    paired.contractor.office.custody.take(name, 12)
    paired.sync()
    assert paired.ward.office.inventory.list()[0].given == 12
    paired.contractor.office.inventory.destroyed(name)
    paired.sync()
    assert paired.ward.office.inventory.list() == []
    for one in (paired.ward, paired.contractor):
        assert one.office.custody.list(everything=True)[0].stage is Stage.ENDED


def test_no_day_is_noted_for_a_return_by_which_all_has_to_be_erased(
    paired: Any, leaves: Callable[..., Any]
) -> None:
    """A day far off, and nobody would ever be asked where the thing is: the days are those an export may have."""
    name = forms_given(paired, 12)
    custody = paired.ward.office.custody
    for day in (dt.date(2026, 4, 19), dt.date(2027, 1, 1), dt.date(9999, 12, 31)):
        with leaves(paired.ward, UsageError) as raised:
            custody.return_by(name, day)
        assert "消去の期限まで" in raised.value.what
    assert custody.return_by(name, dt.date(2026, 12, 31)).return_by == dt.date(2026, 12, 31)


def test_what_is_not_back_by_its_day_is_late(paired: Any) -> None:
    name = forms_given(paired)
    paired.contractor.office.custody.take(name, 12)
    paired.contractor.office.custody.return_by(name, dt.date(2026, 4, 25))
    assert "返却期限切れ1" not in lates(paired.contractor)
    paired.contractor.moment += dt.timedelta(days=6)
    paired.ward.moment += dt.timedelta(days=6)
    assert "返却期限切れ1" in lates(paired.contractor)
    assert "返却期限切れ1" not in lates(paired.ward)  # there: by the end of the programme
    paired.contractor.office.inventory.destroyed(name)
    assert "返却期限切れ1" not in lates(paired.contractor)


def test_the_contractor_prepares_no_forms_and_an_audit_moves_nothing(paired: Any) -> None:
    with pytest.raises(Refused):
        paired.contractor.office.custody.prepare_forms(3)
    name = paired.ward.office.custody.prepare_forms(3).id
    for role, act in (
        (Role.AUDITOR, lambda office: office.custody.bag(name)),
        (Role.HANDLER, lambda office: office.exporting.draft(What.LEDGER, Place.WARD, Medium.USB)),
    ):
        with pytest.raises(Refused, match="権限"):
            act(paired.ward.office_of(role))


@pytest.mark.parametrize("count", [0, -1, 10_000_000])
def test_a_count_that_is_none_is_refused(paired: Any, leaves: Callable[..., Any], count: int) -> None:
    with leaves(paired.ward, UsageError):
        paired.ward.office.custody.prepare_forms(count)


# -- the chain, whatever the order ----------------------------------------------------------------------------

ACT_OF = {
    Step.BAG: Act.CARRY, Step.GIVE: Act.GIVE, Step.TAKE: Act.TAKE, Step.SIGNED: Act.SIGNED_FOR,
    Step.SEND_BACK: Act.RETURN, Step.BACK: Act.TAKE,
}  # fmt: skip
ORDER = list(Stage)


def line(org: Site, act: Act, qty: int, from_: Place, to: Place) -> LedgerLine:
    return LedgerLine(
        1, "2026-05-11T09:30:00+09:00", org, "a", "manager", act, Content.FORMS, qty, Unit.SHEETS, Medium.PAPER,
        from_, to, "K7Q29F3MXA",
    )  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(Site), st.integers(0, 9), st.integers(1, 3)), max_size=25))
@settings(max_examples=60, deadline=None)
def test_whatever_people_do_a_thing_never_moves_backwards_nor_skips_the_bag(
    choices: list[tuple[Site, int, int]],
) -> None:
    lines = [line(Site.WARD, Act.INTAKE, 3, Place.APPLICANTS, Place.WARD_DESK)]
    stage = Stage.PREPARED
    for site, chosen, count in choices:
        (one,) = handovers(lines, Site.WARD)
        steps = [step for step in _steps(one, site) if step is not Step.RECOUNT]
        if not steps:
            continue
        step = steps[chosen % len(steps)]
        there = (Place.WARD_DESK, Place.CONTRACTOR)
        from_, to = there[::-1] if step in (Step.SEND_BACK, Step.BACK) else there
        lines.append(line(site, ACT_OF[step], count, from_, to))
        (after,) = handovers(lines, Site.WARD)
        assert ORDER.index(after.stage) >= ORDER.index(stage)
        assert _bagged_first(after)
        stage = after.stage


def _bagged_first(one: Handover) -> bool:
    by = {line.org for line in one.bagged}
    return (one.given is None or one.given.org in by) and (one.returned is None or one.returned.org in by)
