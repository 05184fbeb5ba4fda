"""Two rounds in one year on the screens: the second is begun, drawn and approved by keys; the first stays what it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.independent import recompute as second_reading
from tests.journeys.acting import PROGRAMME, Machine, Sites
from tests.journeys.desks import YES, Desk, Turn, sit

TWO_ROUNDS = PROGRAMME.replace("capacity = 3\n", "capacity = 3\nround = 2\n") + (
    "\n[[round]]\nnumber = 2\napplications_close = 2026-06-01\n"
)


def published(machine: Machine, draw: str, folder: Path) -> dict[str, bytes]:
    machine.do("lottery", "publish", folder, "--draw", draw)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_the_second_round_is_drawn_by_keys_alone(at: Callable[..., Sites]) -> None:
    sites = at("found")
    contractor, ward = sites.both
    (sites.base / "two.toml").write_text(TWO_ROUNDS, encoding="utf-8")
    contractor.do("programme", "set", sites.base / "two.toml")
    for stage in (sites.apply, sites.send, sites.review, sites.draw, sites.approve):
        stage()
    contractor.do("papers", "notices", sites.base / "first.pdf")
    contractor.do("papers", "dispatch")
    sites.sync()
    first = published(contractor, "hiking-2026-1", sites.base / "first")

    async def begin(desk: Desk) -> None:
        await desk.press("f3")
        assert "n 次の募集回" in desk.text() and "hiking-2026-2 は、委託先が" in desk.text(), desk.text()
        await desk.press("n", *YES)
        await desk.sync()

    async def look(desk: Desk) -> None:
        await desk.sync()
        await desk.press("f3")
        assert "hiking-2026-2" in desk.text(), desk.text()
        await desk.press("f4")
        assert "御岳山" in desk.text() and "高尾山" in desk.text(), desk.text()

    turns: list[Turn[Desk]] = [
        (contractor, begin), (ward, Desk.next_part), (contractor, Desk.next_part), (ward, Desk.next_part),
        (contractor, Desk.next_part), (ward, Desk.next_part), (contractor, Desk.throw), (ward, Desk.throw),
        (contractor, Desk.draw_and_send), (ward, Desk.approve), (contractor, look),
    ]  # fmt: skip
    for machine, work in turns:
        await sit(machine, work, Desk)

    for machine in sites.both:
        status = machine.do("lottery", "status")
        assert (status["draw"], status["step"]) == ("hiking-2026-2", "done")
        machine.sound()
    assert published(contractor, "hiking-2026-1", sites.base / "again") == first
    year = [first, published(contractor, "hiking-2026-2", sites.base / "second")]
    assert [set(draw.params.seats) for draw in second_reading.chain(year)] == [{"A"}, {"B"}]
    assert contractor.do("participants", "list", "B")["rows"]
