"""Where the programme asks for a second person: the contractor freezes by the command, the ward signs on the screens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from storage.store.tx import VaultTx
from tests.journeys.acting import Sites
from tests.journeys.desks import YES, Desk, sit

RULE = '\n[accounts]\nsecond_person = ["freeze"]\n'


async def test_a_roll_is_frozen_when_two_people_of_each_site_have_said_so(at: Callable[..., Sites]) -> None:
    sites = at("review")
    for machine in sites.both:
        with machine.vault() as vault, vault.write() as connection:
            tx = VaultTx(connection)
            tx.settings.put("programme", (tx.settings.get("programme") or "") + RULE)
        machine.engage(f"{machine.site[0]}-hand", "担当")
    contractor, ward = sites.both
    second, other = replace(contractor, staff="c-hand"), replace(ward, staff="w-hand")

    before = contractor.do("lottery", "status")["step"]
    refused = contractor.run("lottery", "freeze")
    assert refused.code == 3 and "発議しました" in refused.err and "ikiiki second confirm" in refused.err
    assert contractor.do("lottery", "status")["step"] == before
    listed = second.do("second", "list")
    assert listed["asked"] == ["freeze"] and [one["proposed_by"] for one in listed["pending"]] == ["c-boss"]
    assert "11人" in listed["pending"][0]["about"]
    name = listed["pending"][0]["id"]
    contractor.refused("second", "confirm", name, code=3)
    assert "二人目として確かめる" in second.do("status")["next"]
    second.do("second", "confirm", name[:4])
    assert contractor.do("lottery", "freeze")["step"] == "freeze_ward"
    assert contractor.do("second", "list")["pending"] == []
    sites.sync()

    async def sign(desk: Desk) -> None:
        await desk.lottery()
        assert "二人目の確認が要ります" in desk.text()
        await desk.press(*YES)

    async def confirm(desk: Desk) -> None:
        await desk.press("f5")
        assert "二人目として確かめる" in desk.text()
        await by_menu(desk, "二人目の確認")
        await desk.press("enter")
        assert "抽選名簿の確定" in desk.text() and "w-boss" in desk.text()
        await desk.press("down", "enter")
        assert "確かめました" in desk.text()

    await sit(ward, sign, Desk)
    await sit(other, confirm, Desk)
    assert ward.do("lottery", "status")["step"] == "freeze_ward"
    await sit(ward, Desk.lottery, Desk)
    assert ward.do("lottery", "status")["step"] == "open_contractor"
    sites.sync()
    for machine in sites.both:
        machine.sound()


async def by_menu(desk: Desk, words: str) -> None:
    """By F8, arrows and Enter."""
    await desk.press("f8")
    line = [text for _, text in desk._pilot.app.screen._choices]
    place = next(place for place, text in enumerate(line) if words in text)
    await desk.press(*["down"] * place, "enter")
