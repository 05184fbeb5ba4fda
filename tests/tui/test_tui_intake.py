"""受付: keyed entry, import, one record, corrections."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from core.applicant import Problem, Route, State
from core.roles import Role, Site
from storage.readers import read_table
from tests.tui.conftest import typed_at_once
from tui.panes.intake.entry import EntrySheet, route_of
from tui.panes.intake.pane import IntakePane
from tui.panes.intake.preview import PreviewSheet
from tui.panes.intake.record import RecordSheet
from tui.panes.intake.together import numbers_typed
from tui.widgets.dialogs import Choice

POSTCARD = (
    "1600023", "enter", "2-8-1", "enter", "さとう　はなこ", "enter", "S25.3.4", "enter",
    "03-1234-5678", "enter", "enter", "A、B", "enter",
)  # fmt: skip


async def type_in(pilot: Any, words: Any) -> None:
    """Keys by name, and text as an input method commits it."""
    for word in words:
        if word in ("enter", "f10", "escape", "up", "down"):
            await pilot.press(word)
        else:
            field = pilot.app.screen.focused
            field.insert_text_at_cursor(word)
        await pilot.pause()


async def new(pilot: Any, log_in: Any) -> Any:
    await log_in(pilot)
    await pilot.press("n")
    await pilot.pause()
    assert isinstance(pilot.app.screen, EntrySheet)
    return pilot.app.screen.form


async def test_a_postcard_is_keyed_saved_and_the_next_form_is_open(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await new(pilot, log_in)
        await type_in(pilot, POSTCARD)
        assert form.values()["address"] == "西新宿2-8-1", "the town came from the postal code"
        assert form.values()["kana"] == "サトウ ハナコ", "shown as it will be stored"
        assert "昭和25年3月4日 76歳" in shown(app)
        await type_in(pilot, ("f10",))
        await pilot.pause()
        saved = opener.office.intake.open(1)
        assert saved.applicant.kana == "サトウ ハナコ"
        assert saved.applicant.address == "東京都新宿区西新宿2-8-1"
        assert saved.applicant.phone == "0312345678"
        assert saved.applicant.preferences == ("A", "B")
        assert (saved.route, saved.state) == (Route.POST, State.ACCEPTED)
        assert "受付番号 0001 で保存しました" in shown(app)
        assert not any(value for key, value in form.values().items() if key != "route")
        assert app.screen.focused.id == "field-postal_code"


async def test_two_postcards_typed_at_once_are_two_applications(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    """Each key is in its own field, the second postcard's in the second form, and none is lost."""
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await new(pilot, log_in)
        typed_at_once(
            app,
            *one_postcard("サトウ ハナコ", "0312345678"),
            *one_postcard("スズキ ヨシコ", "0352730001"),
            *"1",
        )
        for _ in range(200):
            await pilot.pause()
            if "0002 で保存しました" in shown(app):
                break
        await pilot.pause()
        first, second = (opener.office.intake.open(number).applicant for number in (1, 2))
        assert (first.kana, first.phone) == ("サトウ ハナコ", "0312345678")
        assert (second.kana, second.phone) == ("スズキ ヨシコ", "0352730001")
        assert first.address == second.address == "東京都新宿区西新宿2-8-1"
        assert form.values()["postal_code"] == "1", "what was typed ahead of the third"


def one_postcard(kana: str, phone: str) -> list[str]:
    fields = ("1600023", "2-8-1", kana, "S25.3.4", phone, "", "A", "", "")
    return [key for field in fields for key in (*field, "enter")]


async def test_a_problem_stands_beside_its_field_as_it_is_left(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await new(pilot, log_in)
        await type_in(pilot, ("down", "down", "down", "昭和65年1月1日", "enter"))
        line = next(line for line in shown(app).split("\n") if "生年月日" in line)
        assert "× 生年月日が読めません" in line
        assert "電話番号がありません" not in shown(app), "not reached yet"


async def test_the_likely_duplicate_is_shown_before_saving(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await new(pilot, log_in)
        await type_in(pilot, (*POSTCARD, "f10"))
        await type_in(pilot, POSTCARD)
        assert "× 同じ人の応募があります: 0001" in shown(app)
        await type_in(pilot, ("f10",))
        await pilot.pause()
        assert isinstance(app.screen, Choice)
        assert "受付番号 0001" in shown(app)
        await type_in(pilot, ("enter",))
        assert sum(opener.office.intake.counts().values()) == 1, "going back saves nothing"
        await type_in(pilot, ("f10",))
        await pilot.pause()
        await type_in(pilot, ("down", "enter"))
        await pilot.pause()
        assert opener.office.intake.counts()[State.HELD] == 1
        assert opener.office.intake.open(2).problems == (Problem.DUPLICATE,)


async def test_the_route_is_a_digit_and_stays_for_the_next_form(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await new(pilot, log_in)
        form.set_value("route", "2")
        await type_in(pilot, (*POSTCARD, "f10"))
        await pilot.pause()
        assert opener.office.intake.open(1).route is Route.FAX
        assert form.values()["route"] == "FAX"


def test_routes_as_people_type_them() -> None:
    assert [route_of(text) for text in ("1", "２", "窓口", "fax", "はがき")] == [
        Route.POST, Route.FAX, Route.DESK, Route.FAX, None,
    ]  # fmt: skip


async def test_names_from_strangers_cannot_steer_the_terminal_or_the_program(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1, kana="[@click=app.leave]サトウ[/]\x1b]52;c;ZXZpbA==\x07\u202e")
    opener.key(2, address="東京都新宿区[/]西新宿[bold]2\x9b31m", email="[red]a@example.jp\x1b[2J")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        seen = [shown(app)]
        for _ in range(2):
            await pilot.press("enter")
            await pilot.pause()
            await pilot.pause()
            assert isinstance(app.screen, RecordSheet)
            seen.append(shown(app))
            await pilot.press("o")
            await pilot.pause()
            await pilot.pause()
            seen.append(shown(app))
            await pilot.press("escape")
            await pilot.pause()
            await pilot.press("escape")
            await pilot.pause()
            await pilot.pause()
            await pilot.press("down")
        text = "".join(seen)
        assert not set(text) & set("\x1b\x07\x9b\u202e")
        assert "[red]a@example.jp" in text or "[bold]" in text, "brackets are shown as what they are"


async def test_opening_a_record_shows_all_items_and_is_logged(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "0355550001" not in shown(app) and "西新宿2-" not in shown(app), "least sight in the list"
        before = opener.office.ledger.access_count()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert "0355550001" in shown(app) and "西新宿2-2-1" in shown(app)
        assert opener.office.ledger.access_count() == before + 1
        row = opener.office.ledger.access_page(0, 1)[0]
        assert (row.act, row.detail) == ("open", "no=1")


async def test_a_held_one_is_accepted_with_a_reason(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    opener.key(1, phone="")
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "保留 電話なし" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()
        assert "電話番号がありません" in shown(app) and "電話で本人に確認した" in shown(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.pause()
        saved = opener.office.intake.open(1)
        assert (saved.state, saved.reason) == (State.ACCEPTED, "confirmed_by_document")
        assert "受け付けました" in shown(app)


async def test_a_correction_changes_only_what_was_typed(open_at: Any, app_on: Any, log_in: Any) -> None:
    opener = open_at()
    before = opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        app.screen.form.set_value("phone", "090-1234-5678")
        await pilot.press("f10")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        after = opener.office.intake.open(1)
        assert after.applicant.phone == "09012345678"
        assert after.applicant.address == before.applicant.address
        assert after.version == before.version + 1


async def test_a_correction_that_reads_the_same_is_none_and_leaves_no_draft(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    """Typed with hyphens, kept without: nothing is to be told, and nothing to go on with."""
    opener = open_at()
    before = opener.key(1)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        phone = before.applicant.phone
        app.screen.form.set_value("phone", f"{phone[:2]}-{phone[2:6]}-{phone[6:]}")
        await pilot.press("f10")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert "変更はありません" in shown(app) and isinstance(app.screen, RecordSheet)
        assert opener.office.drafts.kept() == []
        assert opener.office.intake.open(1).version == before.version


async def test_search_finds_a_phone_by_its_last_digits(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 6):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"50003", "enter")
        await pilot.pause()
        assert "タナカ" in shown(app) and "タカハシ" not in shown(app)
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "タカハシ" in shown(app)


async def test_a_file_is_looked_at_before_it_is_taken_in(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, repository: Path
) -> None:
    opener = open_at()
    samples = repository / "tests" / "data" / "samples"
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        opener.session.read_table = read_table
        for answer, expected in (("escape", 0), ("f10", 1)):
            await pilot.press("i")
            await pilot.pause()
            app.screen.query_one("#path").value = str(samples / "web-form.csv")
            app.screen.query_one("#path").focus()
            await pilot.press("enter")
            for _ in range(100):
                await pilot.pause(0.01)
                if isinstance(app.screen, PreviewSheet):
                    break
            await pilot.pause()  # it is up; now it is painted
            assert "まだ何も取り込んでいません" in shown(app)
            assert "取り込まない列" in shown(app)
            assert sum(opener.office.intake.counts().values()) == 0
            await pilot.press(answer)
            for _ in range(100):
                await pilot.pause(0.01)
                if app.place is not None and not app.place.flowing:
                    break
            await pilot.pause()
            assert (sum(opener.office.intake.counts().values()) > 0) == bool(expected)
        assert "取込の結果" in shown(app)


async def test_the_reading_of_a_file_can_be_stopped(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, repository: Path
) -> None:
    opener = open_at()
    app = app_on(opener)
    go_on = threading.Event()

    def slow(path: Path, *, progress: Any) -> Any:
        progress(0, 0)
        assert go_on.wait(30)
        progress(0, 0)
        raise AssertionError("it was to stop here")

    async def until(pilot: Any, screen: str) -> None:
        for _ in range(500):
            if type(app.screen).__name__ == screen:
                break
            await pilot.pause(0.01)
        assert type(app.screen).__name__ == screen
        await pilot.pause()

    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        opener.session.read_table = slow
        await pilot.press("i")
        await pilot.pause()
        app.screen.query_one("#path").value = str(repository / "tests" / "data" / "samples" / "web-form.csv")
        app.screen.query_one("#path").focus()
        await pilot.press("enter")
        await until(pilot, "Progress")
        await pilot.press("escape")
        go_on.set()
        await until(pilot, "Message")
        assert "取りやめました" in shown(app)
        assert sum(opener.office.intake.counts().values()) == 0


async def test_the_wards_counter_keys_with_the_same_form(open_at: Any, app_on: Any, log_in: Any) -> None:
    opener = open_at(Site.WARD, Role.HANDLER)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f2")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.place, IntakePane)
        await pilot.press("n")
        await pilot.pause()
        await type_in(pilot, (*POSTCARD, "f10"))
        await pilot.pause()
        (row,) = opener.office.intake.page(_all(), 0, 10)
        assert row.route is Route.DESK


def test_receipt_numbers_as_people_type_them() -> None:
    assert numbers_typed("0001 2、0001") == [1, 2]
    assert numbers_typed("1-2") == []
    assert numbers_typed("") == []


def _all() -> Any:
    from core.office.listing import ListFilter

    return ListFilter()
