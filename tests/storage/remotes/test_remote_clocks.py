"""What a remote's clock shows is noticed in passing, never asked for, and never believed where it tells nothing."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from core.exchange.remote import Clocked
from storage.remotes.box.dates import Dates
from storage.remotes.folder import FolderRemote
from tests.box.faults import Fault
from tests.box.pretend import START, PretendBox


@pytest.mark.parametrize("minutes", [-90, -3, 0, 15])
def test_every_answer_of_box_tells_the_time(tmp_path: Path, minutes: int) -> None:
    ours = dt.datetime.fromtimestamp(START, dt.UTC)
    with PretendBox(dates=lambda: START + 60 * minutes) as box:
        remote = box.remote(box.contractor, tmp_path, clock=lambda: ours)
        assert isinstance(remote, Clocked) and remote.skew() is None
        remote.list()
        assert remote.skew() == dt.timedelta(minutes=minutes)


def test_a_refusal_tells_the_time_too(tmp_path: Path) -> None:
    ours = dt.datetime.fromtimestamp(START, dt.UTC)
    with PretendBox(dates=lambda: START + 600) as box:
        remote = box.remote(box.contractor, tmp_path, clock=lambda: ours)
        box.server.faults.order(Fault("*", "", status=403))
        with pytest.raises(Exception, match="Box"):
            remote.list()
        assert remote.skew() == dt.timedelta(minutes=10)


@pytest.mark.parametrize("said", ["", "tomorrow", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_cannot_be_read_tells_nothing(said: str) -> None:
    import requests

    answer = requests.Response()
    answer.headers["Date"] = said
    dates = Dates()
    dates._heard(answer)
    assert dates.skew() is None


def test_the_newest_date_counts() -> None:
    import requests

    moment = dt.datetime(2026, 5, 11, tzinfo=dt.UTC)
    dates = Dates(lambda: moment)
    for said in ("Mon, 11 May 2026 00:05:00 GMT", "Mon, 11 May 2026 00:01:00 GMT"):
        answer = requests.Response()
        answer.headers["Date"] = said
        dates._heard(answer)
    assert dates.skew() == dt.timedelta(minutes=5)


def test_a_folder_of_this_machine_tells_nothing(tmp_path: Path) -> None:
    remote = FolderRemote(tmp_path)
    assert remote.skew() is None
    remote.put("a", b"x")
    assert remote.skew() is None


@pytest.mark.parametrize("ahead", [-600, 600])
def test_a_file_server_writes_its_own_time(tmp_path: Path, ahead: int) -> None:
    remote = FolderRemote(tmp_path, clock=lambda: time.time() - ahead)
    remote.put("a", b"x")
    skew = remote.skew()
    assert skew is not None and abs(skew - dt.timedelta(seconds=ahead)) < dt.timedelta(minutes=1)
