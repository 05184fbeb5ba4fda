"""From seal to seed: what makes a site absent, and what stops the draw."""

import dataclasses

import pytest

from core.canonical import sha256_hex
from core.draw.ceremony import freeze, open_seals, seed_input
from core.draw.files import text
from core.draw.roll import ListLine, Roll
from core.draw.steps import NO_DICE, Commits, Dice, Opened, Reveal, SeedInput
from core.errors import IntegrityFailure, Refused
from core.roles import Site
from tests.core.draw.played import DICE, play, rules

DRAW = "hiking-2026-1"
PARAMS = rules()
ROLL = play().roll
MINE, THEIRS = (Reveal(DRAW, site, f"{n:064x}") for n, site in enumerate(Site))
COMMITS = Commits(MINE.sha256, THEIRS.sha256)
FROZEN = freeze(PARAMS, COMMITS, ROLL)


def opened(theirs: bytes | None, commits: Commits = COMMITS) -> Opened:
    shown = {Site.CONTRACTOR: MINE.to_bytes(), Site.WARD: theirs}
    return open_seals(freeze(PARAMS, commits, ROLL), commits, shown)


def test_both_revealed() -> None:
    both = opened(THEIRS.to_bytes())
    assert (both.contractor, both.ward) == (MINE.secret, THEIRS.secret)


def ill_formed() -> bytes:
    return text("hkr1 reveal", f"draw={DRAW}", "party=ward", "secret=short")


@pytest.mark.parametrize(
    ("theirs", "seal"),
    [
        pytest.param(None, None, id="missing"),
        pytest.param(Reveal(DRAW, Site.WARD, "f" * 64).to_bytes(), None, id="not the sealed one"),
        pytest.param(ill_formed(), sha256_hex(ill_formed()), id="sealed ill-formed"),
        pytest.param(
            Reveal("hiking-2025-9", Site.WARD, "f" * 64).to_bytes(),
            Reveal("hiking-2025-9", Site.WARD, "f" * 64).sha256,
            id="of another draw",
        ),
        pytest.param(MINE.to_bytes(), MINE.sha256, id="a copy of the other's seal"),
    ],
)
def test_a_reveal_that_does_not_count_makes_its_site_absent(theirs: bytes | None, seal: str | None) -> None:
    commits = Commits(COMMITS.contractor, seal or COMMITS.ward)
    assert opened(theirs, commits).ward is None
    assert opened(theirs, commits).contractor == MINE.secret


def test_other_seals_than_the_frozen_ones_are_not_opened() -> None:
    with pytest.raises(IntegrityFailure):
        open_seals(FROZEN, Commits(THEIRS.sha256, MINE.sha256), {})


def test_a_roll_beyond_the_rules_is_not_frozen() -> None:
    with pytest.raises(IntegrityFailure):
        freeze(PARAMS, COMMITS, Roll.of([ListLine("0" * 10, 9, 1, ("A",), "0" * 64)]))


OPEN = opened(THEIRS.to_bytes())
ROLLED = {site: Dice(DRAW, OPEN.sha256, site, DICE) for site in Site}


def test_equal_dice_make_the_seed() -> None:
    assert seed_input(PARAMS, OPEN, ROLLED) == SeedInput(DRAW, OPEN.sha256, DICE)


@pytest.mark.parametrize(
    "dice",
    [
        pytest.param({Site.WARD: ROLLED[Site.WARD]}, id="nothing is computed before both exist"),
        pytest.param(
            ROLLED | {Site.WARD: dataclasses.replace(ROLLED[Site.WARD], digits=DICE[::-1])},
            id="different digits stop the draw",
        ),
    ],
)
def test_the_draw_waits_for_both_to_read_the_same_dice(dice: dict[Site, Dice]) -> None:
    with pytest.raises(Refused):
        seed_input(PARAMS, OPEN, dice)


def test_dice_thrown_before_the_opening_do_not_count() -> None:
    early = ROLLED | {Site.WARD: dataclasses.replace(ROLLED[Site.WARD], opened="0" * 64)}
    with pytest.raises(IntegrityFailure):
        seed_input(PARAMS, OPEN, early)


def test_the_beacon_stands_in_the_seed_exactly_when_the_rules_name_one() -> None:
    name = ("drand-quicknet", "31415926")
    value = (*name, "9" * 64)
    found = {site: dataclasses.replace(dice, digits=NO_DICE, beacon=value) for site, dice in ROLLED.items()}
    thrown = {site: dataclasses.replace(dice, beacon=value) for site, dice in ROLLED.items()}
    named = rules(beacon=name)
    assert seed_input(named, OPEN, found).beacon == value
    for params, dice in (
        (named, ROLLED),
        (named, thrown),  # digits that could be chosen once the value is out
        (PARAMS, found),
        (rules(beacon=(name[0], "7")), found),
    ):
        with pytest.raises(IntegrityFailure):
            seed_input(params, OPEN, dice)


def test_two_values_of_one_beacon_stop_the_draw() -> None:
    name = ("drand-quicknet", "31415926")
    found = {
        site: dataclasses.replace(ROLLED[site], digits=NO_DICE, beacon=(*name, digit * 64))
        for site, digit in zip(Site, "89", strict=True)
    }
    with pytest.raises(Refused):
        seed_input(rules(beacon=name), OPEN, found)


def test_every_part_of_chance_changes_the_seed() -> None:
    seeds = {
        seed_input(PARAMS, OPEN, ROLLED).seed,
        SeedInput(DRAW, OPEN.sha256, DICE[::-1]).seed,
        SeedInput(DRAW, opened(None).sha256, DICE).seed,
        SeedInput(DRAW, OPEN.sha256, DICE, ("drand", "1", "0" * 64)).seed,
    }
    assert len(seeds) == 4
