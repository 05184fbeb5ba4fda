"""Where somebody who was erased may still stand: whatever holds people and was made while this person was held; and until when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.applicant import State
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.erase_requests import EraseRequests
from core.office.inventory import write_copy
from core.office.person import PersonDesk
from core.office.remains import remains_words
from core.office.rotation import DEFAULT, Keeping, kept, last_days
from core.roles import Right, Role, Site

NOON = dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)
END = dt.date(2026, 12, 31)


class Renewing:
    """The tables change as they stand; the key is the vault's affair."""

    def __init__(self, bureau: Any) -> None:
        self._bureau = bureau

    def renew(self, record: Any) -> None:
        with self._bureau.store.write() as tx:
            record(tx, b"")


def made(bureau: Any, act: Act, content: Content, medium: Medium, qty: int = 1) -> str:
    desk = bureau.desk_of(Role.MANAGER)
    with desk.writing(Right.LEDGER_ADD) as tx:
        return write_copy(desk, tx, act, content, qty, Unit.SHEETS, medium)


def person(bureau: Any, role: Role = Role.MANAGER) -> PersonDesk:
    return PersonDesk(bureau.desk_of(role), Renewing(bureau))


def test_what_was_made_while_the_person_was_held_is_named_at_both_sites_and_nothing_else(bench: Any) -> None:
    before = made(bench.contractor, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    number = bench.received()[0].number
    beside = made(bench.contractor, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    carried = made(bench.contractor, Act.BACKUP, Content.BACKUP, Medium.USB)
    listed = made(bench.contractor, Act.PRINT, Content.APPLICATIONS, Medium.PAPER, 3)
    report = made(bench.contractor, Act.PRINT, Content.REPORT, Medium.PAPER)
    at_ward = made(bench.ward, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    shredded = made(bench.contractor, Act.PRINT, Content.APPLICATIONS, Medium.PAPER)
    bench.contractor.office.inventory.destroyed(shredded)
    bench.ward.office.review.confirm_rest("applicants")
    bench.ward.office.review.send()
    bench.sync()
    desk = person(bench.contractor)
    with pytest.raises(Refused, match="まだ応募している"):
        desk.erase(number, "request")
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    gone = desk.erase(number, "request")
    after = made(bench.contractor, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    assert desk.remains(number).copies == gone.copies
    found = {one.copy.id: one for one in gone.copies}
    assert set(found) == {beside, carried, listed, at_ward} and not {before, after, report} & set(found)
    assert found[at_ward].site is Site.WARD and found[beside].rotated and not found[carried].rotated
    until_it_follows = made(bench.ward, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    bench.contractor.office.records.send()
    bench.sync()
    until_it_agrees = made(bench.ward, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    EraseRequests(bench.ward.desk_of(Role.MANAGER), Renewing(bench.ward)).agree(number)
    made(bench.ward, Act.BACKUP, Content.BACKUP, Medium.VAULT)
    bench.ward.office.review.confirm_rest("applicants")
    bench.contractor.key("コバヤシ チヨ")
    bench.contractor.office.records.send()
    bench.sync(3)
    seen = {one.copy.id for one in desk.remains(number).copies}
    assert seen == {*found, until_it_follows, until_it_agrees}, "the ward's later ones do not hold the person"
    words = "\n".join(remains_words(gone, Site.CONTRACTOR))
    for said in (listed, "人が消す", "区の ", "消える", "12月31日"):
        assert said in words
    with bench.contractor.store.read() as tx:
        assert tx.applications.get(number).state is State.WITHDRAWN


def test_only_managers_ask_and_only_about_somebody_who_is_there(bench: Any) -> None:
    number = bench.received()[0].number
    with pytest.raises(Refused):
        person(bench.contractor, Role.HANDLER).remains(number)
    with pytest.raises(UsageError, match="その受付番号"):
        person(bench.contractor).remains(999)
    with pytest.raises(Refused, match="委託先が行い"):
        person(bench.ward).may_erase(number)


def test_a_backup_of_today_is_gone_when_the_days_the_weeks_and_the_months_have_passed() -> None:
    assert last_days([NOON], NOON, END, Keeping(7, 0, 0)) == {NOON: dt.date(2026, 4, 27)}
    # The newest of its week or month for a day only: tomorrow's takes its place in both.
    assert last_days([NOON], NOON, END, DEFAULT) == {NOON: dt.date(2026, 4, 27)}
    month_end = dt.datetime(2026, 4, 30, 12, tzinfo=dt.UTC)
    assert last_days([month_end], month_end, END) == {month_end: None}
    assert last_days([month_end], month_end, END, Keeping(7, 4, 0)) == {month_end: dt.date(2026, 5, 7)}


def test_the_day_foretold_is_the_day_on_which_the_rotation_takes_it() -> None:
    here = [NOON - dt.timedelta(days=n) for n in range(9, 0, -1)]
    foretold = last_days(here, NOON, END)
    standing, moment = set(here), NOON
    for _ in range(60):
        moment += dt.timedelta(days=1)
        stay = set(kept({*standing, moment}))
        for one in standing - stay:
            assert foretold.get(one, moment.date()) == moment.date()
        standing = stay
    assert all(day is None or day <= moment.date() for one, day in foretold.items() if one not in standing)


def test_a_bundle_that_came_with_the_person_in_it_is_named_beside_those_sent(bench: Any) -> None:
    """A counter's application lies sealed in the contractor's vault, as it came from the ward."""
    bench.pair()
    bench.sync()
    number = bench.ward.key("マドグチ トオル").number
    name, *files = bench.ward.office.records.seal_desk()
    bench.contractor.office.records.take_in_desk(name, *files)
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    left = person(bench.contractor).erase(number, "request")
    assert (left.sent, left.received) == (0, 1)
    words = "\n".join(remains_words(left, Site.CONTRACTOR))
    assert "受け取って保管庫にある束 1件" in words and "すでに送った" not in words
