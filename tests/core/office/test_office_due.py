"""What is late is said, and nothing else is: each limit on either side of it, at the site it concerns."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest

from core.exchange.state import CourierState, Held, Outcome
from core.office.due import ExchangeStatus, LateKind, Stage
from core.roles import Role
from tests.core.office.conftest import PROGRAMME

HOUR = dt.timedelta(hours=1)


def status(bureau: Any) -> ExchangeStatus:
    return bureau.office.exchange.overview().status  # type: ignore[no-any-return]


def kinds(bureau: Any) -> list[LateKind]:
    return [late.kind for late in status(bureau).late]


def word(bureau: Any, **facts: Any) -> None:
    """Let the courier have said this of its last round, just now."""
    at = bureau.moment.isoformat(timespec="seconds")
    state = CourierState(**{"began": at, "ended": at, "outcome": Outcome.DONE, **facts})
    folder = bureau.folder / "courier"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "state.json").write_bytes(state.to_bytes())
    (folder / "state.json").chmod(0o600)


def ago(bureau: Any, **span: float) -> str:
    return (bureau.moment - dt.timedelta(**span)).isoformat(timespec="seconds")


@pytest.fixture
def paired(bench: Any) -> Any:
    """Everything exchanged; the contractor then seals one bundle that goes nowhere."""
    bench.pair()
    bench.sync()
    bench.contractor.key("サトウ ハナコ")
    bench.contractor.office.records.send()
    return bench


def test_nothing_is_late_that_is_on_its_way_in_good_time(paired: Any) -> None:
    assert kinds(paired.contractor) == kinds(paired.ward) == []
    assert [one.kind for one in paired.contractor.office.flow.status().late] == []


def test_a_bundle_s_way_is_told_from_the_seal_to_the_partner_s_ledger(paired: Any) -> None:
    contractor, ward = paired.contractor, paired.ward
    name = contractor.office.exchange.overview().sent[-1].name
    assert status(contractor).stage(name) is Stage.SEALED
    word(contractor, placed=(name,))
    assert status(contractor).stage(name) is Stage.PLACED
    paired.carry(contractor)
    assert status(contractor).stage(name) is Stage.ARRIVED
    ward.office.exchange.import_waiting()
    assert status(contractor).stage(name) is Stage.ARRIVED, "its ledger has not come back yet"
    ward.office.send_due()
    paired.sync()
    assert status(contractor).stage(name) is Stage.TAKEN


def test_what_came_before_a_bundle_taken_in_was_taken_in(paired: Any) -> None:
    paired.sync()
    assert set((status(paired.contractor).stages or {}).values()) == {Stage.TAKEN}


def test_over_a_weekend_nobody_is_late_where_office_days_are_counted(bench: Any) -> None:
    contractor = bench.contractor
    contractor.office.rules.set(PROGRAMME + '\n[deadlines]\ncount = "office_days"\n')
    bench.pair()
    bench.sync()
    contractor.moment = contractor.moment.replace(day=24, hour=17)  # a Friday
    contractor.key("サトウ ハナコ")
    contractor.office.records.send()
    contractor.moment += 70 * HOUR
    assert kinds(contractor) == []
    contractor.moment += 3 * HOUR
    (late,) = status(contractor).late
    assert late.kind is LateKind.SEND and "開庁日の24時間を過ぎた束 1" in late.sentence


def test_a_bundle_not_sent_for_a_day_and_one_not_answered_for_two_are_late(paired: Any) -> None:
    contractor = paired.contractor
    name = contractor.office.exchange.overview().sent[-1].name
    contractor.moment += 23 * HOUR
    assert kinds(contractor) == []
    contractor.moment += 2 * HOUR
    assert kinds(contractor) == [LateKind.SEND] and status(contractor).late_bundles == {name}
    word(contractor, placed=(name,))
    assert kinds(contractor) == []
    contractor.moment += 24 * HOUR
    word(contractor, placed=(name,))
    assert kinds(contractor) == [LateKind.RECEIPT] and status(contractor).late_bundles == {name}
    paired.carry(contractor)
    assert kinds(contractor) == []


def test_a_bundle_nobody_takes_in_for_a_day_is_late_where_it_lies(paired: Any) -> None:
    ward = paired.ward
    paired.carry(paired.contractor)
    name = status(ward).waiting[0]
    manifest = ward.folder / "inbox" / f"{name}.manifest"
    for hours, late in ((23, []), (25, [LateKind.TAKE_IN])):
        then = (ward.moment - hours * HOUR).timestamp()
        os.utime(manifest, (then, then))
        assert kinds(ward) == late
    assert status(ward).late_bundles == {name}
    ward.office.exchange.import_waiting()
    assert kinds(ward) == []


@pytest.mark.parametrize(
    ("facts", "late"),
    [
        ({}, None),
        ({"outcome": Outcome.UNREACHABLE, "failures": 2}, None),
        ({"outcome": Outcome.UNREACHABLE, "failures": 3}, LateKind.FAILING),
        ({"outcome": Outcome.STOPPED}, None),
        ({"outcome": Outcome.LOGIN, "failures": 1}, LateKind.FAILING),
        ({"outcome": Outcome.REFUSED, "failures": 1}, LateKind.FAILING),
        ({"outcome": Outcome.INTEGRITY, "failures": 9}, LateKind.INTEGRITY),
        ({"read_only": True}, LateKind.READ_ONLY),
        ({"skew": 599}, None),
        ({"skew": -601}, LateKind.CLOCK),
        ({"partner_ahead": 900}, LateKind.CLOCK),
    ],
    ids=str,
)
def test_the_courier_s_word_is_weighed(paired: Any, facts: dict[str, Any], late: LateKind | None) -> None:
    word(paired.contractor, **facts)
    assert kinds(paired.contractor) == ([late] if late else [])


@pytest.mark.parametrize(
    ("name", "good", "bad", "kind"),
    [("unattended", 1.9, 2.1, LateKind.COURIER), ("partner_seen", 24.9, 25.1, LateKind.PARTNER)],
)
def test_silence_is_late_where_there_was_a_voice(
    paired: Any, name: str, good: float, bad: float, kind: LateKind
) -> None:
    contractor = paired.contractor
    for said, late in (("", []), (ago(contractor, hours=good), []), (ago(contractor, hours=bad), [kind])):
        word(contractor, **{name: said})
        assert kinds(contractor) == late


def test_a_gap_is_late_after_a_day_and_named(paired: Any) -> None:
    contractor = paired.contractor
    for hours, late in ((23, []), (25, [LateKind.GAP])):
        word(
            contractor, waiting=(Held("1-wc-00000009", "8番の束がまだ届いていません", ago(contractor, hours=hours)),)
        )  # fmt: skip
        assert kinds(contractor) == late
    assert "1-wc-00000009: 8番の束" in status(contractor).late[0].sentence


def test_a_line_that_only_reads_asks_for_a_medium_only_where_something_is_to_go(paired: Any) -> None:
    word(paired.ward, read_only=True)
    assert kinds(paired.ward) == []
    word(paired.contractor, read_only=True)
    assert "媒体" in status(paired.contractor).late[0].next_step


def test_a_state_that_cannot_be_read_is_said_and_hides_nothing(paired: Any) -> None:
    word(paired.contractor)
    (paired.contractor.folder / "courier" / "state.json").write_bytes(b"{}\n")
    paired.contractor.moment += 25 * HOUR
    assert kinds(paired.contractor) == [LateKind.SEND, LateKind.STATE]


def test_the_programme_sets_the_limits(paired: Any) -> None:
    contractor = paired.contractor
    with contractor.store.write() as tx:
        tx.settings.put(
            "programme", tx.settings.get("programme") + "\n[deadlines]\nsend_hours = 3\nfailures = 1\n"
        )
    contractor.moment += 4 * HOUR
    word(contractor, outcome=Outcome.UNREACHABLE, failures=1)
    assert kinds(contractor) == [LateKind.FAILING, LateKind.SEND]


def test_the_worst_comes_first_and_everybody_is_told(paired: Any) -> None:
    contractor = paired.contractor
    contractor.moment += 49 * HOUR
    word(contractor, outcome=Outcome.INTEGRITY, failures=1, unattended=ago(contractor, hours=9), skew=3000)
    expected = [LateKind.INTEGRITY, LateKind.COURIER, LateKind.SEND, LateKind.CLOCK]
    for role in Role:
        office = contractor.office_of(role)
        assert [late.kind for late in office.exchange.overview().status.late] == expected
        assert [late.kind for late in office.flow.status().late] == [*expected, LateKind.DUTY]


def test_steps_of_the_flow_are_late_after_their_day_until_they_are_done(bench: Any) -> None:
    """締切 5月8日: ⑤ by the 18th, ⑨ by the 28th, ⑪ by June 2nd."""
    bench.received()

    def on(month: int, day: int) -> list[list[str]]:
        said = []
        for one in (bench.contractor, bench.ward):
            one.moment = dt.datetime(2026, month, day, 9, tzinfo=one.moment.tzinfo)
            late = one.office.flow.status().late
            said.append([each.short for each in late if each.kind is LateKind.STEP])
        return said

    assert on(5, 18) == [[], []]
    assert on(5, 19) == [["⑤期限切れ"]] * 2
    bench.ward.office.review.confirm_rest("applicants")
    assert on(5, 19) == [["⑤期限切れ"], []]
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    assert on(5, 28) == [[], []]
    assert on(5, 29) == [["⑨期限切れ"]] * 2
    assert on(6, 3) == [["⑨期限切れ", "⑪期限切れ"]] * 2
