"""Any command that writes, killed at a moment chosen by chance: the vault opens, and what was there or acknowledged still is."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.faults.killing import count_moments, kill_at
from tests.faults.scenes import SCENES
from tests.faults.struck import kept_of, rows_of
from tests.faults.test_kills import nobody_in_clear, whole
from tests.journeys.acting import Sites

At = Callable[..., Sites]
HAND = sorted(random.Random("killed anywhere").sample(sorted(SCENES), 1))
PAPERS = {"papers notices", "papers ledger", "person disclose", "handover slip", "handover label"}
"""Write what people print, in clear, where they said."""


def killed_in(at: At, name: str, chance: random.Random) -> None:
    scene = SCENES[name]
    living = at(scene.stage, "alive")
    words = scene.words(living)
    moments = count_moments(scene.machine(living), *words)
    expected = rows_of(scene.machine(living))
    sites = at(scene.stage, "killed")
    words, machine = scene.words(sites), scene.machine(sites)
    lines, people = kept_of(machine)
    death = kill_at(machine, chance.randint(1, moments), *words)
    for name_ in ("export.csv", "late.csv"):
        (sites.base / name_).unlink(missing_ok=True)
    if name not in PAPERS:
        nobody_in_clear(sites)
    after, still = kept_of(machine)
    assert after[: len(lines)] == lines and people <= still
    if whole(death.said):
        assert rows_of(machine) == expected, "it had said that it was done"
    again = machine.run(*words) if not name.startswith("intake import") else None
    assert again is None or again.code in (0, 2, 3), again.err
    machine.sound()


@pytest.mark.parametrize("name", HAND)
def test_any_command_killed_leaves_a_vault_that_goes_on(at: At, name: str) -> None:
    killed_in(at, name, random.Random(f"kill {name}"))


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", SCENES)
def test_every_command_killed_again_and_again(at: At, name: str, seed: int) -> None:
    killed_in(at, name, random.Random(f"kill {name} {seed}"))
