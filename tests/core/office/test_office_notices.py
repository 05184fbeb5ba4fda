"""⑪: who is told what, once, and again when it is no longer so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import Refused
from core.notices import NoticeKind
from core.roles import Role


def prepared(bench: Any) -> dict[int, tuple[NoticeKind, str]]:
    return {
        int(i.notice.number): (i.notice.kind, i.outing) for i in bench.contractor.office.notices.prepare()
    }


def sent(bench: Any) -> None:
    notices = bench.contractor.office.notices
    notices.dispatch(notices.prepare())


def test_nothing_is_made_before_the_wards_approval(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.drawn()
    with leaves(bench.contractor, Refused):
        bench.contractor.office.notices.prepare()


def test_making_is_not_sending(bench: Any) -> None:
    bench.approved()
    assert prepared(bench) == prepared(bench) != {}
    sent(bench)
    assert prepared(bench) == {}
    assert len(bench.contractor.office.notices.prepare(only_unsent=False)) == 4


def test_only_what_was_posted_is_marked(bench: Any) -> None:
    bench.approved()
    notices = bench.contractor.office.notices
    items = notices.prepare()
    notices.dispatch(items[:1])
    assert [i.record for i in notices.prepare()] == [i.record for i in items[1:]]


def test_who_is_promoted_after_a_rejection_gets_a_card(bench: Any) -> None:
    made = bench.approved()
    sent(bench)
    people = bench.contractor.office.participants
    seated = people.list("A")[0]
    (promotion,) = people.cancel(seated.unit_id)
    (told,) = prepared(bench).items()
    assert told[1] == (NoticeKind.PROMOTION, promotion.course)
    assert told[0] in {a.number for a in made} - {seated.number}
    sent(bench)
    assert prepared(bench) == {}


def test_who_moves_to_another_outing_gets_another_card(bench: Any) -> None:
    """Rain calls one outing off; whoever then finds a seat in the other needs the card of that one."""
    bench.approved("サトウ ハナコ", "スズキ イチロウ")
    sent(bench)
    people = bench.contractor.office.participants
    before = {p.number: code for code in "AB" for p in people.list(code) if not p.place}
    (moved,) = people.close("A")
    assert set(before.values()) == {"A"} and moved.course == "B"
    kinds = prepared(bench)
    assert sorted(kinds.values()) == [(NoticeKind.CALLED_OFF, "A"), (NoticeKind.PROMOTION, "B")]


def test_the_ward_learns_of_the_dispatch_from_the_ledger(bench: Any) -> None:
    bench.approved()
    assert bench.ward.office.flow.status().sentence == "通知の発送の知らせを待つ"
    sent(bench)
    bench.sync()
    steps = {step.mark: step.state for step in bench.ward.office.flow.status().steps}
    assert set(steps.values()) == {"done"}


def test_papers_are_the_contractors_and_an_empty_batch_is_none(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.approved()
    for office in (bench.ward.office, bench.ward.office_of(Role.HANDLER)):
        with leaves(bench.ward, Refused):
            office.notices.prepare()
    with leaves(bench.contractor, Refused):
        bench.contractor.office.notices.dispatch([])
