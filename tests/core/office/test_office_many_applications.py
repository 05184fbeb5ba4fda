"""More applications than one bundle carries, or more words on them: several go, in order, and the sites hold the same in the end."""

from __future__ import annotations

from typing import Any

import pytest

from core.applicant import Application
from core.errors import IntegrityFailure
from core.office import records, review
from core.office.choices import AsideReason
from core.office.records import RECORDS
from core.office.review import APPLICANTS

PEOPLE = ("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ", "ヤマモト イワオ", "イトウ キヨシ")


@pytest.fixture
def two_in_a_bundle(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Five people keyed at the contractor; the ward knows none of them."""
    bench.pair()
    for sender in (records, review):
        monkeypatch.setattr(sender, "MOST_IN_A_BUNDLE", 2)
    for name in PEOPLE:
        bench.contractor.key(name)
    return bench


def held(site: Any) -> list[Application]:
    with site.store.read() as tx:
        return list(tx.applications.all())


def sent_of(site: Any, kind: str) -> list[int]:
    """How many each bundle of that kind carries."""
    with site.store.read() as tx:
        return [sum(row.counts.values()) for row in tx.bundles.list("out") if row.kind == kind]


def test_several_bundles_go_and_the_sender_is_told_of_all_of_them(two_in_a_bundle: Any) -> None:
    bench = two_in_a_bundle
    sent = bench.contractor.office.records.send()
    assert sent.counts == {"applications": 5}
    assert sorted(sent_of(bench.contractor, "applicants")) == [1, 2, 2]
    assert bench.contractor.office.records.unsent() == 0
    assert bench.contractor.office.records.send() is None
    bench.sync()
    assert held(bench.ward) == held(bench.contractor)
    assert len(bench.ward.office.review.rows(APPLICANTS)) == 5


def test_what_was_set_aside_goes_again_with_all_that_was_sealed_behind_it(two_in_a_bundle: Any) -> None:
    bench = two_in_a_bundle
    calls = iter(range(3))

    def spoil_the_second(entries: dict[str, bytes]) -> dict[str, bytes]:
        return entries | {RECORDS: b"{}\n"} if RECORDS in entries and next(calls) == 1 else entries

    bench.contractor.sealer.bend = spoil_the_second
    bench.contractor.office.records.send()
    bench.contractor.sealer.bend = None
    bench.carry(bench.contractor)
    with pytest.raises(IntegrityFailure):
        bench.ward.office.exchange.import_waiting()
    assert len(held(bench.ward)) == 2
    (name,) = bench.ward.office.refusals.standing().refused
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    bench.ward.office.send_due()
    bench.carry(bench.ward)
    bench.contractor.office.exchange.import_waiting()
    assert bench.contractor.office.voiding.void(name).counts == {"bundles": 2}
    assert bench.contractor.office.records.unsent() == 3
    bench.contractor.office.records.send()
    bench.sync()
    assert held(bench.ward) == held(bench.contractor)


def test_the_words_of_the_review_go_in_several_bundles_too(two_in_a_bundle: Any) -> None:
    bench = two_in_a_bundle
    bench.contractor.office.records.send()
    bench.sync()
    words = bench.ward.office.review
    people = [item.record for item in words.rows(APPLICANTS)]
    words.return_(APPLICANTS, people[:1], "unclear")
    words.confirm(APPLICANTS, people[1:])
    assert words.send().counts == {"confirmed": 4, "returned": 1}
    assert sorted(sent_of(bench.ward, "review")) == [1, 2, 2]
    assert words.send() is None
    bench.sync()
    with bench.contractor.store.read() as tx:
        assert {record: word.verdict for record, word in tx.reviews.latest(APPLICANTS).items()} == {
            record: "returned" if record == people[0] else "confirmed" for record in people
        }
