"""Attacks with dice, seeds and second draws, each under its own name, by an office that has gone bad.

Like tests/core/office/test_attacks_on_the_draw.py: it knows all that it has been sent, and computes as long as it wants.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.draw import engine
from core.draw.abandoned import Abandoned, Reached, Reason
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.steps import (
    FREEZE,
    NO_DICE,
    OPENED,
    SEED_INPUT,
    Dice,
    Freeze,
    SeedInput,
    dice_name,
)
from core.errors import IntegrityFailure, Refused, UsageError
from core.office.desk import programme_of
from core.office.drawing import SEAL, Step, compute
from core.office.plans import params_of, plan_now
from core.roles import Site
from tests.core.office.rogue import (
    DRAW,
    MINE,
    OPENING_SIGNED,
    PAPER,
    another_secret,
    drawn_with,
    files_at,
    friend_in,
    ground,
    out_of_turn,
    play,
    sends,
)

# -- the beacon --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("round_", ["803213812", "999999999999"])
def test_a_beacon_round_that_no_draw_lives_to_see(
    bench: Any, leaves: Callable[..., Any], round_: str
) -> None:
    """Rules with a round of the next century, or of no calendar: the ward's program takes them not in, and goes on."""
    bench.received()
    seal = files_at(bench.contractor)[SEAL]
    for bureau in (bench.ward, bench.contractor):
        bureau.office.lottery.abandon(Reason.NO_WITNESS)
        bench.sync()
    with bench.contractor.store.read() as tx:
        plan, _ = plan_now(tx)
        rules = params_of(programme_of(tx), plan, ("drand-quicknet", round_)).to_bytes()
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, {PARAMS: rules, SEAL: seal}, PARAMS, draw=plan.draw)()
    assert "規則" in raised.value.what
    with leaves(bench.contractor, UsageError):  # nor does an honest contractor begin with it
        bench.contractor.office.lottery.seal(("drand-quicknet", round_))


def test_digits_searched_for_once_the_beacons_value_is_known(bench: Any, leaves: Callable[..., Any]) -> None:
    """No witness stands by: one office alone would say what fell, and the value is out. No digits are anybody's to choose."""
    bench.confirmed()
    for bureau in (bench.ward, bench.contractor):
        bureau.office.lottery.abandon(Reason.NO_WITNESS)
        bench.sync()
    bench.contractor.office.lottery.seal(("drand-quicknet", "99999999"))
    bench.sync()
    bench.ward.office.lottery.seal()
    bench.sync()
    for _, act in bench.ceremony()[:OPENING_SIGNED]:
        act()
        bench.sync()
    for bureau in (bench.contractor, bench.ward):
        bureau.moment += dt.timedelta(days=365 * 10)
    with bench.contractor.store.read() as tx:
        draw = tx.draws.names()[-1]
        files = dict(tx.draws.files(draw))
    value = ("drand-quicknet", "99999999", "ab" * 32)
    searched = Dice(draw, sha256_hex(files[OPENED]), Site.CONTRACTOR, "9" * 20, value)
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, {MINE: searched.to_bytes()}, MINE, draw=draw)()
    assert "公開乱数を使う抽選では、さいころは振りません" in raised.value.what
    for digits in ("9" * 20, PAPER):
        with leaves(bench.ward, Refused):
            bench.ward.office.lottery.dice(digits, "ab" * 32)
    bench.contractor.office.lottery.dice("", "ab" * 32)
    bench.sync()
    bench.ward.office.lottery.dice("", "ab" * 32)
    bench.sync()
    assert bench.ward.office.lottery.status().digits == {site: NO_DICE for site in Site}


# -- dice --------------------------------------------------------------------------------------------------------


def test_dice_before_the_opening_is_signed(bench: Any, leaves: Callable[..., Any]) -> None:
    """Then the ward could still choose, by signing or not."""
    play(bench, OPENING_SIGNED - 1)
    dice, _ = drawn_with(files_at(bench.contractor), PAPER)
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, {MINE: dice[MINE]}, MINE)()
    assert "相手の番ではない" in raised.value.what


def test_ground_dice(bench: Any, leaves: Callable[..., Any]) -> None:
    """One office tries dice until its friend comes first, and types those, alone or with the result at once."""
    play(bench, OPENING_SIGNED)
    files = files_at(bench.contractor)
    friend = friend_in(files)
    digits = ground(files, friend)
    made, result = drawn_with(files, digits)
    assert result.lines[0].id == friend
    with leaves(bench.ward, IntegrityFailure) as early:
        sends(bench, bench.contractor, made, MINE, RESULT)()
    assert "区のさいころの数字がまだありません" in early.value.what
    bench.contractor.office.lottery.dice(digits)
    bench.sync()
    assert files_at(bench.ward)[MINE] == made[MINE]
    with leaves(bench.ward, Refused) as raised:
        bench.ward.office.lottery.dice(PAPER)
    assert "委託先が入力した数字と違います。まだ何も記録していません" in raised.value.what
    assert "振り直しはできません" in raised.value.next_step


def test_ground_dice_sent_in_place_of_those_sent_before(bench: Any, leaves: Callable[..., Any]) -> None:
    """Two entries, of which the better is to count: only the first is taken."""
    play(bench, OPENING_SIGNED)
    files = files_at(bench.contractor)
    better, _ = drawn_with(files, ground(files, friend_in(files)))
    bench.contractor.office.lottery.dice(PAPER)
    bench.sync()
    for _ in ("the ward has typed nothing yet", "it has typed what fell"):
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, {MINE: better[MINE]}, MINE)()
        assert out_of_turn(raised)
        if dice_name(Site.WARD) not in files_at(bench.ward):
            bench.ward.office.lottery.dice(PAPER)


def test_dice_picked_after_the_others_are_known(bench: Any, leaves: Callable[..., Any]) -> None:
    """With a result of its own: refused. Other digits alone: they stop the draw, and both sheets are published."""
    play(bench, OPENING_SIGNED)
    bench.ward.office.lottery.dice(PAPER)
    bench.sync()
    files = files_at(bench.contractor)
    made, _ = drawn_with(files, ground(files, friend_in(files)))
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, made, MINE, RESULT)()
    assert "値が違います" in raised.value.what
    sends(bench, bench.contractor, {MINE: made[MINE]}, MINE)()
    assert bench.ward.office.lottery.status().step is Step.DICE_DIFFER
    with leaves(bench.ward, Refused):
        bench.ward.office.lottery.draw()
    _, public = bench.ward.office.publication.files()
    assert {MINE, dice_name(Site.WARD)} <= public.keys()
    assert RESULT not in public


def test_a_draw_given_up_by_one_who_has_seen_the_result(bench: Any, leaves: Callable[..., Any]) -> None:
    """Not prevented: whoever holds the other's dice can stop. Not hidden: the folder says who, and what was dropped."""
    play(bench, OPENING_SIGNED)
    bench.ward.office.lottery.dice(PAPER)
    bench.sync()
    files = files_at(bench.contractor)
    word = Abandoned(DRAW, Site.CONTRACTOR, sha256_hex(files[PARAMS]), Reached.OPENED, Reason.NO_WITNESS)
    lie = bench.signed(bench.contractor, {word.file_name: word.to_bytes()}, word.file_name)
    bench.bent(
        bench.contractor,
        lambda: bench.contractor.office.lottery.abandon(Reason.NO_WITNESS),
        lambda sent: sent | lie,
    )()
    assert bench.ward.office.lottery.status().step is Step.ABANDON_WARD
    made, dropped = drawn_with(files, PAPER)
    with leaves(bench.ward, IntegrityFailure) as raised:  # who gave up cannot think better of it
        sends(bench, bench.contractor, {MINE: made[MINE]}, MINE)()
    assert out_of_turn(raised)
    _, public = bench.ward.office.publication.files()
    assert word.file_name in public
    assert compute(public | {MINE: public["dice-ward.txt"].replace(b"=ward", b"=contractor")})[1] == dropped


# -- after the seed ----------------------------------------------------------------------------------------------


def renumbered(files: dict[str, bytes], seed: SeedInput) -> tuple[Roll, Result]:
    """The roll with a number, ground in the knowledge of the seed, that comes first of all; and what follows."""
    params, roll = Params.parse(files[PARAMS], PARAMS), Roll.parse(files[LIST], LIST)
    loser = next(line.id for line in engine.run(params, roll, seed).lines if line.course is None)
    for count in itertools.count():
        unit_id = f"{count:010}"
        made = Roll.of(line._replace(id=unit_id) if line.id == loser else line for line in roll.lines)
        result = engine.run(params, made, seed)
        if result.lines[0].id == unit_id:
            return made, result
    raise AssertionError


def test_numbers_changed_after_the_seed(bench: Any, leaves: Callable[..., Any]) -> None:
    """The seed is known; a friend gets a number that it draws first. Sent as a result, as a roll, as both."""
    play(bench, OPENING_SIGNED)
    bench.ward.office.lottery.dice(PAPER)
    bench.sync()
    files = files_at(bench.contractor)
    made, _ = drawn_with(files, PAPER)
    roll, result = renumbered(files, SeedInput.parse(made[SEED_INPUT], SEED_INPUT))
    bent = made | {RESULT: result.to_bytes()}
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, bent, MINE, RESULT)()
    assert "届いた抽選結果が、こちらで計算した結果と違います" in raised.value.what
    true = Freeze.parse(files[FREEZE], FREEZE)
    frozen = Freeze(DRAW, true.params, true.commits, roll.sha256).to_bytes()
    rolls = {LIST: roll.to_bytes(), FREEZE: frozen}
    for sent in (rolls, rolls | bent):
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, sent, *(sent.keys() & {FREEZE, MINE, RESULT}))()
        assert out_of_turn(raised)


def test_numbers_changed_after_the_result(bench: Any, leaves: Callable[..., Any]) -> None:
    """The ward has computed already; the contractor signs another result in its turn."""
    play(bench, OPENING_SIGNED + 2)
    files = files_at(bench.contractor)
    made, _ = drawn_with(files, PAPER)
    _, result = renumbered(files, SeedInput.parse(made[SEED_INPUT], SEED_INPUT))
    bent = {SEED_INPUT: made[SEED_INPUT], RESULT: result.to_bytes()}
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, bent, RESULT)()
    assert f"すでにある記録と内容の違う {RESULT}" in raised.value.what


def test_a_second_draw_under_the_same_number(bench: Any, leaves: Callable[..., Any]) -> None:
    """The contractor empties its vault of a draw it does not like and begins it again, as if there had been none."""
    play(bench, 7)
    files = files_at(bench.contractor)
    seal = {SEAL: f"{another_secret(bench).sha256}  reveal-contractor.txt\n".encode()}
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, {PARAMS: files[PARAMS], **seal}, PARAMS)()
    assert "相手の番ではない" in raised.value.what


def test_a_second_draw_while_the_first_is_going_on(bench: Any, leaves: Callable[..., Any]) -> None:
    """At every step of the first, a second that names it: none is begun beside it."""
    bench.confirmed()
    for _, act in [(None, lambda: None), *bench.ceremony()]:
        act()
        bench.sync()
        files = files_at(bench.contractor)
        true = Params.parse(files[PARAMS], PARAMS)
        named = sha256_hex(files[FREEZE] if FREEZE in files else files[PARAMS])
        second = Params("hiking-2026-2", named, true.courses, true.max_size, true.max_tickets)
        sent = {PARAMS: second.to_bytes(), SEAL: b"0" * 64 + b"  reveal-contractor.txt\n"}
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, sent, PARAMS, draw="hiking-2026-2")()
        assert "別の抽選の記録" in raised.value.what
