"""A disk that is full, fails or turns read-only while a command writes: nothing acknowledged is lost, nothing half is believed,
and the person is told what, where and what next.

Every run strikes each command once, at a moment and in a way of the day's choice; `make faults` strikes every moment in every
way (docs/broken-machines.md has the sums).
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.breaking import FAILING, FULL, READ_ONLY, WAYS, breaking
from tests.faults.scenes import ELSEWHERE, LIKE, LOOKING, SCENES, every_command
from tests.faults.struck import Alive, Give, alive, strike
from tests.journeys.acting import Sites
from tests.journeys.desks import YES, Desk, sit

At = Callable[..., Sites]
_alive: dict[str, Alive] = {}


@pytest.fixture
def give(at: At, tmp_path: Path) -> Give:
    """One copy at a time."""

    def copy(stage: str, name: str) -> Sites:
        shutil.rmtree(tmp_path / "sites", ignore_errors=True)
        return at(stage)

    return copy


def living(give: Give, name: str) -> Alive:
    """What the command does when it is let live; found out once."""
    if name not in _alive:
        _alive[name] = alive(give, name)
    return _alive[name]


def test_every_command_is_broken_here_or_it_is_said_where() -> None:
    """A new command fails this until it is."""
    here = [set(SCENES), set(ELSEWHERE), set(LIKE), {one.replace(" ", "-") for one in LOOKING}]
    for index, some in enumerate(here):
        for others in here[index + 1 :]:
            assert not some & others
    listed = set(SCENES) | set(ELSEWHERE) | set(LIKE)
    commands = set(every_command())
    assert {one for one in commands - listed if one.replace(" ", "-") not in LOOKING} == set()
    assert listed <= commands and {one.replace(" ", "-") for one in commands} >= LOOKING
    assert set(LIKE.values()) <= set(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_a_command_on_a_breaking_disk_loses_nothing_and_says_so(give: Give, name: str) -> None:
    living_ = living(give, name)
    chance = random.Random(f"everyday {name}")
    strike(give, name, chance.choice(list(WAYS)), chance.randint(1, living_.moments), living_)


@pytest.mark.parametrize(
    ("way", "says"), [(FULL, "いっぱい"), (FAILING, "失敗"), (READ_ONLY, "読み取り専用")]
)
def test_each_way_is_called_what_it_is(give: Give, way: str, says: str) -> None:
    """The last moment of an export is its file."""
    living_ = living(give, "partner export")
    words = {strike(give, "partner export", way, at, living_).what for at in range(1, living_.moments + 1, 6)}
    assert any(says in one for one in words) or any("書けません" in one for one in words)


@pytest.mark.parametrize("name", ["partner export", "backup"])
def test_the_last_moments_of_a_command_undo_nothing_it_has_said(give: Give, name: str) -> None:
    """Leaving the vault is no part of the work: where it fails there is one document on stdout, not two."""
    living_ = living(give, name)
    for at in range(living_.moments - 3, living_.moments + 1):
        for way in WAYS:
            strike(give, name, way, at, living_)


async def test_a_full_disk_is_a_window_on_the_screens_and_no_end_of_them(at: At) -> None:
    machine = at("apply").contractor
    seen: list[str] = []

    async def send(desk: Desk) -> None:
        with breaking(machine.base, FULL, 1):
            await desk.press("f2", "s", *YES)
            await desk.until("できませんでした")
            seen.append(desk.text())
        await desk.press("escape", "escape", "f5")
        seen.append(desk.text())

    await sit(machine, send, Desk)
    assert "いっぱい" in seen[0]
    assert "管理簿" in seen[1], seen
    machine.sound()


def test_the_disk_breaks_where_it_is_told_to(tmp_path: Path) -> None:
    """Or every test above would prove nothing."""
    with breaking(tmp_path, FULL, 3) as disk:
        (tmp_path / "a").write_bytes(b"a")
        with pytest.raises(OSError, match="No space left"):
            (tmp_path / "b").write_bytes(b"b")
        (tmp_path / "a").unlink()
        (tmp_path.parent / "elsewhere").write_bytes(b"not ours")
    assert disk.struck and disk.moments > 3
    (tmp_path.parent / "elsewhere").unlink()


@pytest.mark.faults
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SCENES)
def test_every_moment_in_every_way(give: Give, name: str, way: str) -> None:
    living_ = living(give, name)
    for at in range(1, living_.moments + 1):
        strike(give, name, way, at, living_)
