"""One command on a machine that breaks, and what must hold afterwards: nothing acknowledged is lost, nothing half is believed,
the person is told what, where and what next, and the vault goes on."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.breaking import FULL, run_broken
from tests.faults.killing import count_moments, kill_at
from tests.faults.scenes import SCENES, Scene, Words
from tests.journeys.acting import Machine, Result, Sites

JAPANESE = re.compile("[ぁ-ヶ]")
Give = Callable[[str, str], Sites]
"""A copy of the sites after a stage, in a folder of that name."""


@dataclass(frozen=True)
class Alive:
    """What the command does when nothing breaks."""

    moments: int
    rows: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """What came of one strike. `done`: the command ended well all the same."""

    done: bool
    what: str


def rows_of(machine: Machine) -> dict[str, int]:
    """How many rows every table has, but for who looked when."""
    return {name: len(rows) for name, rows in machine.tables().items()}


def kept_of(machine: Machine) -> tuple[list[bytes], set[str]]:
    """What was acknowledged and can never go again: ledger lines, and who applied."""
    with machine.looking() as tx:
        return list(tx.ledger.lines(machine.site)), {one.record for one in tx.applications.all()}


def alive(give: Give, name: str) -> Alive:
    """The command let live on a copy of its own."""
    scene = SCENES[name]
    sites = give(scene.stage, f"{name} alive")
    words = scene.words(sites)
    result, disk = run_broken(scene.machine(sites), FULL, 0, words)
    assert result.code == 0, (name, result.err)
    return Alive(disk.moments, rows_of(scene.machine(sites)))


def told(result: Result) -> str:
    """What the person was told. Raises `AssertionError` where one of the three is missing, or anything else was shown."""
    assert "Traceback" not in result.err and "予期しない" not in result.err, result.err
    try:
        error = json.loads(result.out)["error"]
    except ValueError:
        raise AssertionError(f"not one JSON document: {result.out[-300:]} {result.err[-200:]}") from None
    assert JAPANESE.search(error["what"]), error
    assert error["where"] and error["next_step"], error
    return str(error["what"])


def strike(give: Give, name: str, way: str, at: int, living: Alive) -> Outcome:
    """The command on a disk that breaks in that way at that moment. Raises `AssertionError` where anything is not as it must be."""
    scene = SCENES[name]
    sites = give(scene.stage, f"{name} {way} {at}")
    machine, words = scene.machine(sites), scene.words(sites)
    lines, people = kept_of(machine)
    result, disk = run_broken(machine, way, at, words)
    assert disk.struck, "the moment never came"
    what = "" if result.code == 0 else told(result)
    if result.code == 0:
        assert rows_of(machine) == living.rows, "it said that it was done"
    after, still = kept_of(machine)
    assert after[: len(lines)] == lines and people <= still, "what was acknowledged before is gone"
    goes_on(sites, scene, words, result)
    machine.sound()
    return Outcome(result.code == 0, what)


def goes_on(sites: Sites, scene: Scene, words: Words, first: Result) -> None:
    """On a good disk the same command ends well, or is refused because it was done; and both sites exchange what there is."""
    machine = scene.machine(sites)
    if first.code:
        again = machine.run(*words)
        assert again.code in (0, 2, 3), (words, again.err)
        assert not again.code or JAPANESE.search(json.loads(again.out)["error"]["what"])
    if words[0] != "courier":
        sites.sync(1)


def killed(give: Give, name: str, chance: random.Random) -> None:
    """The command, as a process, killed at a moment of `chance`'s. Raises `AssertionError` as `strike` does."""
    scene = SCENES[name]
    sites = give(scene.stage, f"{name} alive")
    words, machine = scene.words(sites), scene.machine(sites)
    moments = count_moments(machine, *words)
    expected = rows_of(machine)
    sites = give(scene.stage, f"{name} killed")
    words, machine = scene.words(sites), scene.machine(sites)
    lines, people = kept_of(machine)
    death = kill_at(machine, chance.randint(1, moments), *words)
    for left in ("export.csv", "late.csv"):
        (sites.base / left).unlink(missing_ok=True)  # a person's own files
    after, still = kept_of(machine)
    assert after[: len(lines)] == lines and people <= still, "what was acknowledged before is gone"
    if said_whole(death.said):
        assert rows_of(machine) == expected, "it had said that it was done"
    if name != "intake import":
        again = machine.run(*words)
        assert again.code in (0, 2, 3), again.err
    machine.sound()


def said_whole(said: str) -> bool:
    """Whether the command lived long enough to say that it had done it."""
    try:
        json.loads(said)
    except ValueError:
        return False
    return True
