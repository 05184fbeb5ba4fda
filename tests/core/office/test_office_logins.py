"""Logins are counted, passwords grow old where the programme says so, and whoever must choose one can do nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import Refused
from core.office.logins import CameIn, Due, chosen, come_in
from core.roles import Actor, Right, Role, Site
from storage.vault.knocks import FAILED, MORE, Knock
from tests.core.office.conftest import PROGRAMME, Bureau

FIRST = "only until the first login"


@pytest.fixture
def bureau(tmp_path: Any) -> Bureau:
    return Bureau(Site.CONTRACTOR, tmp_path / "contractor")


def login(bureau: Bureau, staff: str, days: float = 0, knocks: tuple[Knock, ...] = ()) -> CameIn:
    now = bureau.moment + dt.timedelta(days=days)
    with bureau.store.write() as tx:
        since = next(row.since for row in tx.staff.list() if row.staff_id == staff)
        return come_in(tx, staff, since, knocks, now, "pts/0")


@pytest.fixture
def staff(bureau: Bureau) -> str:
    with bureau.store.read() as tx:
        return str(tx.staff.list()[0].staff_id)


def test_a_person_is_told_of_the_login_before_and_of_failures_since(bureau: Bureau, staff: str) -> None:
    assert login(bureau, staff) == CameIn()
    tried = tuple(
        Knock(f"{n:016x}", bureau.moment, who, FAILED) for n, who in enumerate([staff, staff, "unknown"])
    )
    told = login(bureau, staff, 1, tried)
    assert (told.last, told.failed) == (bureau.moment, 2)
    assert told.sentences == ("前回のログイン 4月20日 09:00", "その後の失敗 2回")
    assert login(bureau, staff, 2, tried).failed == 0, "a knock that comes twice is one"
    with bureau.store.read() as tx:
        assert [row.act for row in tx.access.page(0, 9)].count("login_failed") == 3


def test_failures_that_a_colleagues_login_brought_in_are_told_to_the_one_concerned(
    bureau: Bureau, staff: str
) -> None:
    other = next(row.staff_id for row in rows(bureau) if row.staff_id != staff)
    login(bureau, staff)
    login(bureau, other, 1, (Knock("0" * 16, bureau.moment, staff, FAILED),))
    assert login(bureau, staff, 2).failed == 1


def test_a_failed_login_stands_in_the_log_with_the_terminal_where_somebody_tried(
    bureau: Bureau, staff: str
) -> None:
    login(bureau, staff, 1, (Knock("0" * 16, bureau.moment, staff, FAILED, terminal="pts/3 192.0.2.7"),))
    with bureau.store.read() as tx:
        (row,) = [row for row in tx.access.page(0, 9) if row.act == "login_failed"]
    assert (row.staff_id, row.terminal) == (staff, "pts/3 192.0.2.7")


def test_one_that_stands_for_many_is_one_row_with_their_number_and_none_comes_twice(
    bureau: Bureau, staff: str
) -> None:
    many = Knock("1" * 16, bureau.moment, "unknown", MORE, count=6800)
    one = Knock("0" * 16, bureau.moment, staff, FAILED)
    for day in (1, 2):
        told = login(bureau, staff, day, (one, one, many, many))
        assert told.failed == (1 if day == 1 else 0)
    with bureau.store.read() as tx:
        details = [row.detail for row in tx.access.page(0, 9) if row.act == "login_failed"]
    assert details == ["more 1111111111111111 count=6800", "failed 0000000000000000"]


def rows(bureau: Bureau) -> list[Any]:
    with bureau.store.read() as tx:
        return list(tx.staff.list())


def test_a_password_grows_too_old_only_where_the_programme_says_so(bureau: Bureau, staff: str) -> None:
    with bureau.store.write() as tx:
        chosen(tx, staff, bureau.moment)
    assert login(bureau, staff, 3000).due is None
    with bureau.store.write() as tx:
        tx.settings.put("programme", PROGRAMME + "\n[accounts]\npassword_days = 90\n")
    assert login(bureau, staff, 70).sentences[1:] == ()
    near = login(bureau, staff, 80)
    assert (near.due, near.days_left) == (None, 10) and "あと10日" in near.sentences[-1]
    assert login(bureau, staff, 89.5).days_left == 1
    assert login(bureau, staff, 90).due is Due.EXPIRED
    with bureau.store.write() as tx:
        chosen(tx, staff, bureau.moment + dt.timedelta(days=90))
    assert login(bureau, staff, 91).due is None


def test_whoever_was_given_a_password_is_due_until_they_choose_one(bureau: Bureau, staff: str) -> None:
    with bureau.store.write() as tx:
        chosen(tx, staff, bureau.moment, Due.RESET)
    assert login(bureau, staff).due is Due.RESET
    assert login(bureau, staff).due is Due.RESET
    with bureau.store.write() as tx:
        chosen(tx, staff, bureau.moment)
    assert login(bureau, staff).due is None


@pytest.mark.parametrize("site", Site)
@pytest.mark.parametrize("role", Role)
def test_whoever_must_choose_a_password_has_no_right_whatever_the_role(site: Site, role: Role) -> None:
    actor = Actor("x", "見本", role, site, must_change=True)
    for right in Right:
        assert not actor.may(right)
        with pytest.raises(Refused, match="パスワードを決めるまで"):
            actor.require(right)


def test_a_vault_new_to_the_machine_is_strange_whatever_it_says_of_logins_before() -> None:
    last = dt.datetime(2026, 4, 20, 9, 0, tzinfo=dt.UTC)
    assert CameIn(last, fingerprint="95da ee35").strange
    assert CameIn(None, fingerprint="95da ee35").strange
    assert not CameIn(last).strange
