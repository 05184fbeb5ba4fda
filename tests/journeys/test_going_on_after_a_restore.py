"""A machine is lost, its last backup is older than what the other site has seen, and the year goes on: by command."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.roles import Site
from tests.journeys.acting import MANAGER, Machine, Sites
from tests.journeys.test_changing_keys_by_command import everybody

At = Callable[..., Sites]


def backed_up(machine: Machine) -> Path:
    """A backup on a medium."""
    usb = machine.base / f"usb-{machine.site}"
    usb.mkdir(exist_ok=True)
    return Path(machine.do("backup", "--to", usb)["file"])


def lost(machine: Machine, backup: Path) -> Any:
    """The machine is gone with its vault; what `restore` says on the next one."""
    shutil.rmtree(machine.folder)
    done = machine.do("restore", backup, machine.folder, "--declare")
    assert done["unsettled"] is True
    return done


def behind(sites: Sites, machine: Machine) -> Any:
    """The call: the other site reads out more lines than the backup has. What `told` said."""
    other = sites.other(machine)
    other.do("sync")
    told = other.do("ledger", "told")
    assert "先まで持っています" in machine.refused(
        "ledger", "settle", told["lines"], told["head"][:8], code=3
    )
    return told


def settled(sites: Sites, machine: Machine, restored: Any) -> Any:
    """The file there and back; what `take-back` said."""
    other, file = sites.other(machine), sites.base / "medium.ikh"
    told = behind(sites, machine)
    back = other.do("ledger", "hand-back", restored["ledger"], restored["head"][:8], "--to", file)
    assert (back["told"], back["head"]) == (told["lines"], told["head"])
    done = machine.do("ledger", "take-back", file, back["told"], back["head"][:8])
    file.unlink()
    assert (done["lines"], done["stopped"]) == (back["lines"], "")
    sites.sync(3)
    for one in sites.both:
        one.sound()
        assert one.do("sync")["problems"] == []
    assert everybody(sites.contractor) == everybody(sites.ward)
    return done


def acts(machine: Machine, org: Site) -> list[str]:
    return [line["act"] for line in machine.do("ledger", "list", "--org", org)["lines"]]


def test_the_contractors_machine_is_lost_after_the_applications_went_to_the_ward(at: At) -> None:
    sites = at("found")
    contractor, ward = sites.both
    backup = backed_up(contractor)
    sites.apply()
    sites.send()
    before = everybody(contractor)
    restored = lost(contractor, backup)

    # Until it is settled, one may look and nothing else.
    assert "照らし合わせ" in contractor.do("status")["next"]
    doctor = contractor.run("doctor").json["checks"]
    assert [one["verdict"] for one in doctor if one["name"] == "vault.restored"] == ["failed"]
    for words in (
        ("intake", "import", sites.base / "export.csv"), ("intake", "send"), ("lottery", "seal"), ("backup",),
        ("staff", "revoke", MANAGER[Site.CONTRACTOR]), ("ledger", "hand-back", "1", "12345678", "--to", sites.base / "x"),
    ):  # fmt: skip
        assert "照らすまで" in contractor.refused(*words, code=3)
    synced = contractor.do("sync")
    assert (synced["imported"], synced["sealed"]) == ([], [])
    assert not (sites.base / "x").exists()

    done = settled(sites, contractor, restored)
    assert done["bundles"] > 0
    assert everybody(contractor) == before
    assert (
        acts(contractor, Site.CONTRACTOR).count("take_back") == acts(ward, Site.WARD).count("hand_back") == 1
    )
    assert "restore" in acts(ward, Site.CONTRACTOR)

    # The form's export, which holds them all, brings nobody a second time; what had not been sent is keyed again.
    (file,) = contractor.do("intake", "import", sites.base / "export.csv")["files"]
    assert (file["accepted"], file["held"], file["already"]) == (0, 0, 9)
    (file,) = contractor.do("intake", "import", sites.base / "export.csv")["files"]
    assert file["already"] == 9
    backed_up(contractor)
    assert contractor.do("lottery", "status")["step"] == "seal_ward"
    sites.review()
    # The contractor's throw was in the lost vault: nobody can open that seal, and the draw is made anew.
    contractor.do("lottery", "freeze")
    sites.sync()
    ward.do("lottery", "freeze")
    sites.sync()
    assert "自分の封印の中身" in contractor.refused("lottery", "open", code=6)
    for machine in sites.both:
        machine.do("lottery", "abandon", "--reason", "not-opened")
        sites.sync()
    for machine in sites.both:
        machine.do("lottery", "seal")
        sites.sync()
    sites.draw()
    sites.approve()
    sites.notify()
    for machine in sites.both:
        machine.sound()


def test_the_wards_machine_is_lost_after_it_told_what_it_thinks_of_the_applications(at: At) -> None:
    sites = at("found")
    contractor, ward = sites.both
    backup = backed_up(ward)
    sites.apply()
    sites.send()
    sites.review()
    before = everybody(ward)
    settled(sites, ward, lost(ward, backup))
    assert everybody(ward) == before
    assert ward.do("review", "confirm", "--rest")["confirmed"] == 0  # all was said
    contractor.do("lottery", "freeze")
    sites.sync()
    assert "この保管庫にありません" in ward.refused("lottery", "freeze", code=3)
    ward.do("lottery", "freeze", "--absent")
    sites.sync()
    contractor.do("lottery", "open", "--absent")
    sites.sync()
    ward.do("lottery", "open")
    sites.sync()
    for machine in sites.both:
        machine.do("lottery", "dice", DICE, "--again", DICE)
        sites.sync()
    contractor.do("lottery", "draw")
    sites.sync()
    assert ward.do("lottery", "status")["step"] == "done"
    sites.approve()
    sites.notify()
    for machine in sites.both:
        machine.sound()


DICE = "08365512907744019283"


@pytest.mark.parametrize("site", list(Site))
def test_a_machine_is_lost_after_people_withdrew_from_the_draw(at: At, site: Site) -> None:
    sites = at("notify")
    machine = sites.contractor if site is Site.CONTRACTOR else sites.ward
    backup = backed_up(machine)
    seated = sites.contractor.do("participants", "list", "A")["rows"]
    gone = next(one["number"] for one in seated if one["standing"] == "seated")
    sites.contractor.do("participants", "cancel", gone)
    sites.approve()
    settled(sites, machine, lost(machine, backup))
    listed = sites.contractor.do("participants", "list", "A")["rows"]
    assert gone not in [one["number"] for one in listed]
    later = next(one["number"] for one in listed if one["standing"] == "seated")
    sites.contractor.do("participants", "cancel", later)
    sites.approve()
    for one in sites.both:
        one.sound()
    assert sites.ward.do("status")["late"] == sites.contractor.do("status")["late"] == []


def test_the_file_for_another_or_a_spoiled_one_changes_nothing(at: At) -> None:
    sites = at("found")
    contractor, ward = sites.both
    backup = backed_up(contractor)
    sites.apply()
    sites.send()
    restored = lost(contractor, backup)
    told = behind(sites, contractor)
    file = sites.base / "medium.ikh"
    ward.refused("ledger", "hand-back", restored["ledger"], "0" * 8, "--to", file, code=6)
    ward.do("ledger", "hand-back", restored["ledger"], restored["head"], "--to", file)
    ward.refused("ledger", "hand-back", restored["ledger"], restored["head"], "--to", file, code=2)
    before = contractor.tables()
    good = file.read_bytes()
    for data in (b"", good[:-1], good[:900] + b"x" + good[901:], good + b"x"):
        file.write_bytes(data)
        contractor.refused("ledger", "take-back", file, told["lines"], told["head"], code=6)
    file.write_bytes(good)
    contractor.refused("ledger", "take-back", file, told["lines"], "0" * 8, code=6)
    contractor.refused("ledger", "take-back", sites.base / "nowhere", told["lines"], told["head"], code=2)
    ward.refused("ledger", "take-back", file, told["lines"], told["head"], code=6)
    assert contractor.tables() == before
    contractor.do("ledger", "take-back", file, told["lines"], told["head"])
    contractor.refused("ledger", "settle", told["lines"], told["head"], code=3)
