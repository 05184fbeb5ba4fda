"""Killed at any moment, an erasure completes at the next start of whatever command: nothing is half-forgotten.

Until it is marked nothing has happened, and the vault works as before. From then on no command does anything else with it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.killing import count_moments, kill_at
from tests.journeys.acting import Machine, Sites
from tests.journeys.erasing import NAME, agree, kept, prepared, sought
from tests.journeys.seeking import hits

At = Callable[..., Sites]
Make = Callable[[str], Sites]
WORDS = ("erase", "run", "--name", NAME)
NEXT = (("status",), ("ledger", "list"), ("intake", "list"), ("erase", "run"))
"""Whoever comes next, with whatever in mind."""
_known: dict[str, int] = {}


@pytest.fixture
def agreed(at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Sites whose contractor's two managers have agreed, and whose papers lie where they were written."""

    def make(name: str) -> Sites:
        sites = prepared(at, tmp_path_factory, tmp_path / name)
        sites.contractor.do("papers", "notices", "--all", sites.base / "papers" / "notices.pdf")
        agree(sites.contractor)
        return sites

    return make


def moments(agreed: Make) -> int:
    if not _known:
        _known["erase"] = count_moments(agreed("alive").contractor, *WORDS)
    return _known["erase"]


def begun(machine: Machine) -> bool:
    return (machine.folder / "erased.json").exists()


def complete(sites: Sites, words: set[bytes]) -> None:
    """As after an erasure nobody killed: the same files are gone, the same copies on record, each once."""
    machine, left = sites.contractor, kept(sites.contractor)
    assert [path.name for path in machine.folder.iterdir()] == ["erased.json"]
    assert list(sites.remote.iterdir()) == [] and not (sites.base / "papers" / "notices.pdf").exists()
    assert not [path for path in sites.base.iterdir() if path.name.endswith(".new")]
    left.sound()
    assert not (left.folder / "erasure-papers.json").exists()
    lines = [line for line in left.do("ledger", "list")["lines"] if line["act"] == "erase"]
    assert len(lines) == 1
    with left.looking() as tx:
        record = (tx.settings.get("erasure_record") or "").encode()
    left.do("erase", "report", sites.base / "report.pdf")
    assert (sites.base / "report.evidence").read_bytes() == record
    import json

    copies = json.loads(record.split(b"\n")[0])["copies"]
    assert set(Counter((one["kind"], one["name"]) for one in copies).values()) == {1}
    kinds = Counter(one["kind"] for one in copies)
    assert kinds["header"] == 1 and kinds["paper"] == 1 and kinds["remote"] > 10 and kinds["courier"] > 5
    assert {one["outcome"] for one in copies} <= {"gone", "absent"}
    assert (
        hits([machine.folder, left.folder, sites.remote, sites.base / "state", sites.base / "tmp"], words)
        == []
    )


def killed(agreed: Make, seed: int, *, again: bool) -> None:
    """Dies once, or a second time while it goes on; then somebody does something else."""
    chance = random.Random(f"erase {seed}")
    last = moments(agreed)
    sites = agreed("sites")
    machine = sites.contractor
    words = sought(machine)
    kill_at(machine, chance.randint(1, last), *WORDS)
    if again:
        kill_at(machine, chance.randint(1, last // 2), *WORDS)
    if begun(machine):
        done = machine.run(*chance.choice(NEXT))
        assert done.code in (0, 3) and ("消去されました" in done.err or done.code == 0), done.err
    else:
        machine.sound()
        assert machine.do("intake", "list")["applications"]
        machine.do(*WORDS)
    if not kept(machine).do("ledger", "list")["lines"][0]["act"] == "erase":
        raise AssertionError("the first manager to log in puts it on record")
    complete(sites, words)


def test_there_are_many_moments_at_which_to_die(agreed: Make) -> None:
    assert moments(agreed) > 400


@pytest.mark.parametrize("seed", range(4))
def test_killed_once_or_twice_it_completes_at_the_next_start(agreed: Make, seed: int) -> None:
    killed(agreed, seed, again=seed % 2 == 1)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(100, 150))
def test_killed_at_fifty_random_moments_it_always_completes(agreed: Make, seed: int) -> None:
    killed(agreed, seed, again=seed % 3 == 0)
