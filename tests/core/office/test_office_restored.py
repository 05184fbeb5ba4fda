"""A vault that was restored asks its partner how much it has seen before it sends anything new."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import IntegrityFailure, Refused, UsageError


@pytest.fixture
def paired(bench: Any) -> Any:
    """The contractor has sent, the ward has taken in; then the contractor's vault was restored."""
    bench.received()
    bench.contractor.office.backups.restored("0123456789")
    return bench


def test_a_restored_vault_sends_nothing_until_its_partner_was_asked(paired: Any) -> None:
    office, ward = paired.contractor.office, paired.ward.office
    paired.contractor.key("コバヤシ チヨ")
    with pytest.raises(Refused, match="相手の手もとと照らすまで"):
        office.records.send()
    size, head = ward.backups.told()
    office.backups.settle(size, head[:8])
    assert office.backups.standing() is None
    office.records.send()
    with pytest.raises(Refused, match="残っていません"):
        office.backups.settle(size, head)


def test_a_partner_that_has_seen_more_or_something_else_is_not_answered(paired: Any) -> None:
    office = paired.contractor.office
    size, head = paired.ward.office.backups.told()
    with pytest.raises(Refused, match="行先まで持っています"):
        office.backups.settle(size + 500, head)
    with pytest.raises(IntegrityFailure, match="この保管庫のものと違います"):
        office.backups.settle(size, "0" * 8)
    for wrong in ("", "xyzxyzxy", "1234567", head + "0"):
        with pytest.raises(UsageError, match="読めません"):
            office.backups.settle(size, wrong)
    assert office.backups.standing() is not None
