"""What the vault found damaged or lost in the inbox is brought once more, though the journal has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.exchange.names import Channel
from storage.boxes import FolderBoxes
from storage.courier import CourierFailure
from storage.courier.journal import Journal
from storage.remotes.folder import FolderRemote

CW = Channel.TO_WARD


@pytest.fixture
def arrived(posts: Any) -> tuple[Any, Any, Any]:
    """Contractor, ward, and a bundle that lies in the ward's inbox, with another behind it."""
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    contractor.post(CW, ward)
    contractor.run()
    ward.run()
    return contractor, ward, sealed


def lose(ward: Any, sealed: Any) -> None:
    boxes = FolderBoxes(ward.folder)
    boxes.fetch_again(str(sealed.name))
    boxes.set_aside(str(sealed.name))


def test_a_bundle_asked_for_once_more_comes_as_it_came_the_first_time(arrived: Any) -> None:
    contractor, ward, sealed = arrived
    before = ward.inbox()
    zip_file = ward.folder / "inbox" / sealed.name.zip
    zip_file.write_bytes(b"damaged")
    lose(ward, sealed)
    assert ward.run(hours=30).received == (str(sealed.name),)
    assert ward.inbox() == before and b"damaged" in ward.evidence()
    for _ in range(2):
        assert ward.run(hours=30).received == ()
    assert Journal(ward.folder / "courier" / "journal.jsonl").state(CW, 1).last == 2
    contractor.post(CW, ward)
    contractor.run()
    assert len(ward.run().received) == 1


def test_what_was_never_received_is_not_asked_for(posts: Any) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    FolderBoxes(ward.folder).fetch_again(str(sealed.name))
    report = ward.run()
    assert (report.received, report.waiting_for) == ((), ())


def test_other_bytes_under_its_number_are_a_conflict_all_the_same(arrived: Any, between: Path) -> None:
    contractor, ward, sealed = arrived
    lose(ward, sealed)
    other = contractor.seal(CW, ward, seq=1, previous="0" * 64, content=b"other")
    (between / sealed.name.zip).write_bytes(other.zip_bytes)
    (between / sealed.name.manifest).write_bytes(other.manifest_bytes)
    with pytest.raises(CourierFailure, match="内容の異なる"):
        ward.run()
    assert str(sealed.name) not in FolderBoxes(ward.folder).waiting_in()


def test_where_it_is_gone_from_the_remote_that_is_said(arrived: Any, between: Path) -> None:
    _, ward, sealed = arrived
    lose(ward, sealed)
    (between / sealed.name.manifest).unlink()
    assert [one.bundle for one in ward.run().waiting_for] == [str(sealed.name)]


def test_the_sender_lays_out_again_what_is_receipted_and_gone_from_the_remote(
    posts: Any, between: Path
) -> None:
    """The vault asks for it where the receiver's people never took it in; a receipt alone would end it."""
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    contractor.run()
    ward.run()
    contractor.run()
    for path in between.glob("1-*"):
        path.unlink()
    assert contractor.run().sent == ()
    FolderBoxes(contractor.folder).send_again(str(sealed.name))
    assert contractor.run().sent == (str(sealed.name),)
    assert contractor.run().sent == ()
    assert (between / sealed.name.zip).read_bytes() == sealed.zip_bytes
    FolderBoxes(contractor.folder).clear_out(str(sealed.name))
    assert FolderBoxes(contractor.folder).sent_again() == []


def test_a_medium_brings_it_too(arrived: Any, tmp_path: Path) -> None:
    contractor, ward, sealed = arrived
    lose(ward, sealed)
    (tmp_path / "usb").mkdir()
    contractor.run(usb := FolderRemote(tmp_path / "usb"), medium=True)
    assert ward.run(usb, medium=True).received == (str(sealed.name),)
