"""Killed at any moment of an import, of a step of the draw, of a sync, of a change of keys: nothing acknowledged is
lost, nothing is doubled, nothing lies in clear, and the same command again completes it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest

from core.people.kana import to_katakana
from tests.faults.killing import Death, count_moments, kill_after, kill_at
from tests.journeys.acting import APPLICANTS, Machine, Sites, export
from tests.journeys.seeking import hits, kana_forms, needles, phone_forms

At = Callable[..., Sites]
SECRETS = needles(
    chain.from_iterable(
        (*kana_forms(to_katakana(f"{row[1]} {row[2]}")), *phone_forms(row[6].replace("-", "")), row[7])
        for row in APPLICANTS
        if row[6]
    )
)


@dataclass(frozen=True)
class Scene:
    """A command to be killed, and what must hold of it."""

    stage: str
    prepare: Callable[[Sites], None]
    words: Callable[[Sites], tuple[object, ...]]
    machine: Callable[[Sites], Machine]
    check: Callable[[Sites, Death], None]


def whole(said: str) -> bool:
    """Whether the command lived long enough to say that it had done it."""
    try:
        json.loads(said)
    except ValueError:
        return False
    return True


# -- the scenes -----------------------------------------------------------------------------------------------


def check_import(sites: Sites, death: Death) -> None:
    machine = sites.contractor
    with machine.looking() as tx:
        there = len(tx.applications.all()), tx.sources.count()
    assert there in {(0, 0), (9, 9)}, "a file is taken in as a whole or not at all"
    if whole(death.said):
        assert there == (9, 9), "the command had said that it was done"
    again = machine.do("intake", "import", sites.base / "export.csv")["files"][0]
    assert (again["accepted"] + again["held"], again["already"]) == ((9, 0) if there == (0, 0) else (0, 9))
    with machine.looking() as tx:
        assert sorted(a.receipt or "" for a in tx.applications.all()) == [row[0] for row in APPLICANTS]
        assert tx.sources.count() == 9
    imports = [x for x in machine.do("ledger", "list")["lines"] if (x["act"], x["qty"]) == ("intake", 9)]
    assert len(imports) == 1


def check_freeze(sites: Sites, death: Death) -> None:
    contractor = sites.contractor
    step = contractor.do("lottery", "status")["step"]
    assert step in {"freeze_contractor", "freeze_ward"}
    if whole(death.said):
        assert step == "freeze_ward"
    if step == "freeze_contractor":
        contractor.do("lottery", "freeze")
    else:
        contractor.refused("lottery", "freeze", code=3)
    with contractor.looking() as tx:
        assert len([row for row in tx.bundles.list("out") if row.kind == "draw"]) == 2
    sites.sync(1)
    assert sites.ward.do("lottery", "freeze")["step"] == "open_contractor"


def send_to_ward(sites: Sites) -> None:
    sites.contractor.do("intake", "send")
    sites.contractor.do("sync")


def check_sync(sites: Sites, death: Death) -> None:
    ward = sites.ward
    with ward.looking() as tx:
        there = len(tx.applications.all())
    assert there in {1, 11}, "a bundle is taken in as a whole or not at all"
    if whole(death.said):
        assert there == 11
    ward.do("sync")
    sites.sync(1)
    with ward.looking() as tx:
        assert len(tx.applications.all()) == 11
        assert [row.kind for row in tx.bundles.list("in")].count("applicants") == 1
        theirs = {a.record: a.version_hash for a in tx.applications.all()}
    with sites.contractor.looking() as tx:
        assert {a.record: a.version_hash for a in tx.applications.all()} == theirs
        assert all(row.settled for row in tx.bundles.list("out") if row.channel == "cw")
    assert list((ward.folder / "inbox").iterdir()) == []
    received = [
        x
        for x in ward.do("ledger", "list")["lines"]
        if (x["act"], x["content"]) == ("receive", "applications")
    ]
    assert len(received) == 1


SCENES = {
    "import": Scene(
        "found",
        lambda sites: (sites.base / "export.csv").write_bytes(export()) and None,
        lambda sites: ("intake", "import", sites.base / "export.csv"),
        lambda sites: sites.contractor,
        check_import,
    ),
    "draw": Scene(
        "review",
        lambda sites: None,
        lambda sites: ("lottery", "freeze"),
        lambda sites: sites.contractor,
        check_freeze,
    ),
    "sync": Scene("apply", send_to_ward, lambda sites: ("sync",), lambda sites: sites.ward, check_sync),
}


def offer(sites: Sites) -> None:
    """The contractor offers its next card, and something sealed with the present keys is on its way behind it."""
    sites.contractor.do("partner", "renew")
    sites.sync(1)
    sites.ward.do("sync")
    sites.contractor.do("intake", "send")


def check_renew(sites: Sites, death: Death) -> None:
    ward = sites.ward
    stage = ward.do("partner", "status")["stage"]
    assert stage in {"asked", "ending", "none"}
    if whole(death.said):
        assert stage != "asked"
    if stage == "asked":
        ward.do("partner", "renew")
    sites.sync(4)
    for machine in sites.both:
        told = machine.do("partner", "status")
        assert (told["stage"], told["epoch"]) == ("none", 2)
        with machine.looking() as tx:
            assert all(row.settled for row in tx.bundles.list("out") if row.channel != "wd")
        assert len([x for x in machine.do("ledger", "list")["lines"] if x["act"] == "renew"]) == 1
        assert [path.name for path in (machine.folder / "courier").glob("key*")] == ["key-2"]
    with ward.looking() as tx:
        assert len(tx.applications.all()) == 11


SCENES["renew"] = Scene(
    "apply", offer, lambda sites: ("partner", "renew"), lambda sites: sites.ward, check_renew
)
_lived: dict[str, tuple[int, float]] = {}


def lives(at: At, name: str) -> tuple[int, float]:
    """(moments, seconds) of the scene's command when it is let live; found out once."""
    if name not in _lived:
        scene = SCENES[name]
        sites = at(scene.stage, f"{name}-alive")
        scene.prepare(sites)
        begun = time.monotonic()
        moments = count_moments(scene.machine(sites), *scene.words(sites))
        _lived[name] = moments, time.monotonic() - begun
    return _lived[name]


def nobody_in_clear(sites: Sites) -> None:
    places = [
        *(machine.folder for machine in sites.both),
        sites.remote,
        sites.base / "tmp",
        sites.base / "state",
    ]
    assert hits([place for place in places if place.exists()], SECRETS) == []


def killed(at: At, name: str, seed: int, *, from_outside: bool) -> None:
    scene = SCENES[name]
    moments, seconds = lives(at, name)
    chance = random.Random(f"{name} {seed}")
    sites = at(scene.stage)
    scene.prepare(sites)
    machine, words = scene.machine(sites), scene.words(sites)
    if from_outside:
        death = kill_after(machine, seconds * chance.uniform(0.2, 1.0), *words)
    else:
        death = kill_at(machine, chance.randint(1, moments), *words)
        assert not death.survived
    nobody_in_clear(sites)
    machine.sound()
    scene.check(sites, death)
    for each in sites.both:
        each.sound()
    nobody_in_clear(sites)


@pytest.mark.parametrize("name", SCENES)
def test_there_are_many_moments_at_which_to_die(at: At, name: str) -> None:
    """The wrapper must count, or every test below would prove nothing."""
    assert lives(at, name)[0] > 100


def test_the_search_would_find_people(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_bytes(export())
    assert len({needle for _, needle in hits([tmp_path], SECRETS)}) >= 8


@pytest.mark.parametrize(
    ("name", "seed"),
    [(name, seed) for seed in range(2) for name in SCENES],  # `make faults` has them by the hundred
    ids=lambda value: str(value),
)
def test_killed_at_a_chosen_moment_a_command_leaves_a_vault_that_goes_on(
    at: At, name: str, seed: int
) -> None:
    killed(at, name, seed, from_outside=False)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(100, 200))
def test_killed_again_and_again_commands_leave_vaults_that_go_on(at: At, seed: int) -> None:
    killed(at, list(SCENES)[seed % len(SCENES)], seed, from_outside=seed % 2 == 0)
