"""Each ledger tells how much of the other its site held, and with which end: who shows two histories is told by its own lines."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.keys import SigningKey
from core.ledger.codes import Act
from core.ledger.line import Seen, line_hash, read_line, sign_line
from core.office.review import APPLICANTS
from core.roles import Role, Site
from tests.core.office.conftest import Bench
from tests.core.office.test_office_refused_bundles import put_in
from tests.core.office.test_office_take_back import copied, lose, take_back


@pytest.fixture
def paired(bench: Bench) -> Bench:
    bench.pair()
    bench.sync(3)
    return bench


def says_seen(bench: Bench, seen: Seen) -> None:
    """The ward writes a line that says to have seen this of the contractor's ledger, and sends it."""
    ward = bench.ward
    with ward.store.write() as tx:
        last = tx.ledger.lines(Site.WARD)[-1]
        draft = dataclasses.replace(
            read_line(last, name="x")[1], seq=tx.ledger.size(Site.WARD) + 1, at=ward.now().isoformat()
        )
        me = ward.desk_of(Role.MANAGER)
        draft = dataclasses.replace(
            draft, actor=me.actor.staff_id, role=me.actor.role.value, act=Act.DRILL, ref="", handover="", seen=seen
        )  # fmt: skip
        tx.ledger.append(Site.WARD, draft.seq, sign_line(draft, line_hash(last), SigningKey.of(me.signer)))
        tx.settings.put("receipt_due", "yes")
    bench.sync(2)


@pytest.mark.parametrize(
    ("seen", "why"), [(Seen(2, "a" * 64), "違う行として見た"), (Seen(9_999_999, "a" * 64), "管理簿にない")]
)
def test_a_witness_of_lines_that_are_not_there_is_found_by_both(paired: Bench, seen: Seen, why: str) -> None:
    says_seen(paired, seen)
    (found,) = paired.contractor.office.ledger.verify()
    assert found.org is Site.WARD and why in found.what and not found.chain
    paired.contractor.key("サトウ ハナコ")  # and nothing is stopped by it
    paired.contractor.office.records.send()
    assert "applicants" in paired.sync(2)


def test_a_partner_that_told_fewer_lines_than_it_held_is_found_by_its_own(paired: Bench) -> None:
    """By telephone the ward says to hold no more than the backup, which goes on in its own way; the ward holds two histories."""
    contractor, ward = paired.contractor, paired.ward
    backup = copied(contractor)
    size, head = ward.office.handing_back.told()
    paired.received("サトウ ハナコ")
    lose(contractor, backup)
    contractor.office.backups.settle(size, head)
    with ward.store.read() as tx:  # as they lie at the remote
        there = {row.name: tx.bundles.content(row.name) for row in tx.bundles.list("out")}
    for name, content in there.items():
        put_in(contractor, name, *content)
    contractor.office.exchange.import_waiting()
    found = [one for one in contractor.office.ledger.verify() if one.org is Site.WARD]
    assert [one.chain for one in found] == [False]
    assert "違う行として見た" in found[0].what or "管理簿にない" in found[0].what
    for kana in ("スズキ イチロウ", "タナカ ミツコ"):
        contractor.key(kana)
        contractor.office.records.send()
    assert any("違う行として見た" in one.what for one in contractor.office.ledger.verify())


@pytest.mark.parametrize("site", list(Site))
def test_who_went_on_honestly_after_a_restore_is_no_finding(paired: Bench, site: Site) -> None:
    lost = paired.contractor if site is Site.CONTRACTOR else paired.ward
    backup = copied(lost)
    paired.received()
    paired.ward.office.review.confirm_rest(APPLICANTS)
    paired.ward.office.review.send()
    paired.sync(2)
    lose(lost, backup)
    assert lost.office.ledger.verify() == []  # while it waits, it knows that it lacks lines
    take_back(paired, lost)
    for _ in range(2):
        for one in (paired.contractor, paired.ward):
            assert one.office.ledger.verify() == []
        paired.sync(2)


def test_what_is_compared_is_the_whole_line(paired: Bench) -> None:
    with paired.contractor.store.read() as tx:
        raw: Any = tx.ledger.lines(Site.CONTRACTOR)[1]
    says_seen(paired, Seen(2, sha256_hex(raw)))
    assert paired.contractor.office.ledger.verify() == []
