"""Whether somebody still takes part: both sites say the same of everybody, and nobody is erased while a place counts them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.applicant import State
from core.errors import Refused
from core.office.person import PersonDesk
from core.office.taking_part import Part, part_of
from core.roles import Role
from tests.core.office.test_office_erase_requests import Renewing


@pytest.fixture
def pair(bench: Any) -> Any:
    """A pair and two others, drawn, and at both sites."""
    bench.pair()
    bench.sync()
    bench.made = [
        bench.contractor.key("サトウ ハナコ", "A", group="G1"),
        bench.contractor.key("サトウ タロウ", "A", group="G1"),
        bench.contractor.key("スズキ イチロウ", "B"),
        bench.contractor.key("タナカ ミツコ", "A"),
    ]
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest("applicants")
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    return bench


def draw(bench: Any) -> None:
    for _, act in bench.ceremony():
        act()
        bench.sync()


def parts(bureau: Any) -> list[Part | None]:
    with bureau.store.read() as tx:
        return [part_of(bureau.desk_of(Role.MANAGER), tx, one) for one in tx.applications.all()]


def desk(bench: Any) -> PersonDesk:
    return PersonDesk(bench.contractor.desk_of(Role.MANAGER), Renewing(bench.contractor))


def told(bench: Any) -> None:
    bench.contractor.office.participants.send()
    bench.contractor.office.records.send()
    bench.sync()


def test_both_sites_say_the_same_of_everybody_at_every_stage(pair: Any) -> None:
    assert parts(pair.contractor) == parts(pair.ward) == [None] * 4
    pair.contractor.office.lottery.freeze()
    pair.sync()
    assert parts(pair.contractor) == parts(pair.ward) == [Part.ROLL] * 4
    pair.ward.office.lottery.freeze()
    pair.sync()
    for _, act in pair.ceremony()[2:]:
        act()
        pair.sync()
    told(pair)
    assert parts(pair.contractor) == parts(pair.ward) == [Part.PLACE] * 4
    pair.contractor.office.participants.shrink([pair.made[1].number])
    pair.contractor.office.participants.withdraw(pair.made[2].number)
    told(pair)
    assert parts(pair.contractor) == parts(pair.ward) == [Part.PLACE, None, None, Part.PLACE]


def test_who_left_a_pair_may_be_erased_and_who_stays_of_it_may_not(pair: Any) -> None:
    draw(pair)
    stays, left = pair.made[0].number, pair.made[1].number
    for number in (stays, left):
        with pytest.raises(Refused, match="まだ参加者か補欠"):
            desk(pair).may_erase(number)
    pair.contractor.office.participants.shrink([left])
    desk(pair).erase(left, "request")
    with pytest.raises(Refused, match="まだ参加者か補欠"):
        desk(pair).may_erase(stays)
    assert parts(pair.contractor)[0] is Part.PLACE, "one of a pair is still one"


def test_a_record_that_says_withdrawn_is_not_believed_against_a_place_that_still_counts_the_person(
    pair: Any,
) -> None:
    draw(pair)
    number = pair.made[0].number
    with pair.contractor.store.write() as tx:
        one = tx.applications.get(number)
        gone = replace(one, state=State.WITHDRAWN, version=one.version + 1)
        tx.applications.put(gone, pair.contractor.now(), "c-manager")
    with pytest.raises(Refused, match="まだ参加者か補欠"):
        desk(pair).may_erase(number)


def test_only_of_those_whom_the_ward_holds_it_is_said_that_the_ward_is_to_be_asked(pair: Any) -> None:
    there, never = pair.made[0].number, pair.contractor.key("イケダ トオル").number
    for number in (there, never):
        pair.contractor.office.intake.withdraw(number)
    assert not desk(pair).remains(there).asking, "not erased yet"
    assert desk(pair).erase(there, "request").asking
    assert not desk(pair).erase(never, "request").asking
    pair.contractor.office.records.send()
    pair.sync()
    assert [one.number for one in pair.contractor.office.erase_answers.list()] == [there]
    with pair.ward.store.read() as tx:
        assert tx.applications.get(never) is None


@pytest.mark.parametrize("erased", [False, True])
def test_what_the_wards_counter_handed_over_and_came_to_nothing_is_told_to_the_ward(
    pair: Any, erased: bool
) -> None:
    number = pair.ward.key("イケダ トオル").number
    pair.ward.office.records.seal_desk()
    for name, *files in pair.ward.office.records.desk_on_the_way():
        pair.contractor.office.records.take_in_desk(name, *files)
    pair.contractor.office.intake.withdraw(number)
    if erased:
        assert desk(pair).erase(number, "request").asking
    pair.contractor.office.records.send()
    pair.sync()
    with pair.ward.store.read() as tx:
        assert tx.applications.get(number).state is State.WITHDRAWN
        assert tx.applications.get(number).applicant.kana == "イケダ トオル"
    assert [one.number for one in pair.ward.office.erase_requests.list()] == ([number] if erased else [])
