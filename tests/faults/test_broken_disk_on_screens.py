"""A disk that cannot be read or written while somebody is at the screens: they are told, and go on when it is well again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest

from storage.vault import header
from tests.journeys.acting import Sites
from tests.journeys.desks import Desk, sit
from tui.actions import ACTIONS, PANES

At = Callable[..., Sites]
WORDS = {
    errno.EIO: "ディスクの読み書きに失敗しました",
    errno.ENOSPC: "ディスクがいっぱいで書けません",
}


@contextmanager
def failing(code: int) -> Iterator[None]:
    """The vault's header cannot be read, which every look at the vault begins with."""

    def broken(path: Any, *, limit: int) -> bytes:
        raise OSError(code, os.strerror(code), str(path))

    with mock.patch.object(header, "read_private", broken):
        yield


@pytest.mark.parametrize(("site", "code"), [("contractor", errno.EIO), ("ward", errno.ENOSPC)])
async def test_no_key_ends_the_screens_while_the_disk_fails(at: At, site: str, code: int) -> None:
    """Every key of every pane; then the disk is well again, and so is everything."""
    machine = getattr(at("review"), site)

    def held() -> dict[str, object]:
        """All but the order of the review's list, which the first look at it draws up."""
        return {name: rows for name, rows in machine.tables().items() if name != "review_list"}

    before = held()
    told = []

    async def work(desk: Desk) -> None:
        for pane, place, _ in PANES:
            keys = [
                one.keys.split(",")[0]
                for one in ACTIONS
                if one.place == place and one.keys not in ("", "escape")
            ]
            for key in (None, *keys):
                await desk.press("escape", "escape", pane)
                with failing(code):
                    await desk.press(key or pane)
                    told.append(WORDS[code] in desk.text())
                await desk.press("escape", "escape", "escape")
                assert desk._pilot.app.is_running and desk._pilot.app._exception is None, (pane, key)
                assert desk._pilot.app.unlocked

    await sit(machine, work, Desk)
    assert sum(told) > len(told) // 2
    assert held() == before
    machine.sound()


async def test_an_action_that_fails_without_a_flow_is_said_in_a_window(at: At) -> None:
    machine = at("review").contractor

    async def work(desk: Desk) -> None:
        await desk.press("f2")
        app = desk._pilot.app
        with mock.patch.object(
            type(app.place), "action_held", side_effect=OSError(errno.EIO, "x", "/a/vault.json")
        ):
            await desk.press("h")
        text = desk.text()
        assert "できませんでした" in text and WORDS[errno.EIO] in text and "場所: vault.json" in text
        await desk.press("escape", "h")
        assert "保留" in desk.text()

    await sit(machine, work, Desk)
