"""After every round, however it ended, the courier leaves word of it: who looks later sees what was, and since when."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import IkiikiError, IntegrityFailure, LoginFailed, RemoteUnreachable
from core.exchange.names import Channel
from core.exchange.remote import Remote, RemoteFile
from core.exchange.state import CODE, CourierState, Held, Outcome, outcome_of, read_state
from storage.boxes import FolderBoxes
from storage.courier import Notes, watched_run
from storage.courier.folder import CourierBusy
from storage.remotes.folder import FolderRemote

CW, WC = Channel.TO_WARD, Channel.TO_CONTRACTOR
JST = dt.timezone(dt.timedelta(hours=9))
NOW = dt.datetime(2026, 5, 11, 9, 41, 7, tzinfo=JST)


def state_of(post: Any) -> CourierState:
    state = FolderBoxes(post.folder).courier_state()
    assert state is not None
    return state


def watched(post: Any, remote: Callable[[], Remote] | None = None, *, hours: float = 0, **how: Any) -> Notes:
    """One round, which must end well."""
    notes = Notes()
    watched_run(
        post.folder, remote or (lambda: post.remote), lambda: NOW + dt.timedelta(hours=hours), notes, **how
    )
    return notes


def failing(
    post: Any, error: BaseException, *, hours: float = 0, as_: type[BaseException] | None = None
) -> Notes:
    """One round whose remote cannot even be opened."""

    def raises() -> Remote:
        raise error

    notes = Notes()
    with pytest.raises(as_ or type(error)):
        watched_run(post.folder, raises, lambda: NOW + dt.timedelta(hours=hours), notes)
    return notes


def test_a_round_that_went_well_says_what_it_did(posts: Any) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    watched(contractor, unattended=True)
    state = state_of(contractor)
    assert (state.outcome, state.code, state.failures) == (Outcome.DONE, 0, 0)
    assert state.began == state.ended == state.succeeded == state.sent == state.unattended
    assert (state.received, state.partner_seen, state.placed) == ("", "", (str(sealed.name),))
    watched(ward, hours=1)
    assert state_of(ward).received and not state_of(ward).sent and not state_of(ward).unattended
    watched(contractor, hours=2)
    later = state_of(contractor)
    assert later.placed == () and later.sent == state.sent and later.unattended == state.unattended
    assert later.partner_seen == "2026-05-11T01:00:00+00:00"


def test_it_is_one_canonical_line_that_its_owner_alone_may_read(posts: Any) -> None:
    contractor, _ = posts
    watched(contractor)
    path = contractor.folder / "courier" / "state.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_bytes())["outcome"] == "done"
    assert read_state(path.read_bytes()).to_bytes() == path.read_bytes()
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("error", "as_", "outcome"),
    [
        (
            RemoteUnreachable("つながりません", where="api.box.com"),
            RemoteUnreachable,
            Outcome.UNREACHABLE,
        ),
        (LoginFailed("資格情報がありません"), LoginFailed, Outcome.LOGIN),
        (IkiikiError("できません"), IkiikiError, Outcome.FAILED),
        (OSError(28, "No space left on device"), IkiikiError, Outcome.FAILED),
        (ZeroDivisionError(), ZeroDivisionError, Outcome.FAILED),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_failed_round_is_told_and_counted_until_one_goes_well(
    posts: Any, error: Exception, as_: type[Exception], outcome: Outcome
) -> None:
    contractor, _ = posts
    watched(contractor)
    well = state_of(contractor)
    for hours in (1, 2):
        failing(contractor, error, hours=hours, as_=as_)
    state = state_of(contractor)
    assert (state.outcome, state.failures, state.succeeded) == (outcome, 2, well.succeeded)
    watched(contractor, hours=3)
    assert (state_of(contractor).failures, state_of(contractor).problems) == (0, ())


def test_what_went_wrong_is_one_sentence_of_what_where_and_next(posts: Any) -> None:
    contractor, _ = posts
    error = RemoteUnreachable("つながりません", where="api.box.com", next_step="あとで実行してください")
    assert failing(contractor, error).problems == [str(error)]
    assert state_of(contractor).problems == (str(error),)


def test_what_was_done_before_the_remote_went_away_is_told(posts: Any, interrupted: Any) -> None:
    contractor, ward = posts
    for _ in range(2):
        contractor.post(CW, ward)
    gone = interrupted(contractor.remote, 3, False, lambda: RemoteUnreachable("切れました"))
    notes = Notes()
    with pytest.raises(RemoteUnreachable):
        watched_run(contractor.folder, lambda: gone, lambda: NOW, notes)
    assert notes.report().sent == ("1-cw-00000001",)
    state = state_of(contractor)
    assert (state.outcome, state.placed) == (Outcome.UNREACHABLE, ("1-cw-00000001",))
    assert state.sent == state.ended and state.succeeded == ""


def test_something_altered_is_told_as_that(posts: Any, between: Path) -> None:
    contractor, ward = posts
    sealed = contractor.post(CW, ward)
    (between / sealed.name.zip).write_bytes(b"squatter")
    notes = Notes()
    with pytest.raises(IntegrityFailure):
        watched_run(contractor.folder, lambda: contractor.remote, lambda: NOW, notes)
    state = state_of(contractor)
    assert (state.outcome, state.code, state.failures) == (Outcome.INTEGRITY, 6, 1)
    assert len(state.problems) == len(set(state.problems)) == 1


def test_a_stopped_round_is_no_failure_and_no_success(posts: Any, interrupted: Any) -> None:
    contractor, _ = posts
    failing(contractor, RemoteUnreachable("つながりません"))
    with pytest.raises(KeyboardInterrupt):
        watched(contractor, lambda: interrupted(contractor.remote, 0, True, KeyboardInterrupt), hours=1)
    state = state_of(contractor)
    assert (state.outcome, state.code, state.failures, state.succeeded) == (Outcome.STOPPED, 5, 1, "")


def test_a_round_that_finds_another_leaves_the_word_to_it(posts: Any) -> None:
    contractor, _ = posts
    watched(contractor)
    before = (contractor.folder / "courier" / "state.json").read_bytes()
    descriptor = os.open(contractor.folder / "courier" / "lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(CourierBusy):
        watched(contractor, hours=1)
    os.close(descriptor)
    assert (contractor.folder / "courier" / "state.json").read_bytes() == before


def test_since_when_a_bundle_waits_is_kept_while_it_waits(posts: Any, between: Path) -> None:
    contractor, ward = posts
    made = [contractor.post(CW, ward) for _ in range(2)]
    (between / made[1].name.zip).write_bytes(made[1].zip_bytes)
    (between / made[1].name.manifest).write_bytes(made[1].manifest_bytes)
    watched(ward)
    first = state_of(ward).waiting
    assert [(one.bundle, "1番" in one.reason) for one in first] == [(str(made[1].name), True)]
    watched(ward, hours=30)
    failing(ward, RemoteUnreachable("つながりません"), hours=31)
    assert state_of(ward).waiting == first
    contractor.run()
    watched(ward, hours=32)
    assert state_of(ward).waiting == ()


def test_a_medium_tells_nothing_of_the_line(posts: Any, tmp_path: Path) -> None:
    contractor, ward = posts
    failing(contractor, RemoteUnreachable("つながりません"))
    before = state_of(contractor)
    contractor.post(CW, ward)
    (tmp_path / "usb").mkdir()
    watched(contractor, lambda: FolderRemote(tmp_path / "usb"), hours=1, medium=True)
    state = state_of(contractor)
    assert (state.outcome, state.failures, state.ended) == (before.outcome, 1, before.ended)
    assert state.sent and state.placed == ("1-cw-00000001",)


def test_a_line_that_only_reads_is_remembered(posts: Any, between: Path) -> None:
    contractor, ward = posts
    watched(contractor)
    ward.post(WC, contractor)

    class ReadOnly(FolderRemote):
        def put_from(self, name: str, source: Any) -> Any:
            from core.exchange.remote import RemoteReadOnly

            raise RemoteReadOnly("書き込めません")

    watched(ward, lambda: ReadOnly(between))
    failing(ward, RemoteUnreachable("つながりません"))
    assert state_of(ward).read_only
    watched(ward)
    assert not state_of(ward).read_only


def test_a_damaged_state_is_written_anew_and_one_that_cannot_be_written_is_said(
    posts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    contractor, _ = posts
    path = contractor.folder / "courier" / "state.json"
    path.write_bytes(b"{}\n")
    path.chmod(0o600)
    with pytest.raises(IntegrityFailure):
        FolderBoxes(contractor.folder).courier_state()
    watched(contractor)
    assert state_of(contractor).outcome is Outcome.DONE

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.courier.watch.replace", full)
    assert any("状態を書けません" in problem for problem in watched(contractor).problems)


# -- clocks ---------------------------------------------------------------------------------------------------


class Clock(FolderRemote):
    """A remote whose clock is ahead by so much."""

    def __init__(self, folder: Path, ahead: dt.timedelta | None) -> None:
        super().__init__(folder)
        self.ahead = ahead

    def skew(self) -> dt.timedelta | None:
        return self.ahead

    def list(self) -> list[RemoteFile]:
        return []


@pytest.mark.parametrize(
    ("minutes", "remarks", "problems"),
    [
        (None, [], []),
        (1.9, [], []),
        (3, ["この機械の時計が、共有先の時計より3分遅れています"], []),
        (-3, ["この機械の時計が、共有先の時計より3分進んでいます"], []),
        (15, [], ["共有先の時計より15分遅れています。管理簿の時刻がずれます"]),
    ],
)
def test_a_clock_that_is_off_is_mentioned_and_one_far_off_is_a_problem_that_stops_nothing(
    posts: Any, between: Path, minutes: float | None, remarks: list[str], problems: list[str]
) -> None:
    contractor, ward = posts
    contractor.post(CW, ward)
    ahead = None if minutes is None else dt.timedelta(minutes=minutes)
    notes = watched(contractor, lambda: Clock(between, ahead))
    assert notes.sent == ["1-cw-00000001"]
    assert notes.remarks == remarks
    assert [found for problem in problems for found in notes.problems if problem in found] == notes.problems
    assert state_of(contractor).skew == (None if minutes is None else round(minutes * 60))


@pytest.mark.parametrize("ahead", [20, 5 * 60])
def test_what_the_partner_signed_in_our_future_shows_that_a_clock_is_wrong(posts: Any, ahead: int) -> None:
    contractor, ward = posts
    contractor.post(CW, ward)
    contractor.run()
    ward.run(hours=ahead // 60)
    told = dt.datetime.combine(NOW.date(), dt.time(9, 41, 7), JST) + dt.timedelta(hours=ahead // 60)
    notes = Notes()
    watched_run(
        contractor.folder, lambda: contractor.remote, lambda: told - dt.timedelta(minutes=ahead), notes
    )
    assert notes.receipts and any(f"{ahead}分先" in problem for problem in notes.problems)
    assert state_of(contractor).partner_ahead == ahead * 60


# -- the format -----------------------------------------------------------------------------------------------

stamps = st.integers(0, 10**7).map(
    lambda seconds: (NOW + dt.timedelta(seconds=seconds)).isoformat(timespec="seconds")
)
moments = st.just("") | stamps
bundles = st.integers(1, 99_999_999).map(lambda seq: f"1-cw-{seq:08d}")
states = st.builds(
    CourierState, began=stamps, ended=stamps, outcome=st.sampled_from(Outcome),
    unattended=moments, succeeded=moments, sent=moments, received=moments, partner_seen=moments,
    placed=st.lists(bundles, max_size=5).map(tuple),
    waiting=st.lists(st.builds(Held, bundles, st.text(), stamps), max_size=3).map(tuple),
    problems=st.lists(st.text(max_size=600), max_size=3).map(tuple), read_only=st.booleans(),
    skew=st.none() | st.integers(-9_999_999, 9_999_999), partner_ahead=st.none() | st.integers(0, 9_999_999),
    failures=st.integers(0, 10**9),
)  # fmt: skip


@given(states)
def test_whatever_is_written_can_be_read_and_written_again_the_same(state: CourierState) -> None:
    data = state.to_bytes()
    assert read_state(data).to_bytes() == data
    assert read_state(data).outcome is state.outcome


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": "hkw2"}, {"outcome": "fine"}, {"code": 0}, {"began": ""}, {"sent": "yesterday"}, {"placed": ["x"]},
        {"waiting": [{}]}, {"waiting": [1]}, {"problems": [1]}, {"problems": ["x" * 401]}, {"read_only": 1}, {"skew": 1.5},
        {"skew": True}, {"failures": -1}, {"placed": [f"1-cw-{n:08d}" for n in range(1, 300)]}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_is_refused(change: dict[str, object]) -> None:
    at = "2026-05-11T09:41:07+09:00"
    good = json.loads(CourierState(at, at, Outcome.UNREACHABLE).to_bytes())
    with pytest.raises(IntegrityFailure):
        read_state(json.dumps(good | change, separators=(",", ":"), sort_keys=True).encode() + b"\n")


def test_every_exit_code_has_its_word() -> None:
    assert {outcome_of(code) for code in range(7)} == set(Outcome) - {Outcome.STOPPED}
    assert all(CODE[outcome_of(code)] == code for code in range(7))
    assert outcome_of(99) is Outcome.FAILED
