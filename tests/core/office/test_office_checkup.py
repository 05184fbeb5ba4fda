"""What an open vault knows of its own health, as time passes and things go wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.ledger.codes import Act, Content, Unit
from core.office.checkup import BACKUP_DUE, OLDEST
from core.office.ledger import write_line
from core.roles import Role

IN_ORDER = {
    "vault.own_key": "passed", "vault.partner": "passed", "vault.partner_key": "passed", "vault.staff_keys": "passed",
    "vault.backup": "unknown", "vault.retention": "passed", "vault.ledger": "passed", "vault.clock": "passed",
}  # fmt: skip


def verdicts(office: Any) -> dict[str, str]:
    checks = office.checkup.checks()
    assert all(check.said and (check.next_step or check.verdict == "passed") for check in checks)
    return {check.name: check.verdict.value for check in checks}


@pytest.mark.parametrize("role", Role)
def test_a_vault_in_order_passes_for_whoever_may_read(bench: Any, role: Role) -> None:
    bench.pair()
    bench.sync()
    for bureau in (bench.contractor, bench.ward):
        assert verdicts(bureau.office_of(role)) == IN_ORDER


def test_without_a_partner_there_is_nobody_to_exchange_with(bench: Any) -> None:
    found = verdicts(bench.ward.office)
    assert found["vault.partner"] == "failed" and found["vault.retention"] == "unknown"


def test_keys_grow_old(bench: Any) -> None:
    bench.pair()
    bureau = bench.contractor
    bureau.moment += dt.timedelta(days=OLDEST + 1)
    found = verdicts(bureau.office)
    assert {name for name, verdict in found.items() if verdict == "failed"} == {
        "vault.own_key", "vault.partner_key", "vault.staff_keys", "vault.retention",
    }  # fmt: skip


def test_the_end_of_the_contract_is_said(bench: Any) -> None:
    bureau = bench.contractor
    bureau.moment = bureau.moment.replace(month=12, day=31)
    assert verdicts(bureau.office)["vault.retention"] == "passed"
    bureau.moment += dt.timedelta(days=1)
    assert verdicts(bureau.office)["vault.retention"] == "failed"


def test_a_backup_in_the_ledger_counts_until_the_next_is_due(bench: Any) -> None:
    bureau = bench.contractor
    desk = bureau.office._desk
    with desk.store.write() as tx:
        write_line(desk, tx, Act.BACKUP, Content.BACKUP, 1, Unit.FILES)
    bureau.moment += dt.timedelta(days=BACKUP_DUE)
    assert verdicts(bureau.office)["vault.backup"] == "passed"
    bureau.moment += dt.timedelta(days=1)
    assert verdicts(bureau.office)["vault.backup"] == "failed"
