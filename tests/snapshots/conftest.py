"""The pictures of the screens: one world, the same in every run; a fresh copy of a stage for each picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy import SnapshotAssertion

from core.roles import Role, Site
from tests.idle import install, paint_nothing
from tests.snapshots.checks import CHECKS, FOUND, MADE, SEEN
from tests.snapshots.moments import Year
from tests.snapshots.people import LATER, LATER_NAME
from tests.snapshots.pictures import Doing, draw, words_in
from tests.snapshots.private import told
from tests.snapshots.stages import STAGES
from tests.snapshots.world import Opener, World

install()

SMALL, WIDE = (80, 24), (120, 40)


@pytest.fixture(autouse=True)
def nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    paint_nothing(monkeypatch)


def play(folder: Path) -> dict[str, World]:
    """Both sites as they stand after each stage."""
    kept: dict[str, World] = {}
    world = World()
    for name, stage in STAGES.items():
        stage(world, folder)
        kept[name] = world
        world = world.copy()
    return kept


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """The year by stages and moments, played once per test process. Not to be changed: take copies."""
    folder = tmp_path_factory.mktemp("year")
    return Year(play(folder), folder)


@pytest.fixture
def opener_at(year: dict[str, World], tmp_path: Path) -> Callable[..., Opener]:
    """`opener_at("review", Site.WARD, Role.AUDITOR)`: the login of that person, to a copy of that stage.

    Its folder holds the WEB export of the week after.
    """

    def make(stage: str, site: Site, role: Role = Role.MANAGER) -> Opener:
        (tmp_path / LATER_NAME).write_text(LATER, encoding="utf-8")
        return Opener(year[stage].copy().at(site), role, tmp_path)

    return make


@pytest.fixture
def picture(
    snapshot: SnapshotAssertion, year: dict[str, World], opener_at: Callable[..., Opener], tmp_path: Path
) -> Callable[..., str]:
    """Take the picture and compare it with the one kept; gives the words that can be read in it.

    `opens` says that people's details are meant to be seen here. In any other picture there must be none.
    The plugin's own `snap_compare` is not used: its report of failures holds the environment of whoever ran it.
    """
    kept = snapshot.use_extension(SVGImageExtension)

    def take(
        stage: str,
        site: Site,
        doing: Doing,
        *,
        role: Role = Role.MANAGER,
        size: tuple[int, int] = SMALL,
        opens: bool = False,
    ) -> str:
        svg = draw(opener_at(stage, site, role), doing, size)
        words = words_in(svg)
        seen = told(year[stage], words)
        assert bool(seen) == opens, f"{seen} in\n{words}"
        if svg != kept:
            now = tmp_path / "now.svg"
            now.write_text(svg, encoding="utf-8")
            pytest.fail(f"The screen has changed. Look at {now}, then --snapshot-update.\n{words}")
        return words

    return take


@pytest.fixture
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs from machine to machine and from version to version is fixed; nothing happens by itself."""
    monkeypatch.setattr("cli.doctoring.examine", lambda folder, session, **_: CHECKS)
    monkeypatch.setattr("cli.erasing.found_of", lambda session: FOUND)
    monkeypatch.setattr("cli.session.Session.back_up", lambda *_: MADE)
    monkeypatch.setattr("cli.session.Session.rehearse", lambda *_: SEEN)
    monkeypatch.setattr("storage.public.checking_tools", lambda: {"verify.py": b"the tool"})
    monkeypatch.setattr("tui.panes.lottery.pane.POLL_SECONDS", 1e6)
