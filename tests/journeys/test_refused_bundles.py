"""A bundle the other site's vault refuses, from the refusal to the day all has arrived: by command, and on the screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

import pytest

from core.roles import Actor, Role
from storage.bundles.sealer import BundleSealer
from tests.journeys.acting import MANAGER, Machine, Sites
from tests.journeys.desks import Desk, sit
from tests.journeys.test_changing_keys_by_command import everybody, key
from tui.actions import actions_of

At = Callable[..., Sites]
_seal = BundleSealer.seal


def spoiled(self: BundleSealer, *, entries: Mapping[str, bytes], **rest: Any) -> tuple[bytes, bytes]:
    """As a program with a fault would: signed and sealed as always, and not to be read."""
    bad = {name: b"{}\n" for name in ("records.jsonl", "reviews.jsonl") if name in entries}
    return _seal(self, entries={**entries, **bad}, **rest)


def refused_at(sites: Sites, sender: Machine, act: Callable[[], Any]) -> str:
    """The sender's bundle comes out spoiled and reaches the receiver, which refuses it; its name."""
    with mock.patch.object(BundleSealer, "seal", spoiled):
        act()
    sender.do("sync")
    receiver = sites.other(sender)
    receiver.refused("sync", code=6)
    (name,) = receiver.do("bundle", "status")["refused"]
    return str(name)


def settled(sites: Sites) -> None:
    for machine in sites.both:
        assert machine.do("bundle", "status")["steps"] == []
        assert list((machine.folder / "inbox").iterdir()) == []
        machine.sound()
        state = machine.do("sync")
        assert state["problems"] == [] and state["waiting"] == []
    assert everybody(sites.contractor) == everybody(sites.ward) != set()


def test_applicants_refused_at_the_ward_by_command(at: At) -> None:
    sites = at("found")
    contractor, ward = sites.both
    name = refused_at(sites, contractor, lambda: key(contractor, 1))
    key(contractor, 2)  # sealed behind it
    contractor.do("sync")
    assert "外す" in ward.do("status")["next"]
    contractor.refused("bundle", "void", name, code=3)  # not before the ward has set it aside
    ward.do("bundle", "aside", name, "--reason", "content")
    sites.sync(2)
    assert everybody(ward) == set()
    assert contractor.do("bundle", "status")["to_void"] == [name]
    assert "取り消す" in contractor.do("status")["next"]
    assert contractor.do("bundle", "void", name)["bundles"] == 2
    contractor.refused("bundle", "void", name, code=3)
    contractor.do("intake", "send")
    sites.sync(3)
    settled(sites)
    ref = f"bundle:{name}"
    for machine in sites.both:
        lines = machine.do("ledger", "list")["lines"]
        assert [line["ref"] for line in lines if line["act"] == "void"] == [ref]


def test_the_wards_words_refused_at_the_contractor_by_command(at: At) -> None:
    sites = at("apply")
    contractor, ward = sites.both
    sites.sync(2)
    contractor.run("intake", "send")
    sites.sync(2)
    ward.do("review", "confirm", "--rest")
    name = refused_at(sites, ward, lambda: ward.do("review", "send"))
    contractor.do("bundle", "aside", name, "--reason", "conflict")
    sites.sync(1)
    ward.do("bundle", "void", name)
    ward.do("review", "send")
    sites.sync(3)
    with ward.looking() as theirs, contractor.looking() as ours:
        assert len(ours.reviews.latest("applicants")) == len(theirs.reviews.latest("applicants")) > 0
    settled(sites)


async def sees(desk: Desk, *words: str) -> None:
    """The screen, once it is drawn, says so."""
    for _ in range(50):
        if all(word in desk.text() for word in words):
            return
        await desk._settle()
    raise AssertionError(desk.text())


async def test_both_halves_on_the_screens(at: At) -> None:
    sites = at("found")
    contractor, ward = sites.both
    name = refused_at(sites, contractor, lambda: key(contractor, 1))

    async def choose(desk: Desk, machine: Machine, action: str) -> None:
        """The action of the F6 pane, by F8 and arrows."""
        actor = Actor(MANAGER[machine.site], "", Role.MANAGER, machine.site)
        place = [one.name for one in actions_of("exchange", actor)].index(action)
        await desk.press("f6", "f8", *["down"] * place, "enter")

    async def aside(desk: Desk) -> None:
        await desk.press("f6")
        await sees(desk, name, "停止")
        await choose(desk, ward, "aside")
        await sees(desk, "元には戻せません")
        await desk.press("down", "enter")
        await sees(desk, "外しました")
        await desk.press("escape")
        await desk.sync()

    async def void(desk: Desk) -> None:
        await desk.sync()
        await choose(desk, contractor, "void")
        await sees(desk, name)
        await desk.press("down", "enter")
        await sees(desk, "取り消しました")
        await desk.press("escape")

    await sit(ward, aside, Desk)
    await sit(contractor, void, Desk)
    contractor.do("intake", "send")
    sites.sync(3)
    settled(sites)


@pytest.mark.parametrize("words", [("aside", "--reason", "content"), ("void",)])
def test_a_name_that_is_none_is_said_to_be_none(at: At, words: tuple[str, ...]) -> None:
    sites = at("found")
    for name in ("1-cw-00000099", "../../etc/passwd", ""):
        sites.ward.refused("bundle", words[0], name, *words[1:], code=2)
