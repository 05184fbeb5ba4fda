"""The courier fetches Box's own log at the end of its round: each event once, nothing lost, and never at a bundle's cost."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import RemoteUnreachable
from core.exchange.happenings import (
    LOOKBACK,
    Doing,
    Happening,
    Reach,
    Stream,
    read_happenings,
    read_watch,
    told,
)
from core.exchange.names import Channel
from storage.courier import box_log, run
from storage.remotes.box.events import happening
from tests.box.faults import Fault, Kind
from tests.box.pretend import PretendBox
from tests.box.things import Caller
from tests.storage.courier.posts import NOW


class Kept:
    """The contractor's post on a pretend Box, whose clock is the courier's."""

    def __init__(self, posts: Any, box: PretendBox, folder: Path) -> None:
        self.contractor, self.ward = posts
        self.box, self.now, self._folder = box, NOW, folder
        self.remote = box.remote(box.contractor, folder)

    def round(self, hours: float = 1.0) -> list[str]:
        """One more round, so much later; its problems."""
        self.now += dt.timedelta(hours=hours)
        return list(run(self.contractor.folder, self.remote, self.now).problems)

    def put(self, name: str) -> None:
        self.box.state.put(self.box.folder.id, name, name.encode(), self.box.ward)

    @property
    def courier(self) -> Path:
        return Path(self.contractor.folder) / "courier"

    def lines(self) -> list[Happening]:
        return read_happenings((self.courier / box_log.LOG).read_bytes())

    def names(self) -> list[str]:
        return [one.name for one in self.lines() if one.doing is Doing.UPLOAD and one.kind == "file"]

    @property
    def watch(self) -> Any:
        return read_watch((self.courier / box_log.WATCH).read_bytes())


@pytest.fixture
def kept(make_posts: Callable[[Path], Any], tmp_path: Path) -> Iterator[Kept]:
    made: list[Kept] = []
    clock = lambda: (made[0].now if made else NOW).timestamp()  # noqa: E731
    with PretendBox(admin=True, clock=clock) as box:
        made.append(Kept(make_posts(tmp_path / "sites"), box, tmp_path))
        yield made[0]


def test_each_event_is_kept_once_however_often_and_late_it_is_told(kept: Kept) -> None:
    events = kept.box.state.events
    kept.put("a.zip")
    assert kept.round() == []
    events.late = True
    kept.put("b.zip")
    events.late = False
    kept.put("c.zip")
    kept.round()
    events.release()
    events.repeat(last=10)
    kept.round()
    kept.round()
    assert sorted(kept.names()) == ["a.zip", "b.zip", "c.zip"]
    data = (kept.courier / box_log.LOG).read_bytes()
    assert len(data.splitlines()) == len({one.id for one in kept.lines()})
    assert kept.watch.account.reach is Reach.ENTERPRISE


def test_what_is_not_of_our_folder_is_not_kept(kept: Kept) -> None:
    other = kept.box.state.add_folder("private", kept.box.contractor)
    kept.box.state.put(other.id, "1-cw-00000001.zip", b"x", kept.box.contractor)
    kept.put("ours.zip")
    moved = kept.box.state.find(kept.box.folder.id, "ours.zip")
    assert moved is not None
    kept.round()
    kept.box.state.rename(Caller(kept.box.ward), moved, "away.zip", "0")
    kept.box.state.events.add("download", Caller(kept.box.ward), moved)
    kept.round()
    assert [(one.type, one.name) for one in kept.lines() if one.kind == "file"] == [
        ("UPLOAD", "ours.zip"), ("MOVE", "away.zip"), ("DOWNLOAD", "away.zip")
    ]  # fmt: skip


def test_long_logs_are_read_page_by_page_and_over_several_rounds(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.remotes.box.events._PAGE", 3)
    monkeypatch.setattr(box_log, "PAGES", 2)
    for number in range(20):
        kept.put(f"{number:02}.zip")
    assert kept.round() == ["Boxの記録の続きは、次の送受信で読みます"]
    assert len(kept.names()) < 20 and kept.watch.polled == ""
    for _ in range(6):
        kept.round(hours=0)
    assert kept.names() == [f"{number:02}.zip" for number in range(20)]
    assert kept.watch.polled


def test_it_is_read_at_most_every_quarter_of_an_hour_and_never_for_a_medium(kept: Kept) -> None:
    def asked() -> int:
        return sum(one.path == "/2.0/events" for one in kept.box.server.requests)

    kept.round()
    first = asked()
    kept.round(hours=0.2)
    assert asked() == first > 0
    kept.round(hours=0.1)
    assert asked() > first
    before = asked()
    run(kept.contractor.folder, kept.remote, kept.now + dt.timedelta(hours=3), medium=True)
    assert asked() == before


def test_a_round_does_not_chase_what_goes_on_meanwhile_and_the_next_one_reads_it(kept: Kept) -> None:
    kept.put("before.zip")
    kept.now += dt.timedelta(hours=1)
    whole, asked = kept.remote.happenings, []

    def while_others_are_busy(*query: Any) -> Any:
        asked.append(query)
        kept.put(f"meanwhile{len(asked)}.zip")
        return whole(*query)

    kept.remote.happenings = while_others_are_busy  # type: ignore[method-assign]
    kept.round(hours=0)
    assert len(asked) == 1 and kept.watch.polled
    kept.remote.happenings = whole  # type: ignore[method-assign]
    kept.put("after.zip")
    kept.round()
    assert kept.names() == ["before.zip", "meanwhile1.zip", "after.zip"]


@pytest.mark.parametrize("step", ["append_line", "replace"])
def test_a_crash_between_lines_and_position_loses_and_doubles_nothing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, step: str, cut: type[BaseException]
) -> None:
    kept.put("a.zip")
    kept.round()
    kept.put("b.zip")

    def stop(*_: object) -> None:
        raise cut

    with monkeypatch.context() as patched, pytest.raises(cut):
        patched.setattr(box_log, step, stop)
        kept.round()
    kept.round(hours=0)
    assert kept.names() == ["a.zip", "b.zip"]


@pytest.mark.parametrize(
    "fault",
    [Fault("GET", "/events", status=403), Fault("GET", "/events", status=500, times=99),
     Fault("GET", "/users/me", status=404), Fault("GET", "/events", nth=2, kind=Kind.TRUNCATED, times=99),
     Fault("GET", "/events", nth=2, body=b'{"entries": 5}', status=200, times=99)],
    ids=["403", "500", "me 404", "truncated", "nonsense"],
)  # fmt: skip
def test_bundles_pass_whatever_is_wrong_with_the_log_and_it_is_said(kept: Kept, fault: Fault) -> None:
    sealed = kept.contractor.post(Channel.TO_WARD, kept.ward)
    kept.remote.prepare()  # who may get at the folder is known by then, and not asked with the log
    kept.box.server.faults.order(fault)
    problems = kept.round()
    assert kept.box.state.find(kept.box.folder.id, sealed.name.manifest)
    if (
        fault.status == 403 and fault.nth == 1
    ):  # the enterprise's log is closed to us: our own is read instead
        assert problems == [] and kept.watch.account.reach is Reach.OWNER
    else:
        assert any("Boxの記録を確かめられませんでした" in problem for problem in problems)
    kept.box.server.faults.clear()
    assert kept.round(hours=1) == []
    assert kept.watch.account.reach is Reach.ENTERPRISE
    assert {sealed.name.zip, sealed.name.manifest} <= set(kept.names())


def test_a_kept_log_that_was_altered_stops_the_log_and_not_the_bundles(kept: Kept) -> None:
    kept.put("a.zip")
    kept.round()
    path = kept.courier / box_log.LOG
    path.write_bytes(b'{"id": "forged"}\n')
    sealed = kept.contractor.post(Channel.TO_WARD, kept.ward)
    assert any("確かめられません" in problem for problem in kept.round())
    assert kept.box.state.find(kept.box.folder.id, sealed.name.manifest)
    assert path.read_bytes() == b'{"id": "forged"}\n'


def test_the_kept_log_has_a_bound_at_which_nothing_is_lost_and_people_are_told(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.round()
    position = kept.watch.position
    monkeypatch.setattr(box_log, "LOG_LIMIT", (kept.courier / box_log.LOG).stat().st_size + 10)
    kept.put("a.zip")
    assert any("大きくなりすぎた" in problem for problem in kept.round())
    assert kept.watch.position == position
    monkeypatch.undo()
    kept.round()
    assert kept.names() == ["a.zip"]


def test_after_weeks_of_silence_the_years_history_fills_the_gap(kept: Kept) -> None:
    kept.put("a.zip")
    kept.round()
    kept.now += dt.timedelta(days=3)
    kept.put("b.zip")
    kept.now += dt.timedelta(days=40)
    assert kept.round() == []
    asked = [one.query["stream_type"] for one in kept.box.server.requests if one.path == "/2.0/events"]
    assert Stream.HISTORY.value in asked
    assert kept.names() == ["a.zip", "b.zip"]
    assert len(kept.watch.spans) == 1 and kept.watch.stream is Stream.LIVE


def test_a_guest_has_no_history_and_the_hole_stays_visible(kept: Kept) -> None:
    kept.remote = kept.box.remote(kept.box.ward, kept.courier)
    kept.put("a.zip")
    kept.round()
    kept.now += dt.timedelta(days=3)
    kept.put("b.zip")
    kept.now += dt.timedelta(days=40)
    kept.put("c.zip")
    kept.round()
    assert kept.names() == ["a.zip", "c.zip"]
    before, after = kept.watch.spans
    assert before.reach is after.reach is Reach.MEMBER
    assert dt.datetime.fromisoformat(after.since) - dt.datetime.fromisoformat(before.until) > LOOKBACK


def test_a_folder_remote_keeps_no_log(posts: Any) -> None:
    contractor, _ = posts
    contractor.run()
    assert not (contractor.folder / "courier" / box_log.LOG).exists()


def test_no_secret_and_no_content_stands_in_what_is_kept(kept: Kept) -> None:
    kept.contractor.post(Channel.TO_WARD, kept.ward)
    kept.round()
    for name in (box_log.LOG, box_log.WATCH):
        data = (kept.courier / name).read_bytes()
        assert kept.box.settings(kept.box.contractor).client_secret.encode() not in data
        assert b"Bearer" not in data and (kept.courier / name).stat().st_mode & 0o777 == 0o600


def test_what_steers_a_terminal_is_taken_out_before_it_is_kept() -> None:
    assert told("a\x1b]52;c;x\x07b\u202egpj.\u2028c") == "a?]52;c;x?b?gpj.?c"
    assert (
        told("か\u3099") == "が"
        and told(None) == told(True) == told(["x"]) == ""
        and len(told("x" * 900)) == 200
    )


@pytest.mark.parametrize(
    "raw",
    [{}, {"source": None, "created_by": None}, {"source": "text", "created_at": "soon"}, {"source": {"parent": 5}},
     {"event_id": 7, "event_type": "BRAND_NEW", "created_by": {"id": "2", "login": ""}}, {"event_id": "\x00"}],
)  # fmt: skip
def test_an_event_with_anything_missing_is_still_a_line(raw: dict[str, Any]) -> None:
    one = happening(raw)
    assert one.id and read_happenings(one.line()) == [one]
    assert happening(json.loads(json.dumps(raw))) == one


def test_a_collaboration_tells_whom_wherever_box_puts_it() -> None:
    forms = [
        {"source": {"folder_id": "7", "folder_name": "f"}, "accessible_by": {"login": "a@x"}},
        {"source": {"type": "collaboration", "item": {"type": "folder", "id": "7", "name": "f"}, "accessible_by": {"login": "a@x"}}},
        {"source": {"item_type": "folder", "item_id": "7", "item_name": "f"}, "additional_details": {"login": "a@x"}},
    ]  # fmt: skip
    for raw in forms:
        one = happening({"event_type": "COLLABORATION_INVITE", **raw})
        assert (one.item, one.name, one.kind, one.whom) == ("7", "f", "folder", "a@x")


def test_a_remote_out_of_reach_is_still_said_by_the_round_itself(kept: Kept) -> None:
    kept.round()
    with kept.box.server.unreachable(), pytest.raises(RemoteUnreachable):
        kept.round()
