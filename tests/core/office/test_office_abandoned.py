"""A draw that cannot go on is given up by both, never silently, never once its result is fixed; the next one names it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.draw.abandoned import Abandoned, Reached, Reason, abandoned_name
from core.draw.rules import PARAMS, Params
from core.draw.signing import signature_name
from core.draw.steps import FREEZE, OPENED, Opened
from core.draw.verify import verify
from core.errors import IntegrityFailure, Refused
from core.office.drawing import Step
from core.roles import Site

DICE = "08365512907744019283"
OTHER = "18365512907744019283"


def files_of(bureau: Any, draw: str) -> dict[str, bytes]:
    with bureau.store.read() as tx:
        return dict(tx.draws.files(draw))


def parts(bench: Any) -> list[tuple[Any, Callable[[], object]]]:
    """All parts of a ceremony, the two seals first."""
    seals = [(one, one.office.lottery.seal) for one in (bench.contractor, bench.ward)]
    return [*seals, *bench.ceremony()]


def until(bench: Any, count: int, start: int = 2) -> None:
    """Parts of the ceremony up to the `count`-th; `bench.confirmed` has held the first two."""
    for _, act in parts(bench)[start:count]:
        act()
        bench.sync()


def again(bench: Any, count: int = 9) -> None:
    """The next draw, from its seals on."""
    until(bench, count, 0)


def give_up(bench: Any, first: Any, reason: Reason = Reason.NO_WITNESS) -> None:
    first.office.lottery.abandon(reason)
    bench.sync()
    bench.other(first).office.lottery.abandon(reason)
    bench.sync()


@pytest.mark.parametrize("reached", range(2, 8))
@pytest.mark.parametrize("who", ["contractor", "ward"])
def test_either_site_can_begin_to_give_up_until_the_dice_are_there(
    bench: Any, reached: int, who: str
) -> None:
    bench.confirmed()
    until(bench, reached)
    first = getattr(bench, who)
    give_up(bench, first)
    for bureau in (bench.contractor, bench.ward):
        status = bureau.office.lottery.status()
        assert status.abandoned == ("hiking-2026-1",)
        assert (status.draw, status.step) == ("hiking-2026-2", Step.SEAL_CONTRACTOR)


def test_the_draw_made_again_names_the_one_given_up_and_comes_to_a_result(bench: Any) -> None:
    bench.confirmed()
    until(bench, 4)
    give_up(bench, bench.ward)
    first = files_of(bench.contractor, "hiking-2026-1")
    again(bench)
    assert bench.ward.office.lottery.status().step is Step.DONE
    params = Params.parse(files_of(bench.ward, "hiking-2026-2")[PARAMS], PARAMS)
    assert params.previous == sha256_hex(first[FREEZE])
    bench.contractor.office.participants.send()
    bench.sync()
    assert bench.ward.office.participants.list("A")


def test_rules_given_up_before_a_freeze_use_up_their_number_too(bench: Any) -> None:
    bench.confirmed()
    until(bench, 1)
    give_up(bench, bench.contractor, Reason.RULES_CHANGED)
    first = files_of(bench.ward, "hiking-2026-1")
    again(bench, 1)
    params = Params.parse(files_of(bench.ward, "hiking-2026-2")[PARAMS], PARAMS)
    assert params.previous == sha256_hex(first[PARAMS])


def test_the_programme_can_be_changed_once_the_draw_is_given_up_and_not_before(bench: Any) -> None:
    bench.confirmed()
    until(bench, 2)
    with bench.contractor.store.read() as tx:
        text = tx.settings.get("programme")
    with pytest.raises(Refused):
        bench.contractor.office.rules.set(text)
    give_up(bench, bench.contractor, Reason.RULES_CHANGED)
    bench.contractor.office.rules.set(text.replace("capacity = 2", "capacity = 1"))
    again(bench, 2)
    assert bench.ward.office.lottery.status().draw == "hiking-2026-2"


def test_dice_that_differ_at_both_sites_leave_only_giving_up(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.confirmed()
    until(bench, 6)
    bench.contractor.office.lottery.dice(DICE)
    bench.ward.office.lottery.dice(OTHER)
    bench.sync()
    for bureau in (bench.contractor, bench.ward):
        assert bureau.office.lottery.status().step is Step.DICE_DIFFER
        for act in (bureau.office.lottery.draw, lambda bureau=bureau: bureau.office.lottery.dice(DICE)):
            with leaves(bureau, Refused):
                act()
    give_up(bench, bench.contractor, Reason.DICE_DIFFER)
    assert bench.ward.office.lottery.status().draw == "hiking-2026-2"
    _, public = bench.ward.office.publication.files("hiking-2026-1")
    assert {"dice-contractor.txt", "dice-ward.txt", "abandoned-ward.txt"} <= public.keys()


def test_a_second_draw_after_an_unwelcome_result_is_refused(bench: Any, leaves: Callable[..., Any]) -> None:
    """Attack: a second draw. By hand, and forged by either site with its true key."""
    bench.drawn()
    for bureau in (bench.contractor, bench.ward):
        with leaves(bureau, Refused):
            bureau.office.lottery.abandon(Reason.NO_WITNESS)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.lottery.seal()
    files = files_of(bench.contractor, "hiking-2026-1")
    for sender in (bench.contractor, bench.ward):
        word = Abandoned(
            "hiking-2026-1", sender.site, sha256_hex(files[PARAMS]), Reached.DICE, Reason.NO_WITNESS
        )
        sent = bench.signed(sender, {word.file_name: word.to_bytes()}, word.file_name)
        with leaves(bench.other(sender), IntegrityFailure):
            bench.forge(sender, "draw", {"draw.txt": b"hiking-2026-1\n", **sent}, {"files": 2})()
    second = Params.parse(files[PARAMS], PARAMS)
    again = Params(
        "hiking-2026-2", sha256_hex(files[FREEZE]), second.courses, second.max_size, second.max_tickets
    )
    seal = {"seal-contractor.txt": b"0" * 64 + b"  reveal-contractor.txt\n"}
    sent = bench.signed(bench.contractor, {PARAMS: again.to_bytes()}, PARAMS) | seal
    with leaves(bench.ward, IntegrityFailure):
        bench.forge(bench.contractor, "draw", {"draw.txt": b"hiking-2026-2\n", **sent}, {"files": 3})()


def test_giving_up_once_the_dice_agree_has_no_force(bench: Any) -> None:
    """The race: the contractor gives up while the ward's equal dice are on their way. The result stands."""
    bench.confirmed()
    until(bench, 6)
    bench.contractor.office.lottery.dice(DICE)
    bench.carry(bench.contractor)
    bench.ward.office.exchange.import_waiting()
    bench.ward.office.lottery.dice(DICE)
    bench.contractor.office.lottery.abandon(Reason.NO_WITNESS)
    bench.sync()
    if bench.contractor.office.lottery.status().step is not Step.DONE:
        bench.contractor.office.lottery.draw()
        bench.sync()
    for bureau in (bench.contractor, bench.ward):
        assert bureau.office.lottery.status().step is Step.DONE
        _, public = bureau.office.publication.files()
        assert not any(name.startswith("abandoned") for name in public)


def test_parts_that_cross_a_word_against_the_draw_do_not_block_the_line(bench: Any) -> None:
    bench.confirmed()
    until(bench, 2)
    bench.ward.office.lottery.abandon(Reason.RULES_CHANGED)
    bench.contractor.office.lottery.freeze()
    bench.sync()
    assert bench.contractor.office.lottery.status().step is Step.ABANDON_CONTRACTOR
    bench.contractor.office.lottery.abandon(Reason.RULES_CHANGED)
    bench.sync()
    mine, theirs = (files_of(one, "hiking-2026-1") for one in (bench.contractor, bench.ward))
    assert mine[FREEZE] == theirs[FREEZE]
    again(bench, 2)
    assert bench.ward.office.lottery.status().draw == "hiking-2026-2"


def test_a_site_that_gave_up_sends_no_more_parts(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.confirmed()
    until(bench, 2)
    bench.contractor.office.lottery.abandon(Reason.RULES_CHANGED)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.lottery.freeze()
    bench.sync()
    with leaves(bench.ward, Refused):
        bench.ward.office.lottery.seal()


def test_an_abandoned_draw_is_sound_and_says_so_when_it_is_published(bench: Any) -> None:
    bench.confirmed()
    until(bench, 4)
    give_up(bench, bench.ward, Reason.ROLL_WRONG)
    for bureau in (bench.contractor, bench.ward):
        _, public = bureau.office.publication.files("hiking-2026-1")
        report = verify(public, keys(public))
        assert report.sound and report.over, report.findings


def keys(public: dict[str, bytes]) -> dict[Site, Any]:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return {site: load_pem_public_key(public[f"{site}.pem"]) for site in Site}


# -- ABSENT -----------------------------------------------------------------------------------------------------


def test_a_ward_that_keeps_its_seal_shut_is_absent_before_the_dice(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.confirmed()
    until(bench, 3)
    bench.ward.office.lottery.freeze(absent=True)
    bench.sync()
    told = bench.contractor.office.lottery.status()
    assert told.unopened and "相手欠席で開封" in told.sentence
    with leaves(bench.contractor, Refused):
        bench.contractor.office.lottery.open_seals()
    bench.contractor.office.lottery.open_seals(absent=True)
    bench.sync()
    bench.ward.office.lottery.open_seals()
    bench.sync()
    for bureau in (bench.contractor, bench.ward):
        bureau.office.lottery.dice(DICE)
        bench.sync()
    bench.contractor.office.lottery.draw()
    bench.sync()
    for bureau in (bench.contractor, bench.ward):
        _draw, public = bureau.office.publication.files()
        assert bureau.office.lottery.status().step is Step.DONE
        assert Opened.parse(public[OPENED], OPENED).ward is None
        assert "reveal-ward.txt" not in public, "a seal kept shut is never published"
        assert verify(public, keys(public)).ok


def test_absent_chosen_late_is_refused(bench: Any, leaves: Callable[..., Any]) -> None:
    """Attack: `ABSENT` chosen late. The contractor has the ward's secret, and claims that it never came."""
    bench.confirmed()
    until(bench, 4)
    files = files_of(bench.contractor, "hiking-2026-1")
    honest = bench.bent(
        bench.contractor,
        bench.contractor.office.lottery.open_seals,
        lambda sent: bend_opened(bench, sent, files),
    )
    with leaves(bench.ward, IntegrityFailure):
        honest()


def bend_opened(bench: Any, sent: dict[str, bytes], files: dict[str, bytes]) -> dict[str, bytes]:
    true = Opened.parse(sent[OPENED], OPENED)
    bent = Opened(true.draw, true.freeze, true.contractor, None)
    return {**sent, **bench.signed(bench.contractor, {OPENED: bent.to_bytes()}, OPENED)}


# -- beacon -----------------------------------------------------------------------------------------------------

BEACON = ("drand-quicknet", "99999999")


def again_from_ward(bench: Any) -> None:
    """From the ward's seal to its signature under the opening."""
    until(bench, 6, 1)


def test_a_beacons_value_is_looked_up_by_each_site_and_must_be_alike(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.confirmed()
    give_up(bench, bench.ward)
    bench.contractor.office.lottery.seal(BEACON)
    bench.sync()
    again_from_ward(bench)
    assert bench.ward.office.flow.status().sentence == "抽選: 公開乱数の値を入力する"
    assert "さいころは振りません" in bench.contractor.office.lottery.status().sentence
    with leaves(bench.contractor, Refused):  # not published yet
        bench.contractor.office.lottery.dice("", "ab" * 32)
    for bureau in (bench.contractor, bench.ward):
        bureau.moment += dt.timedelta(days=365 * 10)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.lottery.dice("")
    bench.contractor.office.lottery.dice("", "ab" * 32)
    bench.sync()
    with leaves(bench.ward, Refused):
        bench.ward.office.lottery.dice("", "ac" * 32)
    bench.ward.office.lottery.dice("", "AB" * 32)
    bench.sync()
    bench.contractor.office.lottery.draw()
    bench.sync()
    _, public = bench.ward.office.publication.files()
    assert verify(public, keys(public)).ok


@pytest.mark.parametrize("beacon", [("drand-quicknet", "1"), ("drand-default", "7")])
def test_a_beacon_that_is_already_known_is_refused(
    bench: Any, leaves: Callable[..., Any], beacon: tuple[str, str]
) -> None:
    bench.confirmed()
    give_up(bench, bench.ward)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.lottery.seal(beacon)


def test_without_a_beacon_in_the_rules_no_value_is_taken(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.confirmed()
    until(bench, 6)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.lottery.dice(DICE, "ab" * 32)


def test_the_word_against_a_draw_is_signed_by_its_site_alone(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.confirmed()
    until(bench, 2)
    files = files_of(bench.contractor, "hiking-2026-1")
    theirs = Abandoned(
        "hiking-2026-1", Site.WARD, sha256_hex(files[PARAMS]), Reached.RULES, Reason.NO_WITNESS
    )
    name = abandoned_name(Site.WARD)
    forged = {name: theirs.to_bytes(), signature_name(name, Site.WARD): b"0" * 64}
    with leaves(bench.ward, IntegrityFailure):
        bench.forge(bench.contractor, "draw", {"draw.txt": b"hiking-2026-1\n", **forged}, {"files": 2})()
