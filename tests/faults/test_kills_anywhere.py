"""Any command that writes, killed at a moment chosen by chance: the vault opens, and what was there or acknowledged still is."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenes import SCENES
from tests.faults.struck import killed
from tests.journeys.acting import Sites

At = Callable[..., Sites]


def killed_in(at: At, tmp_path: Path, name: str, seed: str) -> None:
    count = iter(range(9))
    killed(lambda stage, _: at(stage, f"sites-{next(count)}"), name, random.Random(f"kill {name} {seed}"))


def test_a_command_killed_leaves_a_vault_that_goes_on(at: At, tmp_path: Path) -> None:
    name = random.Random("killed anywhere").choice(sorted(SCENES))
    killed_in(at, tmp_path, name, "everyday")


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", SCENES)
def test_every_command_killed_again_and_again(at: At, tmp_path: Path, name: str, seed: int) -> None:
    killed_in(at, tmp_path, name, str(seed))
