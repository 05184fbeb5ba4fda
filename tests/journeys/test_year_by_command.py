"""A whole year ①–⑪ by the command alone, at both sites, and the points at which it must wait."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import core.office.lottery
from core.draw import engine
from core.draw.result import Result
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.steps import SeedInput
from tests.journeys.acting import DICE, Sites, digest

At = Callable[..., Sites]


def published_and_verified(sites: Sites, folder: Path) -> None:
    sites.contractor.do("lottery", "publish", folder)
    shell = subprocess.run(["/bin/sh", "verify.sh"], cwd=folder, capture_output=True, text=True, check=False)
    assert shell.returncode == 0, shell.stdout + shell.stderr
    assert sites.contractor.runner(["lottery", "verify", str(folder), "--json"], {}).json["ok"] is True
    for machine in sites.both:
        machine.sound()


def test_a_year_ends_with_everybody_placed_told_and_the_draw_verified(at: At) -> None:
    sites = at("notify")
    published_and_verified(sites, sites.base / "public")
    outings = {row["code"]: row for row in sites.contractor.do("participants", "outings")["outings"]}
    assert (outings["A"]["seated"], outings["B"]["seated"]) == (4, 3)
    steps = sites.contractor.do("status")["steps"]
    assert set(steps.values()) == {"done"}, steps


def test_the_draw_published_after_a_withdrawal_verifies_too(at: At) -> None:
    sites = at("notify")
    seated = [row["number"] for row in sites.contractor.do("participants", "list", "B")["rows"]]
    sites.contractor.do("participants", "cancel", seated[0])
    sites.contractor.do("participants", "send")
    sites.sync()
    published_and_verified(sites, sites.base / "public")
    assert (sites.base / "public" / "head-ward.txt").exists()


def test_syncing_again_and_again_changes_nothing(at: At) -> None:
    sites = at("notify")
    sites.sync(1)
    before = [machine.tables() for machine in sites.both], digest(sites.remote)
    told = ("state.json",)  # when the last round was
    boxes = [
        digest(machine.folder / box, but=told)
        for machine in sites.both
        for box in ("inbox", "outbox", "courier")
    ]
    for _ in range(3):
        for machine in sites.both:
            report = machine.do("sync")
            assert report.pop("partner_seen"), "the other courier has left its sign"
            assert report == {
                "sent": [], "received": [], "imported": [], "sealed": [], "receipts": [], "waiting": [], "problems": [],
                "remarks": [], "read_only": False, "busy": False, "box_log": [],
            }  # fmt: skip
    assert ([machine.tables() for machine in sites.both], digest(sites.remote)) == before
    assert [
        digest(machine.folder / box, but=told)
        for machine in sites.both
        for box in ("inbox", "outbox", "courier")
    ] == boxes


def test_the_draw_waits_for_the_wards_review(at: At) -> None:
    sites = at("send")
    sites.ward.do("lottery", "seal")
    numbers = [row["number"] for row in sites.ward.do("review", "list")["rows"]]
    sites.ward.do("review", "confirm", *numbers[1:])
    sites.ward.do("review", "send")
    sites.ward.do("sync")
    sites.contractor.do("sync")
    before = sites.contractor.tables()
    assert "区の点検⑤" in sites.contractor.refused("lottery", "freeze", code=3)
    assert sites.contractor.tables() == before
    sites.ward.do("review", "confirm", numbers[0])
    sites.ward.do("review", "send")
    sites.ward.do("sync")
    sites.contractor.do("sync")
    assert sites.contractor.do("lottery", "freeze")["step"] == "freeze_ward"


def test_an_applicant_the_ward_returned_is_not_in_the_draw(at: At) -> None:
    sites = at("send")
    numbers = sorted(row["number"] for row in sites.ward.do("review", "list")["rows"])
    sites.ward.do("review", "return", numbers[0], "--code", "not_resident")
    sites.ward.do("review", "confirm", "--rest")
    sites.ward.do("review", "send")
    sites.ward.do("lottery", "seal")
    sites.sync()
    sites.draw()
    drawn = {
        row["number"] for code in "AB" for row in sites.contractor.do("participants", "list", code)["rows"]
    }
    assert drawn == set(numbers[1:])


def test_notices_wait_for_the_wards_approval(at: At) -> None:
    sites = at("draw")
    sites.contractor.do("participants", "send")
    sites.sync()
    before = sites.contractor.tables()
    paper = sites.base / "papers" / "notices.pdf"
    assert "承認⑩" in sites.contractor.refused("papers", "notices", paper, code=3)
    assert "承認⑩" in sites.contractor.refused("papers", "dispatch", code=3)
    assert not paper.exists() and sites.contractor.tables() == before
    assert "点検⑨" in sites.ward.refused("review", "approve", code=3)
    sites.approve()
    sites.contractor.do("papers", "notices", paper)
    assert paper.read_bytes().startswith(b"%PDF-")


def test_each_step_of_the_draw_waits_for_its_turn(at: At) -> None:
    sites = at("review")
    before = [machine.tables() for machine in sites.both]
    for machine, *words in (
        (sites.ward, "seal"), (sites.ward, "open"), (sites.contractor, "open"), (sites.contractor, "draw"),
        (sites.contractor, "dice", DICE, "--again", DICE), (sites.ward, "dice", DICE, "--again", DICE),
    ):  # fmt: skip
        machine.refused("lottery", *words, code=3)
    assert [machine.tables() for machine in sites.both] == before


def test_dice_read_differently_are_refused_before_anything_is_written(at: At) -> None:
    sites = at("review")
    contractor, ward = sites.contractor, sites.ward
    for machine, word in ((contractor, "freeze"), (ward, "freeze"), (contractor, "open"), (ward, "open")):
        machine.do("lottery", word)
        machine.do("sync")
        sites.other(machine).do("sync")
    contractor.refused("lottery", "dice", DICE, "--again", DICE[::-1], code=2)
    contractor.refused("lottery", "dice", "123", "--again", "123", code=3)
    contractor.do("lottery", "dice", DICE, "--again", DICE)
    contractor.do("sync")
    ward.do("sync")
    before = ward.tables()
    assert "委託先が入力した数字と違います" in ward.refused(
        "lottery", "dice", DICE[::-1], "--again", DICE[::-1], code=3
    )
    assert ward.tables() == before


def test_the_wards_machine_refuses_a_result_that_differs_from_its_own(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = at("review")
    contractor, ward = sites.contractor, sites.ward
    for machine, *words in (
        (contractor, "freeze"), (ward, "freeze"), (contractor, "open"), (ward, "open"), (ward, "dice", DICE, "--again", DICE),
    ):  # fmt: skip
        machine.do("lottery", *words)
        machine.do("sync")
        sites.other(machine).do("sync")

    def wishful(files: dict[str, bytes]) -> tuple[SeedInput, Result]:
        """A contractor who would like others to win: the right seed, another order."""
        seed, _ = honest(files)
        other = dataclasses.replace(seed, dice=DICE[::-1])
        params, roll = Params.parse(files[PARAMS], PARAMS), Roll.parse(files[LIST], LIST)
        return seed, engine.run(params, roll, other)

    honest = core.office.lottery.compute
    monkeypatch.setattr(core.office.lottery, "compute", wishful)
    contractor.do("lottery", "dice", DICE, "--again", DICE)
    monkeypatch.undo()
    contractor.do("sync")
    before = ward.tables()["draw_file"]
    for _ in range(2):  # and it does not wear off
        assert "計算した結果と違います" in ward.refused("sync", code=6)
        assert ward.tables()["draw_file"] == before
    assert ward.do("lottery", "status")["step"] == "dice_contractor"


def test_the_courier_alone_moves_sealed_files_and_opens_nothing(at: At) -> None:
    sites = at("apply")
    contractor, ward = sites.contractor, sites.ward
    contractor.do("intake", "send")
    before = ward.tables(), digest(ward.folder, but=("knocks.jsonl", "courier", "inbox", "outbox"))
    sent = contractor.do("sync", alone=True)
    received = ward.do("sync", alone=True)
    assert sent["sent"] and received["received"] == sent["sent"] and received["imported"] == []
    assert {path.suffix for path in (ward.folder / "inbox").iterdir()} == {".zip", ".manifest"}
    assert digest(ward.folder, but=("knocks.jsonl", "courier", "inbox", "outbox")) == before[1]
    assert ward.tables() == before[0]
    for words in (("intake", "list"), ("status",), ("ledger", "verify"), ("papers", "dispatch")):
        ward.refused(*words, code=4, alone=True)
    ward.staff = "sync"
    ward.refused("status", code=4)
    ward.staff = ""
    ward.do("sync")
    assert len(ward.do("intake", "list")["applications"]) == 11
