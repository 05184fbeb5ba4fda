"""A vault is lost while bundles of its lie aside at the partner: their numbers come back, so that they are voided and all goes on."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import IntegrityFailure, Refused
from core.exchange.handback import HALF
from core.ledger.codes import Medium
from core.office.choices import AsideReason
from core.office.records import RECORDS
from core.office.review import APPLICANTS, ENTRY
from tests.core.office.conftest import Bench, Bureau
from tests.core.office.test_attacks_on_what_is_handed_back import bent
from tests.core.office.test_office_refused_bundles import names_at, set_aside, spoil
from tests.core.office.test_office_take_back import copied, hand_back, lose, take_back


@pytest.fixture
def paired(bench: Bench) -> Bench:
    bench.pair()
    bench.sync(3)
    return bench


def sound(bench: Bench) -> None:
    bench.sync(3)
    for one in (bench.contractor, bench.ward):
        assert one.office.ledger.verify() == []
        assert one.office.refusals.standing().steps == ()
        assert one.office.flow.status().late == ()


def refused(bench: Bench) -> str:
    """③ of one more is refused at the ward; another's waits behind it."""
    contractor = bench.contractor
    contractor.key("コバヤシ チヨ")
    name = spoil(bench, contractor, contractor.office.records.send, RECORDS)
    contractor.key("イトウ キヨシ")
    contractor.office.records.send()
    bench.carry(contractor)
    return name


def goes_on(bench: Bench, name: str) -> None:
    """The number is voided as ever; what it carried is keyed again and arrives."""
    bench.sync(2)
    assert [str(one.bundle) for one in bench.contractor.office.refusals.standing().to_void] == [name]
    assert (
        bench.contractor.office.voiding.void(name).counts["bundles"] >= 2
    )  # a receipt may have gone behind them
    for kana in ("コバヤシ チヨ", "イトウ キヨシ"):
        bench.contractor.key(kana)
    bench.contractor.office.records.send()
    sound(bench)
    assert sorted(names_at(bench.ward)) == sorted(names_at(bench.contractor))
    assert "イトウ キヨシ" in names_at(bench.ward)


def test_the_numbers_come_back_with_the_lines(paired: Bench) -> None:
    backup = copied(paired.contractor)
    paired.received()
    name = refused(paired)
    lose(paired.contractor, backup)
    with pytest.raises(Refused, match="届いて待っている"):
        hand_back(paired, paired.contractor)
    paired.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    assert take_back(paired, paired.contractor).lines > 0
    goes_on(paired, name)


@pytest.mark.parametrize("more", [False, True])
def test_the_numbers_come_back_where_no_line_was_lost(paired: Bench, more: bool) -> None:
    """The partner holds no more lines than the backup, and yet the next number is taken: to go on by the lines alone is refused."""
    paired.received()
    contractor, ward = paired.contractor, paired.ward
    paired.sync(2)
    if more:
        contractor.office.backups.made("9876543210", Medium.USB)
    backup = copied(contractor)
    name = refused(paired)
    ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    lose(contractor, backup)
    with pytest.raises(Refused, match="外した束があり"):
        ward.office.handing_back.told()
    assert take_back(paired, contractor).lines == 0
    goes_on(paired, name)


def test_the_very_first_number_comes_back(bench: Bench) -> None:
    """The partner has taken in nothing at all, and holds no line."""
    bench.pair()
    backup = copied(bench.contractor)
    name = spoil(bench, bench.contractor, bench.contractor.office.send_due, "programme.toml")
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    lose(bench.contractor, backup)
    assert take_back(bench, bench.contractor).lines == 0
    bench.sync(2)
    bench.contractor.office.voiding.void(name)
    sound(bench)
    with bench.ward.store.read() as tx:
        assert tx.settings.get("programme")


def test_a_backup_that_knows_the_number_goes_on_with_it(paired: Bench) -> None:
    paired.received()
    name = refused(paired)
    backup = copied(paired.contractor)
    set_aside(paired, paired.ward, name)
    lose(paired.contractor, backup)
    take_back(paired, paired.contractor)
    paired.sync(2)
    paired.contractor.office.voiding.void(name)
    paired.contractor.office.records.send()
    sound(paired)
    assert "イトウ キヨシ" in names_at(paired.ward)


def test_at_the_ward_it_is_the_same(paired: Bench) -> None:
    contractor, ward = paired.contractor, paired.ward
    backup = copied(ward)
    paired.received()
    ward.office.review.confirm_rest(APPLICANTS)
    name = spoil(paired, ward, ward.office.review.send, ENTRY)
    set_aside(paired, contractor, name)
    lose(ward, backup)
    take_back(paired, ward)
    paired.sync(2)
    ward.office.voiding.void(name)
    ward.office.review.confirm_rest(APPLICANTS)
    ward.office.review.send()
    sound(paired)
    assert contractor.office.review.status(APPLICANTS).done


def test_both_sites_lost_and_a_bundle_aside_goes_on(paired: Bench) -> None:
    contractor, ward = paired.contractor, paired.ward
    backup = copied(contractor)
    paired.received()
    name = refused(paired)
    ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    theirs = copied(ward)
    lose(contractor, backup)
    files = {path: path.read_bytes() for path in (ward.folder / "inbox").iterdir()}
    lose(ward, theirs)
    for path, data in files.items():  # the courier brings it once more
        path.write_bytes(data)
        path.chmod(0o600)
    ward.office.backups.settle(*contractor.office.handing_back.told())
    take_back(paired, contractor)
    goes_on(paired, name)


def test_a_channel_that_a_change_of_keys_has_closed_keeps_nobody_from_going_on(paired: Bench) -> None:
    """What was refused stands on the list that ended its epoch, and the next epoch's bundles wait for it."""
    paired.received()
    contractor, ward = paired.contractor, paired.ward
    name = refused(paired)
    ward.office.exchange.renew()
    paired.carry(ward)
    contractor.office.exchange.import_waiting()
    contractor.office.exchange.renew()
    set_aside(paired, ward, name)
    ward.office.exchange.renew(by_hand=True)
    ward.office.exchange.trust(
        contractor.office.exchange.partner_card(), contractor.office.exchange.fingerprint()
    )
    paired.carry(contractor)
    ward.office.exchange.import_waiting()
    backup = copied(contractor)
    contractor.key("ヤマダ ハルコ")
    contractor.office.records.send()
    paired.carry(contractor)
    ward.office.exchange.import_waiting()
    assert ward.office.exchange.overview().waiting
    lose(contractor, backup)
    take_back(paired, contractor)
    assert contractor.key("ヤマダ ハルコ")


def test_where_the_evidence_is_gone_nothing_is_handed_back(paired: Bench, leaves: Any) -> None:
    backup = copied(paired.contractor)
    paired.received()
    name = refused(paired)
    paired.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    lose(paired.contractor, backup)
    for path in (paired.ward.folder / "courier" / "evidence").glob(f"{name}.manifest*"):
        path.write_bytes(b"altered")
    with leaves(paired.ward, Refused) as raised:
        hand_back(paired, paired.contractor)
    assert "証拠" in str(raised.value)


def test_nobody_is_told_how_many_lines_while_something_waits(paired: Bench) -> None:
    """The courier has brought it, and nobody has taken it in: by the lines alone the number would be used twice."""
    paired.received()
    paired.contractor.key("コバヤシ チヨ")
    name = paired.contractor.office.records.send().name
    paired.carry(paired.contractor)
    with pytest.raises(Refused, match="届いて待っている"):
        paired.ward.office.handing_back.told()
    assert [one.name for one in paired.ward.office.exchange.import_waiting()] == [name]
    assert paired.ward.office.handing_back.told()[0] > 0


# -- what a partner that has gone bad could make of it ----------------------------------------------------------


def lost_one(bench: Bench) -> Bureau:
    backup = copied(bench.contractor)
    bench.received()
    bench.sync(2)
    lose(bench.contractor, backup)
    return bench.contractor


def test_what_was_taken_in_is_not_passed_off_as_a_number(paired: Bench, leaves: Any) -> None:
    lost = lost_one(paired)

    def bare(entries: dict[str, bytes]) -> None:
        name = sorted(key for key in entries if key.endswith(HALF))[0].removesuffix(HALF)
        del entries[name + HALF], entries[name + ".zip"]

    with leaves(lost, IntegrityFailure) as raised:
        bent(paired, lost, bare)()
    assert "つながり" in str(raised.value)


def test_a_number_that_this_site_never_signed_is_not_taken(paired: Bench, leaves: Any) -> None:
    lost = lost_one(paired)

    def another(entries: dict[str, bytes]) -> None:
        last = sorted(key for key in entries if key.endswith(HALF))[-1].removesuffix(HALF)
        entries[f"{last[:-8]}{int(last[-8:]) + 1:08}.manifest"] = entries[last + ".manifest"]

    with leaves(lost, IntegrityFailure):
        bent(paired, lost, another)()
