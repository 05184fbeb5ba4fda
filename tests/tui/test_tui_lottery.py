"""抽選: what a resident could watch, and the courier that runs by itself while the other site is awaited."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.draw.steps import NO_DICE
from core.errors import RemoteUnreachable
from core.office.drawing import Step
from core.office.dropped import Dropped
from core.roles import Role, Site
from tests.tui.conftest import FakeReport


async def lottery(pilot: Any, log_in: Any) -> Any:
    await log_in(pilot)
    await pilot.press("f3")
    await pilot.pause()
    await pilot.pause()
    return pilot.app.place


async def test_it_says_whose_turn_it_is_and_offers_only_what_is_due(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await lottery(pilot, log_in)
        assert "委託先が「封印をつくる」を行います" in shown(app)
        assert "この拠点の番です。Enter で進みます" in shown(app)
        assert "さいころ" not in shown(app).split("\n")[23]
        for name in ("1 封印", "2 名簿の確定", "3 開封", "4 さいころ", "5 抽選"):
            assert name in shown(app)


async def test_nothing_happens_on_enter_alone_and_an_unpaired_site_is_told_why(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await lottery(pilot, log_in)
        await pilot.press("enter")
        await pilot.pause()
        assert "封印をつくる" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert opener.office.lottery.status().step is Step.SEAL_CONTRACTOR
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("up", "enter")
        for _ in range(50):
            await pilot.pause(0.01)
        assert "できませんでした" in shown(app) and "次にすること" in shown(app)
        assert opener.office.lottery.status().step is Step.SEAL_CONTRACTOR, "as if it had not begun"


async def test_the_other_sites_turn_cannot_be_taken(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at(Site.WARD))
    async with app.run_test(size=(80, 24)) as pilot:
        await lottery(pilot, log_in)
        assert "相手の番です" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen_stack) == 2


async def test_who_may_not_draw_is_not_offered_it(open_at: Any, app_on: Any, shown: Any, log_in: Any) -> None:
    app = app_on(open_at(Site.CONTRACTOR, Role.HANDLER))
    async with app.run_test(size=(80, 24)) as pilot:
        await lottery(pilot, log_in)
        assert "次へ進む" not in shown(app).split("\n")[23]
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen_stack) == 2


async def test_the_courier_runs_by_itself_only_while_the_other_site_is_awaited(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        runs: list[int] = []

        def sync() -> Any:
            runs.append(1)
            raise RemoteUnreachable("受渡しフォルダに届きません", next_step="つながりを確かめてください")

        opener.session.on_sync = sync
        await pane.poll()
        assert runs == [], "our own turn: nothing to wait for"
        status = opener.office.lottery.status()
        waiting = dataclasses.replace(
            status, step=Step.SEAL_WARD, mine=False, hashes={"params.txt": "0" * 64}
        )
        opener.office.lottery.status = lambda: waiting
        pane.entered()
        await pane.poll()
        await pilot.pause()
        assert runs == [1]
        assert "受渡しフォルダに届きません" in shown(app)
        assert len(app.screen_stack) == 2, "no window comes up by itself"


async def test_on_a_line_that_only_reads_a_part_done_is_said_to_need_a_medium(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        waiting = dataclasses.replace(
            opener.office.lottery.status(), step=Step.SEAL_WARD, mine=False, hashes={"params.txt": "0" * 64}
        )
        opener.office.lottery.status = lambda: waiting
        pane.entered()
        opener.session.on_sync = lambda: FakeReport(read_only=True)
        await pane.poll()
        await pilot.pause()
        assert "この回線は受け取りだけです。こちらの分は F6 の b で媒体に書いて渡します" in shown(app)
        opener.session.on_sync = FakeReport
        await pane.poll()
        await pilot.pause()
        assert "受け取りだけ" not in shown(app), "the line lets us write again"
        opener.session.on_sync = lambda: FakeReport(read_only=True)
        await pane.poll()
        opener.office.lottery.status = lambda: dataclasses.replace(waiting, step=Step.DONE)
        pane.entered()
        await pilot.pause()
        assert "受け取りだけ" not in shown(app), "nothing more of the ceremony is to be carried"


async def test_the_chart_shows_wishes_against_capacity(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    for number in range(1, 7):
        opener.key(number)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await lottery(pilot, log_in)
        await pilot.press("c")
        for _ in range(30):
            await pilot.pause(0.01)
        assert "4（4）／80人" in shown(app) and "2（6）／40人" in shown(app)


async def test_ones_own_password_is_asked_twice(open_at: Any, app_on: Any, shown: Any, log_in: Any) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f8")
        await pilot.pause()
        await pilot.press("end", "up", "enter")
        await pilot.pause()
        for key, value in (("old", "a" * 9), ("new", "b" * 9), ("again", "c" * 9)):
            app.screen.query_one("#field-" + key).value = value
        await pilot.press("f10")
        await pilot.pause()
        assert "上と違います" in shown(app)
        assert "bbb" not in shown(app)
        app.screen.query_one("#field-again").value = "b" * 9
        await pilot.press("f10")
        await pilot.pause()
        assert "12文字以上" in shown(app)
        await pilot.press("escape")
        for key in ("old", "new", "again"):
            app.screen.query_one("#field-" + key).value = "heron-over-the-weir"
        await pilot.press("f10")
        await pilot.pause()
        assert "いまと同じパスワードです" in shown(app)
        await pilot.press("escape")
        app.screen.query_one("#field-old").value = "a" * 9
        await pilot.press("ctrl+g")
        await pilot.pause()
        made = app.screen._text.plain.split("\n")[0]
        assert made in shown(app) and "見えるのはいまだけ" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert {app.screen.query_one("#field-" + key).value for key in ("new", "again")} == {made}
        assert made not in shown(app)
        await pilot.press("f10")
        await pilot.pause()
        assert "この試験ではパスワードを変えません" in shown(app)


async def test_the_ward_reads_from_the_screen_what_its_notice_must_give(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at(Site.WARD))
    async with app.run_test(size=(80, 24)) as pilot:
        place = await lottery(pilot, log_in)
        assert "notice_hashes" in {action.name for action in place.open_actions()}
        place.action_notice_hashes()
        for _ in range(20):
            await pilot.pause(0.01)
        assert "お知らせに載せる値" in shown(app)
        assert "verify.sh" in shown(app) and "ab" * 16 in shown(app) and "cd" * 16 in shown(app)


async def test_the_ward_waits_for_the_very_first_seal_too(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    """It says that what comes is taken in by itself: before there is any record as much as later."""
    opener = open_at(Site.WARD)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        assert "この画面のまま待つと、自動で受け取ります" in shown(app)
        runs: list[int] = []

        def sync() -> Any:
            runs.append(1)
            return FakeReport()

        opener.session.on_sync = sync
        await pane.poll()
        assert runs == [1]


async def test_dice_are_not_asked_for_before_their_time(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await lottery(pilot, log_in)
        await pilot.press("d")
        await pilot.pause()
        assert len(app.screen_stack) == 2, "no sheet for dice that must not be thrown yet"
        assert "委託先が「封印をつくる」を行います" in shown(app).split("\n")[23]


async def test_a_draw_by_a_beacon_asks_for_its_value_and_for_no_dice(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        due = dataclasses.replace(
            opener.office.lottery.status(), step=Step.DICE_WARD, mine=True, beacon=("drand-quicknet", "7"),
            hashes={"dice-contractor.txt": "0" * 64}, digits={Site.CONTRACTOR: NO_DICE},
        )  # fmt: skip
        typed: list[tuple[str, str]] = []
        opener.office.lottery.status = lambda: due
        opener.office.lottery.dice = lambda digits, value: typed.append((digits, value))
        pane.entered()
        await pilot.pause()
        assert "公開乱数（委託先）  入力ずみ" in shown(app) and "さいころ（委託先）" not in shown(app)
        await pilot.press("d")
        await pilot.pause()
        assert "公開乱数の値" in shown(app) and "さいころ" not in shown(app).split("\n")[12]
        await pilot.press(*"abcd", "enter")
        for _ in range(20):
            await pilot.pause()
        assert typed == [("", "abcd")]


async def test_what_came_takes_the_place_of_the_word_said_before(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        mine = opener.office.lottery.status()
        waiting = dataclasses.replace(mine, step=Step.SEAL_WARD, mine=False)
        opener.office.lottery.status = lambda: waiting
        pane.entered()
        await pilot.press("enter")
        await pilot.pause()
        assert waiting.sentence in shown(app).split("\n")[23]

        def sync() -> Any:
            opener.office.lottery.status = lambda: dataclasses.replace(mine, step=Step.FREEZE_CONTRACTOR)
            return FakeReport()

        opener.session.on_sync = sync
        await pane.poll()
        await pilot.pause()
        last = shown(app).split("\n")[23]
        assert "相手の記録が届きました" in last and waiting.sentence not in last


async def test_absent_is_offered_only_where_nothing_else_goes_on(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        opened = dataclasses.replace(opener.office.lottery.status(), step=Step.OPEN_CONTRACTOR)
        for ceremony, offered in (
            (opened, "next"),
            (dataclasses.replace(opened, unopened=True), "open_absent"),
        ):
            opener.office.lottery.status = lambda ceremony=ceremony: ceremony
            pane.entered()
            names = {action.name for action in pane.open_actions()}
            assert names & {"next", "open_absent"} == {offered}
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen_stack) == 2 and "F8 で選びます" in shown(app)


async def test_the_other_sites_dice_are_covered_until_ones_own_are_typed(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        theirs = dataclasses.replace(
            opener.office.lottery.status(), step=Step.DICE_WARD, mine=True,
            hashes={"dice-contractor.txt": "0" * 64}, digits={},
        )  # fmt: skip
        opener.office.lottery.status = lambda: theirs
        pane.entered()
        await pilot.pause()
        assert "さいころ（委託先）  入力ずみ（この拠点が入力すると見えます）" in shown(app)


async def test_applications_on_hold_are_named_before_the_freeze(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        due = dataclasses.replace(opener.office.lottery.status(), step=Step.FREEZE_CONTRACTOR, held=20)
        opener.office.lottery.status = lambda: due
        pane.entered()
        await pilot.pause()
        assert "名簿に入らない応募（保留のまま。F2 の h で見られます）: 20件" in shown(app)


async def test_whoever_signs_for_the_ward_sees_whom_the_roll_misses_and_agrees_to_each_refusal(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at(Site.WARD)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await lottery(pilot, log_in)
        due = dataclasses.replace(
            opener.office.lottery.status(), step=Step.FREEZE_WARD, mine=True,
            dropped=Dropped(refused=(12, 345), withdrawn=tuple(range(1, 10))),
        )  # fmt: skip
        agreed: list[Any] = []
        opener.office.lottery.status = lambda: due
        opener.office.lottery.freeze = lambda absent=False, without=(): agreed.append((absent, without))
        pane.entered()
        await pilot.pause()
        assert "確認・窓口受付のあとで不受理になった応募（名簿に入りません）: 0012、0345" in shown(app)
        assert "取り下げられた応募" in shown(app) and "0008 ほか（計9件）" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "委託先が不受理にした応募: 0012、0345" in shown(app)
        await pilot.press("up", "enter")
        await pilot.pause()
        for _ in range(100):
            await pilot.pause(0.01)
            if agreed:
                break
        assert agreed == [(False, (12, 345))]
