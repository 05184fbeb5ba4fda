"""Files of a vault with a bit flipped, cut short, emptied or gone: `ikiiki doctor` names them and says what to do."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.damaging import (
    DAMAGES,
    FLIPPED,
    UNNOTICED,
    Damage,
    damages,
    files_of,
    findings,
    kind_of,
    laden,
    looked_at,
    named,
)
from tests.journeys.acting import Machine, Sites

At = Callable[..., Sites]


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much disk the machine that runs the tests has is not the subject."""
    monkeypatch.setattr("storage.doctor.files.LEAST_FREE", 1)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """Both sites with something in every box; not to be changed."""
    from tests.journeys.staging import _stage

    return laden(_stage("apply", tmp_path_factory).copy(tmp_path_factory.mktemp("laden") / "sites"))


def copies(
    full: Sites, tmp_path: Path, chance: random.Random, flips: int
) -> Iterator[tuple[Machine, Path, str, Damage]]:
    """One damaged copy of the sites after the other: whose, which file, of which kind, what was done to it."""
    for index, machine in enumerate(full.both):
        for whole in files_of(machine):
            for damage in damages(whole, chance, flips):
                sites = full.copy(tmp_path / "damaged")
                path = sites.base / whole.relative_to(full.base)
                kind = kind_of(sites.both[index], path)
                damage.do(path)
                yield sites.both[index], path, kind, damage
                shutil.rmtree(sites.base)


def test_undamaged_nothing_is_named(full: Sites, tmp_path: Path) -> None:
    """Or the names below would mean nothing."""
    sites = full.copy(tmp_path / "sites")
    for machine in sites.both:
        results = looked_at(machine)
        for path in files_of(machine):
            assert not named(results, path), path
        assert not any(one["name"].startswith("files.damage") for one in findings(results[0]))


def test_a_damaged_file_is_named_with_what_to_do(full: Sites, tmp_path: Path) -> None:
    """Whatever goes unnoticed stands in the list, with the reason."""
    chance = random.Random("everyday")
    tried = set()
    for number, (machine, path, kind, damage) in enumerate(copies(full, tmp_path, chance, 1)):
        if number % 9 == 0 or (
            damage.kind == FLIPPED and kind in {"vault.json", "vault-1.db"}
        ):  # the long run has them all
            results = looked_at(machine)
            assert named(results, path) or (kind, damage.kind) in UNNOTICED, (kind, damage)
            tried.add(kind)
    assert len(tried) >= 6


def test_what_goes_unnoticed_is_no_more_than_there_is(full: Sites) -> None:
    for (kind, damage), why in UNNOTICED.items():
        assert damage in DAMAGES and len(why) > 5, kind
        assert not kind.startswith("vault"), "nothing of the vault itself may change unnoticed"
        assert damage != FLIPPED or kind not in {"courier/key", "courier/partner.json"}


def test_a_vault_that_will_not_open_is_examined_all_the_same(full: Sites, tmp_path: Path) -> None:
    machine = full.copy(tmp_path / "sites").contractor
    Damage(FLIPPED, 8 * 2000).do(machine.folder / "vault.json")
    result = machine.run("doctor")
    assert result.code == 6
    said = {one["name"]: one for one in findings(result)}
    assert (
        "vault.json" in said["files.damage.header"]["said"]
        and "ikiiki restore" in said["files.damage.header"]["next_step"]
    )
    assert said["vault"]["next_step"]
    names = {check["name"] for check in result.json["checks"]}
    assert {"files.modes", "keys.courier", "machine.python"} <= names


@pytest.mark.faults
def test_every_file_damaged_in_every_way_is_named(full: Sites, tmp_path: Path) -> None:
    for machine, path, kind, damage in copies(full, tmp_path, random.Random("long"), 40):
        assert named(looked_at(machine), path) or (kind, damage.kind) in UNNOTICED, (kind, damage)
