"""A backup stands among what is due once the last is a week old, and is late when the inspection of the site says so too.

After a change of keys one is due the same day: nobody can go on with an older one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.checks import Verdict
from core.ledger.codes import Medium
from core.office.checkup import Checkup
from core.office.due import LateKind
from core.office.duties import Due, over_words
from core.roles import Role, Site

FOUNDED = dt.date(2026, 4, 20)


@pytest.fixture
def paired(bench: Any) -> Any:
    bench.pair()
    bench.sync()
    return bench


def lines(bureau: Any, site: Site | None = None) -> list[Due]:
    found = bureau.office.duties.due()
    return [one for one in found if one.what == "控え" and one.site is (site or bureau.site)]


def on(bench: Any, days: int) -> None:
    """So many days after both sites were founded."""
    moment = dt.datetime.combine(FOUNDED + dt.timedelta(days), dt.time(10), bench.ward.moment.tzinfo)
    bench.contractor.moment = bench.ward.moment = moment


def back_up(bureau: Any) -> None:
    bureau.office.backups.made(bureau.office.backups.new_id(), Medium.VAULT)


def late(bureau: Any) -> int:
    """How many duties the flow line tells to be over."""
    told = [one.short for one in bureau.office.flow.status().late if one.kind is LateKind.DUTY]
    return int(told[0].removeprefix("すること")) if told else 0


def inspection(bureau: Any) -> Verdict:
    checks = Checkup(bureau.desk_of(Role.MANAGER), bureau.office.ledger).checks()
    return next(one.verdict for one in checks if one.name == "vault.backup")


def test_with_no_partner_the_first_is_due_a_week_after_the_vault_was_founded(bench: Any) -> None:
    (one,) = lines(bench.contractor)
    today = bench.contractor.office.duties.today
    assert (today, one.due, one.last) == (FOUNDED, FOUNDED + dt.timedelta(7), None)
    assert over_words(one, today) == "あと7日"
    assert "F5" in one.note and "k" in one.note and "ikiiki backup" in one.note


@pytest.mark.parametrize("site", Site)
def test_one_is_due_on_the_day_of_pairing(paired: Any, site: Site) -> None:
    bureau = paired.contractor if site is Site.CONTRACTOR else paired.ward
    (one,) = lines(bureau)
    assert (one.due, over_words(one, FOUNDED)) == (FOUNDED, "今日まで")
    assert "鍵を替えた" in one.note


@pytest.mark.parametrize("site", Site)
def test_one_is_due_on_the_day_of_new_keys_whatever_was_backed_up_that_morning(
    paired: Any, site: Site
) -> None:
    bureau = paired.contractor if site is Site.CONTRACTOR else paired.ward
    back_up(bureau)
    assert lines(bureau) == []
    on(paired, 3)
    back_up(bureau)
    for one in (paired.contractor, paired.ward):
        one.office.exchange.renew()
    paired.sync()
    (one,) = lines(bureau)
    assert (one.due, one.last) == (FOUNDED + dt.timedelta(3),) * 2
    assert inspection(bureau) is Verdict.FAILED
    assert bureau.office.backups.due_today() == "鍵を替えてからの控えを、まだ取っていません"
    on(paired, 4)
    before = late(bureau)
    back_up(bureau)
    assert (lines(bureau), before - late(bureau), inspection(bureau)) == ([], 1, Verdict.PASSED)
    assert not bureau.office.backups.due_today()


@pytest.mark.parametrize("days", [0, 7, 8, 31, 32, 200])
def test_it_is_asked_for_after_a_week_and_late_with_the_inspection(paired: Any, days: int) -> None:
    contractor = paired.contractor
    back_up(contractor)
    on(paired, days)
    found = lines(contractor)
    assert [one.last for one in found] == ([FOUNDED] if days > 7 else [])
    assert [one.due for one in found] == ([FOUNDED + dt.timedelta(31)] if days > 7 else [])
    over = [one.over(contractor.office.duties.today) > 0 for one in found]
    assert any(over) is (days > 31) is (inspection(contractor) is Verdict.FAILED)


def test_a_backup_takes_the_line_away(paired: Any) -> None:
    on(paired, 40)
    assert lines(paired.contractor)
    back_up(paired.contractor)
    assert lines(paired.contractor) == []


@pytest.mark.parametrize(("days", "one_more"), [(0, 0), (1, 1), (8, 1)])
def test_the_flow_line_tells_of_a_first_one_that_is_over(paired: Any, days: int, one_more: int) -> None:
    on(paired, days)
    before = late(paired.ward)
    back_up(paired.ward)
    assert before - late(paired.ward) == one_more


def test_each_site_sees_of_the_other_what_its_ledger_tells(paired: Any) -> None:
    (one,) = lines(paired.ward, Site.CONTRACTOR)
    assert "F5" not in one.note
    back_up(paired.contractor)
    paired.contractor.key("サトウ ハナコ")
    paired.contractor.office.records.send()
    paired.sync()
    assert lines(paired.ward, Site.CONTRACTOR) == [] and lines(paired.ward)


def test_none_is_asked_for_once_everything_is_to_be_erased(paired: Any) -> None:
    on(paired, (dt.date(2026, 12, 31) - FOUNDED).days)
    assert lines(paired.ward)
    on(paired, (dt.date(2027, 1, 1) - FOUNDED).days)
    assert lines(paired.ward) == []


@pytest.mark.parametrize(("often", "first", "then"), [(0, None, None), (3, 0, 31), (60, 0, 60)])
def test_how_often_stands_in_the_programme(
    paired: Any, often: int, first: int | None, then: int | None
) -> None:
    with paired.ward.store.write() as tx:
        programme = tx.settings.get("programme") or ""
        tx.settings.put("programme", f"{programme}\n[duties]\nbackup_days = {often}\n")

    def due() -> int | None:
        return next(((one.due - FOUNDED).days for one in lines(paired.ward) if one.due), None)

    assert due() == first
    back_up(paired.ward)
    on(paired, 61)
    assert due() == then
