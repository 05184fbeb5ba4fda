"""The courier carries sealed bundles both ways, in order, once, and stops for whatever was altered."""

import datetime as dt
import fcntl
import json
import os
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from core.errors import IntegrityFailure, Refused, RemoteUnreachable
from core.exchange.card import make_card
from core.exchange.manifest import Kind
from core.exchange.names import Channel
from core.exchange.receipt import Receipt, write_receipt
from core.exchange.remote import Put, RemoteReadOnly
from core.exchange.strict import moment
from core.office.courier_papers import CourierPair
from core.roles import Site
from storage.boxes import FolderBoxes
from storage.courier import CourierFailure, CourierReport, install_key
from storage.courier.folder import CourierBusy
from storage.remotes.folder import FolderRemote

CW, WC, WD = Channel.TO_WARD, Channel.TO_CONTRACTOR, Channel.WARD_DESK


def lay(between: Path, sealed: Any) -> None:
    (between / sealed.name.zip).write_bytes(sealed.zip_bytes)
    (between / sealed.name.manifest).write_bytes(sealed.manifest_bytes)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_bundle_arrives_and_its_receipt_comes_back(posts: Any) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    assert contractor.run().sent == (str(sealed.name),)
    report = ward.run()
    assert (report.received, report.answered) == ((str(sealed.name),), (str(sealed.name),))
    assert ward.inbox() == {sealed.name.zip: sealed.zip_bytes, sealed.name.manifest: sealed.manifest_bytes}
    assert ward.opened(contractor)[0].entries == {"a.json": b"content"}
    assert contractor.run().receipts == (str(sealed.name),)
    assert FolderBoxes(contractor.folder).receipts() == [str(sealed.name)]


def test_both_ways_at_once_and_in_order(posts: Any) -> None:
    contractor, ward = posts
    there = [contractor.post(CW, ward) for _ in range(3)]
    back = [ward.post(WC, contractor) for _ in range(2)]
    contractor.run()
    assert ward.run().received == tuple(str(one.name) for one in there)
    assert contractor.run().received == tuple(str(one.name) for one in back)
    assert [bundle.name.seq for bundle in ward.opened(contractor)] == [1, 2, 3]


def test_a_second_round_does_nothing(posts: Any, between: Path) -> None:
    contractor, ward = posts
    contractor.post(CW, ward)
    for post in (contractor, ward, contractor):
        post.run()
    before, inbox = contents(between), ward.inbox()
    for post in (contractor, ward):
        report = post.run()
        assert (report.sent, report.received, report.receipts, report.answered, report.problems) == ((),) * 5
    assert (contents(between), ward.inbox()) == (before, inbox)


def test_what_was_imported_is_not_brought_again(posts: Any) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    contractor.run()
    ward.run()
    FolderBoxes(ward.folder).done_in(str(sealed.name))
    assert ward.run().received == () and ward.inbox() == {}


def test_the_courier_cannot_open_what_it_carries(posts: Any) -> None:
    """Its whole folder holds no key that opens a bundle."""
    contractor, ward = posts
    contractor.post(CW, ward)
    contractor.run()
    ward.run()
    everything = b"".join(path.read_bytes() for path in ward.folder.rglob("*") if path.is_file())
    for secret in (ward.keys.opening.raw[:32], ward.keys.opening.raw[64:], ward.keys.signing.raw):
        assert secret not in everything


def test_a_zip_without_its_manifest_does_not_exist_yet(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.seal(CW, ward)
    (between / sealed.name.zip).write_bytes(sealed.zip_bytes)
    report = ward.run()
    assert report.received == report.waiting_for == ()
    (contractor.folder / "outbox").mkdir(exist_ok=True)
    (contractor.folder / "outbox" / "1-cw-00000001.zip").write_bytes(b"half")
    assert contractor.run().sent == ()


def test_a_manifest_whose_zip_is_still_on_its_way_is_waited_for(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.seal(CW, ward)
    (between / sealed.name.manifest).write_bytes(sealed.manifest_bytes)
    assert [wait.bundle for wait in ward.run().waiting_for] == [str(sealed.name)]
    (between / sealed.name.zip).write_bytes(sealed.zip_bytes)
    assert ward.run().received == (str(sealed.name),)


def test_a_gap_is_waited_for_and_said(posts: Any, between: Path) -> None:
    contractor, ward = posts
    made = [contractor.post(CW, ward) for _ in range(3)]
    for sealed in (made[0], made[2]):
        lay(between, sealed)
    report = ward.run()
    assert report.received == (str(made[0].name),)
    assert [(wait.bundle, "2番" in wait.reason) for wait in report.waiting_for] == [(str(made[2].name), True)]
    lay(between, made[1])
    assert ward.run().received == (str(made[1].name), str(made[2].name))


def test_old_bundles_shown_again_are_harmless(posts: Any, between: Path) -> None:
    contractor, ward = posts
    made = [contractor.post(CW, ward) for _ in range(2)]
    contractor.run()
    ward.run()
    for sealed in made:
        lay(between, sealed)
    assert ward.run().received == ()


@pytest.mark.parametrize("seq", [1, 2, 3])
@pytest.mark.parametrize("signed", [True, False])
def test_another_content_under_a_known_number_stops_and_is_kept(
    posts: Any, between: Path, seq: int, signed: bool
) -> None:
    contractor, ward = posts
    made = [contractor.post(CW, ward) for _ in range(3)]
    contractor.run()
    ward.run()
    forger = contractor if signed else ward
    other = (
        forger.seal(CW, ward, seq=seq, previous=made[seq - 1].manifest.previous).manifest_bytes
        if signed
        else made[seq - 1].manifest_bytes.replace(b'"size":', b'"sixe":')
    )
    (between / made[seq - 1].name.manifest).write_bytes(other)
    inbox = ward.inbox()
    for _ in range(2):
        with pytest.raises(CourierFailure) as caught:
            ward.run()
        assert caught.value.exit_code == 6 and str(made[seq - 1].name) in caught.value.where
        assert ward.evidence() == [other]
    assert ward.inbox() == inbox


def test_a_stopped_channel_takes_nothing_more_but_the_other_way_goes_on(posts: Any, between: Path) -> None:
    contractor, ward = posts
    first = contractor.post(CW, ward)
    contractor.run()
    ward.run()
    (between / first.name.manifest).write_bytes(contractor.seal(CW, ward, seq=1).manifest_bytes)
    lay(between, contractor.seal(CW, ward, seq=2, previous=first.manifest.hash))
    mine = ward.post(WC, contractor)
    with pytest.raises(CourierFailure) as caught:
        ward.run()
    assert caught.value.report.received == ()
    assert caught.value.report.sent == (str(mine.name),)
    assert (between / mine.name.manifest).exists()


def test_a_bundle_of_another_signer_is_refused_and_kept(posts: Any, between: Path) -> None:
    contractor, ward = posts
    contractor.keys, real = ward.keys, contractor.keys
    sealed = contractor.seal(CW, ward)
    contractor.keys = real
    lay(between, sealed)
    with pytest.raises(IntegrityFailure, match="署名"):
        ward.run()
    assert ward.evidence() == [sealed.manifest_bytes] and ward.inbox() == {}


def test_a_next_bundle_that_does_not_follow_is_refused_and_kept(posts: Any, between: Path) -> None:
    contractor, ward = posts
    lay(between, contractor.seal(CW, ward, seq=1, previous="a" * 64))
    with pytest.raises(IntegrityFailure, match="つながりません"):
        ward.run()
    assert len(ward.evidence()) == 1


@pytest.mark.parametrize("damage", ["flip", "cut", "grow", "empty"])
def test_a_damaged_zip_never_reaches_the_inbox(posts: Any, between: Path, damage: str) -> None:
    contractor, ward = posts
    sealed = contractor.seal(CW, ward)
    lay(between, sealed)
    good = sealed.zip_bytes
    bad = {"flip": good[:-1] + bytes([good[-1] ^ 1]), "cut": good[:-1], "grow": good + b"x", "empty": b""}[
        damage
    ]
    (between / sealed.name.zip).write_bytes(bad)
    with pytest.raises(IntegrityFailure, match="送り状と合いません"):
        ward.run()
    assert ward.inbox() == {} and sealed.manifest_bytes in ward.evidence()


def test_bundles_of_another_epoch_are_left_alone(posts: Any, between: Path) -> None:
    contractor, ward = posts
    lay(between, contractor.seal(CW, ward, epoch=2))
    report = ward.run()
    assert report.received == () and [wait.bundle for wait in report.waiting_for] == ["2-cw-00000001"]


def test_our_bundle_of_another_epoch_is_not_sent(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.seal(CW, ward, epoch=2)
    FolderBoxes(contractor.folder).put_out(str(sealed.name), sealed.zip_bytes, sealed.manifest_bytes)
    report = contractor.run()
    assert report.sent == () and len(report.problems) == 1


def test_a_name_of_ours_taken_by_other_bytes_stops_and_is_kept(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    (between / sealed.name.zip).write_bytes(b"squatter")
    with pytest.raises(CourierFailure, match="内容の異なる"):
        contractor.run()
    assert contractor.evidence() == [b"squatter"]
    assert not (between / sealed.name.manifest).exists()


def test_a_damaged_outbox_is_never_sent(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    (contractor.folder / "outbox" / sealed.name.zip).write_bytes(b"damaged")
    with pytest.raises(CourierFailure):
        contractor.run()
    assert not (between / sealed.name.zip).exists()


def test_what_vanished_from_the_remote_is_sent_again_until_receipted(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    contractor.run()
    (between / sealed.name.zip).unlink()
    assert contractor.run().problems == () and (between / sealed.name.zip).read_bytes() == sealed.zip_bytes
    ward.run()
    contractor.run()
    for path in between.glob("1-*"):
        path.unlink()
    assert contractor.run().sent == () and list(between.glob("1-*")) == []


@pytest.mark.parametrize("forger", ["site key", "own courier", "another bundle", "garbage"])
def test_a_forged_receipt_settles_nothing_and_is_kept(posts: Any, between: Path, forger: str) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    contractor.run()
    receipt = Receipt(Site.WARD, sealed.name, sealed.manifest.hash, "2026-05-11T09:41:07+09:00")
    data = {
        "site key": lambda: write_receipt(receipt, ward.keys.signing),
        "own courier": lambda: write_receipt(receipt, contractor.courier),
        "another bundle": lambda: write_receipt(
            Receipt(Site.WARD, sealed.name, "b" * 64, receipt.at), ward.courier
        ),
        "garbage": lambda: b"ok\n",
    }[forger]()
    (between / sealed.name.receipt).write_bytes(data)
    with pytest.raises(CourierFailure):
        contractor.run()
    assert contractor.evidence() == [data]
    assert FolderBoxes(contractor.folder).receipts() == []


def test_a_receipt_is_signed_once_and_sent_again_as_it_was(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    contractor.run()
    ward.run()
    first = (between / sealed.name.receipt).read_bytes()
    (between / sealed.name.receipt).unlink()
    assert ward.run(hours=5).answered == (str(sealed.name),)
    assert (between / sealed.name.receipt).read_bytes() == first


def test_the_ward_desk_s_bundles_travel_on_media_alone(posts: Any, between: Path, tmp_path: Path) -> None:
    contractor, ward = posts
    desk, line = ward.post(WD, contractor, Kind.DESK), ward.post(WC, contractor)
    ward.run()
    assert not (between / desk.name.manifest).exists() and (between / line.name.manifest).exists()
    (tmp_path / "usb").mkdir()
    usb = FolderRemote(tmp_path / "usb")
    assert str(desk.name) in ward.run(usb, medium=True).sent
    assert str(desk.name) in contractor.run(usb, medium=True).received
    assert not list((tmp_path / "usb").glob("heartbeat*"))
    assert str(desk.name) in ward.run(usb, medium=True).receipts


def test_a_medium_in_a_bag_does_not_hold_up_the_line(posts: Any) -> None:
    contractor, ward = posts
    ward.post(WD, contractor, Kind.DESK)
    line = ward.post(WC, contractor)
    ward.run()
    assert contractor.run().received == (str(line.name),)


class ReadOnly(FolderRemote):
    def put_from(self, name: str, source: BinaryIO) -> Put:
        raise RemoteReadOnly("書き込めません")


def test_a_ward_that_may_only_download_still_receives(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    ward.post(WC, contractor)
    contractor.run()
    report = ward.run(ReadOnly(between))
    assert report.received == (str(sealed.name),)
    assert (report.sent, report.answered, len(report.problems)) == ((), (), 1)
    assert ward.run().answered == (str(sealed.name),)


def test_a_courier_that_runs_is_seen_and_leaves_one_heartbeat(posts: Any, between: Path) -> None:
    contractor, ward = posts
    assert contractor.run().partner_seen == ""
    for hours in (0, 0, 1, 5):
        ward.run(hours=hours)
    assert [path.name for path in between.glob("heartbeat-ward-*")] == ["heartbeat-ward-1-20260511t05.json"]
    assert contractor.run().partner_seen == "2026-05-11T05:00:00+00:00"


def test_a_forged_heartbeat_is_reported(posts: Any, between: Path) -> None:
    contractor, _ = posts
    (between / "heartbeat-ward-1-20260511t05.json").write_bytes(b"{}\n")
    with pytest.raises(CourierFailure):
        contractor.run()
    assert contractor.evidence() == [b"{}\n"]


def test_strangers_files_are_passed_over(posts: Any, between: Path) -> None:
    contractor, ward = posts
    (between / "readme.txt").write_bytes(b"")
    (between / "1-cw-1.manifest").write_bytes(b"")
    (between / "9-xx-00000001.manifest").write_bytes(b"")
    contractor.post(CW, ward)
    contractor.run()
    assert len(ward.run().received) == 1


def test_only_one_courier_runs_at_a_time(posts: Any) -> None:
    contractor, _ = posts
    descriptor = os.open(contractor.folder / "courier" / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(CourierBusy) as caught:
        contractor.run()
    assert caught.value.exit_code == 5
    os.close(descriptor)
    assert contractor.run().problems == ()


def test_without_pairing_it_says_what_to_do(posts: Any) -> None:
    contractor, _ = posts
    (contractor.folder / "courier" / "partner.json").unlink()
    with pytest.raises(Refused, match="登録されていない"):
        contractor.run()


def test_a_key_others_can_read_is_not_used(posts: Any) -> None:
    contractor, _ = posts
    (contractor.folder / "courier" / "key").chmod(0o640)
    with pytest.raises(Refused, match="読める"):
        contractor.run()


def test_a_key_the_site_did_not_authorise_is_not_used(posts: Any) -> None:
    contractor, _ = posts
    (contractor.folder / "courier" / "key").unlink()
    install_key(contractor.folder, b"\x63" * 32)
    with pytest.raises(IntegrityFailure, match="通信係の鍵"):
        contractor.run()


def test_cards_of_one_site_or_of_two_epochs_are_not_used(posts: Any) -> None:
    contractor, ward = posts
    boxes = FolderBoxes(contractor.folder)
    boxes.put_partner([CourierPair(contractor.card.data, contractor.card.data)])
    with pytest.raises(IntegrityFailure):
        contractor.run()
    newer = make_card(
        ward.keys, site=Site.WARD, vault_id="w", epoch=2, courier=ward.courier.public,
        created=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    boxes.put_partner([CourierPair(contractor.card.data, newer.data)])
    with pytest.raises(Refused, match="世代"):
        contractor.run()


def test_an_altered_journal_is_noticed(posts: Any) -> None:
    contractor, ward = posts
    for _ in range(2):
        contractor.post(CW, ward)
    contractor.run()
    ward.run()
    journal = ward.folder / "courier" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    for wrong in (lines[1], lines[0] + lines[0].replace(b"a", b"b"), b"{}\n", b"\n"):
        journal.write_bytes(wrong)
        with pytest.raises(IntegrityFailure):
            ward.run()


def test_the_report_is_plain_json(posts: Any) -> None:
    contractor, ward = posts
    made = [contractor.post(CW, ward) for _ in range(3)]
    contractor.run()
    (Path(contractor.remote._folder) / made[1].name.manifest).unlink()
    report = ward.run()
    document = json.loads(json.dumps(report.as_json()))
    assert document["received"] == [str(made[0].name)]
    assert document["waiting_for"][0]["bundle"] == str(made[2].name)
    assert set(document) == set(CourierReport().as_json())


def test_a_remote_out_of_reach_is_tried_later(posts: Any, tmp_path: Path) -> None:
    contractor, ward = posts
    contractor.post(CW, ward)
    with pytest.raises(RemoteUnreachable):
        contractor.run(FolderRemote(tmp_path / "nowhere"))
    assert len(contractor.run().sent) == 1


def test_moments_need_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        moment(dt.datetime(2026, 5, 11))  # noqa: DTZ001
