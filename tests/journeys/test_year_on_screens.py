"""The year on the screens: the same steps as by the command, by keys alone, at both sites in turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.acting import Sites, export
from tests.journeys.desks import YES, Desk, Turn, sit


async def test_the_year_is_run_by_keys_alone_at_both_sites(at: Callable[..., Sites]) -> None:
    sites = at("found")
    contractor, ward = sites.both
    (sites.base / "export.csv").write_bytes(export())
    papers = sites.base / "postcards.pdf"

    async def take_in_and_send(desk: Desk) -> None:
        await desk.take_in_and_send(sites.base / "export.csv")

    async def check_and_seal(desk: Desk) -> None:
        await desk.sync()
        await desk.press("f7", "a", *YES, "s", *YES)
        await desk.lottery()
        await desk.sync()

    async def post(desk: Desk) -> None:
        await desk.sync()
        await desk.post(papers)

    turns: list[Turn[Desk]] = [
        (contractor, take_in_and_send), (ward, check_and_seal), (contractor, Desk.next_part), (ward, Desk.next_part),
        (contractor, Desk.next_part), (ward, Desk.next_part), (contractor, Desk.throw), (ward, Desk.throw),
        (contractor, Desk.draw_and_send), (ward, Desk.approve), (contractor, post),
    ]  # fmt: skip
    for machine, work in turns:
        await sit(machine, work, Desk)

    assert contractor.do("lottery", "status")["step"] == "done"
    public: Path = sites.base / "public"
    contractor.do("lottery", "publish", public)
    assert contractor.do("lottery", "verify", public, alone=True)["ok"]
    assert papers.read_bytes().startswith(b"%PDF")
    steps = contractor.do("status")["steps"]
    assert {mark for mark, state in steps.items() if state != "done"} <= {"②"}, steps
    for machine in sites.both:
        assert machine.do("ledger", "verify")["ok"]
        machine.sound()
