"""The year of a ward that may only download: the draw with a carried medium, all else by three telephone calls."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from core.exchange.remote import Put, RemoteReadOnly
from storage.remotes.folder import FolderRemote
from tests.journeys.acting import DICE, Machine, Sites, export
from tests.journeys.desks import APPROVAL, YES, Desk, Turn, sit


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sites:
    """Both machines; at the ward's, the folder between them is there to be read and no more."""
    base = tmp_path / "sites"
    base.mkdir()
    made = Sites(base)
    put, delete = FolderRemote.put_from, FolderRemote.delete

    def shut(remote: FolderRemote) -> None:
        at_ward = os.environ["IKIIKI_VAULT"] == str(made.ward.folder)
        if at_ward and remote._folder == made.remote:
            raise RemoteReadOnly("共有先のフォルダに書き込めません")

    def put_from(self: FolderRemote, name: str, source: BinaryIO) -> Put:
        shut(self)
        return put(self, name, source)

    def deleting(self: FolderRemote, name: str) -> bool:
        shut(self)
        return delete(self, name)

    monkeypatch.setattr(FolderRemote, "put_from", put_from)
    monkeypatch.setattr(FolderRemote, "delete", deleting)
    return made


def call(sites: Sites, kind: str) -> Any:
    """Both have the values up and compare them; the ward reads out, the contractor types."""
    (spoken,) = sites.ward.do("phone", "value", kind)["values"]
    shown = sites.contractor.do("phone", "value", kind)["values"]
    assert spoken in shown
    told = sites.ward.do("phone", "tell", kind)
    assert told["value"] == spoken["value"]
    heard = sites.contractor.do("phone", "hear", kind, told["code"].lower().replace(" ", "-"))
    assert (heard["index"], heard["value"]) == (told["index"], told["value"])
    return heard


def carry(sites: Sites, first: Machine, medium: Path) -> None:
    first.do("sync", "--medium", medium)
    sites.other(first).do("sync", "--medium", medium)


def unsettled(sites: Sites) -> list[str]:
    with sites.contractor.looking() as tx:
        return [row.name for row in tx.bundles.list("out") if row.settled is None]


def ended(sites: Sites) -> None:
    """Everything is done, nothing of the ward's ever lay in the folder, and both ledgers agree."""
    assert set(sites.contractor.do("status")["steps"].values()) == {"done"}
    left = [path.name for path in sites.remote.iterdir() if "-wc-" in path.name or "ward" in path.name]
    receipts = [path.name for path in sites.remote.glob("*.receipt")]
    assert left == receipts == []
    for machine in sites.both:
        machine.sound()


def test_the_year_by_three_calls_and_a_medium_for_the_draw(sites: Sites, tmp_path: Path) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    c, w = sites.contractor, sites.ward
    sites.found()
    sites.apply()
    sites.send()
    assert w.do("sync")["read_only"]
    assert len(unsettled(sites)) >= 2
    call(sites, "receipt")
    assert unsettled(sites) == [] and not list((c.folder / "outbox").glob("*.zip"))

    assert w.do("review", "confirm", "--rest")["open"] == 0
    assert call(sites, "review")["count"] == 11
    assert c.do("status")["steps"]["⑤"] == "done"

    for machine, *words in (
        (w, "seal"), (c, "freeze"), (w, "freeze"), (c, "open"), (w, "open"),
        (c, "dice", DICE, "--again", DICE), (w, "dice", DICE, "--again", DICE), (c, "draw"),
    ):  # fmt: skip
        machine.do("lottery", *words)
        carry(sites, machine, medium)
    assert [machine.do("lottery", "status")["step"] for machine in sites.both] == ["done", "done"]

    c.do("participants", "send")
    sites.sync()
    w.do("review", "confirm", "--rest", "--stage", "participants")
    c.refused("papers", "notices", sites.base / "n.pdf", code=3)
    w.refused("phone", "tell", "approval", code=3)
    w.do("review", "approve")
    assert call(sites, "approval")["count"] == 7
    sites.notify()
    ended(sites)

    verdicts = [c.do("participants", "list", code)["rows"] for code in "AB"]
    carry(sites, w, medium)  # the sealed words follow, and say the same
    assert [c.do("participants", "list", code)["rows"] for code in "AB"] == verdicts
    acts = [row["act"] for machine in sites.both for row in machine.do("ledger", "list")["lines"]]
    assert (acts.count("tell"), acts.count("hear")) == (3, 3)
    sites.sync()
    ended(sites)


def test_on_the_telephone_a_wrong_word_is_told_from_a_slip(sites: Sites) -> None:
    sites.found()
    sites.apply()
    sites.send()
    sites.ward.do("review", "confirm", "--rest")
    code = sites.ward.do("phone", "tell", "review")["code"]
    wrong = ("0" if code[0] != "0" else "1") + code[1:]
    assert "打ち間違い" in sites.contractor.refused("phone", "hear", "review", wrong, code=3)
    assert "区の番号ではありません" in sites.contractor.refused("phone", "hear", "review", "0" * 26, code=6)
    assert "届いた束" in sites.contractor.refused(
        "phone", "hear", "review", sites.ward.do("phone", "tell", "receipt")["code"], code=3
    )
    sites.contractor.do("phone", "hear", "review", code)
    assert "すでに使われた" in sites.contractor.refused("phone", "hear", "review", code, code=3)
    sites.contractor.refused("phone", "tell", "review", code=3)
    sites.ward.refused("phone", "hear", "review", code, code=3)


class Caller(Desk):
    """Somebody at the keys with the telephone at the ear; the draw goes by a medium."""

    def __init__(self, pilot: Any, medium: Path) -> None:
        super().__init__(pilot)
        self._medium = medium

    async def exchange(self) -> None:
        await self.press("f6", "b")
        await self.type_into(str(self._medium))
        await self.press("enter", "escape")

    async def tell(self, place: int) -> str:
        """「電話で伝える」, the so-many-th kind; what is read out."""
        await self.press("f6", "p", *["down"] * place, "enter", "down", "enter")
        found = re.search(r"(?:[0-9A-Z]{4} ){6}[0-9A-Z]{2}\b", self.text())
        assert found, self.text()
        await self.press("escape")
        return found.group()

    async def hear(self, place: int, code: str) -> str:
        """「電話で受ける」, the so-many-th kind, typing `code`; what the screen says then."""
        await self.press("f6", "p", *["down"] * place, "enter")
        await self.type_into(code)
        await self.press("enter")
        words = self.text()
        await self.press("escape")
        return words


async def test_the_year_of_a_ward_that_only_downloads_is_run_by_keys_alone(
    sites: Sites, tmp_path: Path
) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    sites.found()
    c, w = sites.both
    (sites.base / "export.csv").write_bytes(export())
    codes: list[str] = []

    async def take_in_and_send(desk: Caller) -> None:
        await desk.take_in_and_send(sites.base / "export.csv")

    async def check_and_call(desk: Caller) -> None:
        await desk.press("f6", "enter")
        assert "電話で伝える" in desk.text()
        await desk.press("escape")
        codes.append(await desk.tell(0))
        await desk.press("f7", "a", *YES)
        codes.append(await desk.tell(1))
        await desk.lottery()
        await desk.exchange()

    async def answer(desk: Caller) -> None:
        for place, code in enumerate(codes):
            assert "第1番を受けました" in await desk.hear(place, code)
        assert "すでに使われた" in await desk.hear(1, codes[1])

    async def approve_and_call(desk: Caller) -> None:
        await desk.press("f6", "enter", "escape")
        await desk.press("f7", "a", *YES, *APPROVAL)
        codes[:] = [await desk.tell(2)]

    async def answer_and_post(desk: Caller) -> None:
        assert "第1番を受けました" in await desk.hear(2, codes[0])
        await desk.post(sites.base / "postcards.pdf")

    turns: list[Turn[Caller]] = [
        (c, take_in_and_send), (w, check_and_call), (c, answer), (c, Caller.next_part), (w, Caller.next_part),
        (c, Caller.next_part), (w, Caller.next_part), (c, Caller.throw), (w, Caller.throw),
        (c, Caller.draw_and_send), (w, approve_and_call), (c, answer_and_post),
    ]  # fmt: skip
    for machine, work in turns:
        await sit(machine, work, partial(Caller, medium=medium))
    assert (sites.base / "postcards.pdf").read_bytes().startswith(b"%PDF")
    steps = c.do("status")["steps"]
    assert {mark for mark, state in steps.items() if state != "done"} <= {"②"}, steps
    assert not [path.name for path in sites.remote.iterdir() if "-wc-" in path.name]
    for machine in sites.both:
        machine.sound()
