"""Where the programme asks for a second person: the contractor freezes by the command, the ward signs on the screens; and so with that rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from storage.store.tx import VaultTx
from tests.journeys.acting import PROGRAMME, Sites
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
    assert listed["asked"] == ["freeze", "rules"] and [one["proposed_by"] for one in listed["pending"]] == [
        "c-boss"
    ]
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


async def test_the_rule_itself_is_taken_away_by_two_people_and_at_the_ward_by_its_own(
    at: Callable[..., Sites],
) -> None:
    sites = at("apply")
    contractor, ward = sites.both
    plain = contractor.base / "programme.toml"
    plain.write_text(PROGRAMME, "utf-8")
    ruled = contractor.base / "ruled.toml"
    ruled.write_text(PROGRAMME + RULE, "utf-8")
    for machine in sites.both:
        machine.engage(f"{machine.site[0]}-hand", "担当")
    second, other = replace(contractor, staff="c-hand"), replace(ward, staff="w-hand")

    contractor.do("programme", "set", str(ruled))
    sites.sync()
    assert "[accounts] second_person: なし → freeze" in ward.run("programme", "waiting").out
    name = ward.do("programme", "waiting")["waiting"]["id"]
    assert ward.do("status")["next"] == "委託先が変えた安全の決まりを確かめる"
    ward.do("programme", "agree", name)
    assert ward.do("programme", "waiting")["waiting"] is None
    assert ward.do("second", "list")["asked"] == ["freeze", "rules"]

    refused = contractor.run("programme", "set", str(plain))
    assert (
        refused.code == 3 and "発議しました" in refused.err and "second_person: freeze → なし" in refused.err
    )
    second.do("second", "confirm", contractor.do("second", "list")["pending"][0]["id"])
    assert contractor.do("status")["next"].endswith("安全の決まりの変更（ikiiki programme set）")
    contractor.do("programme", "set", str(plain))
    sites.sync()
    assert ward.do("second", "list")["asked"] == ["freeze", "rules"], "the ward's people have not agreed"

    async def agree(desk: Desk) -> None:
        await desk.press("f5")
        await by_menu(desk, "安全の決まり")
        assert "second_person: freeze → なし" in desk.text()
        await desk.press("down", "enter")

    async def ask(desk: Desk) -> None:
        await agree(desk)
        assert "二人目の確認が要ります" in desk.text()
        await desk.press(*YES)

    async def confirm(desk: Desk) -> None:
        await desk.press("f5")
        await by_menu(desk, "二人目の確認")
        await desk.press("enter")
        assert "安全の決まりの変更" in desk.text()
        await desk.press("down", "enter")

    async def done(desk: Desk) -> None:
        await agree(desk)
        assert "同意しました" in desk.text()

    await sit(ward, ask, Desk)
    await sit(other, confirm, Desk)
    await sit(ward, done, Desk)
    assert ward.do("second", "list")["asked"] == []

    lax = "\n[log_review]\nsamples = 1\nagain = 90\nfailures = 90\nopenings_hour = 900\nopenings_day = 9000\n"
    plain.write_text(PROGRAMME + lax, "utf-8")
    contractor.do("programme", "set", str(plain))
    sites.sync()

    async def decline(desk: Desk) -> None:
        await desk.press("f5")
        await by_menu(desk, "安全の決まり")
        assert all(f"[log_review] {key}" in desk.text() for key in ("samples", "again", "openings_day"))
        await desk.press("enter")
        assert "いま読んだ5項目" in desk.text()
        await desk.press("down", "down", "enter")
        assert "いまの決まりのままです" in desk.text()

    await sit(ward, decline, Desk)
    assert ward.do("programme", "waiting")["waiting"]["declined"] is True
    sites.sync()
    for machine in sites.both:
        machine.sound()


async def by_menu(desk: Desk, words: str) -> None:
    """By F8, arrows and Enter."""
    await desk.press("f8")
    line = [text for _, text in desk._pilot.app.screen._choices]
    place = next(place for place, text in enumerate(line) if words in text)
    await desk.press(*["down"] * place, "enter")
