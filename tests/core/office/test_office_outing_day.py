"""The day of an outing: telephone numbers on request and no more than needed; who is left did not come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Refused
from core.office.choices import Callees
from core.roles import Role


def on(bench: Any, day: str) -> None:
    for bureau in (bench.contractor, bench.ward):
        bureau.moment = dt.datetime.fromisoformat(f"{day}T08:00:00+09:00")


def test_only_those_asked_for_are_on_the_telephone_list_and_it_is_logged(bench: Any) -> None:
    bench.approved()
    on(bench, "2026-06-10")
    office = bench.contractor.office
    people = office.participants.list("A")
    seated = [person for person in people if not person.place]
    office.participants.attend("A", seated[0].record, True)
    expected = {
        Callees.PENDING: seated[1:],
        Callees.SEATED: seated,
        Callees.WAITING: [person for person in people if person.place],
    }
    for who, those in expected.items():
        calls = office.outing_day.phones("A", who)
        assert [call.number for call in calls] == [person.number for person in those]
        assert f"phones outing=A who={who} n={len(those)}" in bench.contractor.details()
    for call in office.outing_day.phones("A", Callees.SEATED):
        application = office.intake.open(call.number)
        assert call.phone == application.applicant.phone
        assert call.phone not in repr(call)
        assert call.phone not in bench.contractor.details()


def test_an_auditor_gets_no_telephone_list(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.approved()
    with leaves(bench.contractor, Refused):
        bench.contractor.office_of(Role.AUDITOR).outing_day.phones("A", Callees.SEATED)


def test_who_is_left_on_the_day_did_not_come(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.approved()
    office = bench.contractor.office
    first, second = [person for person in office.participants.list("A") if not person.place]
    on(bench, "2026-06-09")
    with leaves(bench.contractor, Refused):
        office.outing_day.no_shows("A")
    on(bench, "2026-06-10")
    office.participants.attend("A", first.record, True)
    assert office.outing_day.no_shows("A") == [second.number]
    row = office.participants.outings()[0]
    assert (row.came, row.absent, row.pending) == (1, 1, 0)
    assert office.outing_day.no_shows("A") == []
    assert office.participants.outings()[0].came == 1
    with pytest.raises(Refused):
        bench.ward.office.outing_day.no_shows("A")
