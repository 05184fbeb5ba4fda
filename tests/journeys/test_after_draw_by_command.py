"""After the draw, by the command: a group shrinks, seats are released, a late application is added, somebody does not come."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from cli import carrying, entering
from tests.journeys.acting import PROGRAMME, Sites

At = Callable[..., Sites]
JST = dt.timezone(dt.timedelta(hours=9))


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The day on which the commands run."""

    def set_to(day: str) -> None:
        moment = dt.datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=JST)
        for module in (entering, carrying):
            monkeypatch.setattr(module, "now", lambda: moment)

    return set_to


def rows(sites: Sites, outing: str) -> list[dict[str, Any]]:
    mine, theirs = (m.do("participants", "list", outing)["rows"] for m in sites.both)
    assert [{**row, "present": None} for row in mine] == theirs  # attendance stays at the contractor
    return list(mine)


def outing_of(sites: Sites, code: str) -> dict[str, Any]:
    found = sites.contractor.do("participants", "outings")["outings"]
    return next(row for row in found if row["code"] == code)


def pair_of(sites: Sites) -> list[int]:
    found = sites.contractor.do("intake", "list", "--search", "タカハシ")["applications"]
    return [int(row["number"]) for row in found]


def verified(sites: Sites) -> None:
    folder = sites.base / "published"
    sites.contractor.do("lottery", "publish", folder)
    run = subprocess.run(["/bin/sh", "verify.sh"], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_one_of_a_pair_stays_at_home(at: At, on: Callable[[str], None]) -> None:
    sites = at("approve")
    on("2026-05-20")
    first, second = pair_of(sites)
    sites.contractor.refused("participants", "shrink", first, second, code=3)
    sites.contractor.do("participants", "shrink", second)
    sites.contractor.do("participants", "send")
    sites.sync()
    shown = {row["number"] for code in "AB" for row in rows(sites, code)}
    assert second not in shown
    for machine in sites.both:
        (row,) = [r for r in machine.do("intake", "list")["applications"] if r["number"] == second]
        assert row["state"] == "withdrawn"
    sites.contractor.refused("participants", "cancel", second, code=2)
    verified(sites)


def test_somebody_late_is_added_behind_all(at: At, on: Callable[[str], None]) -> None:
    sites = at("approve")
    on("2026-05-20")
    key = ("intake", "add", "--kana", "モリ サチコ", "--birth-date", "S25.5.5", "--address", "新宿区戸山1-1",
           "--phone", "03-5273-2001", "--preferences", "A、B", "--route", "post")  # fmt: skip
    number = sites.contractor.do(*key)["number"]
    if sites.contractor.do("intake", "list", "--held")["applications"]:
        sites.contractor.do("intake", "resolve", number, "--accept", "--reason", "ward_decision")
    assert "点検⑤" in sites.contractor.refused("participants", "late", number, code=3)
    sites.contractor.do("intake", "send")
    sites.sync()
    sites.ward.do("review", "confirm", "--rest")
    sites.ward.do("review", "send")
    sites.sync()
    late = sites.contractor.do("participants", "late", number)
    assert late["numbers"] == [number]
    sites.sync()
    assert number in {row["number"] for code in "AB" for row in rows(sites, code)}
    assert late["outing"] or rows(sites, "A")[-1]["unit"] == late["unit"]
    assert "すでに" in sites.contractor.refused("participants", "late", number, code=3)
    verified(sites)
    for machine in sites.both:
        machine.sound()


def test_the_wards_seats_are_given_and_released_on_their_day(at: At, on: Callable[[str], None]) -> None:
    sites = at("found")
    kept = PROGRAMME.replace("capacity = 4\n", "capacity = 4\nreserved = 2\nrelease_on = 2026-06-01\n")
    assert kept != PROGRAMME
    (sites.base / "kept.toml").write_text(kept, encoding="utf-8")
    sites.contractor.do("programme", "set", sites.base / "kept.toml")
    for stage in (sites.apply, sites.send, sites.review, sites.draw, sites.approve):
        stage()
    on("2026-05-31")
    assert outing_of(sites, "A")["reserved"] == 2
    assert "2026-06-01" in sites.contractor.refused("participants", "release", "A", code=3)
    waiting = next(row for row in rows(sites, "A") if row["place"])
    sites.contractor.do("participants", "reserve", waiting["number"], "A")
    sites.contractor.do("participants", "send")
    on("2026-06-01")
    sites.sync()
    left = outing_of(sites, "A")
    assert (left["release_due"], left["release_on"]) == (left["reserved"] > 0, "2026-06-01")
    if left["reserved"]:
        assert "開放" in sites.contractor.do("status")["next"]
        sites.contractor.do("participants", "release", "A", left["reserved"])
    assert outing_of(sites, "A")["reserved"] == 0
    sites.contractor.refused("participants", "release", "A", code=3)
    sites.contractor.do("participants", "send")
    sites.sync()
    rows(sites, "A")
    verified(sites)


def test_who_does_not_come_is_counted_from_the_day_on(at: At, on: Callable[[str], None]) -> None:
    sites = at("notify")
    seated = [row["number"] for row in rows(sites, "A") if not row["place"]]
    on("2026-06-09")
    sites.contractor.refused("participants", "attend", "A", seated[0], code=3)
    on("2026-06-10")
    sites.contractor.do("participants", "attend", "A", seated[0])
    sites.contractor.do("participants", "attend", "A", seated[1], "--absent")
    day = outing_of(sites, "A")
    assert (day["came"], day["absent"], day["pending"]) == (1, 1, len(seated) - 2)
    text = sites.contractor.runner(
        sites.contractor.words("participants", "outings", json_=False), sites.contractor.env()
    )
    assert "欠席" in text.out and "未記録" in text.out
    noted = {row["number"]: row["present"] for row in rows(sites, "A")}
    assert (noted[seated[0]], noted[seated[1]]) == (True, False)
