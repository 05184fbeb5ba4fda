"""A step of the draw that is refused: set aside, voided, and sent anew in the very bytes it had. Nobody says it a second time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from core.draw.abandoned import Reason
from core.draw.steps import COMMITS, Dice, dice_name
from core.errors import IntegrityFailure
from core.exchange.card import read_card
from core.exchange.listing import VOID
from core.office.choices import AsideReason
from core.office.keyring import own_card
from core.office.records import RECORDS
from core.roles import Site
from storage.bundles.sealer import BundleSealer
from tests.core.office.conftest import DICE, Bench, Bureau
from tests.core.office.test_office_refused_bundles import names_at, set_aside, spoil
from tests.core.office.test_office_take_back import copied, lose, take_back

OTHER = "11111111111111111111"
THROW = dice_name(Site.CONTRACTOR)


def spoiled(bench: Bench, sender: Bureau, act: Callable[[], Any], entry: str = "handover.txt") -> str:
    """The next step of the draw comes out so that the other site refuses it, and never can take it in."""
    return spoil(bench, sender, act, entry)


def step(bench: Bench) -> str:
    (one,) = {site.office.lottery.status().step for site in (bench.contractor, bench.ward)}
    return one


def sound(bench: Bench) -> None:
    bench.sync(2)
    for one in (bench.contractor, bench.ward):
        assert one.office.ledger.verify() == []
        assert one.office.refusals.standing().steps == ()


@pytest.mark.parametrize("at", range(7))
def test_whichever_step_was_refused_comes_again_as_it_was_and_the_draw_ends(bench: Bench, at: int) -> None:
    bench.confirmed()
    acts = bench.ceremony()
    for _, act in acts[:at]:
        act()
        bench.sync()
    sender, act = acts[at]
    name = spoiled(bench, sender, act)
    before = drawn_files(sender)
    set_aside(bench, bench.other(sender), name)
    sender.office.voiding.void(name)
    bench.sync()
    assert drawn_files(sender) == before
    for _, act in acts[at + 1 :]:
        act()
        bench.sync()
    assert step(bench) == "done"
    sound(bench)


def test_a_step_refused_once_more_is_sent_once_more(bench: Bench) -> None:
    bench.confirmed()
    contractor, ward = bench.contractor, bench.ward
    name = spoiled(bench, contractor, contractor.office.lottery.freeze)
    set_aside(bench, ward, name)
    contractor.sealer.bend = spoil_steps
    contractor.office.voiding.void(name)
    contractor.sealer.bend = None
    bench.carry(contractor)
    with pytest.raises(IntegrityFailure):
        ward.office.exchange.import_waiting()
    (again,) = ward.office.refusals.standing().refused
    assert again > name
    set_aside(bench, ward, again)
    contractor.office.voiding.void(again)
    bench.sync()
    assert step(bench) == "freeze_ward"
    sound(bench)


def spoil_steps(entries: dict[str, bytes]) -> dict[str, bytes]:
    return entries | ({"handover.txt": b"{}\n"} if "draw.txt" in entries else {})


def drawn_files(site: Bureau) -> dict[str, dict[str, bytes]]:
    with site.store.read() as tx:
        return {name: tx.draws.files(name) for name in tx.draws.names()}


def test_a_step_behind_a_bundle_that_was_refused_comes_again_as_it_was(bench: Bench) -> None:
    bench.pair()
    bench.sync()
    contractor = bench.contractor
    contractor.key("コバヤシ チヨ")
    name = spoil(bench, contractor, contractor.office.records.send, RECORDS)
    contractor.office.lottery.seal()
    set_aside(bench, bench.ward, name)
    contractor.office.voiding.void(name)
    contractor.office.records.send()
    bench.sync()
    assert "コバヤシ チヨ" in names_at(bench.ward)
    assert step(bench) == "seal_ward"
    sound(bench)


def test_rules_that_were_refused_before_the_step_go_before_it_again(bench: Bench) -> None:
    """The ward judges params.txt by the programme it holds."""
    bench.pair()
    contractor = bench.contractor
    name = spoil(bench, contractor, contractor.office.send_due, "programme.toml")
    contractor.office.lottery.seal()
    set_aside(bench, bench.ward, name)
    contractor.office.voiding.void(name)
    bench.sync()
    assert step(bench) == "seal_ward"
    sound(bench)


def test_a_word_against_the_draw_and_the_next_draw_come_again(bench: Bench) -> None:
    bench.confirmed()
    contractor, ward = bench.contractor, bench.ward
    ward.office.lottery.abandon(Reason.ROLL_WRONG)
    bench.sync()
    name = spoiled(bench, contractor, lambda: contractor.office.lottery.abandon(Reason.ROLL_WRONG))
    contractor.office.lottery.seal()
    set_aside(bench, ward, name)
    assert contractor.office.voiding.void(name).counts == {"bundles": 2}
    bench.sync()
    assert step(bench) == "seal_ward"
    sound(bench)


def test_what_does_not_open_at_all_is_no_end_of_the_channel(bench: Bench) -> None:
    """Of such a one the receiver does not even see the kind."""
    bench.confirmed()
    contractor, ward = bench.contractor, bench.ward
    with contractor.store.read() as tx:
        mine = read_card(own_card(tx))
    real = BundleSealer.seal
    with mock.patch.object(
        BundleSealer, "seal", lambda self, **rest: real(self, **(rest | {"partner": mine}))
    ):
        contractor.office.lottery.freeze()  # sealed to somebody else
    bench.carry(contractor)
    with pytest.raises(IntegrityFailure):
        ward.office.exchange.import_waiting()
    (name,) = ward.office.refusals.standing().refused
    ward.office.refusals.set_aside(name, AsideReason.UNREADABLE)
    ward.office.send_due()
    bench.sync()
    contractor.office.voiding.void(name)
    bench.sync()
    assert step(bench) == "freeze_ward"
    sound(bench)


# -- no second chance -----------------------------------------------------------------------------------------


def test_who_signed_one_throw_does_not_send_another_after_it_was_refused(
    bench: Bench, leaves: Callable[..., Any]
) -> None:
    """The contractor's throw is refused for its cover, and its program is changed: having seen the ward's, it sends another."""
    bench.confirmed()
    contractor, ward = bench.contractor, bench.ward
    for _, act in bench.ceremony()[:4]:
        act()
        bench.sync()
    name = spoiled(bench, contractor, bench.ceremony()[4][1])
    set_aside(bench, ward, name)
    ward.office.lottery.dice(DICE)
    bench.carry(ward)
    contractor.office.exchange.import_waiting()
    with contractor.store.read() as tx:
        (draw,) = tx.draws.names()
        mine = Dice.parse(tx.draws.files(draw)[THROW], THROW)
    other = dataclasses.replace(mine, digits=OTHER).to_bytes()

    def another(entries: dict[str, bytes]) -> dict[str, bytes]:
        if mine.file_name not in entries:
            return entries
        return entries | bench.signed(contractor, {mine.file_name: other}, mine.file_name)

    contractor.sealer.bend = another
    contractor.office.voiding.void(name)
    contractor.sealer.bend = None
    bench.carry(contractor)
    with pytest.raises(IntegrityFailure, match="前に署名した") as refused:
        ward.office.exchange.import_waiting()
    assert "取りやめ" in refused.value.next_step
    with ward.store.read() as tx:
        assert mine.file_name not in tx.draws.files(draw)


def test_a_file_that_nobody_signed_binds_nobody(bench: Bench) -> None:
    """What came out wrong and bears no good signature is no word of the sender's: the true one is taken in."""
    bench.received()
    contractor, ward = bench.contractor, bench.ward
    name = spoil(bench, ward, ward.office.lottery.seal, COMMITS)
    set_aside(bench, contractor, name)
    ward.office.voiding.void(name)
    bench.sync()
    assert contractor.office.lottery.status().step == "freeze_contractor"
    sound(bench)


@pytest.mark.parametrize("site", list(Site))
def test_what_was_sent_anew_comes_back_after_a_restore(bench: Bench, site: Site) -> None:
    bench.confirmed()
    lost = bench.contractor if site is Site.CONTRACTOR else bench.ward
    backup = copied(lost)
    acts = bench.ceremony()
    place = 0 if site is Site.CONTRACTOR else 1
    for _, act in acts[:place]:
        act()
        bench.sync()
    name = spoiled(bench, lost, acts[place][1])
    set_aside(bench, bench.other(lost), name)
    lost.office.voiding.void(name)
    bench.sync()
    for _, act in acts[place + 1 : 3]:
        act()
        bench.sync()
    before = drawn_files(lost)
    lose(lost, backup)
    take_back(bench, lost)
    after = drawn_files(lost)
    (draw,) = before
    secret = f"reveal-{site}.txt"
    assert {k: v for k, v in after[draw].items() if k != secret} == {
        k: v for k, v in before[draw].items() if k != secret
    }
    sound(bench)


def test_a_void_names_what_it_takes_back_and_nothing_of_the_step(bench: Bench) -> None:
    bench.confirmed()
    contractor, ward = bench.contractor, bench.ward
    name = spoiled(bench, contractor, contractor.office.lottery.freeze)
    set_aside(bench, ward, name)
    seen: list[set[str]] = []
    contractor.sealer.bend = lambda entries: (seen.append(set(entries)), entries)[1]
    contractor.office.voiding.void(name)
    contractor.sealer.bend = None
    assert VOID in seen[0] and "draw.txt" not in seen[0]
    assert "draw.txt" in seen[1]
