"""Whom the ward never took in, as what carried them was set aside and voided, the contractor erases by itself: the ward is told nothing,
asked nothing, and nothing is waited for. Whom it took in, it is asked about as ever."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import State
from core.ledger.codes import Medium
from core.office.erase_answers import Answer
from core.office.person import PersonDesk
from core.office.records import RECORDS
from core.office.review import APPLICANTS
from core.roles import Role, Site
from tests.core.office.conftest import Bench, Bureau
from tests.core.office.test_office_erase_requests import Renewing, requests
from tests.core.office.test_office_refused_bundles import names_at, set_aside, spoil

KANA = "コバヤシ チヨ"


def person(bench: Any) -> PersonDesk:
    return PersonDesk(bench.contractor.desk_of(Role.MANAGER), Renewing(bench.contractor))


def refused(bench: Any) -> str:
    """What the contractor sends next does not get in at the ward, which sets it aside."""
    name = spoil(bench, bench.contractor, bench.contractor.office.records.send, RECORDS)
    set_aside(bench, bench.ward, name)
    return name


def send(bench: Any) -> None:
    bench.contractor.office.records.send()
    bench.sync()


def asked(bench: Any) -> dict[int, Answer]:
    return {one.number: one.answer for one in bench.contractor.office.erase_answers.list()}


@pytest.fixture
def first_voided(bench: Any) -> int:
    """The 受付番号 of somebody whose first ③ was set aside and voided."""
    bench.received()
    number: int = bench.contractor.key(KANA).number
    bench.contractor.office.voiding.void(refused(bench))
    bench.sync()
    return number


def test_the_ward_hears_nothing_of_whom_it_never_took_in(bench: Any, first_voided: int) -> None:
    number = first_voided
    held = names_at(bench.ward)
    bench.contractor.office.intake.withdraw(number)
    assert not person(bench).erase(number, "request").asking
    assert bench.contractor.office.records.send() is None
    bench.sync()
    assert asked(bench) == {} and requests(bench.ward).list() == []
    assert names_at(bench.ward) == held
    assert bench.contractor.office.ledger.verify() == bench.ward.office.ledger.verify() == []


def test_the_erasure_before_the_void_is_the_contractors_alone_too(bench: Any) -> None:
    bench.received()
    number = bench.contractor.key(KANA).number
    name = refused(bench)
    bench.contractor.office.intake.withdraw(number)
    assert person(bench).erase(number, "request").asking, "not voided yet: it may still be taken in"
    bench.contractor.office.records.send()
    bench.contractor.office.voiding.void(name)
    send(bench)
    assert asked(bench) == {} and requests(bench.ward).list() == []
    assert KANA not in names_at(bench.ward) and "" not in names_at(bench.ward)


def test_none_of_the_wards_copies_can_hold_whom_it_never_took_in(bench: Any, first_voided: int) -> None:
    bench.ward.office.backups.made(bench.ward.office.backups.new_id(), Medium.USB)
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync()
    for number, sites in ((1, {Site.WARD}), (first_voided, set[Site]())):
        assert {one.site for one in person(bench).remains(number).copies} == sites


def test_whom_it_took_in_the_second_time_it_is_asked_about(bench: Any, first_voided: int) -> None:
    send(bench)
    assert KANA in names_at(bench.ward)
    bench.contractor.office.intake.withdraw(first_voided)
    assert person(bench).erase(first_voided, "request").asking
    send(bench)
    assert asked(bench) == {first_voided: Answer.WAITING}
    requests(bench.ward).agree(first_voided)
    bench.sync()
    assert asked(bench) == {first_voided: Answer.AGREED}


def test_whom_it_had_before_what_was_voided_it_is_asked_about(bench: Any) -> None:
    number = bench.received()[0].number
    bench.contractor.office.intake.withdraw(number)
    bench.contractor.office.voiding.void(refused(bench))
    assert person(bench).erase(number, "request").asking
    send(bench)
    assert asked(bench) == {number: Answer.WAITING}
    assert [one.number for one in requests(bench.ward).list()] == [number]


def test_who_withdrew_after_a_first_void_is_not_sent(bench: Any, first_voided: int) -> None:
    bench.contractor.office.intake.withdraw(first_voided)
    assert bench.contractor.office.records.send() is None
    assert KANA not in names_at(bench.ward)


TWO = ("コバヤシ チヨ", "イトウ キヨシ")
MOVES = st.tuples(st.sampled_from(TWO), st.sampled_from(["withdraw", "erase", "send", "refuse"]))


@settings(max_examples=15, deadline=None)
@given(moves=st.lists(MOVES, min_size=2, max_size=8))
def test_in_whatever_order_only_answers_are_waited_for_that_the_ward_can_give(
    moves: list[tuple[str, str]],
) -> None:
    with TemporaryDirectory() as folder:
        bench = Bench(*(Bureau(site, Path(folder) / site) for site in Site))
        bench.received()
        office, number = bench.contractor.office, {kana: bench.contractor.key(kana).number for kana in TWO}
        taken, withdrawn, erased = set[str](), set[str](), set[str]()
        for kana, move in [*moves, (TWO[0], "send")]:
            if move in ("withdraw", "erase") and kana not in withdrawn:
                office.intake.withdraw(number[kana])
                withdrawn.add(kana)
            if move == "erase" and kana not in erased:
                assert person(bench).erase(number[kana], "request").asking is (kana in taken)
                erased.add(kana)
            elif move == "send":
                send(bench)
                taken |= number.keys() - withdrawn
            elif move == "refuse" and office.records.unsent():
                office.voiding.void(refused(bench))
                bench.sync()
        assert asked(bench) == {number[kana]: Answer.WAITING for kana in erased & taken}
        assert {one.number for one in requests(bench.ward).list()} == asked(bench).keys()
        assert set(TWO) & set(names_at(bench.ward)) == taken and "" not in names_at(bench.ward)
        with bench.ward.store.read() as tx:
            out = {one.applicant.kana for one in tx.applications.all((State.WITHDRAWN,))}
        assert out == taken & withdrawn
