"""The place of a medium is asked for where it was last; a receipt is told by telephone only where the courier cannot send it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from core.exchange.codes import CodeKind
from core.exchange.state import CourierState, Outcome
from core.roles import Role, Site
from tests.tui.conftest import now


async def until(pilot: Any, ready: Callable[[], object]) -> None:
    for _ in range(500):
        if ready():
            break
        await pilot.pause(0.01)
    assert ready()
    await pilot.pause()


async def test_the_place_of_a_medium_is_remembered_once_it_was_found(
    open_at: Any, app_on: Any, log_in: Any, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    app = app_on(open_at())

    def screen() -> str:
        return type(app.screen).__name__

    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)

        async def carry(place: Path | None) -> str:
            """What stands in the prompt; then that, or this place, is taken."""
            await pilot.press("f6", "b")
            await until(pilot, lambda: screen() == "Prompt")
            field = app.screen.query_one(Input)
            offered = field.value
            field.value = str(place or offered)
            await pilot.press("enter")
            await until(pilot, lambda: screen() == "Message")
            await pilot.press("escape")
            await until(pilot, lambda: screen() == "Workspace")
            return offered

        assert await carry(tmp_path / "not there") == str(tmp_path)
        assert await carry(stick) == str(tmp_path), "a place that was not there is not kept"
        await pilot.press("f2")
        assert await carry(None) == str(stick)


@pytest.mark.parametrize(
    ("facts", "offered"),
    [
        (None, True),
        ({}, False),
        ({"read_only": True}, True),
        ({"outcome": Outcome.UNREACHABLE, "failures": 1}, True),
    ],
    ids=["no round yet", "writable", "read only", "out of reach"],
)
def test_a_receipt_is_told_only_where_the_courier_cannot_send_it(
    open_at: Any, tmp_path: Path, facts: dict[str, Any] | None, offered: bool
) -> None:
    opener = open_at(Site.WARD)
    if facts is not None:
        at = now().isoformat(timespec="seconds")
        file = tmp_path / "ward" / "courier" / "state.json"
        file.write_bytes(
            CourierState(**{"began": at, "ended": at, "outcome": Outcome.DONE, **facts}).to_bytes()
        )
        file.chmod(0o600)
    kinds = opener.office.by_phone.kinds()
    assert (CodeKind.RECEIPT in kinds) is offered
    assert {CodeKind.REVIEW, CodeKind.APPROVAL} <= set(kinds)


def test_the_contractor_hears_everything_and_a_handler_tells_what_a_handler_may(open_at: Any) -> None:
    assert open_at(Site.CONTRACTOR).office.by_phone.kinds() == tuple(CodeKind)
    assert open_at(Site.WARD, Role.HANDLER).office.by_phone.kinds() == (CodeKind.RECEIPT, CodeKind.REVIEW)
