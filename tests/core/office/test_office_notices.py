"""⑪: who is told what, once, and again when it is no longer so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium
from core.ledger.line import read_line
from core.notice_kinds import Form, NoticeKind
from core.roles import Role, Site
from core.wording import default_files
from core.wording_texts import FILES, GUIDE


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


def lines(bench: Any, act: Act) -> list[tuple[Content, Medium, int]]:
    with bench.contractor.store.read() as tx:
        found = [read_line(raw, name="ledger")[1] for raw in tx.ledger.lines(Site.CONTRACTOR)]
    return [(line.content, line.medium, line.qty) for line in found if line.act is act]


def test_a_batch_counts_each_kind_on_each_form(bench: Any) -> None:
    bench.approved()
    notices = bench.contractor.office.notices
    items = notices.prepare()
    cards = [item for item in items if item.notice.kind is NoticeKind.ADMISSION]
    notices.printed(cards[:1], Form.LETTER)
    notices.printed([item for item in items if item is not cards[0]], Form.POSTCARD)
    assert lines(bench, Act.PRINT)[0] == (Content.ADMISSION_CARDS, Medium.LETTER, 1)
    batch, posted = notices.posted()
    assert batch and len(posted) == 4
    assert sorted(lines(bench, Act.DISPATCH)) == [
        (Content.ADMISSION_CARDS, Medium.LETTER, 1),
        (Content.ADMISSION_CARDS, Medium.POSTCARD, 2),
        (Content.WAITING_NOTICES, Medium.POSTCARD, 1),
    ]
    assert notices.posted() == (None, [])


def test_what_was_printed_and_is_no_longer_so_is_not_noted_as_posted(bench: Any) -> None:
    bench.approved()
    office = bench.contractor.office
    office.notices.printed(office.notices.prepare(), Form.POSTCARD)
    gone = office.participants.list("A")[0]
    (promotion,) = office.participants.cancel(gone.unit_id)
    _, posted = office.notices.posted()
    assert gone.number not in {int(item.notice.number) for item in posted} and len(posted) == 2
    ((kind, outing),) = prepared(bench).values()
    assert (kind, outing) == (NoticeKind.PROMOTION, promotion.course)


def test_of_a_few_notices_chosen_out_of_all_it_is_logged_whose_they_were(bench: Any) -> None:
    """A card has the address: who prints a neighbour's alone leaves the number, as an opening does."""
    bench.approved()
    notices = bench.contractor.office.notices
    items = notices.prepare()
    notices.printed(items[:1], Form.POSTCARD)
    assert f"print notices=1 form=postcard no={items[0].notice.number} copy=" in bench.contractor.details()
    held = bench.contractor.office.person.disclose(int(items[0].notice.number))
    assert "print" in [row.act for row in held.accesses]
    notices.printed(items * 3, Form.POSTCARD)
    assert "print notices=12 form=postcard copy=" in bench.contractor.details()


def test_one_card_can_be_printed_again_and_is_not_posted_twice(bench: Any) -> None:
    made = bench.approved()
    sent(bench)
    notices = bench.contractor.office.notices
    items = notices.one(made[0].number)
    notices.printed(items, Form.POSTCARD, again=True)
    assert f"reprint notices=1 form=postcard no={made[0].number:04}" in bench.contractor.details()
    assert notices.waiting() == {} and prepared(bench) == {}


def test_there_is_nothing_to_print_again_for_who_is_in_no_draw(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.approved()
    with leaves(bench.contractor, UsageError):
        bench.contractor.office.notices.one(999)


def test_whoever_waited_and_was_told_hears_nothing_more_when_the_outing_is_called_off(bench: Any) -> None:
    """One waits for A alone; it is called off."""
    key = bench.contractor.key
    bench.contractor.key = lambda kana: key(kana, preference="A")
    bench.approved("ヒトツ タロウ", "ヒトツ ジロウ", "ヒトツ サブロウ")
    sent(bench)
    bench.contractor.office.participants.close("A")
    assert sorted(prepared(bench).values()) == [(NoticeKind.CALLED_OFF, "A")] * 2


def test_whoever_was_told_nothing_hears_at_least_that_it_is_called_off(bench: Any) -> None:
    key = bench.contractor.key
    bench.contractor.key = lambda kana: key(kana, preference="A")
    bench.approved("ヒトツ タロウ", "ヒトツ ジロウ", "ヒトツ サブロウ")
    bench.contractor.office.participants.close("A")
    assert list(prepared(bench).values()) == [(NoticeKind.CALLED_OFF, "A")] * 3
    sent(bench)
    assert prepared(bench) == {}


def test_the_flow_asks_for_notices_until_those_who_wait_know_too(bench: Any) -> None:
    bench.approved()
    office = bench.contractor.office
    items = office.notices.prepare()
    office.notices.dispatch([item for item in items if item.outing])
    assert "発送する" in office.flow.status().sentence
    office.notices.dispatch(office.notices.prepare())
    assert "発送する" not in office.flow.status().sentence


def test_words_are_changed_as_a_whole_and_logged(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.approved()
    wording, notices = bench.contractor.office.wording, bench.contractor.office.notices
    assert wording.files() == default_files("AB") and wording.take(wording.files()) == []
    name = FILES[NoticeKind.ADMISSION]
    own = wording.files()[name].replace("抽選の結果、当選されました。", "ようこそ。")
    guide = "[A]\n集合場所: 駅\n集合時間: 8時\n持ち物: 弁当\n"
    with leaves(bench.contractor, UsageError):
        wording.take({name: own, GUIDE: "[Z]\n"})
    assert notices.unguided(notices.prepare()) == ["A", "B"]
    assert wording.take({name: own, GUIDE: guide}) == [name, GUIDE]
    assert notices.unguided(notices.prepare()) == ["B"]
    card = next(item for item in notices.prepare() if item.outing == "A").notice
    assert card.lead[0] == "ようこそ。" and ("持ち物", "弁当") in card.facts
    assert "wording files=2" in bench.contractor.details()
    with leaves(bench.ward, Refused):
        bench.ward.office.wording.take({name: own})
