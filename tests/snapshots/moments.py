"""Moments beside the stages of the year: what a few actions need to have anything to do. Made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from core.applicant import Route
from core.errors import IkiikiError
from core.office.beacon import beacon_on
from core.office.choices import AsideReason
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Role, Site
from storage.bundles.sealer import BundleSealer
from tests.snapshots.box_papers import papers
from tests.snapshots.moments_papers import (
    carried,
    erase_asked,
    erase_declined,
    erasure_agreed,
    erasure_proposed,
    erasure_unprinted,
    incident,
    leafed,
    looked_at,
    loosened,
    printed,
    second_asked,
    second_proposed,
)
from tests.snapshots.people import COUNTER, PAPERS, PROGRAMME
from tests.snapshots.stages import DICE, pair
from tests.snapshots.world import Place, World

_seal = BundleSealer.seal


def counter(world: World, folder: Path) -> None:
    """Two more at the ward's counter, both held: they left no telephone number, and go with the first."""
    intake = world.ward.office_of(Role.HANDLER).intake
    for form in (COUNTER[0], COUNTER[1]):
        more = {Field.KANA: form[Field.KANA] + "コ", Field.PHONE: "", Field.GROUP: COUNTER[0][Field.KANA]}
        intake.add({**form, **more}, Route.DESK)


def box(world: World, folder: Path) -> None:
    """Both couriers have fetched Box's log."""
    for site in Site:
        world.at(site).boxes.papers = papers(site)


def absent(world: World, folder: Path) -> None:
    """The ward has signed the roll and keeps its seal closed."""
    world.ward.office.lottery.freeze(absent=True)
    world.exchange()


def differ(world: World, folder: Path) -> None:
    """The two sites have typed other dice."""
    world.contractor.office.lottery.dice(DICE)
    world.ward.office.lottery.dice(DICE[::-1])
    world.exchange()


def sent_back(world: World, folder: Path) -> None:
    """⑨: the ward has returned one who sits in A."""
    seated = world.ward.office_of(Role.HANDLER).review
    open_ = [item for item in seated.rows(PARTICIPANTS) if not item.verdict and item.outing == "A"]
    seated.return_(PARTICIPANTS, [open_[0].record], "unclear")
    world.ward.office.review.send()
    world.exchange()


def late(world: World, folder: Path) -> None:
    """Approved; and one whose application came after the freeze is confirmed."""
    approved(world, folder)
    form = {
        **PAPERS[0][1],
        Field.KANA: "クボタ ミネコ",
        Field.BIRTH_DATE: "S26.5.6",
        Field.PHONE: "03-3359-5599",
    }
    world.contractor.office_of(Role.HANDLER).intake.add(form, Route.POST)
    world.contractor.office.records.send()
    world.exchange()
    world.ward.office.review.confirm_rest(APPLICANTS)
    world.ward.office.review.send()
    world.exchange()


def approved(world: World, folder: Path) -> None:
    """⑩: approved; the notices have not been made."""
    ward = world.ward.office
    world.clock.go(5, 21, 16, 0)
    ward.review.confirm(PARTICIPANTS, [i.record for i in ward.review.rows(PARTICIPANTS) if not i.verdict])
    ward.review.send()
    ward.participants.approve()
    world.exchange()


def cancelled(world: World, folder: Path) -> None:
    """One more has withdrawn: the list of participants is to be sent again."""
    participants = world.contractor.office.participants
    participants.cancel(participants.list("B")[0].unit_id)


def _begin(world: World, beacon: tuple[str, str] | None = None) -> None:
    """From two new vaults to both seals: three apply and are confirmed."""
    contractor, ward = world.contractor.office, world.ward.office
    pair(world)
    world.exchange()
    for route, form in PAPERS[:3]:
        contractor.intake.add(form, route)
    contractor.records.send()
    contractor.lottery.seal(beacon)
    world.exchange()
    ward.review.confirm_rest(APPLICANTS)
    ward.review.send()
    ward.lottery.seal()
    world.exchange()
    for one in (contractor.lottery, ward.lottery):
        one.freeze()
        world.exchange()
    for one in (contractor.lottery, ward.lottery):
        one.open_seals()
        world.exchange()


def beacon(world: World, folder: Path) -> None:
    """Both seals are opened, of a draw that takes a public beacon's value in place of dice."""
    _begin(world, beacon_on("2026-05-18 14:00", world.clock()))
    world.clock.go(5, 18, 14, 5)


def round_two(world: World, folder: Path) -> None:
    """A programme of two rounds: the first is drawn, the second can begin."""
    more = PROGRAMME.replace("capacity = 3\n", "capacity = 3\nround = 2\n")
    rules = world.contractor.office.rules
    rules.set(f"{more}\n[[round]]\nnumber = 2\napplications_close = 2026-08-31\n")
    _begin(world)
    for site in Site:
        world.at(site).office.lottery.dice(DICE)
        world.exchange()
    world.contractor.office.lottery.draw()
    world.exchange()


def _refused(sender: Place, receiver: Place, world: World, act: Callable[[], object]) -> str:
    """The sender's next bundle is signed and sealed as always, and not to be read; the receiver refuses it. Its name."""

    def spoiled(self: BundleSealer, *, entries: Mapping[str, bytes], **rest: Any) -> tuple[bytes, bytes]:
        bad = {name: b"{}\n" for name in ("records.jsonl", "reviews.jsonl") if name in entries}
        return _seal(self, entries={**entries, **bad}, **rest)

    with mock.patch.object(BundleSealer, "seal", spoiled):
        act()
    world.deliver()
    try:
        receiver.office.exchange.import_waiting()
    except IkiikiError:
        return str(receiver.office.refusals.standing().refused[0])
    raise AssertionError("the bundle was taken in")


def _spoil(world: World, sender: Site) -> str:
    place = world.at(sender)
    if sender is Site.CONTRACTOR:
        place.office.intake.edit(1, {Field.PREFERENCE: "B"}, "confirmed_by_phone")
        return _refused(place, world.ward, world, place.office.records.send)
    return _refused(place, world.contractor, world, place.office.review.send)


def refused(world: World, folder: Path) -> None:
    """Each site's vault has refused a bundle of the other's."""
    for site in Site:
        _spoil(world, site)


def aside_by(receiver: Site) -> Callable[[World, Path], None]:
    """This site has refused a bundle and set it aside; the other has been told."""

    def play(world: World, folder: Path) -> None:
        name = _spoil(world, receiver.other)
        world.at(receiver).office.refusals.set_aside(name, AsideReason.CONTENT)
        world.exchange()

    return play


def both_aside(world: World, folder: Path) -> None:
    """Each site has set the other's bundle aside: neither can be told."""
    names = {site.other: _spoil(world, site) for site in Site}
    for site, name in names.items():
        world.at(site).office.refusals.set_aside(name, AsideReason.CONTENT)
    world.deliver()


MOMENTS: dict[str, tuple[str, Callable[[World, Path], None]]] = {
    "counter": ("intake", counter),
    "box": ("review", box),
    "absent": ("frozen", absent),
    "differ": ("dice", differ),
    "sent_back": ("drawn", sent_back),
    "approved": ("drawn", approved),
    "late": ("drawn", late),
    "beacon": ("founded", beacon),
    "round_two": ("founded", round_two),
    "cancelled": ("dispatched", cancelled),
    "refused": ("review", refused),
    "aside_by_ward": ("review", aside_by(Site.WARD)),
    "aside_by_contractor": ("review", aside_by(Site.CONTRACTOR)),
    "carried": ("review", carried),
    "incident": ("review", incident),
    "leafed": ("review", leafed),
    "looked_at": ("review", looked_at),
    "printed": ("dispatched", printed),
    "erasure_proposed": ("dispatched", erasure_proposed),
    "erasure_agreed": ("dispatched", erasure_agreed),
    "erasure_unprinted": ("dispatched", erasure_unprinted),
    "second_proposed": ("dispatched", second_proposed),
    "second_asked": ("frozen", second_asked),
    "loosened": ("founded", loosened),
    "erase_asked": ("review", erase_asked),
    "erase_declined": ("review", erase_declined),
    "both_aside": ("review", both_aside),
}
"""By name: the stage it goes on from, and what is done."""


class Year(dict[str, World]):
    """Both sites by stage and by moment. Not to be changed: take copies."""

    def __init__(self, stages: Mapping[str, World], folder: Path) -> None:
        super().__init__(stages)
        self._folder = folder

    def __missing__(self, moment: str) -> World:
        stage, happen = MOMENTS[moment]
        world = self[stage].copy()
        happen(world, self._folder)
        self[moment] = world
        return world
