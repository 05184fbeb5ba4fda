"""Several calls to the remote at once: whatever order the answers come in, a round leaves the same behind as one call after the other."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from core.errors import IkiikiError, RemoteUnreachable
from core.exchange.names import Channel
from core.exchange.remote import Put, Remote, RemoteFile, RemoteReadOnly
from storage.courier import CourierFailure, run
from storage.remotes.folder import FolderRemote

CW, WC = Channel.TO_WARD, Channel.TO_CONTRACTOR
COUNT = 3
SEEDS = range(12)


class Shuffled(Remote):
    """A folder that takes four calls at once and lets them through in an order of its own: by seed, one at a time.

    At call `at` (from 0) it fails with `error`, before or after the call has had its effect.
    """

    together = 4

    def __init__(
        self, folder: Path, seed: int, *, at: int = -1, after: bool = False,
        error: Callable[[], BaseException] = lambda: RemoteUnreachable("切れました"),
    ) -> None:  # fmt: skip
        self._inner, self._random = FolderRemote(folder), random.Random(seed)
        self._at, self._after, self._error = at, after, error
        self._turn = threading.Condition()
        self._waiting: list[int] = []
        self._busy = False
        self._calls = self._arrived = 0
        self.puts: list[str] = []

    @property
    def calls(self) -> int:
        return self._calls

    def put_from(self, name: str, source: BinaryIO) -> Put:
        return self._in_turn(lambda: self._put(name, source))

    def _put(self, name: str, source: BinaryIO) -> Put:
        self.puts.append(name)
        return self._inner.put_from(name, source)

    def list(self) -> list[RemoteFile]:
        return self._in_turn(self._inner.list)

    def get_into(self, name: str, target: BinaryIO, limit: int) -> None:
        self._in_turn(lambda: self._inner.get_into(name, target, limit))

    def delete(self, name: str) -> bool:
        return self._in_turn(lambda: self._inner.delete(name))

    def _in_turn(self, call: Callable[[], Any]) -> Any:
        with self._turn:
            mine = self._arrived
            self._arrived += 1
            self._waiting.append(mine)
            self._choose()
            self._turn.wait_for(lambda: self._next == mine)
            number = self._calls
            self._calls += 1
            try:
                if number == self._at and not self._after:
                    raise self._error()
                outcome = call()
                if number == self._at:
                    raise self._error()
                return outcome
            finally:
                self._busy = False
                self._choose()

    def _choose(self) -> None:
        if not self._busy and self._waiting:
            self._next = self._random.choice(self._waiting)
            self._waiting.remove(self._next)
            self._busy = True
            self._turn.notify_all()


def tree(folder: Path) -> dict[str, list[bytes]]:
    """Every file but the lock; of the journal its lines, for what goes on at once may be noted in another order after a stop."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: sorted(path.read_bytes().splitlines()) if name.endswith(".jsonl") else [path.read_bytes()]
        for name, path in found.items()
        if not name.endswith("/lock")
    }


@pytest.fixture
def begin(tmp_path: Path, make_posts: Callable[[Path], Any], between: Path) -> Callable[[], Any]:
    """Both sites anew, with bundles waiting in either remote or outbox: the ward has everything to do."""
    numbers = iter(range(10_000))

    def made() -> Any:
        for path in between.iterdir():
            path.unlink()
        contractor, ward = make_posts(tmp_path / str(next(numbers)))
        for _ in range(COUNT):
            contractor.post(CW, ward)
            ward.post(WC, contractor)
        contractor.run()
        return contractor, ward

    return made


def received(ward: Any) -> list[str]:
    lines = (ward.folder / "courier" / "journal.jsonl").read_text().splitlines()
    return [line.split('"bundle":"')[1].split('"')[0] for line in lines if '"received"' in line]


def names(posts: Any, channel: Channel) -> list[str]:
    return [str(one.name) for one in posts.sent if one.name.channel is channel]


@pytest.mark.parametrize("seed", SEEDS)
def test_in_whatever_order_answers_come_the_bundles_are_taken_in_in_order(
    begin: Any, between: Path, seed: int
) -> None:
    contractor, ward = begin()
    remote = Shuffled(between, seed)
    report = ward.run(remote)
    assert list(report.received) == received(ward) == names(contractor, CW)
    assert list(report.sent) == names(ward, WC)
    assert report.answered == report.received and report.problems == ()
    for name in report.sent:
        assert remote.puts.index(f"{name}.zip") < remote.puts.index(f"{name}.manifest")
    assert [sealed.name for sealed in ward.opened(contractor)] == [one.name for one in contractor.sent]
    assert not list(ward.folder.rglob(".tmp-*"))
    assert sorted(contractor.run(Shuffled(between, seed)).receipts) == names(contractor, CW)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("lost", [False, True], ids=["stopped", "connection lost"])
def test_failed_at_any_call_the_next_round_ends_where_an_undisturbed_one_would(
    begin: Any, between: Path, cut: Any, after: bool, lost: bool
) -> None:
    at = 0
    while True:
        contractor, ward = begin()
        error: Any = (lambda: RemoteUnreachable("切れました")) if lost else cut
        remote = Shuffled(between, at, at=at, after=after, error=error)
        try:
            ward.run(remote)
        except (cut, RemoteUnreachable):
            assert not list(ward.folder.rglob(".tmp-*"))
        else:
            assert remote.calls <= at
            break
        for post in (ward, contractor):
            post.run()
        assert {name for name in received(ward)} == set(names(contractor, CW)), f"stopped at call {at}"
        assert received(ward) == names(contractor, CW)
        assert received(contractor) == names(ward, WC)
        assert set(ward.inbox()) == {f"{name}{end}" for name in names(contractor, CW) for end in (".zip", ".manifest")}  # fmt: skip
        at += 1
    assert at > 5 * COUNT  # every call was reached


def test_once_refused_nothing_more_is_put_than_was_under_way(begin: Any, between: Path) -> None:
    contractor, ward = begin()
    for _ in range(6):
        ward.post(WC, contractor)
    remote = Shuffled(between, 1)
    refused: list[str] = []

    def refuse(name: str, source: BinaryIO) -> Put:
        refused.append(name)
        raise RemoteReadOnly("書き込めません")

    remote._put = refuse  # type: ignore[method-assign]
    report = ward.run(remote)
    bundles = [name for name in refused if not name.startswith("heartbeat")]
    assert 0 < len(bundles) <= Shuffled.together and all(name.endswith(".zip") for name in bundles)
    assert (report.sent, report.answered, report.read_only) == ((), (), True)
    assert len(report.problems) == 1
    assert list(report.received) == names(contractor, CW)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bundle_whose_name_is_taken_holds_up_those_after_it_and_none_before(
    begin: Any, between: Path, seed: int
) -> None:
    contractor, ward = begin()
    second = next(one for one in ward.sent if one.name.seq == 2)
    (between / second.name.zip).write_bytes(b"squatter")
    with pytest.raises(CourierFailure) as caught:
        ward.run(Shuffled(between, seed))
    assert names(ward, WC)[0] in caught.value.report.sent
    assert str(second.name) not in caught.value.report.sent
    assert ward.evidence() == [b"squatter"]
    assert list(caught.value.report.received) == names(contractor, CW)


def test_what_does_not_fit_stops_its_channel_after_all_that_came_before(begin: Any, between: Path) -> None:
    contractor, ward = begin()
    third = contractor.sent[2]
    (between / third.name.manifest).write_bytes(b"{}\n")
    with pytest.raises(CourierFailure) as caught:
        ward.run(Shuffled(between, 3))
    assert list(caught.value.report.received) == received(ward) == names(contractor, CW)[:2]
    assert list(caught.value.report.sent) == names(ward, WC)
    assert ward.evidence() == [b"{}\n"]


def test_a_damaged_zip_among_many_is_kept_and_nothing_after_it_is_taken(begin: Any, between: Path) -> None:
    contractor, ward = begin()
    third = contractor.sent[2]
    bad = third.zip_bytes[:-1] + bytes([third.zip_bytes[-1] ^ 1])
    (between / third.name.zip).write_bytes(bad)
    with pytest.raises(CourierFailure):
        ward.run(Shuffled(between, 5))
    assert received(ward) == names(contractor, CW)[:2]
    assert bad in ward.evidence()
    assert not list(ward.folder.rglob(".tmp-*"))


class Stop(IkiikiError):
    """A person has had enough."""


@pytest.mark.parametrize("together", [1, 4])
def test_progress_is_told_by_the_calling_thread_up_to_all_that_passed(
    begin: Any, between: Path, together: int
) -> None:
    contractor, ward = begin()
    told: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        threads.add(threading.get_ident())

    remote: Remote = Shuffled(between, 0) if together > 1 else FolderRemote(between)
    run(ward.folder, remote, _now(), progress=progress)
    size = sum(len(sealed.zip_bytes) for post in (contractor, ward) for sealed in post.sent)
    assert threads == {threading.get_ident()}
    assert told == sorted(told) and {total for _, total in told} == {size}
    assert told[-1] == (size, size)


@pytest.mark.parametrize("together", [1, 4])
def test_who_stops_a_round_finds_it_going_on_from_there(begin: Any, between: Path, together: int) -> None:
    contractor, ward = begin()

    def progress(done: int, total: int) -> None:
        if done > total // 2:
            raise Stop("もう十分です")

    remote: Remote = Shuffled(between, 0) if together > 1 else FolderRemote(between)
    with pytest.raises(Stop):
        run(ward.folder, remote, _now(), progress=progress)
    ward.run()  # what was under way when it was stopped may still be breaking off
    assert not list((ward.folder / "inbox").glob(".tmp-*"))
    assert received(ward) == names(contractor, CW)
    contractor.run()
    assert received(contractor) == names(ward, WC)


def _now() -> Any:
    import datetime as dt

    return dt.datetime(2026, 5, 11, 9, 41, 7, tzinfo=dt.timezone(dt.timedelta(hours=9)))
