"""The small year, played once per test process, with a copy kept of every stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.acting import STAGES, Sites

_kept: dict[str, Sites] = {}


def _stage(name: str, factory: pytest.TempPathFactory) -> Sites:
    """Both sites as they stand after stage `name`; not to be changed."""
    if name not in _kept:
        place = STAGES.index(name)
        base = factory.mktemp(name) / "sites"
        if place == 0:
            base.mkdir()
            sites = Sites(base)
        else:
            sites = _stage(STAGES[place - 1], factory).copy(base)
        getattr(sites, name)()
        _kept[name] = sites
    return _kept[name]


@pytest.fixture
def at(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Sites]:
    """`at("review")`: the sites after ⑤, for this test to do with as it likes. `at(…, "other")`: once more."""

    def give(stage: str, name: str = "sites") -> Sites:
        return _stage(stage, tmp_path_factory).copy(tmp_path / name)

    return give


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """The sites after ①② once for a whole file of tests: for what must change nothing."""
    return _stage("apply", tmp_path_factory).copy(tmp_path_factory.mktemp("steady") / "sites")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(the folder the demo command left, the temporary folder it was given). Not to be changed."""
    if "demo" not in _demos:
        base = tmp_path_factory.mktemp("demo")
        _demos["demo"] = play_demo(base)
    return _demos["demo"]


_demos: dict[str, tuple[Path, Path]] = {}


def play_demo(base: Path) -> tuple[Path, Path]:
    """`ikiiki demo` as a process of its own, in a private temporary folder."""
    from tests.journeys.acting import as_process

    temporary = base / "tmp"
    temporary.mkdir()
    done = as_process(
        ["demo", str(base / "demo"), "--json"],
        {"TMPDIR": str(temporary), "XDG_STATE_HOME": str(base / "state")},
    )
    assert done.code == 0, done.err
    return base / "demo", temporary


__all__ = ["at", "demo", "play_demo", "steady"]
