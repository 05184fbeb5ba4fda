"""The ward may decline to erase a person: then nothing is erased, the contractor is told why, and may ask once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act
from core.office.blanking import DECLINED_REASON
from core.office.choices import DECLINE_REASONS
from core.office.erase_answers import Answer
from core.office.erase_requests import BY_CONTRACTOR
from core.office.lines import jsonl
from core.office.records import RECORDS, to_row
from core.office.second import NeedsSecond, erasing_one
from core.roles import Role, Site
from tests.core.office.conftest import Bench, Bureau
from tests.core.office.test_office_erase_requests import (
    HANAKO,
    current,
    erase,
    forged_blank,
    names,
    requests,
)


def asked(bench: Any) -> int:
    """サトウ ハナコ has withdrawn and is erased at the contractor; the ward is asked."""
    number: int = bench.received()[0].number
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    bench.contractor.office.records.send()
    bench.sync()
    erase(bench, number)
    return number


def ask_again(bench: Any, number: int) -> None:
    bench.contractor.office.erase_answers.ask(number)
    bench.contractor.office.records.send()
    bench.sync()


def answers(bench: Any) -> list[tuple[Answer, str]]:
    return [(one.answer, one.reason) for one in bench.contractor.office.erase_answers.list()]


def due(bureau: Any) -> str:
    return "\n".join(one.what for one in bureau.office.duties.due())


def test_what_the_ward_declines_stays_as_it_was_and_is_asked_no_more(bench: Any) -> None:
    number = asked(bench)
    before = names(bench.ward, number)
    requests(bench.ward).decline(number, "not_asked")
    assert names(bench.ward, number) == [*before, HANAKO]
    assert current(bench.ward, number).reason == DECLINED_REASON
    assert requests(bench.ward).list() == []
    assert "消去の依頼" not in bench.ward.office.flow.status().sentence + due(bench.ward)
    assert not any("消去の依頼" in one for one in bench.ward.office.erasing.plan([]).obstacles)
    assert f"erase_declined no={number} reason=not_asked" in bench.ward.details()
    with pytest.raises(UsageError, match="消去の依頼は来ていません"):
        requests(bench.ward).agree(number)
    with pytest.raises(UsageError, match="消去の依頼は来ていません"):
        requests(bench.ward).decline(number, "unproven")
    assert names(bench.ward, number) == [*before, HANAKO]


def test_the_reason_is_a_signed_line_and_comes_back_with_the_next_bundle(bench: Any) -> None:
    number = asked(bench)
    assert answers(bench) == [(Answer.WAITING, "")]
    assert "消去の依頼" not in due(bench.contractor)
    requests(bench.ward).decline(number, "must_keep")
    line = bench.ward.office.ledger.page(bench.ward.site, 0, 1)[0]
    assert line.act is Act.DECLINE and line.ref.startswith("declined:must_keep:")
    assert HANAKO not in str(line) and str(number) not in line.ref.split(":")
    assert answers(bench) == [(Answer.WAITING, "")], "nothing has come yet"
    bench.sync()
    assert answers(bench) == [(Answer.DECLINED, "must_keep")]
    (one,) = bench.contractor.office.erase_answers.list()
    assert DECLINE_REASONS["must_keep"] in one.words and str(bench.ward.moment.date()) in one.words
    assert "区が断った消去の依頼 1件" in due(bench.contractor)
    assert not bench.contractor.office.flow.status().late, "it has no day"
    assert bench.contractor.office.ledger.verify() == bench.ward.office.ledger.verify() == []


def test_the_contractor_may_ask_once_more_and_the_ward_may_then_agree(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    number = asked(bench)
    with leaves(bench.contractor, Refused) as raised:
        bench.contractor.office.erase_answers.ask(number)
    assert "答えを待っている" in str(raised.value)
    requests(bench.ward).decline(number, "unproven")
    bench.sync()
    bench.contractor.office.erase_answers.ask(number)
    assert answers(bench) == [(Answer.UNSENT, "")]
    with leaves(bench.contractor, Refused):
        bench.contractor.office.erase_answers.ask(number)
    bench.contractor.office.records.send()
    bench.sync()
    assert answers(bench) == [(Answer.WAITING, "")] and "消去の依頼" not in due(bench.contractor)
    (again,) = requests(bench.ward).list()
    assert again.kana == HANAKO and again.due == bench.ward.moment.date() + dt.timedelta(days=14)
    requests(bench.ward).decline(number, "mistaken")
    bench.sync()
    assert answers(bench) == [(Answer.DECLINED, "mistaken")], "the newest word"
    ask_again(bench, number)
    requests(bench.ward).agree(number)
    bench.sync()
    assert answers(bench) == [(Answer.AGREED, "")] and set(names(bench.ward, number)) == {""}
    with pytest.raises(Refused, match="区も消去した"):
        bench.contractor.office.erase_answers.ask(number)


def test_asking_twice_does_not_make_the_ward_believe_it_had_known_before(bench: Any) -> None:
    number = bench.received()[0].number
    bench.contractor.office.intake.withdraw(number, "applicant_request")
    erase(bench, number)
    assert [one.seen for one in requests(bench.ward).list()] == [False]
    requests(bench.ward).decline(number, "unproven")
    bench.sync()
    ask_again(bench, number)
    assert [one.seen for one in requests(bench.ward).list()] == [False]


def test_a_blank_that_comes_again_after_a_decline_asks_and_erases_nothing(bench: Any) -> None:
    """A changed program's, which asks without a word in its ledger."""
    number = asked(bench)
    requests(bench.ward).decline(number, "unproven")
    before = names(bench.ward, number)
    forged_blank(bench, number)()
    assert names(bench.ward, number) == [*before, HANAKO]
    assert [one.number for one in requests(bench.ward).list()] == [number]


def test_a_declined_person_still_counts_among_those_the_ledger_has_to_tell_of(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    number = asked(bench)
    requests(bench.ward).decline(number, "unproven")
    bench.sync()
    take = forged_blank(bench, number + 1, told=False)
    with leaves(bench.ward, IntegrityFailure) as raised:
        take()
    assert "一人の消去" in str(raised.value)


def test_what_two_people_agreed_on_before_a_decline_counts_for_nothing_after_it(bench: Any) -> None:
    rule = '\n[accounts]\nsecond_person = ["erase"]\n'
    number = asked(bench)
    with bench.ward.store.write() as tx:
        tx.settings.put("programme", (tx.settings.get("programme") or "") + rule)
    office, subject = bench.ward.office, erasing_one(number, BY_CONTRACTOR)
    one = office.second.propose(subject)
    bench.ward.office_of(Role.HANDLER).second.confirm(one.id)
    requests(bench.ward).decline(number, "unproven")
    assert office.second.list() == []
    bench.sync()
    ask_again(bench, number)
    with pytest.raises(NeedsSecond):
        requests(bench.ward).agree(number)
    assert HANAKO in names(bench.ward, number)


def test_only_a_manager_of_the_ward_declines_and_with_a_reason_of_the_list(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    number = asked(bench)
    for role in (Role.HANDLER, Role.AUDITOR):
        with leaves(bench.ward, Refused):
            requests(bench.ward, role).decline(number, "unproven")
    with leaves(bench.ward, UsageError):
        requests(bench.ward).decline(number, "because")
    with leaves(bench.ward, UsageError):
        requests(bench.ward).decline(number + 1, "unproven")
    with pytest.raises(Refused, match="答えるのは区"):
        requests(bench.contractor).decline(number, "unproven")
    with pytest.raises(Refused, match="依頼するのは委託先"):
        bench.ward.office.erase_answers.list()
    with pytest.raises(UsageError, match="依頼していません"):
        bench.contractor.office.erase_answers.ask(number + 1)


def test_the_wards_code_for_it_never_comes_from_outside(bench: Any, leaves: Callable[..., Any]) -> None:
    one = bench.received()[0]
    row = to_row(current(bench.contractor, one.number)) | {"reason": DECLINED_REASON, "state": "withdrawn"}
    take = bench.forge(bench.contractor, "applicants", {RECORDS: jsonl([row])}, {"applications": 1})
    with leaves(bench.ward, IntegrityFailure):
        take()


TWO = ("サトウ ハナコ", "スズキ イチロウ")
MOVES = st.tuples(st.sampled_from(TWO), st.sampled_from(["decline", "agree", "ask", "carry"]))


@settings(max_examples=8, deadline=None)
@given(moves=st.lists(MOVES, max_size=12))
def test_in_whatever_order_nobody_is_erased_at_the_ward_but_by_its_answer_to_a_request_that_stands(
    moves: list[tuple[str, str]],
) -> None:
    with TemporaryDirectory() as folder:
        bench = Bench(*(Bureau(site, Path(folder) / site) for site in Site))
        number = {one.applicant.kana: one.number for one in bench.received(*TWO)}
        for one in number.values():
            bench.contractor.office.intake.withdraw(one, "applicant_request")
            erase(bench, one)
        at_ward = dict.fromkeys(TWO, Answer.WAITING)
        known = dict(at_ward)
        for kana, move in moves:
            one = number[kana]
            if move in ("decline", "agree"):
                answer = requests(bench.ward)
                with nullcontext() if at_ward[kana] is Answer.WAITING else pytest.raises(UsageError):
                    answer.agree(one) if move == "agree" else answer.decline(one, "unproven")
                    at_ward[kana] = Answer.AGREED if move == "agree" else Answer.DECLINED
            elif move == "ask":
                with nullcontext() if known[kana] is Answer.DECLINED else pytest.raises(Refused):
                    bench.contractor.office.erase_answers.ask(one)
                    known[kana] = Answer.UNSENT
            else:
                bench.contractor.office.records.send()
                bench.sync()
                at_ward |= dict.fromkeys(
                    (name for name in TWO if known[name] is Answer.UNSENT), Answer.WAITING
                )
                known = dict(at_ward)
            for name, its in number.items():
                assert (name in names(bench.ward, its)) is (at_ward[name] is not Answer.AGREED)
            told = {one.number: one.answer for one in bench.contractor.office.erase_answers.list()}
            assert told == {number[name]: known[name] for name in TWO}
