"""A draw given up is signed by both, says how far it came, and cannot be one whose result was fixed."""

import dataclasses

import pytest

from core.draw.abandoned import Abandoned, Reached, Reason, reached_by
from core.draw.roll import Roll
from core.draw.steps import Dice, Freeze
from core.draw.verify import DrawReport, FindingCode, verify
from core.roles import Site
from tests.core.draw.played import PUBLIC, play, with_signatures

PLAYED = play()
TEXTS = {name: data for name, data in PLAYED.files.items() if name.endswith(".txt")}
UP_TO = {
    Reached.RULES: ("params.txt",),
    Reached.FREEZE: ("params.txt", "commits.txt", "list.txt", "freeze.txt"),
    Reached.OPENED: (
        *("params.txt", "commits.txt", "list.txt", "freeze.txt"),
        *("reveal-contractor.txt", "reveal-ward.txt", "opened.txt"),
    ),
}
UP_TO[Reached.DICE] = (*UP_TO[Reached.OPENED], "dice-contractor.txt")


def word(party: Site, reached: Reached, reason: Reason = Reason.RULES_CHANGED) -> Abandoned:
    return Abandoned(PLAYED.params.draw, party, PLAYED.params.sha256, reached, reason)


def folder(reached: Reached, *words: Abandoned, more: dict[str, bytes] | None = None) -> dict[str, bytes]:
    files = {name: TEXTS[name] for name in UP_TO[reached]} | (more or {})
    return with_signatures(files | {one.file_name: one.to_bytes() for one in words})


def check(files: dict[str, bytes]) -> DrawReport:
    return verify(files, PUBLIC)


@pytest.mark.parametrize("reached", Reached)
def test_a_draw_abandoned_by_both_is_sound_as_far_as_it_went(reached: Reached) -> None:
    report = check(folder(reached, *(word(party, reached) for party in Site)))
    assert report.sound, report.findings
    assert report.over and not report.complete
    assert [one.reason for one in report.abandoned] == [Reason.RULES_CHANGED] * 2


def test_one_site_alone_ends_nothing() -> None:
    report = check(folder(Reached.FREEZE, word(Site.WARD, Reached.FREEZE)))
    assert report.sound and not report.over


def test_the_step_said_to_be_reached_must_lie_in_the_folder() -> None:
    report = check(folder(Reached.OPENED, *(word(party, Reached.DICE) for party in Site)))
    assert not report.sound


def test_the_roll_of_a_draw_given_up_is_held_to_its_rules() -> None:
    """No result is computed from it, but it was frozen, and what both signed must have been a roll."""
    first, second = PLAYED.roll.lines[:2]
    for bent in (
        first._replace(size=PLAYED.params.max_size + 1),
        first._replace(commitment=second.commitment),
    ):
        roll = Roll.of([bent, *PLAYED.roll.lines[1:]])
        freeze = Freeze.parse(TEXTS["freeze.txt"], "freeze.txt")
        more = {
            "list.txt": roll.to_bytes(),
            "freeze.txt": dataclasses.replace(freeze, roll=roll.sha256).to_bytes(),
        }
        report = check(folder(Reached.FREEZE, *(word(party, Reached.FREEZE) for party in Site), more=more))
        assert {finding.file for finding in report.findings if finding.code is FindingCode.MISMATCH} == {
            "list.txt"
        }


def test_dice_of_another_opening_or_with_a_beacon_nobody_named_are_found_without_a_key() -> None:
    dice = Dice.parse(TEXTS["dice-contractor.txt"], "dice-contractor.txt")
    for bent in (
        dataclasses.replace(dice, opened="0" * 64),
        dataclasses.replace(dice, draw="hiking-2026-2"),
        dataclasses.replace(dice, beacon=("drand-quicknet", "1", "0" * 64)),
    ):
        words = [word(party, Reached.DICE) for party in Site]
        report = check(folder(Reached.DICE, *words, more={"dice-contractor.txt": bent.to_bytes()}))
        assert [(one.file, one.code) for one in report.findings if one.code is not FindingCode.MISSING] == [
            ("dice-contractor.txt", FindingCode.MISMATCH)
        ]


def test_dice_that_agree_cannot_be_abandoned() -> None:
    words = [word(party, Reached.DICE, Reason.NO_WITNESS) for party in Site]
    both = {"dice-ward.txt": TEXTS["dice-ward.txt"]}
    assert not check(folder(Reached.DICE, *words, more=both)).sound
    dice = Dice.parse(TEXTS["dice-ward.txt"], "dice-ward.txt")
    differing = {"dice-ward.txt": dataclasses.replace(dice, digits=dice.digits[::-1]).to_bytes()}
    assert check(folder(Reached.DICE, *words, more=differing)).sound


def test_a_result_cannot_be_abandoned() -> None:
    words = [word(party, Reached.RULES) for party in Site]
    assert not check(with_signatures(TEXTS | {one.file_name: one.to_bytes() for one in words})).sound


def test_the_word_must_be_of_these_rules_and_signed_by_that_site() -> None:
    strange = dataclasses.replace(word(Site.WARD, Reached.FREEZE), params="0" * 64)
    assert not check(folder(Reached.FREEZE, strange)).sound
    good = folder(Reached.FREEZE, word(Site.WARD, Reached.FREEZE))
    good["abandoned-ward.txt.ward.sig"] = good.get("abandoned-ward.txt.contractor.sig", b"0" * 64)
    assert not check(good).sound


@pytest.mark.parametrize("reached", Reached)
def test_how_far_it_came_is_seen_from_the_files(reached: Reached) -> None:
    assert reached_by(dict.fromkeys(UP_TO[reached], b"")) is reached
