"""Moments of what goes from hand to hand, and of what has to be written down: the second part of `moments`."""

from __future__ import annotations

from pathlib import Path

from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.codes import Place as Where
from core.office.choices import LogReason, What
from core.office.desk import Desk
from core.office.inventory import write_copy
from core.office.office import Office
from core.office.second import NeedsSecond
from core.office.staff import NewPerson
from core.register_kinds import Kind
from core.roles import Actor, Right, Role, Site
from storage.bundles.sealer import BundleSealer
from tests.snapshots.checks import FOUND
from tests.snapshots.stages import pair
from tests.snapshots.world import PASSWORD, STAFF, Place, World

LEAK = {
    "what": "leak", "people": "380", "special": "no", "property": "no", "malice": "yes", "on": "2026-05-11",
    "story": "応募者データの写しが、知らない宛先に送られたおそれ",
}  # fmt: skip


def carried(world: World, folder: Path) -> None:
    """Forms counted differently at both ends, others in the bag, and an export given."""
    ward, contractor = world.ward.office, world.contractor.office
    first = ward.custody.prepare_forms(12).id
    ward.custody.bag(first)
    ward.custody.give(first)
    contractor.custody.take(first, 11)
    ward.custody.bag(ward.custody.prepare_forms(4).id)
    draft = contractor.exporting.draft(What.APPLICATIONS, Where.WARD, Medium.USB)
    export = contractor.exporting.exported(draft, b"zip").id
    contractor.custody.bag(export)
    contractor.custody.give(export)
    for office in (ward, contractor):
        office.send_due()
    world.exchange()


def incident(world: World, folder: Path) -> None:
    """At each site an incident, a pattern file and a subcontractor have been entered."""
    for site in Site:
        write_registers(world.at(site).office)


def write_registers(office: Office) -> None:
    """An incident, a pattern file and a subcontractor."""
    office.registers.add(Kind.INCIDENT, LEAK)
    office.registers.add(
        Kind.ANTIVIRUS, {"machine": "端末2台", "product": "見本 1.0", "pattern": "2026-05-10"}
    )
    office.registers.add(
        Kind.SUBCONTRACTOR, {"name": "見本印刷", "work": "はがき", "approved": "yes", "terms": "yes"}
    )


def leafed(world: World, folder: Path) -> None:
    """At each site somebody has opened one record after the other, and printed what the ledger does not know."""
    for site in Site:
        place = world.at(site)
        staff, _ = STAFF[site][Role.HANDLER]
        with place.store.write() as tx:
            for number in range(1, 17):
                tx.access.append(world.clock(), staff, "open", f"no={number}", "/dev/pts/1 192.0.2.7")
            tx.access.append(world.clock(), staff, "print", "notices=3", "/dev/pts/1 192.0.2.7")


def looked_at(world: World, folder: Path) -> None:
    """The same, and everything is answered."""
    leafed(world, folder)
    for site in Site:
        reviews = world.at(site).office.log_reviews
        for item in reviews.begin().items:
            reviews.answer(item.id, LogReason.INSTRUCTED, "本人に聞いた。興味で見たとのことで、指導した")


def _second(place: Place) -> Office:
    """The use cases of another manager of this site."""
    staff_id = f"{place.site[0]}-hara"
    place.office.staff.add(NewPerson(staff_id, "原", Role.MANAGER, PASSWORD))
    actor = Actor(staff_id, "原", Role.MANAGER, place.site)
    desk = Desk(place.store, actor, place._slots.signers[staff_id], place.clock, place.entropy, "pts/1")
    return Office(desk, place.boxes, BundleSealer(place.entropy), place._slots)  # type: ignore[arg-type]


def printed(world: World, folder: Path) -> None:
    """At each site a list has been printed, and is still there."""
    for site in Site:
        desk = world.at(site).office._desk
        with desk.writing(Right.LEDGER_ADD) as tx:
            write_copy(desk, tx, Act.PRINT, Content.PARTICIPANTS, 3, Unit.SHEETS, Medium.PAPER)


def erasure_proposed(world: World, folder: Path) -> None:
    """At each site another manager has proposed the erasure."""
    for site in Site:
        _second(world.at(site)).erasing.propose(FOUND, anyway=True)


def erasure_unprinted(world: World, folder: Path) -> None:
    """As agreed; and nobody has printed the registers."""
    incident(world, folder)
    erasure_agreed(world, folder)


def _ask_for_two(place: Place) -> None:
    """The programme asks for a second person from now on."""
    with place.store.write() as tx:
        rule = '\n[accounts]\nsecond_person = ["freeze", "export", "erase"]\n'
        tx.settings.put("programme", (tx.settings.get("programme") or "") + rule)


def second_proposed(world: World, folder: Path) -> None:
    """At each site another manager has proposed an export."""
    for site in Site:
        place = world.at(site)
        _ask_for_two(place)
        second = _second(place)
        try:
            second.exporting.draft(What.PARTICIPANTS, Where(site.other.value), Medium.USB)
        except NeedsSecond as needs:
            second.second.propose(needs.subject)


def second_asked(world: World, folder: Path) -> None:
    """It is the ward's turn to sign the roll, and the programme asks for a second person."""
    for site in Site:
        _ask_for_two(world.at(site))


def loosened(world: World, folder: Path) -> None:
    """The contractor's programme has loosened what the two sites had agreed on."""
    contractor = world.contractor
    with contractor.store.read() as tx:
        text = tx.settings.get("programme") or ""
    rules = contractor.office.rules
    pair(world)
    world.exchange()
    rules.set(text + "\n[handover]\nnotice_hours = 1\n\n[log_review]\nsamples = 1\n")
    rules.send_if_due()
    world.exchange()


def erase_asked(world: World, folder: Path) -> None:
    """The contractor has erased one who had withdrawn, and one of whose withdrawal the ward was not told before."""
    office = world.contractor.office
    office.intake.withdraw(2, "applicant_request")
    office.records.send()
    world.exchange()
    office.intake.withdraw(1, "applicant_request")
    for number in (1, 2):
        office.person.erase(number, "request")
    office.records.send()
    world.exchange()


def erase_declined(world: World, folder: Path) -> None:
    """The ward has declined one of them, and the contractor knows."""
    erase_asked(world, folder)
    world.ward.office.erase_requests.decline(1, "unproven")
    world.ward.office.send_due()
    world.exchange()


def erasure_agreed(world: World, folder: Path) -> None:
    """At each site the manager has proposed it, and another has agreed."""
    for site in Site:
        place = world.at(site)
        place.office.erasing.propose(FOUND, anyway=True)
        _second(place).erasing.confirm("いきいきハイキング")
