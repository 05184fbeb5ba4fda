"""Every place and every action × both sites × every role that may use it × both sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.roles import Role, Site
from tests.snapshots.matrix_kept import compare
from tests.snapshots.matrix_rows_more import WALKS
from tests.snapshots.matrix_walk import Walk, actor_of, walk_through
from tests.snapshots.people import LATER, LATER_NAME
from tests.snapshots.world import Opener, World

pytestmark = pytest.mark.usefixtures("same_everywhere")


def walkers(walk: Walk, site: Site) -> list[Role]:
    """Who comes there, and does something there."""
    actors = [actor_of(site, role) for role in Role]
    return [
        one.role for one in actors if walk.open_to(one) and (walk.rows_of(one) or walk.title == walk.place)
    ]


CASES = [(walk, site) for walk in WALKS for site in Site if walkers(walk, site)]


@pytest.mark.parametrize(("walk", "site"), CASES, ids=[f"{walk.title}-{site}" for walk, site in CASES])
def test_place(
    walk: Walk, site: Site, year: dict[str, World], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seen = {}
    for role in walkers(walk, site):
        folder = tmp_path / role
        folder.mkdir()
        (folder / LATER_NAME).write_text(LATER, encoding="utf-8")
        world = year[walk.stage].copy()
        seen[role] = walk_through(walk, world, Opener(world.at(site), role, folder))
    update = bool(request.config.getoption("update_snapshots"))
    problems = compare(walk.title, site, seen, update=update)
    assert not problems, "Look at them, then --snapshot-update.\n" + "\n".join(problems)
