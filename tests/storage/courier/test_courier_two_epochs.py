"""While keys change the courier carries both epochs, each by its own cards and its own key, the old one first."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.errors import IntegrityFailure, Refused
from core.exchange.card import make_card
from core.exchange.names import BundleName, Channel
from core.exchange.receipt import Receipt, read_receipt, write_receipt
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.office.courier_papers import CourierPair
from storage.boxes import FolderBoxes
from storage.courier import CourierFailure

CW, WC = Channel.TO_WARD, Channel.TO_CONTRACTOR
CREATED = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def following(post: Any, seed: int) -> Any:
    """The same site's folder with the keys of the second epoch."""
    keys, courier = SiteKeys.from_random(bytes([seed]) * SITE_KEY_BYTES), SigningKey(bytes([seed + 1]) * 32)
    card = make_card(
        keys, site=post.site, vault_id=post.site.value, epoch=2, courier=courier.public, created=CREATED
    )
    return dataclasses.replace(post, keys=keys, courier=courier, card=card, sent=[])


def hand(old: tuple[Any, Any], new: tuple[Any, Any], *epochs: int) -> None:
    """As the vault of the first of each pair would: the cards of these epochs."""
    pairs = {
        1: CourierPair(old[0].card.data, old[1].card.data),
        2: CourierPair(new[0].card.data, new[1].card.data, new[0].courier.raw),
    }
    FolderBoxes(old[0].folder).put_partner([pairs[epoch] for epoch in epochs])


def post2(sender: Any, receiver: Any, channel: Channel) -> Any:
    sealed = sender.seal(channel, receiver, epoch=2)
    FolderBoxes(sender.folder).put_out(str(sealed.name), sealed.zip_bytes, sealed.manifest_bytes)
    sender.sent.append(sealed)
    return sealed


@pytest.fixture
def changing(posts: Any) -> tuple[Any, Any, Any, Any]:
    """(contractor, ward, contractor of epoch 2, ward of epoch 2), both couriers knowing both epochs."""
    contractor, ward = posts
    contractor2, ward2 = following(contractor, 21), following(ward, 31)
    hand((contractor, ward), (contractor2, ward2), 1, 2)
    hand((ward, contractor), (ward2, contractor2), 1, 2)
    return contractor, ward, contractor2, ward2


def test_both_epochs_pass_at_once_and_each_receipt_is_by_its_own_key(changing: Any) -> None:
    contractor, ward, contractor2, ward2 = changing
    old, new = contractor.post(CW, ward), post2(contractor2, ward2, CW)
    assert contractor.run().sent == (str(old.name), str(new.name))
    report = ward.run()
    assert report.received == report.answered == (str(old.name), str(new.name))
    assert report.partner_seen
    assert contractor.run().receipts == (str(old.name), str(new.name))
    for sealed, key in ((old, ward.courier), (new, ward2.courier)):
        data = (contractor.folder / "outbox" / sealed.name.receipt).read_bytes()
        assert read_receipt(data, key.public, bundle=sealed.name).manifest_sha256 == sealed.manifest.hash
    for post in (contractor, ward):
        report = post.run()
        assert (report.sent, report.received, report.receipts, report.answered, report.problems) == ((),) * 5


def test_nothing_of_the_new_epoch_overtakes_what_is_missing_of_the_old(
    changing: Any, between: Path, tmp_path: Path
) -> None:
    contractor, ward, contractor2, ward2 = changing
    old = [contractor.post(CW, ward) for _ in range(2)]
    new = post2(contractor2, ward2, CW)
    contractor.run()
    for name in (old[0].name.zip, old[0].name.manifest):
        shutil.move(between / name, tmp_path / name)
    report = ward.run()
    assert report.received == ()
    assert report.waiting_for[0].bundle == str(old[1].name)
    for name in (old[0].name.zip, old[0].name.manifest):
        shutil.move(tmp_path / name, between / name)
    assert ward.run().received == tuple(str(one.name) for one in (*old, new))


def test_a_courier_that_has_not_been_told_waits_and_says_why(posts: Any, changing: Any) -> None:
    contractor, ward, contractor2, ward2 = changing
    hand((ward, contractor), (ward2, contractor2), 1)
    old, new = contractor.post(CW, ward), post2(contractor2, ward2, CW)
    contractor.run()
    report = ward.run()
    assert report.received == (str(old.name),)
    assert [(one.bundle, "新しい鍵" in one.reason) for one in report.waiting_for] == [(str(new.name), True)]
    assert report.partner_seen  # the partner's heartbeat of the old epoch is there as well
    hand((ward, contractor), (ward2, contractor2), 1, 2)
    assert ward.run().received == (str(new.name),)


def test_the_stolen_key_of_the_old_courier_signs_nothing_of_the_new_epoch(
    changing: Any, between: Path
) -> None:
    contractor, ward, contractor2, ward2 = changing
    new = post2(contractor2, ward2, CW)
    contractor.run()
    forged = write_receipt(
        Receipt(ward.site, new.name, new.manifest.hash, "2026-06-01T00:00:00+00:00"), ward.courier
    )
    (between / new.name.receipt).write_bytes(forged)
    with pytest.raises(CourierFailure):
        contractor.run()
    assert FolderBoxes(contractor.folder).receipts() == []
    assert forged in contractor.evidence()


def test_a_bundle_of_the_new_epoch_signed_by_the_old_site_key_is_evidence(
    changing: Any, between: Path
) -> None:
    contractor, ward, _, ward2 = changing
    forged = contractor.seal(CW, ward2, epoch=2)
    (between / forged.name.zip).write_bytes(forged.zip_bytes)
    (between / forged.name.manifest).write_bytes(forged.manifest_bytes)
    with pytest.raises(CourierFailure, match="署名"):
        ward.run()
    assert ward.inbox() == {}
    assert forged.manifest_bytes in ward.evidence()


def test_a_second_content_under_an_old_number_is_still_found(changing: Any, between: Path) -> None:
    contractor, ward, _, _ = changing
    old = contractor.post(CW, ward)
    contractor.run()
    ward.run()
    other = contractor.seal(CW, ward, seq=1, content=b"another")
    (between / old.name.manifest).write_bytes(other.manifest_bytes)
    with pytest.raises(CourierFailure, match="内容の異なる"):
        ward.run()


def test_after_the_old_epoch_its_key_is_gone_and_its_bundles_are_passed_over(
    changing: Any, between: Path
) -> None:
    contractor, ward, contractor2, ward2 = changing
    assert {path.name for path in (ward.folder / "courier").glob("key*")} == {"key", "key-2"}
    hand((ward, contractor), (ward2, contractor2), 2)
    assert {path.name for path in (ward.folder / "courier").glob("key*")} == {"key-2"}
    late = contractor.seal(CW, ward)
    (between / late.name.zip).write_bytes(late.zip_bytes)
    (between / late.name.manifest).write_bytes(late.manifest_bytes)
    new = post2(contractor2, ward2, CW)
    contractor.run()
    assert ward.run().received == (str(new.name),)
    assert str(BundleName(1, CW, 1)) not in FolderBoxes(ward.folder).waiting_in()


def test_heartbeats_of_an_epoch_gone_by_are_taken_away(changing: Any, between: Path) -> None:
    contractor, ward, contractor2, ward2 = changing
    ward.run()
    assert len(list(between.glob("heartbeat-ward-*"))) == 2
    hand((ward, contractor), (ward2, contractor2), 2)
    ward.run(hours=1)
    assert [path.name.split("-")[2] for path in between.glob("heartbeat-ward-*")] == ["2"]
    assert contractor.run(hours=1).partner_seen


def test_the_cards_must_be_in_order_and_of_one_site(changing: Any) -> None:
    contractor, ward, contractor2, ward2 = changing
    hand((ward, contractor), (ward2, contractor2), 2, 1)
    with pytest.raises(IntegrityFailure, match="並び"):
        ward.run()
    hand((ward, contractor), (ward2, contractor2), 1, 2)
    (ward.folder / "courier" / "key-2").unlink()
    with pytest.raises(IntegrityFailure, match="通信係の鍵"):
        ward.run()
    hand((ward, contractor), (ward2, contractor2), 1, 2)
    (ward.folder / "courier" / "key-2").chmod(0o644)
    with pytest.raises(Refused, match="読める"):
        ward.run()
