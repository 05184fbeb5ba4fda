"""見込み: what the applications may expect under the rules, and under others. It decides and stores nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.draw.chances import Change, Rate
from core.draw.units import UnitProblem
from core.errors import Refused, UsageError
from core.office.chance_words import opening, percent, points, question, sections
from core.office.chances import ChanceReport, WhatIf
from core.office.review import APPLICANTS
from core.people.fields import Field
from core.roles import Role

PEOPLE = ("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ", "ヤマモト イワオ", "コバヤシ チヨ")
TWO_ROUNDS = """\
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 2

[[outing]]
code = "B"
date = 2026-10-14
place = "鎌倉アルプス"
capacity = 1
round = 2

[[round]]
number = 2
applications_close = 2026-09-04
"""


def text(report: ChanceReport) -> str:
    rows = [
        f"{section.title}|{row.label}|{row.words}" for section in sections(report) for row in section.rows
    ]
    notes = [section.note for section in sections(report)]
    return "\n".join([opening(report), *rows, *notes])


def test_alike_people_have_seats_by_applications_exactly(bench: Any) -> None:
    for kana in PEOPLE:
        bench.contractor.key(kana)
    report = bench.contractor.office.chances.report()
    overall = report.now.outlook.overall
    assert (report.round, report.drawn, report.people, report.unconfirmed) == (1, False, 5, 5)
    assert (overall.anywhere.share, overall.anywhere.exact) == (3 / 5, True)
    assert (overall.first.share, overall.first.exact) == (2 / 5, True)
    assert "いまの応募 5件（うち区の点検⑤が済んでいないもの 5件）" in text(report)
    assert "A 定員2 応募5 高尾山|40%\n" in text(report)


def test_each_site_counts_what_it_holds_and_what_the_ward_has_confirmed(bench: Any) -> None:
    ward = bench.ward.office
    bench.received(*PEOPLE[:3])
    bench.contractor.key(PEOPLE[3])  # not sent yet
    bench.contractor.key("イケダ トオル", phone="")  # held
    gone = bench.contractor.key(PEOPLE[4])
    bench.contractor.office.intake.withdraw(gone.number)
    ward.review.confirm(APPLICANTS, [ward.review.rows(APPLICANTS)[0].record])
    here, there = bench.contractor.office.chances.report(), ward.chances.report()
    assert (here.people, here.unconfirmed) == (4, 4)
    assert (there.people, there.unconfirmed) == (3, 2)


def test_it_stores_nothing_and_every_role_may_ask(bench: Any) -> None:
    bench.received()
    for bureau in (bench.contractor, bench.ward):
        before = bureau.image()
        for role in Role:
            bureau.office_of(role).chances.report(WhatIf(2, 1, {"A": 1}), runs=100)
        assert bureau.image() == before


def test_fewer_seats_for_the_ward_are_more_for_those_who_are_drawn(bench: Any) -> None:
    bench.received()
    report = bench.contractor.office.chances.report(WhatIf(reserve={"A": 1}))
    assert report.then is not None
    assert [view.outlook.overall.anywhere.share for view in (report.now, report.then)] == [3 / 4, 2 / 4]
    assert "75%→50%" in text(report) and "もし、区優先枠が A 1席 なら" in text(report)


def test_a_group_of_three_is_left_out_or_let_in_by_the_rule_on_groups(bench: Any) -> None:
    c = bench.contractor
    c.key(PEOPLE[0])
    c.office.intake.link([c.key(kana).number for kana in PEOPLE[1:4]], "G1")
    now = c.office.chances.report()
    assert now.people == 1, "three are too many for this programme, and held"
    wide = c.office.chances.report(WhatIf(group=3))
    assert wide.then is not None and wide.freed == 3
    # Three together never fit into two seats.
    assert (wide.then.outlook.sizes[3].anywhere.share, wide.then.outlook.sizes[3].anywhere.exact) == (0, True)
    apart = c.office.chances.report(WhatIf(group=1))
    assert apart.then is not None and apart.freed == 3 and apart.then.outlook.units == 4
    assert "いま保留のグループの応募 3件が加わります" in text(apart)


def test_who_cannot_be_drawn_as_they_stand_is_named_not_dropped(bench: Any) -> None:
    c = bench.contractor
    pair = [c.key(kana) for kana in PEOPLE[:2]]
    c.key(PEOPLE[2])
    c.office.intake.link([one.number for one in pair], "G1")
    c.office.intake.edit(pair[0].number, {Field.PREFERENCE: "A"})
    c.office.intake.edit(pair[1].number, {Field.PREFERENCE: "B"})
    report = c.office.chances.report()
    assert report.now.left_out == {UnitProblem.NO_COMMON_COURSE: 2}
    assert "数えていないもの 2件: グループ全員に共通する希望の回がありません" in text(report)
    assert report.now.outlook.overall.people == 1


def test_two_tickets_help_their_holder_at_the_cost_of_the_others(bench: Any) -> None:
    bench.received()
    gain = bench.contractor.office.chances.report(WhatIf(tickets=2)).gain
    assert gain is not None and gain.before == Rate(3 / 4, 0.0, True)
    # Three seats for four: who has two tickets of five goes without when last, in 3/5 · 2/4 · 1/3 of all orders.
    assert abs(gain.one.after.share - 9 / 10) < 2 * gain.one.after.error
    assert abs(gain.one_others.after.share - 7 / 10) < 2 * gain.one_others.after.error
    assert gain.half.gain > gain.half.error and gain.half_others.gain < -gain.half_others.error


def test_after_a_round_is_drawn_it_speaks_of_the_next(bench: Any) -> None:
    bench.contractor.office.rules.set(TWO_ROUNDS)
    bench.pair()
    bench.sync()
    for kana in PEOPLE[:3]:
        bench.contractor.key(kana, "A、B")
    assert bench.contractor.office.chances.report().places == {"A": "高尾山"}
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
    report = bench.ward.office.chances.report()
    assert (report.round, report.drawn, report.places) == (2, False, {"B": "鎌倉アルプス"})


def test_when_all_is_drawn_it_says_that_this_is_no_result(bench: Any) -> None:
    bench.drawn()
    report = bench.ward.office.chances.report()
    assert report.drawn and "抽選は終わっています" in opening(report)


@pytest.mark.parametrize(
    ("what_if", "runs"),
    [
        (WhatIf(tickets=1), 2000), (WhatIf(tickets=10), 2000), (WhatIf(group=0), 2000), (WhatIf(group=10), 2000),
        (WhatIf(reserve={"Z": 0}), 2000), (WhatIf(reserve={"A": 3}), 2000), (WhatIf(reserve={"A": -1}), 2000),
        (WhatIf(), 99), (WhatIf(), 100_001),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(bench: Any, what_if: WhatIf, runs: int) -> None:
    bench.received()
    with pytest.raises(UsageError):
        bench.contractor.office.chances.report(what_if, runs=runs)


def test_without_applications_there_is_nothing_to_compute(bench: Any) -> None:
    with pytest.raises(Refused) as refused:
        bench.contractor.office.chances.report()
    assert refused.value.next_step


def test_progress_runs_once_from_nothing_to_all_parts(bench: Any) -> None:
    bench.received()
    seen: list[tuple[int, int]] = []
    bench.contractor.office.chances.report(
        WhatIf(2, 1), runs=200, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[0] == (0, 600) and seen == sorted(seen) and {total for _, total in seen} == {600}
    assert seen[-1][0] >= 550


def test_no_name_gets_into_the_words(bench: Any) -> None:
    bench.received()
    words = text(bench.contractor.office.chances.report(WhatIf(2, 1, {"A": 1})))
    assert not re.search("|".join(name for kana in PEOPLE for name in kana.split()), words)


def test_nearly_sure_is_never_called_sure() -> None:
    assert percent(Rate(2 / 3, 0.0, True)) == "67%"
    assert percent(Rate(0.66, 0.0041)) == "66%（±1）"
    assert percent(Rate(0.5, 0.0101)) == "50%（±2）"
    assert (percent(Rate(1.0, 0.0, True)), percent(Rate(1.0, 0.0015))) == ("100%", "99%以上")
    assert (percent(Rate(0.0, 0.0, True)), percent(Rate(0.0, 0.0015))) == ("0%", "1%未満")


def test_gains_and_losses_are_signed() -> None:
    after = Rate(0.8, 0.01)
    assert points(Change(after, 0.1244, 0.0021)) == "+12.4ポイント（±0.3）"
    assert points(Change(after, -0.0012, 0.0001)) == "−0.1ポイント（±0.1）"
    assert points(Change(after, 0.0003, 0.0001)) == "0.1ポイント未満"


def test_questions_read_as_sentences() -> None:
    assert question(WhatIf()) == ""
    assert question(WhatIf(group=1)) == "もし、グループがなければ"
    assert question(WhatIf(2, 4, {"B": 0, "A": 5})) == (
        "もし、グループが4人までなら、区優先枠が A 5席、B 0席 なら、2口の人がいたら"
    )
