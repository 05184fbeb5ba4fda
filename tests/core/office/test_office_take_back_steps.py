"""A vault is lost while a step of its draw lies aside at the partner: nobody has that step, and the draw goes on with it made anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.errors import IntegrityFailure
from core.office.review import APPLICANTS
from tests.core.office.conftest import PROGRAMME, Bench, Bureau
from tests.core.office.test_office_refused_bundles import set_aside, spoil
from tests.core.office.test_office_refused_steps import spoil_steps
from tests.core.office.test_office_take_back import bench_medium, copied, lose, take_back


def lost_aside(bench: Bench, lost: Bureau, act: Callable[[], object]) -> None:
    """That site does a step which is refused, loses its vault, and goes on with its number void."""
    backup = copied(lost)
    name = spoil(bench, lost, act, "handover.txt")
    set_aside(bench, bench.other(lost), name)
    lose(lost, backup)
    take_back(bench, lost)
    bench.sync()
    lost.office.voiding.void(name)
    bench.sync()


def answered(bench: Bench) -> None:
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync(3)


def ends(bench: Bench, acts: list[tuple[Bureau, Callable[[], object]]]) -> None:
    for _, act in acts:
        act()
        bench.sync()
    for one in (bench.contractor, bench.ward):
        assert one.office.lottery.status().step == "done"
        assert one.office.ledger.verify() == []
        assert one.office.refusals.standing().steps == ()


def test_a_roll_that_was_lost_aside_is_frozen_anew(bench: Bench) -> None:
    bench.confirmed()
    lost_aside(bench, bench.contractor, bench.contractor.office.lottery.freeze)
    ends(bench, bench.ceremony())


def test_the_wards_seal_that_was_lost_aside_is_made_anew(bench: Bench) -> None:
    bench.received()
    answered(bench)
    lost_aside(bench, bench.ward, bench.ward.office.lottery.seal)
    ends(bench, [(bench.ward, bench.ward.office.lottery.seal), *bench.ceremony()])


def test_the_first_seal_that_was_lost_aside_is_made_under_other_rules(bench: Bench) -> None:
    bench.pair()
    bench.sync()
    bench.contractor.key("コバヤシ チヨ")
    bench.contractor.office.records.send()
    bench.sync(3)
    answered(bench)
    c, w = bench.contractor, bench.ward
    lost_aside(bench, c, c.office.lottery.seal)
    c.office.rules.set(PROGRAMME.replace("capacity = 1", "capacity = 2"))
    bench.sync()
    ends(bench, [(c, c.office.lottery.seal), (w, w.office.lottery.seal), *bench.ceremony()])


def test_dice_that_were_lost_aside_are_typed_anew_as_long_as_the_other_sites_are_unsaid(bench: Bench) -> None:
    """Also where they were mistyped then."""
    bench.confirmed()
    acts = bench.ceremony()
    for _, act in acts[:4]:
        act()
        bench.sync()
    lost_aside(bench, bench.contractor, lambda: bench.contractor.office.lottery.dice("1" * 20))
    ends(bench, acts[4:])


def test_a_number_that_came_back_stands_for_no_later_step(bench: Bench) -> None:
    """A medium had told of the sending: the lines of what nobody has any more are there, and are those of nothing sent since."""
    bench.received()
    answered(bench)
    contractor, ward = bench.contractor, bench.ward
    backup = copied(ward)
    name = spoil(bench, ward, ward.office.lottery.seal, "handover.txt")
    set_aside(bench, contractor, name)
    ward.key("イケダ トオル")
    bench_medium(bench)
    lose(ward, backup)
    take_back(bench, ward)
    bench.sync()
    ward.office.voiding.void(name)
    bench.sync()
    name = spoil(bench, ward, ward.office.lottery.seal, "handover.txt")
    set_aside(bench, contractor, name)
    ward.sealer.bend = spoil_steps
    ward.office.voiding.void(name)
    ward.sealer.bend = None
    bench.carry(ward)
    with pytest.raises(IntegrityFailure):
        contractor.office.exchange.import_waiting()
    (again,) = contractor.office.refusals.standing().refused
    set_aside(bench, contractor, again)
    ward.office.voiding.void(again)
    bench.sync()
    assert contractor.office.lottery.status().step == "freeze_contractor"
