"""台帳の記入 at the keys: a day is taken as people write it, and shown as it was read."""

from __future__ import annotations

from typing import Any

from core.office.choices import Report
from core.register_kinds import Kind


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        for _ in range(4):
            await pilot.pause()


async def choose(pilot: Any, shown: Any, words: str) -> None:
    for _ in range(20):
        if any(line.strip(" │").startswith(f">{words}") for line in shown(pilot.app).split("\n")):
            break
        await press(pilot, "down")
    await press(pilot, "enter")


async def test_an_era_date_is_shown_as_it_was_read(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    app = app_on(open_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await press(pilot, "f7", "d", "n")
        await choose(pilot, shown, "訓練")
        await press(pilot, "enter")
        pilot.app.screen.query_one("#answer").value = "R8.4.31"
        await press(pilot, "enter")
        assert "日付として読めません" in shown(app) and "令和8年6月10日" in shown(app)
        pilot.app.screen.query_one("#answer").value = "令和8年4月1日"
        await press(pilot, "enter")
        assert "2026-04-01" in shown(app), shown(app)


async def test_an_incident_of_which_all_is_done_waits_for_the_word_that_it_is_over(
    open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    opener = open_at()
    told = {
        "what": "other",
        "people": "0",
        "special": "no",
        "property": "no",
        "malice": "no",
        "story": "停電",
    }
    opener.office.registers.add(Kind.INCIDENT, told)
    opener.office.incidents.report("1", Report.PARTNER)
    app = app_on(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        assert "事故1 F7" in shown(app).split("\n")[1]
        await press(pilot, "f7", "d")
        assert "事故1 対応の終わり" in shown(app) and "済みしだい" in shown(app)
        await press(pilot, "enter", "enter")
        await choose(pilot, shown, "対応を終わりにする")
        await press(pilot, "enter")
        assert "事故1" not in shown(app), shown(app)
