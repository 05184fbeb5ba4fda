"""Attacks on who stands on the roll, each under its own name, by a contractor that has gone bad.

It holds its key, rewrites its own vault and program at will, and seals whatever it likes. Everything else it sends is
true: the freeze fits the roll it sends, and is signed. What stops it is the ward, which opens every number before it
signs, and signs nothing that is not one to one with what it has confirmed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import Application, Problem, State
from core.canonical import crockford_id
from core.draw.matching import MISMATCH_WORDS, Mismatch
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.signing import signature_name
from core.draw.steps import COMMITS, FREEZE, Commits, Freeze
from core.draw.units import Entry, Opening, Unit, commitment_of, number_units, shapes
from core.errors import IntegrityFailure, Refused
from core.office.drawing import OPENINGS, Step, entry_of
from core.office.lines import from_jsonl, jsonl
from core.office.openings import opening_of, stored, write_openings
from core.office.participant_rows import rows_of
from core.office.review import APPLICANTS, PARTICIPANTS, confirmed_applications
from core.office.seating import members_of, standing_of
from core.people.fields import Field
from core.roles import Site

DRAW = "hiking-2026-1"
ROWS = "participants.jsonl"

Bend = Callable[[list[Unit]], list[Unit]]


def sends_roll(
    bench: Any, bend: Bend = lambda units: units, entries: tuple[Entry, ...] = (), bend_openings: Any = None
) -> None:
    """The contractor's freeze, as its changed program makes it, arrives at the ward.

    The roll is the honest one as changed by `bend`; `entries`: who is on it, instead of those the ward confirmed.
    """
    contractor = bench.contractor
    with contractor.store.read() as tx:
        files = tx.draws.files(DRAW)
        people = entries or tuple(entry_of(one) for one in confirmed_applications(tx)[0])
    params, commits = Params.parse(files[PARAMS], PARAMS), Commits.parse(files[COMMITS], COMMITS)
    units = bend(list(number_units(shapes(params, people)[0], people, contractor.entropy)))
    roll = Roll.of(unit.line for unit in units)
    frozen = Freeze(DRAW, params.sha256, commits.sha256, roll.sha256).to_bytes()
    sent = bench.signed(
        contractor, {COMMITS: files[COMMITS], LIST: roll.to_bytes(), FREEZE: frozen}, COMMITS, FREEZE
    )
    del sent[COMMITS]
    shown = write_openings([stored(DRAW, unit.opening) for unit in units if unit.opening.salts])
    sent[OPENINGS] = jsonl(bend_openings(from_jsonl(shown, OPENINGS))) if bend_openings else shown
    bench.forge(contractor, "draw", {"draw.txt": f"{DRAW}\n".encode(), **sent}, {"files": len(sent)})()


@pytest.fixture
def ready(bench: Any) -> Any:
    """Four people, all confirmed, and both seals made: the freeze is due."""
    bench.people = bench.confirmed()
    return bench


@pytest.fixture
def ward_refuses(bench: Any, leaves: Callable[..., Any]) -> Callable[[Mismatch], None]:
    """The ward's person asks to sign: it is refused for that reason, nothing is stored, no secret leaves."""

    def check(mismatch: Mismatch) -> None:
        with leaves(bench.ward, IntegrityFailure) as raised:
            bench.ward.office.lottery.freeze()
        assert MISMATCH_WORDS[mismatch] in raised.value.what
        assert "署名していません" in raised.value.next_step
        bench.sync()
        with bench.contractor.store.read() as tx:
            assert not {"reveal-ward.txt", signature_name(FREEZE, Site.WARD)} & tx.draws.files(DRAW).keys()

    return check


def entry(person: Application) -> Entry:
    return entry_of(person)


def test_a_roll_that_is_all_true_is_signed(ready: Any) -> None:
    """So that the refusals below are refusals of the attack, and not of how the test makes it."""
    sends_roll(ready)
    assert ready.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR


# -- people added ---------------------------------------------------------------------------------------------


def test_people_added_whom_the_ward_was_never_shown(
    ready: Any, ward_refuses: Callable[[Mismatch], None]
) -> None:
    friend = ready.contractor.key("トモダチ ジロウ")
    sends_roll(ready, entries=(*map(entry, ready.people), entry(friend)))
    ward_refuses(Mismatch.NOT_CONFIRMED)


@pytest.mark.parametrize("returned", [False, True])
def test_people_added_whom_the_ward_did_not_confirm(
    ready: Any, ward_refuses: Callable[[Mismatch], None], returned: bool
) -> None:
    """The application lies at the ward: without a word on it yet, or returned."""
    friend = ready.contractor.key("トモダチ ジロウ")
    ready.contractor.office.records.send()
    ready.sync()
    if returned:
        ready.ward.office.review.return_(APPLICANTS, [friend.record], "not_resident")
    sends_roll(ready, entries=(*map(entry, ready.people), entry(friend)))
    ward_refuses(Mismatch.NOT_CONFIRMED)


def test_a_ghost_with_an_opening_of_nobody(ready: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    """A number whose opening names a record that does not exist: its seat could be given to anybody later."""
    ghost = dataclasses.replace(entry(ready.people[0]), record="ZZZZZZZZZZ", kana="ダレデモ ナイ", order=99)
    sends_roll(ready, entries=(*map(entry, ready.people), ghost))
    ward_refuses(Mismatch.NOT_CONFIRMED)


def test_a_ghost_without_an_opening(ready: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    def haunted(units: list[Unit]) -> list[Unit]:
        unit_id = crockford_id(ready.contractor.entropy(10))
        line = units[0].line._replace(id=unit_id, commitment="0" * 64)
        return [*units, Unit(line, Opening(unit_id, ()))]

    sends_roll(ready, haunted)
    ward_refuses(Mismatch.NOT_OPENED)


def test_the_commitment_of_one_number_under_another(ready: Any, leaves: Callable[..., Any]) -> None:
    """What opens the one would open the other."""

    def copied(units: list[Unit]) -> list[Unit]:
        first, second, *rest = units
        return [first, Unit(second.line._replace(commitment=first.line.commitment), second.opening), *rest]

    with leaves(ready.ward, IntegrityFailure) as raised:
        sends_roll(ready, copied)
    assert "同じ封印" in raised.value.what


def test_one_person_under_two_numbers(ready: Any, leaves: Callable[..., Any]) -> None:
    """Twice the chance: the second number opens to the same person, with a salt of its own."""
    friend = entry(ready.people[0])

    def doubled(units: list[Unit]) -> list[Unit]:
        return [
            *units,
            *number_units(shapes(params_of(ready), (friend,))[0], (friend,), ready.contractor.entropy),
        ]

    with leaves(ready.ward, IntegrityFailure) as raised:
        sends_roll(ready, doubled)
    assert "一人が二つの抽選単位に" in raised.value.what


def params_of(bench: Any) -> Params:
    with bench.contractor.store.read() as tx:
        return Params.parse(tx.draws.files(DRAW)[PARAMS], PARAMS)


# -- people left out ------------------------------------------------------------------------------------------


def test_people_left_out(ready: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    sends_roll(ready, entries=tuple(map(entry, ready.people[1:])))
    ward_refuses(Mismatch.LEFT_OUT)


def test_people_exchanged_for_others(ready: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    """As many numbers as before, one of them a friend's."""
    friend = ready.contractor.key("トモダチ ジロウ")
    sends_roll(ready, entries=(*map(entry, ready.people[1:]), entry(friend)))
    ward_refuses(Mismatch.NOT_CONFIRMED)


def test_a_group_that_does_not_fit_left_out_in_silence(
    bench: Any, ward_refuses: Callable[[Mismatch], None]
) -> None:
    """Two who share no wish stop an honest freeze until they are asked; dropped, they would never know."""
    bench.pair()
    bench.sync()
    bench.contractor.key("サトウ ハナコ", "A")
    for kana, wish in (("スズキ イチロウ", "A"), ("スズキ ミツコ", "B")):
        bench.contractor.key(kana, wish, group="G1")
    with bench.contractor.store.write() as tx:  # its own program holds them
        for held in tx.applications.all((State.HELD,)):
            let_through = dataclasses.replace(
                held, state=State.ACCEPTED, problems=(), version=held.version + 1
            )
            tx.applications.put(let_through, bench.contractor.now(), "")
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    review = bench.ward.office.review
    assert all(item.problems == (Problem.GROUP_NO_COMMON,) for item in review.rows(APPLICANTS)[:2])
    review.confirm(APPLICANTS, [item.record for item in review.rows(APPLICANTS)])
    review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    with pytest.raises(Refused) as raised:
        bench.contractor.office.lottery.freeze()
    assert "0002、0003" in raised.value.where
    sends_roll(bench)
    ward_refuses(Mismatch.HELD)


def test_people_left_out_by_changing_them_after_the_wards_word(
    ready: Any, leaves: Callable[..., Any]
) -> None:
    """A "correction" makes the ward's word that of an older version; an honest contractor waits for the new one."""
    changed = ready.people[1]
    ready.contractor.office.intake.edit(changed.number, {Field.KANA: "スズキ イチロー"})
    ready.contractor.office.records.send()
    ready.sync()
    assert ready.ward.office.review.status(APPLICANTS).open == 1
    with pytest.raises(Refused):
        ready.contractor.office.lottery.freeze()
    sends_roll(ready, entries=tuple(entry(one) for one in ready.people if one is not changed))
    with leaves(ready.ward, IntegrityFailure) as raised:
        ready.ward.office.lottery.freeze()
    assert "確認したあとに内容が変わった" in raised.value.what
    ready.ward.office.review.confirm(APPLICANTS, [changed.record])
    with leaves(ready.ward, IntegrityFailure) as raised:
        ready.ward.office.lottery.freeze()
    assert MISMATCH_WORDS[Mismatch.LEFT_OUT] in raised.value.what


def test_people_left_out_as_if_they_had_withdrawn_are_in_the_wards_books(ready: Any) -> None:
    """Not prevented: a withdrawal in somebody's name. It lies at the ward, with its number, before the ward signs."""
    gone = ready.people[1]
    ready.contractor.office.intake.withdraw(gone.number)
    ready.contractor.office.records.send()
    ready.sync()
    sends_roll(ready, entries=tuple(entry(one) for one in ready.people if one is not gone))
    assert ready.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR
    assert ready.ward.office.intake.open(gone.number).state == "withdrawn"


# -- people left out by how they stand ------------------------------------------------------------------------


def says(bench: Any, number: int, state: State, *problems: Problem) -> None:
    """The contractor writes into its own vault how an application stands, and sends it with ③."""
    with bench.contractor.store.write() as tx:
        one = tx.applications.get(number)
        tx.applications.put(
            dataclasses.replace(one, state=state, problems=problems, version=one.version + 1),
            bench.contractor.now(),
            "",
        )
    bench.contractor.office.records.send()
    bench.sync()


@pytest.mark.parametrize("problems", [(), (Problem.DUPLICATE,)])
def test_people_left_out_by_holding_them_after_the_wards_word(
    ready: Any, leaves: Callable[..., Any], problems: tuple[Problem, ...]
) -> None:
    """What ⑤ confirmed is unchanged; the roll is of whoever is accepted. After the signature they would be again."""
    gone = ready.people[1]
    says(ready, gone.number, State.HELD, *problems)
    with pytest.raises(Refused) as refused:
        ready.contractor.office.lottery.freeze()
    assert f"{gone.number:04}" in refused.value.where, "an honest contractor hears it first"
    assert ready.contractor.office.lottery.status().dropped.held == (gone.number,)
    sends_roll(ready)
    assert ready.ward.office.lottery.status().dropped.held == (gone.number,)
    for without in ((), (gone.number,)):  # a word of the ward's does not decide what the contractor has to
        with leaves(ready.ward, IntegrityFailure) as raised:
            ready.ward.office.lottery.freeze(without=without)
        assert "保留にした" in raised.value.what and f"{gone.number:04}" in raised.value.where


def test_people_left_out_by_holding_them_and_changing_their_wishes(
    ready: Any, leaves: Callable[..., Any]
) -> None:
    """As if they wished for nothing of this round: what they wished for when the ward confirmed them counts."""
    gone = ready.people[1]
    with ready.contractor.store.write() as tx:
        elsewhere = dataclasses.replace(gone.applicant, preferences=("Z",))
        tx.applications.put(
            dataclasses.replace(gone, applicant=elsewhere, version=gone.version + 1),
            ready.contractor.now(),
            "",
        )
    says(ready, gone.number, State.HELD)
    sends_roll(ready)
    with leaves(ready.ward, IntegrityFailure) as raised:
        ready.ward.office.lottery.freeze()
    assert f"{gone.number:04}" in raised.value.where


def test_people_left_out_by_refusing_them_after_the_wards_word(
    ready: Any, leaves: Callable[..., Any]
) -> None:
    """The ward signs only by naming them itself; to others, or to more, it does not agree by that."""
    gone, other = ready.people[1], ready.people[2]
    says(ready, gone.number, State.REFUSED)
    sends_roll(ready)
    lottery = ready.ward.office.lottery
    assert lottery.status().dropped.refused == (gone.number,)
    for without in ((), (other.number,), (gone.number, other.number)):
        with leaves(ready.ward, Refused) as raised:
            lottery.freeze(without=without)
        assert "不受理にした" in raised.value.what and f"{gone.number:04}" in raised.value.where
    assert lottery.freeze(without=[gone.number]).step is Step.OPEN_CONTRACTOR
    with ready.ward.store.read() as tx:
        assert any(
            row.act == "draw_left_out" and str(gone.number) in row.detail for row in tx.access.page(0, 50)
        )


def test_the_ward_agrees_to_no_refusal_that_there_is_not(ready: Any, leaves: Callable[..., Any]) -> None:
    sends_roll(ready)
    with leaves(ready.ward, Refused):
        ready.ward.office.lottery.freeze(without=[ready.people[0].number])
    with leaves(ready.contractor, Refused):
        ready.contractor.office.lottery.freeze(without=[ready.people[0].number])


def test_whom_the_ward_has_returned_the_contractor_may_refuse(ready: Any) -> None:
    gone = ready.people[1]
    ready.ward.office.review.return_(APPLICANTS, [gone.record], "duplicate")
    ready.ward.office.review.send()
    ready.sync()
    ready.contractor.office.intake.resolve(gone.number, False, "duplicate_application")
    ready.contractor.office.records.send()
    ready.contractor.office.lottery.freeze()
    ready.sync()
    assert ready.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR


def test_a_pair_parted_by_holding_one(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.pair()
    bench.sync()
    made = [bench.contractor.key(kana, group="G1") for kana in ("サトウ ハナコ", "サトウ タロウ")]
    bench.contractor.key("タナカ ミツコ")
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    says(bench, made[1].number, State.HELD)
    sends_roll(bench)
    with leaves(bench.ward, IntegrityFailure) as raised:
        bench.ward.office.lottery.freeze()
    assert f"{made[1].number:04}" in raised.value.where


def test_a_counters_application_never_sent_back(bench: Any, leaves: Callable[..., Any]) -> None:
    """The ward keyed it, the contractor took the medium, and ③ never brings it: it is under no review, and out of sight."""
    bench.received()
    ours = bench.ward.key("トナリ マツ")
    medium = bench.ward.office.records.seal_desk()
    bench.contractor.office.records.take_in_desk(*medium)
    with bench.contractor.store.write() as tx:  # its changed program: on hold, and as if that had been sent
        one = tx.applications.get(ours.number)
        held = dataclasses.replace(one, state=State.HELD, version=one.version + 1)
        tx.applications.put(held, bench.contractor.now(), "")
        tx.applications.mark_sent([ours.number], "1-cw-00000001")
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    bench.contractor.office.lottery.freeze()
    bench.sync()
    assert bench.ward.office.lottery.status().dropped.away == (ours.number,)
    with leaves(bench.ward, IntegrityFailure) as raised:
        bench.ward.office.lottery.freeze()
    assert "窓口の応募" in raised.value.what and f"{ours.number:04}" in raised.value.where
    says(
        bench, ours.number, State.ACCEPTED
    )  # it comes late, and without a word of the ward's in ⑤ it is in no draw
    assert bench.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR


def handed_over(bench: Any, *, answered: State) -> Application:
    """Somebody keyed at the ward's counter, whom the contractor sends back with ③ as `answered`; the freeze is due."""
    bench.received()
    ours: Application = bench.ward.key("トナリ マツ")
    bench.contractor.office.records.take_in_desk(*bench.ward.office.records.seal_desk())
    says(bench, ours.number, answered)
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    return ours


def test_a_counters_application_sent_back_as_refused(bench: Any, leaves: Callable[..., Any]) -> None:
    """It never was under review, so no word of ⑤ stands against it: but the ward keyed it, and has to agree."""
    ours = handed_over(bench, answered=State.REFUSED)
    assert bench.contractor.office.lottery.status().dropped.refused == (ours.number,)
    bench.contractor.office.lottery.freeze()
    bench.sync()
    lottery = bench.ward.office.lottery
    assert lottery.status().dropped.refused == (ours.number,)
    with leaves(bench.ward, Refused) as raised:
        lottery.freeze()
    assert "不受理にした" in raised.value.what and f"{ours.number:04}" in raised.value.where
    assert lottery.freeze(without=[ours.number]).step is Step.OPEN_CONTRACTOR


def test_a_counters_application_sent_back_as_withdrawn_is_told_to_whoever_signs(bench: Any) -> None:
    ours = handed_over(bench, answered=State.WITHDRAWN)
    bench.contractor.office.lottery.freeze()
    bench.sync()
    told = bench.ward.office.lottery.status().dropped
    assert told.withdrawn == (ours.number,) and f"{ours.number:04}" in told.sentences[0]
    assert bench.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR


@pytest.mark.parametrize("own", [State.REFUSED, State.WITHDRAWN])
def test_what_the_wards_own_counter_has_settled_itself_is_nobody_dropped(bench: Any, own: State) -> None:
    bench.received()
    ours = bench.ward.key("トナリ マツ")
    intake = bench.ward.office.intake
    if own is State.WITHDRAWN:
        intake.withdraw(ours.number)
    else:
        intake.resolve(ours.number, False, "duplicate_application")
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    bench.contractor.office.lottery.freeze()
    bench.sync()
    assert bench.ward.office.lottery.status().dropped.sentences == []
    assert bench.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR


@pytest.mark.parametrize("gone", [State.WITHDRAWN, State.REFUSED])
def test_people_taken_back_once_the_roll_is_signed_without_them(
    ready: Any, leaves: Callable[..., Any], gone: State
) -> None:
    """Nobody comes back from either: an honest program has no way, and it would hide why they were on no roll."""
    one = ready.people[1]
    says(ready, one.number, gone)
    ready.contractor.office.lottery.freeze()
    ready.sync()
    ready.ward.office.lottery.freeze(without=ready.ward.office.lottery.status().dropped.refused)
    ready.sync()
    with leaves(ready.ward, IntegrityFailure) as raised:
        says(ready, one.number, State.ACCEPTED)
    assert f"{one.number:04}" in raised.value.where and "戻って" in raised.value.what


def test_people_on_hold_or_unseen_from_the_start_are_told_to_whoever_signs(ready: Any) -> None:
    """Not prevented: an honest roll misses late ones as well. The ward's screen says who, before it signs."""
    late, doubtful = ready.contractor.key("トモダチ ジロウ"), ready.contractor.key("トナリ マツ")
    ready.contractor.office.records.send()
    says(ready, doubtful.number, State.HELD)
    sends_roll(ready, entries=tuple(map(entry, ready.people)))
    told = ready.ward.office.lottery.status()
    assert (told.left_out, told.held) == ((late.number,), 1)
    assert ready.ward.office.lottery.freeze().step is Step.OPEN_CONTRACTOR


def test_who_withdrew_is_told_to_whoever_signs(ready: Any) -> None:
    gone = ready.people[1]
    ready.contractor.office.intake.withdraw(gone.number)
    ready.contractor.office.records.send()
    ready.sync()
    assert ready.contractor.office.lottery.status().dropped.withdrawn == (gone.number,)
    ready.contractor.office.lottery.freeze()
    ready.sync()
    told = ready.ward.office.lottery.status().dropped
    assert told.withdrawn == (gone.number,)
    assert told.sentences == [
        f"確認・窓口受付のあとで取り下げられた応募（名簿に入りません）: {gone.number:04}"
    ]


# -- ids re-mapped --------------------------------------------------------------------------------------------


def test_openings_swapped_among_people(ready: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    """The numbers are true, but the ward is told that they are each other's."""

    def swapped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        first, second, *rest = rows
        return [
            {**first, "members": second["members"]},
            {**second, "members": first["members"]},
            *rest,
        ]

    sends_roll(ready, bend_openings=swapped)
    ward_refuses(Mismatch.WRONG_COMMITMENT)


def test_one_number_given_to_two_people_by_two_openings(ready: Any, leaves: Callable[..., Any]) -> None:
    """The ward is shown the number twice, as one person's and as another's."""
    with leaves(ready.ward, IntegrityFailure) as raised:
        sends_roll(
            ready,
            bend_openings=lambda rows: [rows[0], {**rows[1], "id": rows[0]["id"]}, *rows[2:]],
        )
    assert "同じ番号が2度" in raised.value.what


def test_one_number_given_to_two_people_as_if_they_were_a_group(
    ready: Any, ward_refuses: Callable[[Mismatch], None]
) -> None:
    """Two who never asked to go together share one number: one of them is a spare chance for the other."""
    first, second, *rest = map(entry, ready.people)

    def tied(units: list[Unit]) -> list[Unit]:
        one, other, *others = units
        opening = Opening(one.line.id, (*one.opening.salts, *other.opening.salts))
        people = {person.record: person for person in (first, second)}
        line = one.line._replace(size=2, commitment=commitment_of(opening, people))
        return [Unit(line, opening), *others]

    sends_roll(ready, tied, entries=(first, second, *rest))
    ward_refuses(Mismatch.WRONG_GROUP)


def test_one_number_told_to_two_people_leaves_one_of_them_out(
    ready: Any, ward_refuses: Callable[[Mismatch], None]
) -> None:
    """Two notices with one number need two people behind it; the ward counts them."""

    def one_for_both(units: list[Unit]) -> list[Unit]:
        return units[1:]

    sends_roll(ready, one_for_both)
    ward_refuses(Mismatch.LEFT_OUT)


def test_better_wishes_under_a_true_number(ready: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    def better(units: list[Unit]) -> list[Unit]:
        first, *rest = units
        return [Unit(first.line._replace(courses=("B", "A")), first.opening), *rest]

    sends_roll(ready, better)
    ward_refuses(Mismatch.WRONG_TERMS)


def test_more_tickets_than_the_rules_allow(ready: Any, leaves: Callable[..., Any]) -> None:
    """A roll of that kind fits no rules: it is not even taken in."""

    def richer(units: list[Unit]) -> list[Unit]:
        first, *rest = units
        return [Unit(first.line._replace(tickets=2), first.opening), *rest]

    with leaves(ready.ward, IntegrityFailure) as raised:
        sends_roll(ready, richer)
    assert "抽選口の数が上限を" in raised.value.what


def test_a_pair_parted_to_be_drawn_twice(bench: Any, ward_refuses: Callable[[Mismatch], None]) -> None:
    bench.pair()
    bench.sync()
    made = [bench.contractor.key(kana, group="G1") for kana in ("サトウ ハナコ", "サトウ タロウ")]
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    sends_roll(bench, entries=tuple(dataclasses.replace(entry(one), group=None) for one in made))
    ward_refuses(Mismatch.WRONG_GROUP)


# -- after the draw -------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(bench: Any) -> Any:
    bench.people = bench.drawn()
    return bench


def sends_participants(bench: Any, rows: list[dict[str, Any]], **more: bytes) -> Callable[[], Any]:
    entries = {"draw.txt": f"{DRAW}\n".encode(), ROWS: jsonl(rows), **more}
    take: Callable[[], Any] = bench.forge(bench.contractor, "participants", entries, {"participants": 1})
    return take


def true_rows(bench: Any) -> list[dict[str, Any]]:
    with bench.contractor.store.read() as tx:
        return [dict(row) for row in rows_of(standing_of(tx, DRAW)[0], members_of(tx, DRAW))]


def test_a_winning_number_moved_to_another_person(drawn: Any, leaves: Callable[..., Any]) -> None:
    """The contractor turns its own table of numbers about; the ward has its own, kept from before it signed."""
    rows = true_rows(drawn)
    winner = next(row for row in rows if row["outing"])
    loser = next(row for row in rows if not row["outing"])
    for key in ("record", "number"):
        winner[key], loser[key] = loser[key], winner[key]
    with leaves(drawn.ward, IntegrityFailure) as raised:
        sends_participants(drawn, rows)()
    assert "こちらで計算した結果と" in raised.value.what


def test_an_opening_of_a_drawn_number_shown_again_as_anothers(drawn: Any, leaves: Callable[..., Any]) -> None:
    """⑦ carries openings of late units alone: one of a drawn number is refused whatever it says."""
    with drawn.contractor.store.read() as tx:
        first, second, *_ = tx.draws.units(DRAW)
    moved = dataclasses.replace(first, records=second.records)
    for shown in (moved, first):
        with leaves(drawn.ward, IntegrityFailure) as raised:
            sends_participants(drawn, true_rows(drawn), **{OPENINGS: write_openings([shown])})()
        assert "開示" in raised.value.what
    with leaves(drawn.ward, IntegrityFailure):
        again = {LIST: b"", FREEZE: b"", OPENINGS: write_openings([moved])}
        drawn.forge(drawn.contractor, "draw", {"draw.txt": f"{DRAW}\n".encode(), **again}, {"files": 3})()


def test_another_person_put_behind_a_winning_number_by_a_correction(drawn: Any) -> None:
    """Name and birth date of a winner "corrected" into a friend's, after the draw. Not refused: shown.

    Nobody but a person of the ward lets it through: ⑤ is open again, ⑨ marks it, neither confirms it with the rest, and
    the seat is not approved before. The commitment on the public list no longer opens, and can never be made to.
    """
    contractor, review = drawn.contractor.office, drawn.ward.office.review
    contractor.participants.send()
    drawn.sync()
    winner = contractor.participants.list("A")[0]
    contractor.intake.edit(winner.number, {Field.KANA: "トモダチ ジロウ", Field.BIRTH_DATE: "1951-01-01"})
    contractor.records.send()
    drawn.sync()
    assert review.status(APPLICANTS).open == 1
    review.confirm_rest(PARTICIPANTS)
    (marked,) = [row for row in review.rows(PARTICIPANTS) if not row.verdict]
    assert (marked.number, marked.changed, marked.exception) == (winner.number, True, True)
    with pytest.raises(Refused):
        drawn.ward.office.participants.approve()
    review.confirm(APPLICANTS, [row.record for row in review.rows(APPLICANTS) if not row.verdict])
    assert review.confirm_rest(PARTICIPANTS) == 0, "a word on the application is none on the seat"
    (marked,) = [row for row in review.rows(PARTICIPANTS) if not row.verdict]
    assert marked.changed
    with drawn.ward.store.read() as tx:
        (unit,) = [unit for unit in tx.draws.units(DRAW) if unit.unit_id == winner.unit_id]
        line = next(
            line for line in Roll.parse(tx.draws.files(DRAW)[LIST], LIST).lines if line.id == winner.unit_id
        )
        now = entry_of(tx.applications.by_record(unit.records[0]))
        assert commitment_of(opening_of(unit), {now.record: now}) != line.commitment
        then = {one.record: entry(one) for one in drawn.people}
        assert commitment_of(opening_of(unit), then) == line.commitment
