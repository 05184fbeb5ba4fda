"""※: the ward's counter keys, hands over, and then lets go; a medium may be late, lost, or written twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import State
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.office.envelope import DESK_CHANNEL
from core.office.lines import from_jsonl, jsonl
from core.office.records import RECORDS, plain_cell
from core.office.review import APPLICANTS
from core.people.fields import Field


def hand_over(bench: Any) -> list[str]:
    """Everything on the way, onto a medium and in at the contractor; the names newly taken in."""
    bench.ward.office.records.seal_desk()
    carried = bench.ward.office.records.desk_on_the_way()
    return [name for name, *files in carried if bench.contractor.office.records.take_in_desk(name, *files)]


@pytest.fixture
def paired(bench: Any) -> Any:
    bench.pair()
    bench.sync()
    return bench


def test_a_counters_application_is_reviewed_when_it_has_come_back(paired: Any) -> None:
    """Before that the contractor could not know what the ward's word is about."""
    ward = paired.ward.office
    keyed = paired.ward.key("イケダ トオル")
    assert ward.review.status(APPLICANTS).total == 0
    assert ward.review.confirm_rest(APPLICANTS) == 0
    assert hand_over(paired) == ["1-wd-00000001"]
    assert ward.review.status(APPLICANTS).total == 0
    paired.contractor.office.records.send()
    paired.sync()
    assert [item.number for item in ward.review.rows(APPLICANTS)] == [keyed.number]
    ward.review.confirm_rest(APPLICANTS)
    ward.review.send()
    paired.sync()
    assert paired.contractor.office.review.status(APPLICANTS).done


def test_what_left_the_counter_is_corrected_by_the_contractor(
    paired: Any, leaves: Callable[..., Any]
) -> None:
    intake = paired.ward.office.intake
    keyed = paired.ward.key("イケダ トオル")
    intake.edit(keyed.number, {Field.PHONE: "03-5273-0001"})
    assert intake.open(keyed.number).applicant.phone == "0352730001"
    hand_over(paired)
    for change in (
        lambda: intake.edit(keyed.number, {Field.PHONE: "03-5273-0002"}), lambda: intake.withdraw(keyed.number),
        lambda: intake.link([keyed.number], "G1"), lambda: intake.resolve(keyed.number, False, "cannot_reach"),
    ):  # fmt: skip
        with leaves(paired.ward, Refused):
            change()


def test_nothing_is_handed_over_twice_not_even_what_is_held(paired: Any) -> None:
    held = paired.ward.key("イケダ トオル", phone="")
    assert held.state is State.HELD
    assert paired.ward.office.records.seal_desk() is not None
    assert paired.ward.office.records.seal_desk() is None
    paired.ward.key("ハヤシ フミコ")
    name, *_ = paired.ward.office.records.seal_desk()
    assert name == "1-wd-00000002"


def test_a_lost_medium_goes_again_until_the_contractors_ledger_tells_of_it(paired: Any) -> None:
    paired.ward.key("イケダ トオル")
    paired.ward.office.records.seal_desk()  # written to a medium that is lost
    paired.ward.key("ハヤシ フミコ")
    assert hand_over(paired) == ["1-wd-00000001", "1-wd-00000002"]
    assert len(paired.ward.office.records.desk_on_the_way()) == 2
    paired.sync()
    assert paired.ward.office.records.desk_on_the_way() == []
    assert hand_over(paired) == []


def test_a_medium_may_come_after_bundles_that_are_younger(paired: Any) -> None:
    paired.ward.key("イケダ トオル")
    paired.ward.office.records.seal_desk()
    carried = paired.ward.office.records.desk_on_the_way()
    paired.contractor.key("サトウ ハナコ")
    paired.contractor.office.records.send()
    paired.sync()
    paired.ward.office.review.confirm_rest(APPLICANTS)
    paired.ward.office.review.send()
    paired.sync()
    for name, *files in carried:
        assert paired.contractor.office.records.take_in_desk(name, *files) is not None
    paired.sync()
    for one in (paired.contractor, paired.ward):
        assert one.office.ledger.verify() == []


def test_a_medium_that_comes_before_what_was_sealed_before_it_does_not_stop_the_line(paired: Any) -> None:
    """The line is carried later; the medium has told more of the ward's ledger already."""
    ward, contractor = paired.ward, paired.contractor
    contractor.key("サトウ ハナコ")
    contractor.office.records.send()
    paired.sync(1)
    ward.office.exchange.import_waiting()
    ward.office.review.confirm_rest("applicants")
    ward.office.review.send()
    ward.key("イケダ トオル")
    medium = ward.office.records.seal_desk()
    contractor.office.records.take_in_desk(*medium)
    paired.carry(ward)
    assert "review" in [one.kind for one in contractor.office.exchange.import_waiting()]
    ward.key("ニシ サチコ")
    contractor.office.records.take_in_desk(*ward.office.records.seal_desk())
    paired.sync(2)
    assert contractor.office.ledger.verify() == []


def test_the_ward_takes_in_no_medium_and_nobody_takes_one_over_the_line(
    paired: Any, leaves: Callable[..., Any]
) -> None:
    paired.ward.key("イケダ トオル")
    name, zip_bytes, manifest = paired.ward.office.records.seal_desk()
    with leaves(paired.ward, Refused):
        paired.ward.office.records.take_in_desk(name, zip_bytes, manifest)
    for bureau in (paired.contractor, paired.ward):
        with leaves(bureau, IntegrityFailure):
            bureau.office.exchange.take_in(name, zip_bytes, manifest)
    with leaves(paired.ward, IntegrityFailure):
        paired.ward.office.exchange.take_in(name, zip_bytes, manifest, channel=DESK_CHANNEL)


def test_a_mediums_bundle_in_the_inbox_is_taken_in_as_such(paired: Any) -> None:
    paired.ward.key("イケダ トオル")
    name, zip_bytes, manifest = paired.ward.office.records.seal_desk()
    inbox = paired.contractor.folder / "inbox"
    for ending, data in ((".zip", zip_bytes), (".manifest", manifest)):
        (inbox / f"{name}{ending}").write_bytes(data)
        (inbox / f"{name}{ending}").chmod(0o600)
    assert [one.kind for one in paired.contractor.office.exchange.import_waiting()] == ["desk"]


@pytest.mark.parametrize(
    "change", [{"number": 5}, {"number": 8_999_999}, {"state": "withdrawn"}, {"state": "refused"}]
)
def test_the_counter_stays_in_its_own_numbers(
    paired: Any, leaves: Callable[..., Any], change: dict[str, Any]
) -> None:
    """A number out of the contractor's series would use that series up."""
    paired.ward.key("イケダ トオル")
    paired.ward.sealer.bend = lambda sent: {
        **sent, RECORDS: jsonl([from_jsonl(sent[RECORDS], RECORDS)[0] | change])
    }  # fmt: skip
    name, zip_bytes, manifest = paired.ward.office.records.seal_desk()
    with leaves(paired.contractor, IntegrityFailure):
        paired.contractor.office.records.take_in_desk(name, zip_bytes, manifest)


@pytest.mark.parametrize("code", ["12", "160-0022", "１６０００２２", "16000220"])
def test_a_post_code_that_is_none_is_not_taken_in(paired: Any, leaves: Callable[..., Any], code: str) -> None:
    """No paper can be set with it: one such application would stop everybody's notices, and the printer names nobody."""
    paired.ward.key("イケダ トオル")
    paired.ward.sealer.bend = lambda sent: {
        **sent, RECORDS: jsonl([from_jsonl(sent[RECORDS], RECORDS)[0] | {"postal_code": code}])
    }  # fmt: skip
    name, zip_bytes, manifest = paired.ward.office.records.seal_desk()
    with leaves(paired.contractor, IntegrityFailure):
        paired.contractor.office.records.take_in_desk(name, zip_bytes, manifest)


def test_the_sheet_for_people_holds_no_formula() -> None:
    for cell in ("=1+1", "+81", "-1", "@x", "\tx", "\rx", "\nx", "＝1+1", "＋81", "－1", "＠x"):
        assert plain_cell(cell) == f"'{cell}"
    assert plain_cell("ヤマダ タロウ") == "ヤマダ タロウ"


# -- what one channel shows after the other ------------------------------------------------------------------------


def test_a_bundle_of_the_line_overtaken_by_a_medium_is_taken_in(paired: Any) -> None:
    """A ward that may only download: what waits for the next medium is older than what its counter handed over since."""
    paired.contractor.office.rules.send_if_due()
    paired.sync()
    contractor, ward = paired.contractor, paired.ward
    with ward.store.write() as tx:
        tx.settings.put("receipt_due", "yes")
    ward.office.ledger.add(Act.STORE, Content.FORMS, 1, Unit.SHEETS)
    assert [sent.kind for sent in ward.office.send_due()] == ["receipt"]
    ward.key("イケダ トオル")
    contractor.office.records.take_in_desk(*ward.office.records.seal_desk())
    with contractor.store.read() as tx:
        held = tx.ledger.size(ward.site)
    paired.carry(ward)
    assert [one.kind for one in contractor.office.exchange.import_waiting()] == ["receipt"]
    with contractor.store.read() as tx:
        assert tx.ledger.size(ward.site) == held
    assert contractor.office.ledger.verify() == []
