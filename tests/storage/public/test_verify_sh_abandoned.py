"""verify.sh over a draw that was given up: checked as far as it went, and never where its result was fixed."""

import random

import pytest

from core.canonical import sha256_hex
from core.draw.abandoned import REASON_WORDS, Reached, Reason
from core.draw.steps import NO_DICE, Dice
from core.errors import IntegrityFailure
from core.roles import SITE_WORDS, Site
from tests.core.draw.played import Played, play
from tests.storage.public.folders import (
    ABANDONED,
    BEACON,
    PLACES,
    Checker,
    change,
    differing_dice,
    give_up,
    plain,
    with_events,
)


@pytest.mark.parametrize("reached", Reached)
def test_an_abandoned_draw_is_checked_as_far_as_it_went(checker: Checker, reached: Reached) -> None:
    checker.lay(give_up(reached))
    done = checker.run()
    assert (done.returncode, done.stderr) == (0, b"")
    told = done.stdout.decode()
    words = {"rules": "規則", "freeze": "名簿の確定", "opened": "開封", "dice": "さいころ"}
    assert told.count("\n") == 1
    assert "取りやめとなりました" in told and "一致しました" not in told
    assert told.count(f"「{words[reached]}」") == told.count("公開の場で正しく行えなかった") == 2


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_as_the_product_tells_it(checker: Checker, reason: Reason) -> None:
    checker.lay(give_up(Reached.RULES, reason=reason))
    assert REASON_WORDS[reason] in checker.run().stdout.decode()


@pytest.mark.parametrize("party", Site)
def test_the_word_of_one_site_is_told_as_one(checker: Checker, party: Site) -> None:
    checker.lay(give_up(Reached.FREEZE, party))
    done = checker.run()
    assert done.returncode == 0, done.stderr.decode()
    assert f"{SITE_WORDS[party]}が取りやめを申し出て" in done.stdout.decode()
    assert "取りやめとなりました" not in done.stdout.decode()


def test_dice_that_agree_cannot_be_abandoned(checker: Checker) -> None:
    for played in (ABANDONED, play(BEACON)):
        same = {"dice-ward.txt": played.files["dice-ward.txt"]}
        checker.lay(give_up(Reached.DICE, played=played, more=same))
        done = checker.run()
        assert done.returncode != 0
        assert "abandoned-" in done.stderr.decode()
        checker.lay(give_up(Reached.DICE, played=played, more=differing_dice(played)))
        assert checker.run().returncode == 0


def test_two_values_of_a_beacon_are_a_reason_to_abandon(checker: Checker) -> None:
    played = play(BEACON)
    checker.lay(give_up(Reached.DICE, played=played, more=differing_dice(played)))
    assert checker.run().returncode == 0


@pytest.mark.parametrize("name", ["result.txt", "seed-input.txt", "events.txt", "head-ward.txt"])
def test_nothing_of_a_result_lies_in_an_abandoned_draw(checker: Checker, name: str) -> None:
    data = with_events(4).files[name]
    checker.lay(give_up(Reached.DICE, more={name: data}))
    done = checker.run()
    assert done.returncode != 0
    assert name in done.stderr.decode()


def test_a_whole_draw_with_a_word_against_it_is_refused(checker: Checker) -> None:
    checker.lay(ABANDONED.files | give_up(Reached.DICE, Site.CONTRACTOR))
    assert checker.run().returncode != 0


def test_the_step_said_to_be_reached_must_be_there(checker: Checker) -> None:
    told = {name: data for name, data in give_up(Reached.DICE).items() if name.startswith("abandoned-")}
    for reached in (Reached.RULES, Reached.FREEZE, Reached.OPENED):
        checker.lay(give_up(reached) | told)
        done = checker.run()
        assert done.returncode != 0
        assert "dice-" in done.stderr.decode()


def test_no_step_may_be_missing_before_the_last(checker: Checker) -> None:
    files = give_up(Reached.DICE)
    for name in PLACES[Reached.OPENED]:
        checker.lay({other: data for other, data in files.items() if other != name})
        done = checker.run()
        assert done.returncode != 0, name
        assert name in done.stderr.decode()


def test_a_seal_is_not_shown_before_the_opening(checker: Checker) -> None:
    early = {"reveal-ward.txt": ABANDONED.files["reveal-ward.txt"]}
    checker.lay(give_up(Reached.FREEZE, more=early))
    assert checker.run().returncode != 0


@pytest.mark.parametrize("played", [ABANDONED, play(BEACON)], ids=["dice", "dice and beacon"])
def test_any_changed_character_of_an_abandoned_draw_is_refused(checker: Checker, played: Played) -> None:
    # Where it stops, nothing binds the dice (they differ, or one lacks): those are for the signatures.
    files = plain(give_up(Reached.DICE, played=played, more=differing_dice(played)))
    chance = random.Random(20261124)
    for name in sorted(files):
        for _ in range(4):
            changed = change(files[name], chance)
            if name.startswith("dice-") and b"digits=" in changed and still_dice(changed, name, played):
                continue
            checker.lay(files | {name: changed})
            assert changed == files[name] or checker.run().returncode != 0, (name, changed)


def still_dice(data: bytes, name: str, played: Played) -> bool:
    """Whether these are dice that could have fallen after that opening."""
    try:
        dice = Dice.parse(data, name)
    except IntegrityFailure:
        return False
    beacon = dice.beacon[:2] if dice.beacon else None
    if beacon and dice.digits != NO_DICE:
        return False
    return dice.opened == sha256_hex(played.files["opened.txt"]) and beacon == played.params.beacon
