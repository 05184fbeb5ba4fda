"""Whom the contractor calls erased stays with the ward, as the ward knows them, until a manager there agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import State
from core.draw.standing import PlaceState
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.blanking import ASKED_REASON, blanked
from core.office.erase_requests import BY_CONTRACTOR, EraseRequests
from core.office.ledger import write_line
from core.office.lines import jsonl
from core.office.person import PersonDesk
from core.office.records import RECORDS, to_row
from core.office.seating import standing_of
from core.roles import Right, Role

HANAKO = "サトウ ハナコ"


class Renewing:
    """The tables change as they stand; the key is the vault's affair."""

    def __init__(self, bureau: Any) -> None:
        self._bureau = bureau

    def renew(self, record: Any) -> None:
        with self._bureau.store.write() as tx:
            record(tx, b"")


def requests(bureau: Any, role: Role = Role.MANAGER) -> EraseRequests:
    return EraseRequests(bureau.desk_of(role), Renewing(bureau))


def erase(bench: Any, number: int) -> None:
    """The contractor's program, as it is."""
    PersonDesk(bench.contractor.desk_of(Role.MANAGER), Renewing(bench.contractor)).erase(number, "request")
    bench.contractor.office.records.send()
    bench.sync()


def names(bureau: Any, number: int) -> list[str]:
    with bureau.store.read() as tx:
        return [version.applicant.kana for version, _, _ in tx.applications.history(number)]


def current(bureau: Any, number: int) -> Any:
    with bureau.store.read() as tx:
        return tx.applications.get(number)


def forged_blank(bench: Any, number: int, *, told: bool = True) -> Callable[[], Any]:
    """A changed program's: this person is erased, whatever their place."""
    c = bench.contractor
    if told:
        desk = c.desk_of(Role.MANAGER)
        with desk.writing(Right.LEDGER_ADD) as tx:
            write_line(desk, tx, Act.ERASE, Content.APPLICATIONS, 1, Unit.PEOPLE)
    rows = jsonl([to_row(blanked(current(c, number)))])
    return bench.forge(c, "applicants", {RECORDS: rows}, {"applications": 1})  # type: ignore[no-any-return]


def test_a_blank_for_somebody_on_the_frozen_roll_leaves_the_wards_names_as_they_were(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    number = bench.confirmed()[0].number
    bench.contractor.office.lottery.freeze()
    bench.sync()
    forged_blank(bench, number)()
    assert names(bench.ward, number) == [HANAKO, HANAKO]
    now = current(bench.ward, number)
    assert (now.state, now.reason) == (State.WITHDRAWN, ASKED_REASON)
    (asked,) = requests(bench.ward).list()
    assert (asked.number, asked.kana, asked.state, asked.seen) == (number, HANAKO, State.WITHDRAWN, False)
    with leaves(bench.ward, Refused) as raised:
        requests(bench.ward).agree(number)
    assert "いま行っている抽選" in str(raised.value) and raised.value.next_step
    assert "消去の依頼" not in bench.ward.office.flow.status().sentence, "it cannot be answered yet"
    assert any("消去の依頼 1件" in one.what for one in bench.ward.office.duties.due())


def test_a_seated_person_stays_with_the_ward_until_the_events_say_they_have_gone(bench: Any) -> None:
    bench.approved()
    with bench.ward.store.read() as tx:
        (draw,) = tx.draws.names()
        seat = next(p for p in standing_of(tx, draw)[0].places if p.state is PlaceState.SEATED)
        record = next(u.records[0] for u in tx.draws.units(draw) if u.unit_id == seat.id)
        known = tx.applications.by_record(record)
    forged_blank(bench, known.number)()
    assert set(names(bench.ward, known.number)) == {known.applicant.kana}
    (asked,) = requests(bench.ward).list()
    assert not asked.seen and "まだ参加者か補欠" in asked.hindrance
    with pytest.raises(Refused, match="まだ参加者か補欠"):
        requests(bench.ward).agree(known.number)


def test_more_blanks_than_the_ledger_tells_erasures_are_no_state_of_things(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    one, two, *_ = bench.received()
    take = forged_blank(bench, one.number, told=False)
    with leaves(bench.ward, IntegrityFailure) as raised:
        take()
    assert "一人の消去" in str(raised.value)
    forged_blank(bench, two.number)()
    assert [asked.number for asked in requests(bench.ward).list()] == [two.number]


def test_the_wards_own_code_never_comes_from_outside(bench: Any, leaves: Callable[..., Any]) -> None:
    one = bench.received()[0]
    row = to_row(current(bench.contractor, one.number)) | {"reason": ASKED_REASON, "state": "withdrawn"}
    take = bench.forge(bench.contractor, "applicants", {RECORDS: jsonl([row])}, {"applications": 1})
    with leaves(bench.ward, IntegrityFailure):
        take()


def test_an_honest_erasure_waits_for_the_wards_word_and_then_nothing_is_left(bench: Any) -> None:
    number = bench.received()[0].number
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    bench.contractor.office.records.send()
    bench.sync()
    erase(bench, number)
    assert HANAKO in names(bench.ward, number)
    (asked,) = requests(bench.ward).list()
    assert asked.seen and not asked.hindrance
    assert asked.due == bench.ward.moment.date() + dt.timedelta(days=14)
    assert "消去の依頼 1件" in bench.ward.office.flow.status().sentence
    assert any("消去の依頼" in one for one in bench.ward.office.erasing.plan([]).obstacles)
    versions = len(names(bench.ward, number))
    # Sent again, it asks nothing new.
    forged_blank(bench, number)()
    assert len(names(bench.ward, number)) == versions
    requests(bench.ward).agree(number)
    assert names(bench.ward, number) == [""] * (versions + 1)
    assert requests(bench.ward).list() == []
    assert "消去の依頼" not in bench.ward.office.flow.status().sentence
    line = bench.ward.office.ledger.page(bench.ward.site, 0, 1)[0]
    assert (line.act, line.qty, line.unit) == (Act.ERASE, 1, Unit.PEOPLE)
    assert f"no={number} reason={BY_CONTRACTOR}" in bench.ward.details()
    with pytest.raises(UsageError):
        requests(bench.ward).agree(number)


def test_an_unanswered_request_is_late_after_its_days(bench: Any) -> None:
    number = bench.received()[0].number
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    erase(bench, number)
    late = "\n".join(one.sentence for one in bench.ward.office.flow.status().late)
    assert "消去の依頼" not in late
    bench.ward.moment += dt.timedelta(days=15)
    due = [one for one in bench.ward.office.duties.due() if "消去の依頼" in one.what]
    assert [one.over(bench.ward.office.duties.today) for one in due] == [1]


def test_only_a_manager_of_the_ward_answers(bench: Any) -> None:
    number = bench.received()[0].number
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    erase(bench, number)
    for role in (Role.HANDLER, Role.AUDITOR):
        with pytest.raises(Refused):
            requests(bench.ward, role).list()
        with pytest.raises(Refused):
            requests(bench.ward, role).agree(number)
    with pytest.raises(Refused, match="答えるのは区"):
        requests(bench.contractor).list()
