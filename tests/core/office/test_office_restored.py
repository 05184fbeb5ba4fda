"""A vault that was restored asks its partner how much it has seen before it sends anything new."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.drafts import ENTRY
from core.office.listing import ListFilter
from core.office.review import APPLICANTS
from core.office.staff import NewPerson
from core.roles import Role, Site


@pytest.fixture
def paired(bench: Any) -> Any:
    """The contractor has sent, the ward has taken in; then the contractor's vault was restored."""
    bench.received()
    bench.contractor.office.backups.restored("0123456789")
    return bench


def test_a_restored_vault_does_nothing_new_until_its_partner_was_asked(paired: Any) -> None:
    contractor, ward = paired.contractor, paired.ward.office
    office = contractor.office
    ledger = office.ledger.export(Site.CONTRACTOR)
    ward.review.confirm_rest(APPLICANTS)
    ward.review.send()
    paired.carry(paired.ward)
    person = NewPerson("c-new", "見本", Role.HANDLER, "a path through the cedars")
    for act in (
        lambda: contractor.key("コバヤシ チヨ"), office.records.send, office.lottery.freeze, office.exchange.import_waiting,
        lambda: office.ledger.add(Act.DRILL, Content.INCIDENT, 1, Unit.TIMES), lambda: office.staff.add(person),
        lambda: office.staff.revoke("c-handler"), lambda: office.backups.made("9876543210", Medium.USB),
        lambda: office.handing_back.hand_back(1, "0" * 8),
    ):  # fmt: skip
        with pytest.raises(Refused, match="相手の手もとと照らすまで"):
            act()
    assert office.ledger.export(Site.CONTRACTOR) == ledger
    assert "照らし合わせ" in office.flow.status().sentence
    assert [one.name for one in office.checkup.checks() if one.name == "vault.restored"] != []
    office.intake.open(office.intake.page(ListFilter(), 0, 1)[0].number)  # looking does no harm
    office.drafts.keep(ENTRY, {"kana": "コ"})  # nor does what is typed and not entered
    assert not office.backups.due_today()
    size, head = ward.handing_back.told()
    office.backups.settle(size, head[:8])
    assert office.backups.standing() is None
    assert office.backups.due_today()
    assert [one for one in office.checkup.checks() if one.name == "vault.restored"] == []
    contractor.key("コバヤシ チヨ")
    office.records.send()
    with pytest.raises(Refused, match="残っていません"):
        office.backups.settle(size, head)


def test_a_partner_that_has_seen_more_or_something_else_is_not_answered(paired: Any) -> None:
    office = paired.contractor.office
    size, head = paired.ward.office.handing_back.told()
    with pytest.raises(Refused, match="行先まで持っています"):
        office.backups.settle(size + 500, head)
    with pytest.raises(IntegrityFailure, match="この保管庫のものと違います"):
        office.backups.settle(size, "0" * 8)
    for wrong in ("", "xyzxyzxy", "1234567", head + "0"):
        with pytest.raises(UsageError, match="読めません"):
            office.backups.settle(size, wrong)
    assert office.backups.standing() is not None
