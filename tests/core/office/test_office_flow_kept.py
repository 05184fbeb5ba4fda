"""What a screen keeps between looks is never out of date, whoever changed the vault; and a look after a look reads nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from core.draw.events import Cancel
from core.draw.standing import PlaceState
from core.errors import IkiikiError
from core.office.finished import FinishedDraws
from core.office.happening import happen
from core.office.office import Office
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Role
from tests.core.office.conftest import Bench, Bureau

DRAW = "hiking-2026-1"


def seen(office: Office) -> list[object]:
    """All that a screen shows after a deed and that is kept between looks."""
    shown: list[object] = []
    for ask in (
        office.flow.status,
        lambda: office.review.status(APPLICANTS),
        lambda: office.review.status(PARTICIPANTS),
        office.participants.outings,
        office.lottery.status,
    ):
        try:
            shown.append(ask())
        except IkiikiError as error:
            shown.append(error.what)
    return shown


@dataclass
class Watch:
    """At each site two people who came in at the beginning of the year: one does nothing but look."""

    bench: Bench
    looking: dict[Bureau, Office]

    @classmethod
    def of(cls, bench: Bench) -> Watch:
        sites = (bench.contractor, bench.ward)
        return cls(bench, {site: site.office_of(Role.MANAGER) for site in sites})

    def after(self, what: str, deed: Callable[[], object]) -> None:
        """Of a deed of somebody else, in a session of its own, both see what one who has just come in sees."""
        deed()
        for bureau, office in self.looking.items():
            assert seen(office) == seen(bureau.office_of(Role.MANAGER)), f"{bureau.site}: {what}"


@pytest.fixture
def watch(bench: Bench) -> Watch:
    return Watch.of(bench)


def test_through_a_year_of_other_peoples_deeds(bench: Bench, watch: Watch) -> None:
    c, w = bench.contractor.office, bench.ward.office

    def synced(act: Callable[[], object]) -> Callable[[], object]:
        return lambda: (act(), bench.sync())

    bench.pair()
    watch.after("paired", bench.sync)
    names = ("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ", "ヤマモト イワオ", "ワタナベ キヨ")
    people = [bench.contractor.key(kana) for kana in names]
    watch.after("keyed", lambda: None)
    watch.after("③", synced(c.records.send))
    watch.after(
        "corrected after it went", lambda: c.intake.edit(people[0].number, {Field.PHONE: "03-5273-0001"})
    )
    watch.after("③ again", synced(c.records.send))
    watch.after("sealed", synced(c.lottery.seal))
    watch.after("⑤", lambda: w.review.confirm_rest(APPLICANTS))
    watch.after("one undone", lambda: w.review.undo(APPLICANTS))
    watch.after("⑤ again", lambda: w.review.confirm_rest(APPLICANTS))
    watch.after("⑤ sent", synced(w.review.send))
    watch.after("the ward's seal", synced(w.lottery.seal))
    for bureau, act in bench.ceremony():
        watch.after(f"the draw at the {bureau.site}", act)
        watch.after("carried", bench.sync)
    watch.after("⑦", synced(c.participants.send))
    rows = w.review.rows(PARTICIPANTS)
    watch.after("one returned", lambda: w.review.return_(PARTICIPANTS, [rows[0].record], "not_resident"))
    watch.after("undone", lambda: w.review.undo(PARTICIPANTS))
    watch.after("one confirmed", lambda: w.review.confirm(PARTICIPANTS, [rows[0].record]))
    watch.after("all answered", lambda: w.review.confirm_rest(PARTICIPANTS))
    watch.after(
        "a seated one corrected", lambda: c.intake.edit(rows[0].number, {Field.PHONE: "03-5273-0002"})
    )
    watch.after("③ of it", synced(c.records.send))
    watch.after("⑤ of it", lambda: w.review.confirm(APPLICANTS, [rows[0].record]))
    watch.after("⑨ of it returned", lambda: w.review.return_(PARTICIPANTS, [rows[0].record], "not_resident"))
    watch.after("⑨ sent", synced(w.review.send))
    watch.after("disqualified", lambda: c.participants.disqualify(c.participants.find(rows[0].number)))
    watch.after("⑦ of it", synced(c.participants.send))
    watch.after("⑨ of who moved up", lambda: w.review.confirm_rest(PARTICIPANTS))
    watch.after("⑩", w.participants.approve)
    watch.after("⑩ arrived", bench.sync)
    cards = c.notices.prepare()
    watch.after("⑪ but for one", synced(lambda: c.notices.dispatch(cards[:-1])))
    watch.after("⑪", synced(lambda: c.notices.dispatch(cards[-1:])))
    watch.after("one withdraws", lambda: c.participants.cancel(c.participants.list("A")[0].unit_id))
    watch.after("⑦ once more", synced(c.participants.send))
    if promoted := c.notices.prepare():
        watch.after("the card of who moved up", synced(lambda: c.notices.dispatch(promoted)))
    bench.contractor.moment = dt.datetime.fromisoformat("2026-06-18T09:00:00+09:00")
    here = c.participants.list("A")[0]
    watch.after("the day itself", lambda: c.participants.attend("A", here.record, True))


def test_a_withdrawal_that_came_to_nothing_is_not_kept(bench: Bench) -> None:
    """Another of the same length follows in its place."""
    bench.approved()
    bureau, kept = bench.contractor, FinishedDraws()
    first, second = (one.unit_id for one in bureau.office.participants.list("A")[:2])
    for unit, fails in ((first, True), (second, False)):
        with suppress(ZeroDivisionError), bureau.store.write() as tx:
            happen(bureau.desk_of(Role.MANAGER), tx, DRAW, Cancel(unit))
            out = {p.id for p in kept.get(tx, DRAW).standing.places if p.state is PlaceState.OUT}
            assert out == {unit}
            if fails:
                raise ZeroDivisionError


READS_EVERYBODY = ("FROM draw_member", "record, kind FROM notice", "'list.txt'", "'result.txt'", "'openings.jsonl'", "SELECT application.", "FROM review WHERE id IN")  # fmt: skip
"""The roll, the notices, the large files, the applications, the ward's words."""


@pytest.mark.parametrize("site", ["contractor", "ward"])
@pytest.mark.parametrize("stage", ["received", "drawn", "approved"])
def test_a_look_after_a_look_reads_nobody(bench: Bench, stage: str, site: str) -> None:
    getattr(bench, stage)()
    bureau: Any = getattr(bench, site)
    office = bureau.office_of(Role.MANAGER)
    seen(office)
    asked: list[str] = []
    bureau.vault.connection.set_trace_callback(asked.append)
    seen(office)
    bureau.vault.connection.set_trace_callback(None)
    assert asked
    everybody = [one for one in asked if any(words in one for words in READS_EVERYBODY)]
    assert [one for one in everybody if "reason = 'erase_asked'" not in one] == []


def test_an_open_seat_is_looked_for_where_the_last_one_was_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that ⑨ of many costs each look a few of them, in whatever order they are answered."""
    monkeypatch.setattr("core.office.flow_known.AT_ONCE", 1)
    bench.approved()  # three seats
    bench.contractor.office.participants.cancel(bench.contractor.office.participants.list("A")[0].unit_id)
    bench.contractor.office.participants.send()
    bench.sync()
    ward = bench.ward.office
    looking = bench.ward.office_of(Role.MANAGER)
    for row in reversed([one for one in ward.review.rows(PARTICIPANTS) if not one.verdict]):
        assert looking.flow.status() == bench.ward.office_of(Role.MANAGER).flow.status()
        ward.review.confirm(PARTICIPANTS, [row.record])
    assert looking.flow.status() == bench.ward.office_of(Role.MANAGER).flow.status()
