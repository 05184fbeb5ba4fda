"""After the draw: groups shrink, the ward's seats are given and released, late applications stand behind all drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import State
from core.draw.events import EVENTS
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content
from core.office.review import APPLICANTS, PARTICIPANTS
from core.office.seating import gone_missing, need_draw, people_of, standing_of
from core.people.fields import Field
from core.roles import Role, Site

WITH_KEPT_SEATS = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 4
reserved = 2
release_on = 2026-06-01

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 2
reserved = 1

[draw]
largest_group = 2
"""


@pytest.fixture
def kept(bench: Any) -> Any:
    """Four drawn for two seats of A and one of B; the ward keeps two of A and one of B."""
    bench.contractor.office.rules.set(WITH_KEPT_SEATS)
    bench.approved()
    return bench


@pytest.fixture
def pair(bench: Any) -> Any:
    """A pair, which was drawn as one unit, and one more, who waits or sits."""
    bench.pair()
    bench.sync()
    made = [
        bench.contractor.key("サトウ ハナコ", "A", group="G1"),
        bench.contractor.key("サトウ タロウ", "A", group="G1"),
        bench.contractor.key("スズキ イチロウ", "B"),
        bench.contractor.key("タナカ ミツコ", "A"),
    ]
    drawn(bench)
    bench.made = made
    return bench


def drawn(bench: Any) -> None:
    """③, ⑤ and ⑥ of what was keyed."""
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    for _, act in bench.ceremony():
        act()
        bench.sync()


def on(bench: Any, day: str) -> None:
    """Both offices open on this day."""
    for bureau in (bench.contractor, bench.ward):
        bureau.moment = dt.datetime.fromisoformat(f"{day}T09:00:00+09:00")


def standings(bureau: Any) -> list[tuple[str, int, str, str | None]]:
    with bureau.store.read() as tx:
        standing, _ = standing_of(tx, need_draw(tx))
        assert gone_missing(standing, people_of(tx, need_draw(tx))) == ""
    return [(p.id, p.size, p.state.value, p.course) for p in standing.places]


def same(bench: Any) -> list[tuple[str, int, str, str | None]]:
    """⑦ carried over: the ward holds what the contractor holds."""
    bench.contractor.office.participants.send()
    bench.sync()
    assert standings(bench.ward) == standings(bench.contractor)
    for code in "AB":
        mine, theirs = (b.office.participants.list(code) for b in (bench.contractor, bench.ward))
        assert mine == theirs
    return standings(bench.ward)


def last_lines(bureau: Any, number: int) -> list[tuple[Act, Content, int, str]]:
    return [
        (line.act, line.content, line.qty, line.ref)
        for line in reversed(bureau.office.ledger.page(bureau.site, 0, number))
    ]


def state_of(bureau: Any, number: int) -> State:
    with bureau.store.read() as tx:
        return tx.applications.get(number).state


# -- a group comes with fewer ---------------------------------------------------------------------------------


def test_who_leaves_a_group_is_no_longer_listed_and_the_others_keep_their_seat(pair: Any) -> None:
    people, made = pair.contractor.office.participants, pair.made
    people.send()
    pair.sync()
    unit = people.find(made[0].number)
    seated = {p.unit_id for p in people.list("A") if not p.place}
    promoted = people.shrink([made[1].number])
    lines = last_lines(pair.contractor, 1 + len(promoted))
    assert lines[0] == (Act.WITHDRAW, Content.PARTICIPANTS, 1, f"unit:{unit}")
    assert f"shrink {unit} 1" in log_text(pair.contractor)
    assert (unit, 1) in [(place[0], place[1]) for place in same(pair)]
    for bureau in (pair.contractor, pair.ward):
        assert made[1].number not in {p.number for p in bureau.office.participants.list("A")}
        assert state_of(bureau, made[1].number) is State.WITHDRAWN
        assert state_of(bureau, made[0].number) is State.ACCEPTED
    if unit in seated:  # the pair held both seats of A: the one who waited takes the free one
        assert [p.course for p in promoted] == ["A"]
    assert f"no={made[1].number}" in pair.contractor.details()


def log_text(bureau: Any) -> str:
    with bureau.store.read() as tx:
        return str(tx.draws.files(need_draw(tx))[EVENTS].decode())


def test_a_notice_goes_only_to_who_still_comes(pair: Any) -> None:
    people, made = pair.contractor.office.participants, pair.made
    people.shrink([made[0].number])
    people.send()
    pair.sync()
    pair.ward.office.review.confirm_rest(PARTICIPANTS)
    pair.ward.office.participants.approve()
    pair.sync()
    told = {int(item.notice.number) for item in pair.contractor.office.notices.prepare()}
    assert told == {made[1].number, made[2].number, made[3].number}


def test_a_correction_afterwards_leaves_the_one_who_remains_where_they_are(pair: Any) -> None:
    people, made = pair.contractor.office.participants, pair.made
    people.shrink([made[1].number])
    pair.contractor.office.intake.edit(made[0].number, {Field.PHONE: "03-5273-7777"})
    assert state_of(pair.contractor, made[0].number) is State.ACCEPTED
    same(pair)


def test_a_whole_group_strangers_and_those_who_have_left_cannot_be_taken_out_of_it(
    pair: Any, leaves: Callable[..., Any]
) -> None:
    people, made = pair.contractor.office.participants, pair.made
    first, second, third, _ = (one.number for one in made)
    for numbers, error in (
        ([first, second], Refused), ([third], Refused), ([], UsageError), ([first, third], UsageError), ([999], UsageError),
    ):  # fmt: skip
        with leaves(pair.contractor, error):
            people.shrink(numbers)
    people.shrink([second])
    with leaves(pair.contractor, Refused):
        people.shrink([second])
    with leaves(pair.contractor, UsageError):
        people.find(second)


def test_only_the_contractor_writes_what_happens(pair: Any, leaves: Callable[..., Any]) -> None:
    unit = pair.contractor.office.participants.find(1)
    for office in (pair.ward.office, pair.ward.office_of(Role.HANDLER)):
        for act in (
            lambda o: o.participants.shrink([1]), lambda o: o.participants.reserve(unit, "A"),
            lambda o: o.participants.release("A"), lambda o: o.participants.late(1),
        ):  # fmt: skip
            with leaves(pair.ward, Refused):
                act(office)
    with leaves(pair.contractor, Refused):
        pair.contractor.office_of(Role.AUDITOR).participants.shrink([1])


# -- the ward's seats -----------------------------------------------------------------------------------------


def waiting_for(bench: Any, outing: str) -> Any:
    return next(p for p in bench.contractor.office.participants.list(outing) if p.place)


def test_who_waits_gets_a_seat_the_ward_had_kept(kept: Any, leaves: Callable[..., Any]) -> None:
    people = kept.contractor.office.participants
    last = waiting_for(kept, "A")
    before = {row.code: row.reserved for row in people.outings()}
    assert before == {"A": 2, "B": 1}
    assert people.reserve(last.unit_id, "A") == ()
    assert (last.unit_id, 1, "reserved", "A") in same(kept)
    assert {row.code: row.reserved for row in kept.ward.office.participants.outings()} == {"A": 1, "B": 1}
    assert last_lines(kept.contractor, 2)[0] == (Act.RESERVE, Content.PARTICIPANTS, 1, f"unit:{last.unit_id}")
    for unit, outing in ((last.unit_id, "A"), ("0000000000", "A"), (last.unit_id, "Z")):
        with leaves(kept.contractor, Refused):
            people.reserve(unit, outing)


def test_the_ward_confirms_in_nine_whom_its_seats_went_to(kept: Any) -> None:
    kept.contractor.office.participants.reserve(waiting_for(kept, "A").unit_id, "A")
    same(kept)
    assert kept.ward.office.review.status(PARTICIPANTS).open == 1


def test_before_its_day_nothing_is_released_and_from_then_on_it_is_due(
    kept: Any, leaves: Callable[..., Any]
) -> None:
    people = kept.contractor.office.participants
    on(kept, "2026-05-31")
    with leaves(kept.contractor, Refused) as raised:
        people.release("A")
    assert "2026-06-01" in raised.value.what
    assert [row.release_due for row in people.outings()] == [False, False]
    assert "優先枠" not in kept.contractor.office.flow.status().sentence
    on(kept, "2026-06-01")
    assert [row.release_due for row in people.outings()] == [True, False]
    assert kept.contractor.office.flow.status().sentence == "区優先枠の席を開放する（回 A）"
    assert kept.contractor.office.flow.status().key == "F4"
    promoted = people.release("A", 1)
    assert [p.course for p in promoted] == ["A"]
    assert kept.contractor.office.flow.status().sentence == "区優先枠の席を開放する（回 A）"
    with leaves(kept.contractor, Refused):
        people.release("A", 2)
    people.release("A")
    assert [row.release_due for row in people.outings()] == [False, False]
    assert "優先枠" not in kept.contractor.office.flow.status().sentence
    same(kept)
    for seats in (0, -1):
        with leaves(kept.contractor, UsageError):
            people.release("B", seats)
    with leaves(kept.contractor, UsageError):
        people.release("Z")


def test_seats_without_a_day_are_released_when_the_ward_says_so_and_nobody_is_reminded(kept: Any) -> None:
    on(kept, "2026-06-16")
    people = kept.contractor.office.participants
    assert [row.code for row in people.outings() if row.release_due] == []  # A is over by then
    people.release("B")
    assert last_lines(kept.contractor, 9)[-1][0] in (Act.RELEASE, Act.PROMOTE)
    assert {row.code: row.reserved for row in people.outings()}["B"] == 0
    same(kept)


# -- late -----------------------------------------------------------------------------------------------------


def confirmed_late(bench: Any, kana: str = "コバヤシ チヨ", preference: str = "A、B", **changes: str) -> Any:
    """Keyed, sent and confirmed after the draw."""
    made = bench.contractor.key(kana, preference, **changes)
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync()
    return made


def test_a_late_application_stands_behind_all_that_were_drawn(bench: Any) -> None:
    bench.approved()
    people = bench.contractor.office.participants
    late = confirmed_late(bench)
    assert [c.number for c in people.late_candidates()] == [late.number]
    enrolled = people.late(late.number)
    assert (enrolled.numbers, enrolled.outing) == ((late.number,), "")
    assert people.late_candidates() == ()
    assert standings(bench.contractor)[-1] == (enrolled.unit_id, 1, "waiting", None)
    assert [p.number for p in people.list("A")][-1] == late.number
    bench.sync()  # ⑦ has been sealed with it
    assert standings(bench.ward) == standings(bench.contractor)
    assert people.send() is None
    with bench.contractor.store.read() as tx:
        raw = tx.ledger.lines(Site.CONTRACTOR)
    assert any(f'"ref":"unit:{enrolled.unit_id}"'.encode() in line for line in raw)
    assert f"late {enrolled.unit_id} 1 A,B" in log_text(bench.contractor)


def test_a_late_application_sits_at_once_where_there_is_room(bench: Any) -> None:
    bench.approved("サトウ ハナコ")
    enrolled = bench.contractor.office.participants.late(confirmed_late(bench).number)
    assert enrolled.outing == "A"
    bench.sync()
    assert standings(bench.ward) == standings(bench.contractor)
    assert standings(bench.ward)[-1] == (enrolled.unit_id, 1, "seated", "A")


def test_one_left_out_at_the_freeze_is_added_once_the_ward_has_confirmed_it(bench: Any) -> None:
    made = bench.received()
    c, w = bench.contractor.office, bench.ward.office
    w.review.return_(APPLICANTS, [made[0].record], "unclear")
    w.review.confirm_rest(APPLICANTS)
    w.review.send()
    w.lottery.seal()
    bench.sync()
    for _, act in bench.ceremony():
        act()
        bench.sync()
    with pytest.raises(Refused) as raised:
        c.participants.late(made[0].number)
    assert "点検⑤" in raised.value.what
    w.review.rows(APPLICANTS)
    w.review.confirm(APPLICANTS, [made[0].record])
    w.review.send()
    bench.sync()
    c.participants.late(made[0].number)
    bench.sync()
    assert standings(bench.ward) == standings(bench.contractor)


def test_a_late_group_is_one_unit(bench: Any) -> None:
    bench.approved("サトウ ハナコ")
    bench.contractor.key("コバヤシ チヨ", "B、A", group="G7")
    second = confirmed_late(bench, "コバヤシ ジロウ", "A", group="G7")
    enrolled = bench.contractor.office.participants.late(second.number)
    assert len(enrolled.numbers) == 2
    bench.sync()
    assert standings(bench.ward) == standings(bench.contractor)
    assert standings(bench.ward)[-1][1:] == (2, "waiting", None)  # one seat of A is left, they are two


def test_who_cannot_be_added(bench: Any, leaves: Callable[..., Any]) -> None:
    made = bench.approved()
    people = bench.contractor.office.participants
    unconfirmed = bench.contractor.key("ワタナベ ジュン")
    held = bench.contractor.key("イトウ サチ", phone="")
    companion = bench.contractor.key("モリ ケイ", "B", group="G8")
    confirmed_late(bench, "モリ ユウ", "A", group="G8")
    for number, error in (
        (made[0].number, Refused), (held.number, Refused), (companion.number, Refused), (999, UsageError),
    ):  # fmt: skip
        with leaves(bench.contractor, error):
            people.late(number)
    bench.ward.office.review.return_(APPLICANTS, [unconfirmed.record], "unclear")
    bench.ward.office.review.send()
    bench.sync()
    with leaves(bench.contractor, Refused):
        people.late(unconfirmed.number)


def test_nobody_is_late_before_the_draw_is_done(bench: Any, leaves: Callable[..., Any]) -> None:
    made = bench.confirmed()
    with leaves(bench.contractor, Refused):
        bench.contractor.office.participants.late(made[0].number)


def test_an_outing_that_is_over_or_called_off_is_no_longer_wished_for(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.approved("サトウ ハナコ")
    late, other = confirmed_late(bench), confirmed_late(bench, "ワタナベ ジュン", "A")
    on(bench, "2026-06-10")
    enrolled = bench.contractor.office.participants.late(late.number)
    assert enrolled.outing == "B"
    bench.sync()
    assert standings(bench.ward) == standings(bench.contractor)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.participants.late(other.number)


def test_the_sentence_tells_of_late_applications(bench: Any) -> None:
    bench.approved()
    c, w = bench.contractor, bench.ward
    c.office.notices.dispatch(c.office.notices.prepare())
    bench.sync()
    late = c.key("コバヤシ チヨ")
    assert c.office.flow.status().sentence == "締切後の応募と訂正を区へ送る"
    c.office.records.send()
    bench.sync()
    assert c.office.flow.status().sentence == "辞退と当日の出欠を記録する"
    assert w.office.flow.status().sentence == "締切後の応募と訂正を点検する"
    w.office.review.confirm_rest(APPLICANTS)
    assert w.office.flow.status().sentence == "点検の結果を委託先へ送る"
    w.office.review.send()
    bench.sync()
    assert w.office.flow.status().sentence == "辞退と繰上げの知らせを受け取る"
    c.office.participants.late(late.number)


def test_what_the_ward_said_after_the_acceptance_is_spoken_in_nine(bench: Any) -> None:
    """The ward takes its word back while the contractor, who cannot know, adds the person: the bundle is not refused."""
    bench.approved("サトウ ハナコ")
    late = confirmed_late(bench)
    bench.ward.office.review.return_(APPLICANTS, [late.record], "not_resident")
    bench.ward.office.review.send()
    bench.contractor.office.participants.late(late.number)
    bench.sync()
    assert standings(bench.ward) == standings(bench.contractor)
    (row,) = [r for r in bench.ward.office.review.rows(PARTICIPANTS) if r.record == late.record]
    assert row.changed


# -- the day --------------------------------------------------------------------------------------------------


def test_attendance_begins_on_the_day_and_is_counted(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.approved()
    people = bench.contractor.office.participants
    first, second = [p for p in people.list("A") if not p.place]
    on(bench, "2026-06-09")
    with leaves(bench.contractor, Refused) as raised:
        people.attend("A", first.record, True)
    assert "2026-06-10" in raised.value.where
    on(bench, "2026-06-10")
    people.attend("A", first.record, True)
    people.attend("A", second.record, False)
    row = people.outings()[0]
    assert (row.came, row.absent, row.pending) == (1, 1, 0)
    people.cancel(second.unit_id)
    row = people.outings()[0]
    assert (row.came, row.absent, row.pending) == (
        1,
        0,
        0,
    )  # of those who have the seats now: nobody moves up today
    assert {p.number: p.present for p in people.list("A") if not p.place}[first.number] is True


@pytest.fixture
def one_seat_left(bench: Any) -> Any:
    """A on 10 June with a seat nobody wished for, B on 17 June: who sits in B wished for A too."""
    rules = WITH_KEPT_SEATS.replace("reserved = 2\nrelease_on = 2026-06-01\n", "").replace(
        "reserved = 1\n", ""
    )
    bench.contractor.office.rules.set(rules)
    bench.pair()
    bench.sync()
    bench.made = [bench.contractor.key(kana, "B、A") for kana in ("サトウ ハナコ", "スズキ イチロウ")]
    bench.made += [
        bench.contractor.key(kana, "A") for kana in ("タナカ ミツコ", "ヤマダ タロウ", "モリ ケン")
    ]
    drawn(bench)
    return bench


def test_whoever_loses_a_seat_after_an_outing_does_not_move_up_into_the_past(one_seat_left: Any) -> None:
    bench = one_seat_left
    people = bench.contractor.office.participants
    assert [row.free for row in people.outings()] == [1, 0]
    on(bench, "2026-06-11")
    assert people.close("B") == ()
    with bench.contractor.store.read() as tx:
        events = tx.draws.files(need_draw(tx))[EVENTS].decode().splitlines()
    assert [line.split(" ", 2)[2] for line in events] == ["over A", "close B"]
    assert sorted(state for _, _, state, _ in same(bench)) == ["out", "out", "seated", "seated", "seated"]


def test_until_the_day_they_do(one_seat_left: Any) -> None:
    bench = one_seat_left
    on(bench, "2026-06-09")
    (promoted,) = bench.contractor.office.participants.close("B")
    assert promoted.course == "A"
    same(bench)


def test_an_outing_called_off_on_its_day_or_after_it_is_called_off(one_seat_left: Any) -> None:
    bench = one_seat_left
    people = bench.contractor.office.participants
    on(bench, "2026-06-10")
    people.close("A")
    assert people.outings()[0].seated == 0
    on(bench, "2026-06-17")
    people.cancel(people.list("B")[0].unit_id)
    on(bench, "2026-06-18")
    people.close("B")
    assert {state for _, _, state, _ in same(bench)} == {"out"}


def test_the_day_begins_at_midnight_in_japan_whatever_the_machines_zone(bench: Any) -> None:
    bench.approved()
    people = bench.contractor.office.participants
    seated = people.list("A")[0]
    bench.contractor.moment = dt.datetime(2026, 6, 9, 15, 0, tzinfo=dt.UTC)
    people.attend("A", seated.record, True)
    assert people.outings()[0].came == 1
