"""Two rounds in one year: what belongs to a finished draw goes on while the next round is being drawn, and is its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import State
from core.draw.events import Head, head_name
from core.errors import IntegrityFailure, Refused, UsageError
from core.notices import NoticeKind
from core.office.plans import done_draws
from core.office.review import APPLICANTS, PARTICIPANTS
from core.office.seating import approval_of, standing_of
from core.roles import Site

TWO_ROUNDS = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 1

[[outing]]
code = "C"
date = 2026-10-14
place = "鎌倉"
capacity = 1
round = 2

[[round]]
number = 2
applications_close = 2026-08-31

[draw]
largest_group = 2
"""
FIRST, SECOND = "hiking-2026-1", "hiking-2026-2"


def begin(bench: Any) -> None:
    """The contractor's seal, ③, ⑤, the ward's seal."""
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()


def drawn(bench: Any) -> None:
    for _, act in bench.ceremony():
        act()
        bench.sync()


def approve(bench: Any) -> None:
    bench.contractor.office.participants.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(PARTICIPANTS)
    # who was confirmed on a seat of the first round is asked about anew, and so is "changed"
    rest = [row.record for row in bench.ward.office.review.rows(PARTICIPANTS) if not row.verdict]
    bench.ward.office.review.confirm(PARTICIPANTS, rest)
    bench.ward.office.participants.approve()
    bench.sync()


def post(bench: Any) -> dict[int, str]:
    items = bench.contractor.office.notices.prepare()
    bench.contractor.office.notices.dispatch(items)
    bench.sync()
    return {int(item.notice.number): item.told for item in items}


@pytest.fixture
def first(bench: Any) -> Any:
    """Round 1 is through: two wished for both rounds, one for the second alone."""
    bench.contractor.office.rules.set(TWO_ROUNDS)
    bench.pair()
    bench.sync()
    bench.made = [
        bench.contractor.key("サトウ ハナコ", "A、C"),
        bench.contractor.key("スズキ イチロウ", "A、C"),
        bench.contractor.key("タナカ ミツコ", "C"),
    ]
    begin(bench)
    drawn(bench)
    return bench


@pytest.fixture
def going(first: Any) -> Any:
    """Round 1 is through, and the roll of round 2 is frozen."""
    approve(first)
    post(first)
    begin(first)
    first.contractor.office.lottery.freeze()
    first.sync()
    return first


@pytest.fixture
def both(first: Any) -> Any:
    """Both rounds are through."""
    approve(first)
    post(first)
    begin(first)
    drawn(first)
    approve(first)
    return first


def places(bureau: Any, draw: str) -> list[tuple[str, str, str | None]]:
    with bureau.store.read() as tx:
        return [(p.id, p.state.value, p.course) for p in standing_of(tx, draw)[0].places]


def test_a_round_has_its_own_list_and_the_next_waits_for_its_draw(first: Any) -> None:
    people = first.contractor.office.participants
    assert {p.number for p in people.list("A")} == {1, 2}
    with pytest.raises(Refused) as raised:
        people.list("C")
    assert "まだ終わっていません" in raised.value.what
    assert {row.code: (row.seated, row.free) for row in people.outings()} == {"A": (1, 0), "C": (0, 1)}


def test_the_first_round_lives_on_while_the_next_is_drawn(going: Any) -> None:
    c, w = going.contractor.office, going.ward.office
    (seated,) = [p for p in c.participants.list("A") if not p.place]
    (promoted,) = c.participants.decline(c.participants.find(seated.number, "A"), "A")
    assert promoted.course == "A"
    assert c.participants.unsent()
    assert c.flow.status().sentence == "参加者データを区へ送る"
    c.participants.send()
    going.sync()
    assert places(going.contractor, FIRST) == places(going.ward, FIRST)
    assert list(post(going).values()) == ["admission:A"]
    with going.contractor.store.read() as tx:
        head = head_name(Site.WARD)
        assert Head.parse(tx.draws.files(FIRST)[head], head).seq == 1
    assert c.flow.status().sentence == "抽選: 区が抽選名簿を確かめて署名するのを待つ"
    assert w.flow.status().sentence == "抽選: 抽選名簿を確かめて署名する"


def test_the_flow_goes_to_the_next_round_once_all_of_the_first_is_done(first: Any) -> None:
    c, w = first.contractor.office, first.ward.office
    assert c.flow.status().sentence == "参加者データを区へ送る"
    approve(first)
    assert c.flow.status().sentence == "参加証と落選通知をつくって発送する"
    post(first)
    state = {step.mark: step.state.value for step in c.flow.status().steps}
    assert state["⑥"] != "done" and state["⑪"] != "done"
    assert c.flow.status().sentence == "抽選: 封印をつくる"
    assert w.flow.status().sentence == "抽選: 委託先が封印をつくるのを待つ"
    begin(first)
    drawn(first)
    assert [o.flow.status().sentence for o in (c, w)] == [
        "参加者データを区へ送る",
        "委託先からの参加者データを待つ",
    ]
    c.participants.send()
    first.sync()
    assert w.flow.status().sentence == "参加者を点検する"
    approve(first)
    assert [o.flow.status().sentence for o in (c, w)] == [
        "参加証と落選通知をつくって発送する",
        "通知の発送の知らせを待つ",
    ]
    post(first)
    assert [o.flow.status().sentence for o in (c, w)] == [
        "辞退と当日の出欠を記録する", "辞退と繰上げの知らせを受け取る",
    ]  # fmt: skip
    for office in (c, w):
        assert {step.state.value for step in office.flow.status().steps} == {"done"}


def test_each_round_is_approved_and_told_by_itself(both: Any) -> None:
    for bureau in (both.contractor, both.ward):
        with bureau.store.read() as tx:
            assert done_draws(tx) == [FIRST, SECOND]
            for draw in (FIRST, SECOND):
                document = approval_of(tx, draw)
                assert document is not None and document["draw"] == draw
    told = post(both)
    assert set(told) == {1, 2, 3}  # nobody is told of the first round again
    assert sorted(told.values()) == ["admission:C", f"rejection:{SECOND}", f"rejection:{SECOND}"]
    assert post_nothing(both)
    facts = {
        item.notice.kind: dict(item.notice.facts)
        for item in both.contractor.office.notices.prepare(only_unsent=False)
        if item.notice.kind is NoticeKind.WAITING and item.draw
    }
    assert facts[NoticeKind.WAITING]["希望の回"] == "C"


def post_nothing(bench: Any) -> bool:
    return bench.contractor.office.notices.prepare() == []


def test_a_change_in_the_first_round_after_the_second_concerns_the_first_alone(both: Any) -> None:
    post(both)
    people = both.contractor.office.participants
    before = places(both.contractor, SECOND)
    (seated,) = [p for p in people.list("A") if not p.place]
    people.decline(seated.unit_id, "A")
    assert places(both.contractor, SECOND) == before
    told = post(both)
    assert list(told.values()) == ["admission:A"] and seated.number not in told
    people.send()
    both.sync()
    assert places(both.ward, FIRST) == places(both.contractor, FIRST)


def test_the_ward_countersigns_the_events_of_both(both: Any) -> None:
    people = both.contractor.office.participants
    for outing in ("A", "C"):
        people.decline(people.list(outing)[0].unit_id, outing)
    people.send()
    both.sync()
    both.contractor.key("モリ サチコ", "C")  # something for the ledgers to tell, so that another receipt goes
    both.contractor.office.records.send()
    both.sync()
    head = head_name(Site.WARD)
    with both.contractor.store.read() as tx:
        assert [Head.parse(tx.draws.files(draw)[head], head).seq for draw in (FIRST, SECOND)] == [1, 1]


def test_who_withdraws_altogether_is_out_of_every_round(both: Any) -> None:
    people = both.contractor.office.participants
    people.withdraw(1)
    for outing in ("A", "C"):
        assert 1 not in {p.number for p in people.list(outing)}
    with pytest.raises(Refused):
        people.withdraw(1)
    with pytest.raises(UsageError):
        people.withdraw(999)
    people.send()
    both.sync()
    assert [places(both.ward, d) for d in (FIRST, SECOND)] == [
        places(both.contractor, d) for d in (FIRST, SECOND)
    ]


def test_who_withdraws_before_the_next_round_is_not_drawn_in_it(first: Any) -> None:
    approve(first)
    first.contractor.office.participants.withdraw(1)
    first.contractor.office.participants.send()
    first.sync()
    for bureau in (first.contractor, first.ward):
        with bureau.store.read() as tx:
            assert tx.applications.get(1).state is State.WITHDRAWN
    begin(first)
    drawn(first)
    assert {p.number for p in first.contractor.office.participants.list("C")} == {2, 3}
    assert first.ward.office.participants.list("C") == first.contractor.office.participants.list("C")


def test_who_is_on_a_roll_under_way_cannot_withdraw_from_all(going: Any, leaves: Callable[..., Any]) -> None:
    with leaves(going.contractor, Refused) as raised:
        going.contractor.office.participants.withdraw(1)
    assert "いま行っている抽選" in raised.value.what


def test_a_late_application_joins_the_draw_of_its_wish(both: Any) -> None:
    both.contractor.moment = dt.datetime.fromisoformat("2026-09-20T09:00:00+09:00")
    late = both.contractor.key("コバヤシ チヨ", "C")
    both.contractor.office.records.send()
    both.sync()
    both.ward.office.review.confirm_rest(APPLICANTS)
    both.ward.office.review.send()
    both.sync()
    enrolled = both.contractor.office.participants.late(late.number)
    both.sync()
    assert places(both.ward, SECOND)[-1] == (enrolled.unit_id, "waiting", None)
    assert enrolled.unit_id not in {place[0] for place in places(both.ward, FIRST)}


def test_an_approval_or_participants_of_a_draw_that_is_not_done_are_refused(
    going: Any, leaves: Callable[..., Any]
) -> None:
    with leaves(going.ward, IntegrityFailure):
        going.forge(
            going.contractor, "participants", {"draw.txt": f"{SECOND}\n".encode()}, {"participants": 0}
        )()
