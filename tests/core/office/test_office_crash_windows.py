"""Cut off between a commit and the files that follow from it, everything can be done again and comes out the same."""

from __future__ import annotations

from typing import Any

import pytest

from core.roles import Role, Site
from storage.boxes import FolderBoxes


class PowerCut(Exception):
    """The machine went off here."""


def cut(*_: object, **__: object) -> None:
    raise PowerCut


def test_after_the_commit_and_before_the_outbox(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.pair()
    bench.sync()
    bench.contractor.key("サトウ ハナコ")
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(FolderBoxes, "put_out", cut)
        bench.contractor.office.records.send()
    again = bench.contractor.office_of(Role.MANAGER)
    assert again.records.send() is None
    assert len(again.exchange.flush()) == 1
    assert "applicants" in bench.sync()


def test_after_taking_in_and_before_the_inbox_is_emptied(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.pair()
    bench.sync()
    bench.contractor.key("サトウ ハナコ")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(FolderBoxes, "done_in", cut)
        bench.ward.office.exchange.import_waiting()
    before = bench.ward.image()
    assert bench.ward.office.exchange.import_waiting() == []
    assert bench.ward.image() == before
    assert list((bench.ward.folder / "inbox").iterdir()) == []


def test_after_trusting_a_card_and_before_the_courier_has_it(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, other = bench.contractor.office.exchange, bench.ward.office.exchange
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(FolderBoxes, "put_partner", cut)
        exchange.trust(other.partner_card(), other.fingerprint())
    cards = bench.contractor.folder / "courier" / "partner.json"
    assert not cards.exists()
    exchange.hand_cards()  # as at every login
    assert cards.exists()


def test_a_bundle_that_fails_at_the_end_leaves_nothing(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of a bundle is one transaction, its ledger line with it."""
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    before = bench.ward.image()
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr("core.office.receiving.write_line", cut)
        bench.ward.office.exchange.import_waiting()
    assert bench.ward.image() == before
    assert [one.kind for one in bench.ward.office.exchange.import_waiting()] == ["applicants"]


def test_two_quiet_sites_have_nothing_more_to_say(bench: Any) -> None:
    """A receipt is not receipted: after one round each way the line is silent, whatever was sent before."""
    bench.approved()
    bench.sync(3)
    sizes = []
    for _ in range(3):
        assert bench.sync() == []
        with bench.contractor.store.read() as tx:
            sizes.append([tx.ledger.size(site) for site in Site])
    assert sizes[0] == sizes[1] == sizes[2]


def test_logs_ledgers_and_words_hold_nothing_about_a_person(bench: Any) -> None:
    """Not a name, a birth date, a number to call: in 操作ログ, 管理簿, public files, or what the ward sends."""
    made = bench.approved()
    bench.contractor.office.notices.dispatch(bench.contractor.office.notices.prepare())
    bench.sync()
    held = []
    for bureau in (bench.contractor, bench.ward):
        held.append(bureau.details().encode())
        held += [bureau.office.ledger.export(site) for site in Site]
        held += bureau.office.publication.files()[1].values()
    for application in made:
        a = application.applicant
        for item in (a.kana, a.kana.split()[0], str(a.birth_date), a.phone, a.address, a.postal_code):
            assert not any(item.encode() in data for data in held)
        assert not any(application.record.encode() in data for data in held[1:])
