"""The way in and the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from core.roles import Site
from tests.tui.conftest import typed_at_once
from tui.app import IkiikiApp
from tui.lease import Lease
from tui.login import Login
from tui.panes.intake.entry import EntrySheet
from tui.widgets.form import Form
from tui.workspace import Workspace


async def test_nothing_of_the_vault_is_shown_before_the_login(open_at: Any, app_on: Any, shown: Any) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "ハナコ" not in shown(app) and "受付" not in shown(app)
        assert "職員ID" in shown(app)
        await pilot.press("f2", "f8")
        assert isinstance(app.screen, Login)
        assert opener.sessions == []


async def test_a_wrong_password_is_said_and_cleared_and_may_be_tried_again(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*"wrong", "enter")
        for _ in range(50):
            await pilot.pause()
            if "違います" in shown(app):
                break
        assert "職員IDかパスワードが違います" in shown(app)
        assert app.screen.query_one("#field-password").value == ""
        assert not app.unlocked
        await log_in(pilot)
        assert isinstance(app.screen, Workspace)
        assert opener.asked == ["yamada", "yamada"]


async def test_a_password_typed_ahead_never_lands_in_the_name(open_at: Any, app_on: Any, shown: Any) -> None:
    app = app_on(open_at(), staff_id="")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        typed_at_once(app, *"yamada", "enter", *"secret")
        await pilot.pause()
        form = app.screen.query_one(Form)
        assert form.values() == {"staff": "yamada", "password": "secret"}
        typed_at_once(app, "up", "x", "down", "y")
        await pilot.pause()
        assert form.values() == {"staff": "yamadax", "password": "secrety"}
        assert "secret" not in shown(app)


async def test_what_waits_at_the_lock_does_not_reach_the_login(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert app._limit is None, "the limit of a wait that is over would cut short the next"
        app._kept = [events.Key("x", "x")]
        await app.lock("")
        await pilot.pause()
        typed_at_once(app, *"ab")
        await pilot.pause()
        assert app.screen.query_one(Form).values()["password"] == "ab"


async def test_the_password_is_not_shown(open_at: Any, app_on: Any, shown: Any) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*"secret")
        assert "secret" not in shown(app)


async def test_f9_clears_the_screen_and_closes_the_vault(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "タカハシ" in shown(app)
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(app.screen, Login)
        assert "タカハシ" not in shown(app)
        assert not any(isinstance(screen, Workspace) for screen in app.screen_stack)
        assert opener.session.closed == 1
        await log_in(pilot)
        assert "タカハシ" in shown(app)
        assert len(opener.sessions) == 2


async def test_idle_minutes_lock_and_the_last_half_minute_is_shown(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, clock: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        clock.seconds += 5 * 60 - 31
        await app.watch_idle()
        await pilot.pause()
        assert "施錠します" not in shown(app)
        clock.seconds += 11
        await app.watch_idle()
        await pilot.pause()
        assert "あと21秒で施錠します" in shown(app)
        await pilot.press("down")
        await pilot.pause()
        assert "施錠します" not in shown(app)
        clock.seconds += 5 * 60
        await app.watch_idle()
        await pilot.pause()
        assert isinstance(app.screen, Login)
        assert "しばらく操作がなかったため" in shown(app)


@pytest.mark.parametrize("key", ["down", "n", "x"])
async def test_the_key_that_wakes_a_machine_finds_the_screen_locked(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, clock: Any, key: str
) -> None:
    """It comes before the second has ticked in which the lock looks at the clock."""
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        clock.seconds += 5 * 60
        await pilot.press(key)
        await pilot.pause()
        assert not app.unlocked
        assert isinstance(app.screen, Login) and "しばらく操作がなかったため" in shown(app)
        assert app.screen.query_one(Form).values()["password"] == ""


async def test_leaving_within_the_last_half_minute_is_no_crash(
    open_at: Any, app_on: Any, log_in: Any, clock: Any
) -> None:
    """The second may tick when the screens are gone and the vault is not closed yet."""
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        clock.seconds += 5 * 60 - 12
        there = app._screen_stack.copy()
        app._screen_stack.clear()
        await app.watch_idle()
        app._screen_stack.extend(there)


async def test_work_in_progress_survives_the_lock_as_a_draft(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("n")
        await pilot.pause()
        await pilot.press(*"1600023", "enter")
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(app.screen, Login)
        await log_in(pilot)
        await pilot.pause()
        assert "入力の下書きがあります（新規で続けられます）" in shown(app)
        await pilot.press("f5")
        await pilot.pause()
        await pilot.press("f2")
        await pilot.pause()
        assert "入力の下書きがあります（新規で続けられます）" in shown(app), "and whenever one comes back"
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, EntrySheet)
        assert app.screen.form.values()["postal_code"] == "1600023"


async def test_the_lock_waits_for_a_worker_before_it_forgets_the_key(
    open_at: Any, app_on: Any, log_in: Any, shown: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> Any:
        begun.set()
        may_end.wait(20)
        return type("Report", (), {"sentences": ()})()

    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        session = opener.session
        session.on_sync = slow
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("f10")
        await until(pilot, begun.is_set)
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(app.screen, Login)
        assert session.closed == 0, "the worker is still inside"
        assert "作業は裏で続いています" in shown(app)
        may_end.set()
        await until(pilot, lambda: session.closed == 1)
        await log_in(pilot)
        await until(pilot, lambda: "「送受信」: 終わりました" in shown(app))


async def test_leaving_asks_first_and_closes_the_vault(open_at: Any, app_on: Any, log_in: Any) -> None:
    opener = open_at()
    app: IkiikiApp = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("ctrl+q")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.unlocked, "Enter alone stays"
        await pilot.press("ctrl+q")
        await pilot.pause()
        await pilot.press("up", "enter")
        await pilot.pause()
    assert app.return_code == 0
    assert opener.session.closed == 1


def test_a_lease_closes_once_when_the_last_worker_leaves() -> None:
    closed: list[int] = []
    lease = Lease(type("Session", (), {"close": lambda self: closed.append(1)})())
    lease.enter()
    lease.enter()
    lease.retire()
    lease.leave()
    assert not closed
    lease.leave()
    lease.retire()
    assert closed == [1]


async def until(pilot: Any, true: Callable[[], bool]) -> None:
    """Let the screens work until something is so."""
    for _ in range(300):
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came to be")


async def test_a_draft_is_told_of_wherever_one_comes_in(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    """The ward comes in at the review; its own form has another name than the contractor's."""
    opener = open_at(Site.WARD)
    opener.office.drafts.keep("entry", {"postal_code": "1600023"})
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.pause()
        assert "入力の下書きがあります（F2 受付の窓口入力で続けられます）" in shown(app)


async def test_a_terminal_that_is_gone_ends_the_program_and_keeps_the_form(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("n")
        await pilot.pause()
        await pilot.press(*"160")
        app.hang_up()
        app.hang_up()
        await pilot.pause()
    assert app.return_code == 0
    assert opener.session.closed == 1
    assert opener.office.drafts.take_up("entry")["postal_code"] == "160"


async def test_ctrl_c_says_how_to_leave_until_the_next_key(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "終了するには Ctrl+Q を押してください" in shown(app)
        await pilot.press("down")
        await pilot.pause()
        assert "終了するには" not in shown(app) and "Enter 次へ・開く" in shown(app)
        await log_in(pilot)
        while "F8 操作" not in shown(app):
            await pilot.pause()
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "終了するには Ctrl+Q を押してください" in shown(app)
        await pilot.press("down")
        await pilot.pause()
        assert "終了するには" not in shown(app) and "F8 操作" in shown(app)


async def test_ctrl_q_in_a_window_says_what_comes_first(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f8")
        await pilot.pause()
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert "Esc で戻ってから Ctrl+Q" in shown(app)
        await pilot.press("down")
        await pilot.pause()
        assert "Esc で戻ってから" not in shown(app) and "Enter 決める" in shown(app)
