"""A remote that is open to others: nothing is written to it, all that lies there is received, and then the round refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import pytest

from core.exchange.names import Channel
from core.exchange.remote import Put, RemoteExposed
from storage.courier import CourierFailure, CourierStopped
from storage.remotes.folder import FolderRemote


class Exposed(FolderRemote):
    """Refuses every write, as Box's does while a stranger is in the folder."""

    def put_from(self, name: str, source: BinaryIO) -> Put:
        raise RemoteExposed("開いています", where="stranger@example.com", next_step="外してください")


@pytest.fixture
def begun(posts: tuple[Any, Any]) -> tuple[Any, Any]:
    """The ward's bundle lies in the remote; the contractor has one to send and the ward's to receive."""
    contractor, ward = posts
    ward.post(Channel.TO_CONTRACTOR, contractor)
    ward.run()
    contractor.post(Channel.TO_WARD, ward)
    return contractor, ward


def test_what_lies_there_is_received_and_nothing_is_written(begun: tuple[Any, Any], between: Any) -> None:
    contractor, ward = begun
    before = sorted(path.name for path in between.iterdir())
    with pytest.raises(CourierStopped) as caught:
        contractor.run(Exposed(between))
    assert caught.value.exit_code == 3 and caught.value.where == "stranger@example.com"
    report = caught.value.report
    assert report.received == (str(ward.sent[0].name),) and report.partner_seen
    assert report.sent == report.answered == ()
    assert sorted(path.name for path in between.iterdir()) == before
    assert len(contractor.inbox()) == 2


def test_when_it_is_closed_again_the_next_round_sends(begun: tuple[Any, Any], between: Any) -> None:
    contractor, ward = begun
    with pytest.raises(CourierStopped):
        contractor.run(Exposed(between))
    assert contractor.run().sent == (str(contractor.sent[0].name),)
    assert ward.run().received == (str(contractor.sent[0].name),)


def test_what_was_altered_weighs_more(
    begun: tuple[Any, Any], between: Any, make_posts: Callable[..., Any]
) -> None:
    contractor, ward = begun
    (between / ward.sent[0].name.zip).write_bytes(b"other")
    with pytest.raises(CourierFailure) as caught:
        contractor.run(Exposed(between))
    assert caught.value.exit_code == 6
