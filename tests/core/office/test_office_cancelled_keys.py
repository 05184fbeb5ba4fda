"""A change of keys by hand that was begun by mistake is given up while nothing of it has left the site, and not later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.errors import Refused
from core.ledger.codes import Act, Content
from core.ledger.line import read_line
from core.office.keyring import next_of
from core.office.pairing import KeyStage
from core.roles import Role


@pytest.fixture
def paired(bench: Any) -> Any:
    bench.pair()
    bench.sync()
    return bench


def last_lines(bureau: Any, count: int) -> list[tuple[Act, Content, str]]:
    with bureau.store.read() as tx:
        raw = tx.ledger.lines(bureau.site)[-count:]
    lines = [read_line(one, name="ledger.hkl")[1] for one in raw]
    return [(line.act, line.content, line.ref) for line in lines]


def test_what_was_begun_by_mistake_is_given_up_and_everything_goes_on(paired: Any) -> None:
    contractor, ward = paired.contractor, paired.ward
    contractor.key("サトウ ハナコ")
    contractor.office.records.send()
    before = ward.office.exchange.standing()
    assert ward.office.exchange.renew(by_hand=True).may_cancel
    with ward.store.read() as tx:
        made = next_of(tx)
    paired.carry(contractor)
    assert ward.office.exchange.import_waiting() == [], "no signature of this epoch is believed now"
    assert ward.office.exchange.cancel_renew() == before
    ref = f"sha256:{sha256_hex(made.own.data)}"
    assert last_lines(ward, 2) == [(Act.RENEW, Content.KEYS, ref), (Act.DESTROY, Content.KEYS, ref)]
    with ward.store.read() as tx:
        assert next_of(tx) is None and tx.settings.get("next_ring") == "null"
    assert ward.office.exchange.import_waiting(), "the key of this epoch is believed again"
    paired.sync()
    assert ward.office.ledger.verify() == contractor.office.ledger.verify() == []


def test_afterwards_the_keys_can_be_changed_in_either_way(paired: Any) -> None:
    contractor, ward = paired.contractor, paired.ward
    ward.office.exchange.renew(by_hand=True)
    ward.office.exchange.cancel_renew()
    contractor.office.exchange.renew()
    paired.sync()
    ward.office.exchange.renew()
    paired.sync(4)
    assert [one.office.exchange.standing().epoch for one in (contractor, ward)] == [2, 2]
    assert ward.office.exchange.renew(by_hand=True).stage is KeyStage.BY_HAND


def test_the_partners_offer_is_still_there_to_be_answered(paired: Any) -> None:
    paired.contractor.office.exchange.renew()
    paired.sync()
    ward = paired.ward.office.exchange
    ward.renew(by_hand=True)
    assert ward.cancel_renew().stage is KeyStage.ASKED


def handed_out(bureau: Any) -> None:
    bureau.office.exchange.renew(by_hand=True)
    bureau.office.exchange.partner_card()


def offered_before(bureau: Any) -> None:
    bureau.office.exchange.renew()
    bureau.office.exchange.renew(by_hand=True)


def offered(bureau: Any) -> None:
    bureau.office.exchange.renew()


def made_by_an_earlier_program(bureau: Any) -> None:
    """It did not note whether the card was written out."""
    bureau.office.exchange.renew(by_hand=True)
    with bureau.store.write() as tx:
        kept = json.loads(tx.settings.get("next_ring"))
        del kept["handed"]
        tx.settings.put("next_ring", json.dumps(kept))


@pytest.mark.parametrize(
    "so", [handed_out, offered_before, offered, made_by_an_earlier_program, lambda bureau: None]
)
def test_what_may_have_left_the_site_is_not_given_up(
    paired: Any, leaves: Callable[..., Any], so: Callable[[Any], None]
) -> None:
    so(paired.ward)
    assert not paired.ward.office.exchange.standing().may_cancel
    with leaves(paired.ward, Refused):
        paired.ward.office.exchange.cancel_renew()


def test_to_look_at_the_fingerprint_is_not_to_hand_the_card_out(paired: Any) -> None:
    exchange = paired.ward.office.exchange
    exchange.renew(by_hand=True)
    assert exchange.standing().next_fingerprint == exchange.fingerprint()
    exchange.cancel_renew()


@pytest.mark.parametrize("role", [Role.HANDLER, Role.AUDITOR])
def test_managers_alone_may(paired: Any, leaves: Callable[..., Any], role: Role) -> None:
    paired.ward.office.exchange.renew(by_hand=True)
    with leaves(paired.ward, Refused):
        paired.ward.office_of(role).exchange.cancel_renew()
