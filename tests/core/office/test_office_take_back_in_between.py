"""A restore in the middle of things: what can be taken back goes on, what was a secret of the lost vault is said to be gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from core.draw.abandoned import Reason
from core.errors import IntegrityFailure, Refused
from core.exchange.codes import CodeKind
from core.ledger.codes import Act
from core.office import again as module
from core.office.keyring import enrol
from core.office.listing import ListFilter
from core.office.person import PersonDesk
from core.office.records import RECORDS
from core.office.review import APPLICANTS, ENTRY
from core.people.fields import Field
from core.roles import Role, Site
from tests.core.office.conftest import Bench, Bureau
from tests.core.office.test_office_erase_requests import Renewing
from tests.core.office.test_office_refused_bundles import names_at, set_aside, spoil
from tests.core.office.test_office_take_back import copied, hand_back, held, lose, take_back


@pytest.fixture
def paired(bench: Bench) -> Bench:
    bench.pair()
    bench.sync(3)
    return bench


def sound(bench: Bench) -> None:
    bench.sync(3)
    for one in (bench.contractor, bench.ward):
        assert one.office.ledger.verify() == []


# -- the draw -------------------------------------------------------------------------------------------------


def test_a_contractor_that_lost_its_throw_before_it_was_opened_can_only_draw_anew(paired: Bench) -> None:
    contractor, ward = paired.contractor, paired.ward
    backup = copied(contractor)
    paired.confirmed()
    contractor.office.lottery.freeze()
    paired.sync()
    ward.office.lottery.freeze()
    paired.sync()
    lose(contractor, backup)
    take_back(paired, contractor)
    with pytest.raises(IntegrityFailure, match="取りやめ"):
        contractor.office.lottery.open_seals()
    contractor.office.lottery.abandon(Reason.NOT_OPENED)
    paired.sync()
    ward.office.lottery.abandon(Reason.NOT_OPENED)
    paired.sync()
    for act in (
        contractor.office.lottery.seal,
        ward.office.lottery.seal,
        *(act for _, act in paired.ceremony()),
    ):
        act()
        paired.sync()
    assert contractor.office.lottery.status().step == ward.office.lottery.status().step == "done"
    sound(paired)


def test_a_ward_that_lost_its_throw_goes_on_without_opening_it(paired: Bench) -> None:
    contractor, ward = paired.contractor, paired.ward
    backup = copied(ward)
    paired.confirmed()
    contractor.office.lottery.freeze()
    paired.sync()
    lose(ward, backup)
    take_back(paired, ward)
    with pytest.raises(Refused, match="この保管庫にありません"):
        ward.office.lottery.freeze()
    ward.office.lottery.freeze(absent=True)
    paired.sync()
    lose(ward, backup)  # and once more: that it never opens is remembered
    take_back(paired, ward)
    for _, act in paired.ceremony()[2:]:
        if act == contractor.office.lottery.open_seals:
            contractor.office.lottery.open_seals(absent=True)
        else:
            act()
        paired.sync()
    assert ward.office.lottery.status().step == "done"
    sound(paired)


# -- bundles that were refused --------------------------------------------------------------------------------


def test_bundles_that_were_voided_stay_voided(paired: Bench) -> None:
    contractor = paired.contractor
    backup = copied(contractor)
    paired.received()
    contractor.key("コバヤシ チヨ")
    name = spoil(paired, contractor, contractor.office.records.send, RECORDS)
    set_aside(paired, paired.ward, name)
    contractor.office.voiding.void(name)
    paired.sync()
    contractor.office.records.send()
    paired.sync()
    before = held(contractor)
    lose(contractor, backup)
    take_back(paired, contractor)
    after = held(contractor)
    assert [row[0] for row in before["bundle"] if row not in after["bundle"]] == [
        name
    ]  # nobody has its bytes any more
    assert after["fate"] == before["fate"]
    assert after["application"] == before["application"]
    contractor.office.exchange.renew()  # the list of what was sealed has no hole
    paired.sync()
    paired.ward.office.exchange.renew()
    sound(paired)
    assert contractor.office.flow.status().late == paired.ward.office.flow.status().late == ()


def test_that_a_bundle_was_set_aside_is_known_again(paired: Bench) -> None:
    contractor, ward = paired.contractor, paired.ward
    backup = copied(contractor)
    paired.received()
    ward.office.review.confirm_rest(APPLICANTS)
    name = spoil(paired, ward, ward.office.review.send, ENTRY)
    set_aside(paired, contractor, name)
    lose(contractor, backup)
    take_back(paired, contractor)
    ward.office.voiding.void(name)
    paired.sync()
    ward.office.review.send()
    sound(paired)
    assert contractor.office.review.status(APPLICANTS).done


# -- the counter's medium -------------------------------------------------------------------------------------


def test_a_medium_that_never_arrived_is_named_and_its_number_serves_again(paired: Bench) -> None:
    ward = paired.ward
    backup = copied(ward)
    paired.received()
    ward.key("イケダ トオル")
    assert ward.office.records.seal_desk() is not None
    ward.office.review.confirm_rest(APPLICANTS)
    ward.office.review.send()
    paired.sync()
    lose(ward, backup)
    done = take_back(paired, ward)
    assert done.lost == ("1-wd-00000001",)
    assert "イケダ トオル" not in names_at(ward)
    ward.key("イケダ トオル")
    sealed = ward.office.records.seal_desk()
    assert sealed is not None and sealed[0] == "1-wd-00000001"
    paired.contractor.office.records.take_in_desk(*sealed)
    paired.contractor.office.records.send()
    sound(paired)
    assert "イケダ トオル" in names_at(paired.contractor)


# -- people ---------------------------------------------------------------------------------------------------


def off_the_roster(bureau: Bureau, staff_id: str) -> None:
    with bureau.store.write() as tx:
        tx.staff.end(staff_id, bureau.now())
        enrol(tx, bureau.site, bureau.now().isoformat())


def test_who_left_after_the_backup_is_named_and_the_roster_is_that_of_the_backup(paired: Bench) -> None:
    contractor = paired.contractor
    backup = copied(contractor)
    off_the_roster(contractor, "c-handler")
    paired.received()
    lose(contractor, backup)
    done = take_back(paired, contractor)
    assert (done.left, done.joined) == (("c-handler",), ())
    assert contractor.office_of(Role.HANDLER).intake.page(ListFilter(), 0, 9)  # still there, until revoked
    sound(paired)


def test_who_was_taken_off_the_roster_brings_nothing_back(paired: Bench, leaves: Any) -> None:
    contractor = paired.contractor
    backup = copied(contractor)
    paired.received()
    off_the_roster(contractor, "c-manager")
    contractor.office_of(Role.HANDLER).records.send()
    with contractor.store.write() as tx:
        tx.settings.put("receipt_due", "yes")
    contractor.office_of(Role.HANDLER).send_due()
    paired.carry(contractor)
    paired.ward.office.exchange.import_waiting()
    lose(contractor, backup)
    with leaves(contractor, Refused) as raised:
        take_back(paired, contractor)
    assert "取り消されています" in str(raised.value)


def test_a_person_erased_after_the_backup_is_erased_again(paired: Bench) -> None:
    contractor = paired.contractor
    first = contractor.key("サトウ ハナコ")
    backup = copied(contractor)
    second = contractor.key("スズキ イチロウ")
    contractor.office.records.send()
    paired.sync()
    for number in (first.number, second.number):
        contractor.office.intake.withdraw(number)
        PersonDesk(contractor.desk_of(Role.MANAGER), Renewing(contractor)).erase(number, "request")  # type: ignore[arg-type]
    contractor.office.records.send()
    paired.sync()
    before = held(contractor)
    lose(contractor, backup)
    assert names_at(contractor) == ["サトウ ハナコ"]
    take_back(paired, contractor)
    assert names_at(contractor) == ["", ""]
    for number in (first.number, second.number):
        with contractor.store.read() as tx:
            assert {one.applicant.kana for one, _, _ in tx.applications.history(number)} == {""}
    assert held(contractor)["application"] == before["application"]
    sound(paired)


# -- telephone and keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("line_travelled", [True, False])
def test_a_code_that_was_read_out_is_never_read_out_again(paired: Bench, line_travelled: bool) -> None:
    ward = paired.ward
    backup = copied(ward)
    paired.received()
    ward.office.review.confirm_rest(APPLICANTS)
    told = ward.office.by_phone.tell(CodeKind.REVIEW)
    if line_travelled:
        with ward.store.write() as tx:
            tx.settings.put("receipt_due", "yes")
    paired.sync()
    lose(ward, backup)
    take_back(paired, ward)
    after = ward.office.by_phone.tell(CodeKind.REVIEW)
    assert told.index < after.index <= told.index + 16
    assert after.code != told.code
    paired.contractor.office.by_phone.hear(CodeKind.REVIEW, after.code)
    sound(paired)


@pytest.mark.parametrize("site", list(Site))
def test_with_later_keys_it_is_the_same(paired: Bench, site: Site) -> None:
    lost = paired.contractor if site is Site.CONTRACTOR else paired.ward
    lost.office.exchange.renew()
    paired.sync()
    paired.other(lost).office.exchange.renew()
    paired.sync(4)
    backup = copied(lost)
    paired.received()
    paired.ward.office.review.confirm_rest(APPLICANTS)
    paired.ward.office.review.send()
    paired.sync()
    before = held(lost)
    lose(lost, backup)
    take_back(paired, lost)
    after = held(lost)
    assert (after["application"], after["review"]) == (before["application"], before["review"])
    assert any(row[0].startswith("2-") for row in after["bundle"])
    sound(paired)


@pytest.mark.parametrize("site", list(Site))
def test_a_change_of_keys_after_the_backup_cannot_be_handed_back(
    paired: Bench, leaves: Any, site: Site
) -> None:
    lost = paired.contractor if site is Site.CONTRACTOR else paired.ward
    other = paired.other(lost)
    backup = copied(lost)
    lost.office.exchange.renew()
    paired.sync()
    other.office.exchange.renew()
    paired.sync(4)
    lose(lost, backup)
    with leaves(other, Refused) as raised:
        hand_back(paired, lost)
    assert "鍵を替えて" in str(raised.value)


# -- as a whole, or not at all --------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(3))
def test_what_stops_half_way_has_not_begun(paired: Bench, leaves: Any, at: int) -> None:
    contractor = paired.contractor
    backup = copied(contractor)
    paired.confirmed("サトウ ハナコ", "スズキ イチロウ")
    before = held(contractor)
    lose(contractor, backup)
    back = hand_back(paired, contractor)
    calls: list[str] = []

    def torn(redo: Callable[..., None]) -> Callable[..., None]:
        def stop(desk: Any, tx: Any, opened: Any, name: str) -> None:
            calls.append(name)
            if len(calls) > at:
                raise MemoryError
            redo(desk, tx, opened, name)

        return stop

    with leaves(contractor, MemoryError), mock.patch.object(module, "redo", torn(module.redo)):
        contractor.office.taking_back.take_back(back.data, back.size, back.head)
    assert contractor.office.backups.standing() is not None
    contractor.office.taking_back.take_back(back.data, back.size, back.head)
    assert held(contractor)["application"] == before["application"]


def test_stopped_behind_the_transaction_the_same_file_goes_on(paired: Bench) -> None:
    """The partner's bundles that our lines do not tell of come one by one, as at any exchange."""
    contractor = paired.contractor
    backup = copied(contractor)
    paired.received()
    paired.ward.office.review.confirm_rest(APPLICANTS)
    paired.ward.office.review.send()
    paired.carry(paired.ward)
    contractor.office.exchange.import_waiting()  # and nothing goes to the ward after it
    lose(contractor, backup)
    back = hand_back(paired, contractor)
    with (
        pytest.raises(MemoryError),
        mock.patch.object(type(contractor.office.exchange), "take_in", side_effect=MemoryError),
    ):
        contractor.office.taking_back.take_back(back.data, back.size, back.head)
    assert contractor.office.backups.standing() is None
    assert not contractor.office.review.status(APPLICANTS).done
    again = contractor.office.taking_back.take_back(back.data, back.size, back.head)
    assert (again.lines, again.again > 0) == (0, True)
    assert contractor.office.review.status(APPLICANTS).done
    third = contractor.office.taking_back.take_back(back.data, back.size, back.head)
    assert (third.lines, third.again) == (0, 0)
    acts = [line.act for line in contractor.office.ledger.page(Site.CONTRACTOR, 0, 9)]
    assert acts.count(Act.TAKE_BACK) == 1
    sound(paired)


def test_what_had_not_been_sent_is_keyed_again_behind_what_came_back(paired: Bench) -> None:
    contractor = paired.contractor
    backup = copied(contractor)
    numbers = [one.number for one in paired.received()]
    contractor.key("コバヤシ チヨ")  # never sent
    lose(contractor, backup)
    take_back(paired, contractor)
    assert "コバヤシ チヨ" not in names_at(contractor)
    assert contractor.key("コバヤシ チヨ").number == max(numbers) + 1
    changed = contractor.office.intake.edit(numbers[0], {Field.PHONE: "03-5273-0001"})
    assert changed.version == 2
    contractor.office.records.send()
    sound(paired)
    assert sorted(names_at(contractor)) == sorted(names_at(paired.ward))
