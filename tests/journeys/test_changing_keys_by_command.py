"""Two real vaults change their keys by command, with the timers' couriers running between, over a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from core.office.keyring import earlier_rings
from tests.journeys.acting import Machine, Sites

At = Callable[..., Sites]


def key(machine: Machine, number: int) -> None:
    """One more application, sent to the ward."""
    machine.do("intake", "add", "--kana", f"モリ ハナ{'コ' * number}", "--birth-date", "S22.2.2", "--address",
               f"新宿区榎町{number}-1", "--phone", f"03-5273-40{number:02}", "--preferences", "A", "--route", "post")  # fmt: skip
    machine.do("intake", "send")


def everybody(machine: Machine) -> set[str]:
    with machine.looking() as tx:
        return {one.record for one in tx.applications.all()}


def status(machine: Machine) -> tuple[str, int]:
    told = machine.do("partner", "status")
    return told["stage"], told["epoch"]


def over(sites: Sites) -> None:
    for machine in sites.both:
        assert status(machine) == ("none", 2)
        with machine.looking() as tx:
            assert [(ring.opening, ring.signing, ring.carried) for ring in earlier_rings(tx)] == [
                (None, None, False)
            ]
            assert all(row.settled for row in tx.bundles.list("out"))
        assert [path.name for path in (machine.folder / "courier").glob("key*")] == ["key-2"]
        assert list((machine.folder / "inbox").iterdir()) == []
        machine.sound()
    assert everybody(sites.contractor) == everybody(sites.ward) != set()


def test_with_couriers_running_unattended_between_the_steps(at: At) -> None:
    sites = at("found")
    contractor, ward = sites.contractor, sites.ward

    def timers() -> None:
        for machine in (contractor, ward, contractor):
            machine.do("sync", alone=True)

    key(contractor, 1)
    began = contractor.do("partner", "renew")
    assert (began["stage"], began["epoch"]) == ("offered", 1)
    timers()
    key(contractor, 2)
    ward.do("sync")
    asked = ward.do("partner", "status")
    assert asked["stage"] == "asked"
    assert asked["partner_next_fingerprint"] == began["next_fingerprint"]
    assert "鍵を替える" in ward.do("status")["next"]
    ward.do("partner", "renew")
    timers()
    key(contractor, 3)  # still in the first epoch: the answer is not taken in
    timers()
    contractor.do("sync")
    key(contractor, 4)  # in the second
    timers()
    sites.sync(3)
    timers()
    sites.sync(1)
    over(sites)
    fingerprints = {m.site: m.do("partner", "status") for m in sites.both}
    assert (
        fingerprints[contractor.site]["fingerprint"]
        == fingerprints[ward.site]["partner_fingerprint"]
        == began["next_fingerprint"]
    )


def test_both_begin_at_once(at: At) -> None:
    sites = at("found")
    for machine in sites.both:
        assert machine.do("partner", "renew")["stage"] == "offered"
    key(sites.contractor, 1)
    sites.sync(4)
    over(sites)


def test_by_hand_with_cards_and_fingerprints(at: At) -> None:
    sites = at("found")
    key(sites.contractor, 1)  # sealed to the old keys, still in the outbox
    before = {m.site: m.do("partner", "status")["fingerprint"] for m in sites.both}
    for machine in sites.both:
        assert machine.do("partner", "renew", "--by-hand")["stage"] == "by_hand"
    sites.sync(1)
    assert everybody(sites.ward) == set()
    sites.pair()
    key(sites.contractor, 2)
    sites.sync(4)
    over(sites)
    assert before != {m.site: m.do("partner", "status")["fingerprint"] for m in sites.both}


def test_a_change_by_hand_is_given_up_until_its_card_is_written_out(at: At) -> None:
    ward = at("found").ward
    before = ward.do("partner", "status")
    assert ward.do("partner", "renew", "--by-hand")["may_cancel"] is True
    assert ward.do("partner", "renew", "--cancel") == before
    ward.refused("partner", "renew", "--cancel", code=3)
    ward.refused("partner", "renew", "--cancel", "--by-hand", code=2)
    ward.do("partner", "renew", "--by-hand")
    ward.do("partner", "export", ward.base / "next.card")
    assert "取りやめられません" in ward.refused("partner", "renew", "--cancel", code=3)
    ward.sound()


def test_over_a_medium_where_the_ward_may_only_read(at: At) -> None:
    """The ward writes nothing to the line, no receipt and no heartbeat; its bundles go by hand."""
    sites = at("found")
    contractor, ward = sites.contractor, sites.ward
    medium, mirror = sites.base / "carried", sites.base / "mirror"
    medium.mkdir()

    def line() -> None:
        """The ward sees what lies there; whatever it writes reaches nobody."""
        shutil.rmtree(mirror, ignore_errors=True)
        shutil.copytree(sites.remote, mirror)
        ward.do("sync", "--remote", f"folder:{mirror}")

    key(contractor, 1)
    contractor.do("partner", "renew")
    contractor.do("sync")
    line()
    ward.do("partner", "renew")
    for number in range(2, 6):
        ward.do("sync", "--medium", medium)
        contractor.do("sync", "--medium", medium)
        key(contractor, number)
        contractor.do("sync")
        line()
    ward.do("sync", "--medium", medium)
    contractor.do("sync", "--medium", medium)
    assert status(contractor) == status(ward) == ("none", 2)
    assert everybody(contractor) == everybody(ward)
    with contractor.looking() as tx:
        assert all(row.settled for row in tx.bundles.list("out") if row.epoch == 1)
        assert [ring.carried for ring in earlier_rings(tx)] == [False]


def test_who_may_and_when(at: At) -> None:
    sites = at("found")
    sites.contractor.engage("c-hand", "見本", "handler")
    handler = Machine(sites.base, sites.contractor.site, staff="c-hand")
    assert "権限" in handler.refused("partner", "renew", code=3)
    assert handler.do("partner", "status")["stage"] == "none"
    sites.contractor.do("partner", "renew")
    sites.sync()
    sites.ward.do("partner", "renew")
    assert "終わっていません" in sites.ward.refused("partner", "renew", code=3)
