"""すること over the 点検 pane: what is due, an incident with its clocks, a register, and an entry being made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.office import duties
from core.programme import Deadlines, Duties
from core.roles import Role, Site
from tests.snapshots.moments_papers import write_registers
from tests.snapshots.pictures import Doing, going_to, press, then


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other pictures are of a year in which nothing comes again; here it does."""
    agreed = duties.programme_of
    monkeypatch.setattr(
        duties, "programme_of", lambda tx: replace(agreed(tx), duties=Duties(), deadlines=Deadlines())
    )


def with_entries(keys: tuple[str, ...], until: str) -> Doing:
    """In the 点検 pane, an incident and a pattern file having been entered, press these keys."""
    before = going_to("review")

    async def go(pilot: Any) -> None:
        await before(pilot)
        write_registers(pilot.app.session.office)
        pilot.app.refresh_state()
        await press(pilot, *keys, until=until)

    return go


@pytest.mark.parametrize("site", Site)
def test_what_is_due(picture: Any, usual: None, site: Site) -> None:
    words = picture("review", site, with_entries(("d",), "DutySheet"))
    for part in ("事故1 速報", "条項の確認", "日超過", "こちら"):
        assert part in words


def test_an_audit_sees_the_same_list(picture: Any, usual: None) -> None:
    words = picture("review", Site.WARD, then(going_to("review"), "d", until="DutySheet"), role=Role.AUDITOR)
    assert "条項の確認" in words and "台帳に記入" not in words


def test_the_clock_of_an_incident_stands_in_the_flow_line(picture: Any) -> None:
    words = picture("review", Site.CONTRACTOR, with_entries((), "Workspace"))
    assert "事故3 F7" in words.splitlines()[1]


@pytest.mark.parametrize("site", Site)
def test_an_incident_says_what_the_law_asks_and_where_it_says_so(picture: Any, site: Site) -> None:
    words = picture("review", site, with_entries(("d", "enter"), "Message"), size=(120, 40))
    rule, threshold = ("第44条", "100人") if site is Site.WARD else ("第8条", "不正の目的")
    assert rule in words and threshold in words and "60日以内" in words


def test_what_was_done_about_an_incident_is_chosen(picture: Any) -> None:
    told = with_entries(("d", "enter"), "Message")
    words = picture("review", Site.WARD, then(told, "enter", until="Choice"))
    assert "速報（委員会へ）をした" in words


def test_a_register(picture: Any) -> None:
    shown = with_entries(("d", "l"), "Choice")
    words = picture("review", Site.CONTRACTOR, then(shown, "down", "enter", until="RegisterSheet"))
    assert "再委託先（C3）" in words and "見本印刷" in words


def test_an_entry_being_made(picture: Any) -> None:
    chosen = then(going_to("review"), "d", "n", until="Choice")
    words = picture("review", Site.CONTRACTOR, then(chosen, "enter", until="Entering"))
    assert "条項の確認" in words and "Enter で入力・選択" in words
