"""What goes wrong, and what comes up over any place, in both sizes; and a terminal that is smaller than either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.roles import Right, Role, Site
from tests.snapshots.matrix_errors import PLACES, SCENES, TOO_SMALL, Scene
from tests.snapshots.matrix_kept import compare
from tests.snapshots.matrix_walk import SIZES, Walker
from tests.snapshots.matrix_windows import WINDOWS
from tests.snapshots.picture_text import text_of, widest, words_of
from tests.snapshots.pictures import draw, going_to, resize, settle
from tests.snapshots.private import secrets_of
from tests.snapshots.world import STAFF, Opener, World
from tui.app import IkiikiApp
from tui.drawing import TooSmall
from tui.opener import Config

SCENES_BY_TITLE = {f"errors/{name}": scene for name, scene in SCENES.items()} | {
    f"windows/{name}": scene for name, scene in WINDOWS.items()
}
CASES = [(title, site) for title, scene in SCENES_BY_TITLE.items() for site in scene.sites]


class Instead(Opener):
    """A login where something else comes of the password."""

    scene: Scene

    def open(self, staff_id: str, password: str) -> Any:
        return self.scene.opening() if self.scene.opening else super().open(staff_id, password)


def seen(scene: Scene, name: str, site: Site, role: Role, world: World, folder: Path) -> dict[str, str]:
    """The scene played, its pictures by name and size."""
    folder.mkdir()
    for file, content in scene.files.items():
        (folder / file).write_bytes(content)
    (folder / "partner.card").write_bytes(world.at(site.other).office.exchange.partner_card())
    opener = Instead(world.at(site), role, folder)
    object.__setattr__(opener, "scene", scene)
    config = scene.config(Config(staff_id=opener.staff_id, folder=folder))
    app = IkiikiApp(opener, opener.place.clock, config, seconds=lambda: 0.0)

    async def run() -> dict[str, str]:
        async with app.run_test(size=SIZES["80x24"]) as pilot:
            await scene.doing(pilot)
            walker = Walker(pilot, opener, frozenset(secrets_of(world)))
            place = app.place
            walker.told = place is not None and place.PLACE == "review" and place.actor.may(Right.REVIEW)
            await walker.picture(name)
            return walker.pictures

    return asyncio.run(run())


@pytest.mark.parametrize(("title", "site"), CASES, ids=[f"{title}-{site}" for title, site in CASES])
@pytest.mark.usefixtures("same_everywhere")
def test_scene(
    title: str, site: Site, year: dict[str, World], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    scene, name = SCENES_BY_TITLE[title], title.split("/")[1]
    pictures = {
        role: seen(scene, name, site, role, year[scene.stage].copy(), tmp_path / role) for role in scene.roles
    }
    for words in (words_of(text) for one in pictures.values() for text in one.values()):
        assert scene.says in words, words
        hidden = (scene.hides, STAFF[site][Role.MANAGER][1]) if scene.hides else ()
        assert not any(one in words for one in hidden), words
    update = bool(request.config.getoption("update_snapshots"))
    problems = compare(title, site, pictures, update=update)
    assert not problems, "Look at them, then --snapshot-update.\n" + "\n".join(problems)


@pytest.mark.parametrize("size", TOO_SMALL)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("site", Site)
def test_a_terminal_that_is_too_small(
    site: Site,
    place: str,
    size: str,
    year: dict[str, World],
    opener_at: Callable[..., Opener],
    request: pytest.FixtureRequest,
) -> None:
    """It asks for more room, and nothing can be answered of which only half is seen."""

    async def made_smaller(pilot: Any) -> None:
        await going_to(place)(pilot)
        await resize(pilot, TOO_SMALL[size])
        await settle(pilot, lambda: pilot.app.screen.query(TooSmall))
        await settle(pilot)

    text = text_of(draw(opener_at("intake", site), made_smaller, SIZES["80x24"]))
    assert "広げてください" in words_of(text) and widest(text) <= TOO_SMALL[size][0]
    update = bool(request.config.getoption("update_snapshots"))
    name = f"{place}-{size}"
    problems = compare(f"too_small/{name}", site, {Role.MANAGER: {name: text}}, update=update)
    assert not problems, "Look at them, then --snapshot-update.\n" + "\n".join(problems)
