"""The year, as far as each stage: what both sites hold then. Played by the use cases, as the screens call them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.applicant import Problem, Route, State
from core.office.listing import ListFilter
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Role
from tests.snapshots.people import COUNTER, PAPERS, WEB, WEB_NAME
from tests.snapshots.world import World, table

DICE = "31415926535897932384"


def founded(world: World, folder: Path) -> None:
    """Two new vaults that do not know each other."""
    world.clock.go(4, 2, 9, 30)


def pair(world: World) -> None:
    """Each site reads the other's card."""
    for mine, other in ((world.contractor, world.ward), (world.ward, world.contractor)):
        mine.office.exchange.trust(other.office.exchange.partner_card(), other.office.exchange.fingerprint())


def intake(world: World, folder: Path) -> None:
    """Paired; WEB, postcards and faxes taken in, some held; the counter's are on a medium, one not handed over yet."""
    contractor, ward = world.contractor.office, world.ward.office
    pair(world)
    world.exchange()
    world.clock.go(4, 17, 10, 15)
    handler = world.contractor.office_of(Role.HANDLER)
    handler.importing.import_table(table(folder, WEB_NAME, WEB))
    world.clock.go(4, 20, 13, 40)
    for route, form in PAPERS:
        handler.intake.add(form, route)
    counter = world.ward.office_of(Role.HANDLER)
    counter.intake.add(COUNTER[0], Route.DESK)
    medium = ward.records.seal_desk()
    assert medium is not None
    contractor.records.take_in_desk(*medium)
    counter.intake.add(COUNTER[1], Route.DESK)
    contractor.lottery.seal()
    world.deliver()


def review(world: World, folder: Path) -> None:
    """⑤ half done: one returned and gone back, one changed after it was confirmed, most open; one still held."""
    contractor, ward = world.contractor.office, world.ward.office
    world.clock.go(5, 11, 9, 5)
    medium = ward.records.seal_desk()
    assert medium is not None
    contractor.records.take_in_desk(*medium)
    _settle(world, leave=1)
    contractor.records.send()
    world.exchange()
    ward.lottery.seal()
    world.clock.go(5, 12, 14, 20)
    reviewer = world.ward.office_of(Role.HANDLER)
    items = reviewer.review.rows(APPLICANTS)
    reviewer.review.confirm(APPLICANTS, [item.record for item in items[:4]])
    reviewer.review.return_(APPLICANTS, [items[4].record], "unclear")
    ward.review.send()
    world.exchange()
    world.clock.go(5, 13, 11, 0)
    contractor.intake.edit(items[3].number, {Field.PREFERENCE: "B"}, "confirmed_by_phone")
    contractor.records.send()
    world.exchange()
    world.clock.go(5, 13, 15, 30)
    reviewer.review.confirm(APPLICANTS, [item.record for item in items[5:7]])


def frozen(world: World, folder: Path) -> None:
    """⑤ done, and the contractor has frozen the roll: the ward is to sign it."""
    contractor, ward = world.contractor.office, world.ward.office
    world.clock.go(5, 14, 10, 0)
    _settle(world, leave=0)
    returned = next(item for item in ward.review.rows(APPLICANTS) if item.verdict == "returned")
    contractor.intake.edit(returned.number, {Field.PREFERENCE: "A"}, "confirmed_by_phone")
    contractor.records.send()
    world.exchange()
    ward.review.confirm(APPLICANTS, [i.record for i in ward.review.rows(APPLICANTS) if not i.verdict])
    ward.review.send()
    world.exchange()
    world.clock.go(5, 18, 14, 0)
    contractor.lottery.freeze()
    world.exchange()


def dice(world: World, folder: Path) -> None:
    """Both seals opened; the dice have not fallen."""
    contractor, ward = world.contractor.office, world.ward.office
    for act in (ward.lottery.freeze, contractor.lottery.open_seals, ward.lottery.open_seals):
        act()
        world.exchange()


def drawn(world: World, folder: Path) -> None:
    """The draw is done, ⑦ has arrived, ⑨ has begun."""
    contractor, ward = world.contractor.office, world.ward.office
    world.clock.go(5, 18, 14, 20)
    contractor.lottery.dice(DICE)
    world.exchange()
    ward.lottery.dice(DICE)
    world.exchange()
    contractor.lottery.draw()
    world.exchange()
    world.clock.go(5, 19, 9, 30)
    contractor.participants.send()
    world.exchange()
    world.clock.go(5, 20, 10, 45)
    seated = world.ward.office_of(Role.HANDLER).review
    seated.confirm(PARTICIPANTS, [item.record for item in seated.rows(PARTICIPANTS)[:3]])


def dispatched(world: World, folder: Path) -> None:
    """⑪ posted; one withdrew and another moved up; the first outing's attendance is being taken."""
    contractor, ward = world.contractor.office, world.ward.office
    world.clock.go(5, 21, 16, 0)
    ward.review.confirm_rest(PARTICIPANTS)
    left = [item.record for item in ward.review.rows(PARTICIPANTS) if not item.verdict]
    ward.review.confirm(PARTICIPANTS, left)
    ward.review.send()
    ward.participants.approve()
    world.exchange()
    world.clock.go(5, 22, 11, 10)
    contractor.notices.dispatch(contractor.notices.prepare())
    world.clock.go(6, 8, 9, 20)
    contractor.participants.cancel(contractor.participants.list("A")[0].unit_id)
    world.clock.go(6, 10, 9, 0)
    present = [person for person in contractor.participants.list("A") if not person.place]
    for index, person in enumerate(present[:3]):
        contractor.participants.attend("A", person.record, index != 1)
    contractor.participants.send()
    world.deliver()


STAGES: dict[str, Callable[[World, Path], None]] = {
    "founded": founded,
    "intake": intake,
    "review": review,
    "frozen": frozen,
    "dice": dice,
    "drawn": drawn,
    "dispatched": dispatched,
}
"""In the order of the year; each goes on from the one before."""


def _settle(world: World, leave: int) -> None:
    """Clear up what is held, all but the last `leave`."""
    intake = world.contractor.office_of(Role.HANDLER).intake
    held = intake.page(ListFilter(states=frozenset({State.HELD})), 0, 100)
    for row in held[: len(held) - leave]:
        if {Problem.MISSING_PHONE, Problem.UNREADABLE_PHONE} & set(row.problems):
            intake.edit(row.number, {Field.PHONE: f"03-5273-{4000 + row.number:04}"}, "confirmed_by_phone")
        elif Problem.DUPLICATE in row.problems and row.route is Route.WEB:
            intake.resolve(row.number, True, "confirmed_by_phone")
        elif Problem.DUPLICATE in row.problems:
            intake.resolve(row.number, False, "duplicate_application")
        else:
            intake.resolve(row.number, False, "not_eligible")
