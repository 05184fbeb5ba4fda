"""Box as remote: what goes wrong on the way is tried again or told plainly, and no secret is in what is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core.errors import IkiikiError, IntegrityFailure, Refused, RemoteUnreachable
from core.exchange.remote import Put, RemoteConflict, RemoteMissing, RemoteReadOnly
from tests.box.clients import CLIENT_SECRET
from tests.box.faults import Fault, Kind
from tests.box.pretend import PretendBox

NAME = "1-cw-00000001.zip"
DATA = b"sealed" * 1000
LARGE = bytes(range(250)) * 84_000  # 21 MB: three parts


@pytest.fixture
def box() -> Iterator[PretendBox]:
    with PretendBox() as made:
        yield made


def names(box: PretendBox) -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in box.server.requests]


PASSING = {
    "refused": dict(kind=Kind.REFUSED),
    "reset before": dict(kind=Kind.RESET_BEFORE),
    "reset after": dict(kind=Kind.RESET_AFTER),
    "401": dict(status=401),
    "412": dict(status=412),
    "429 seconds": dict(status=429, retry_after=7),
    "500": dict(status=500),
    "502 html": dict(status=502, body=b"<html>Bad Gateway</html>"),
    "503 but done": dict(status=503, acts=True),
    "truncated": dict(kind=Kind.TRUNCATED),
}


PLACES = (("POST", "oauth2/token"), ("POST", "files/content"), ("GET", "/items"), ("GET", "/content"), ("GET", "/dl/|download"))  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "method", "path"),
    # no token and no way to one: see the test of refused credentials
    [
        (fault, *place)
        for fault in PASSING
        for place in PLACES
        if (fault, place[1]) != ("401", "oauth2/token")
    ],
)
def test_what_passes_is_waited_out(
    box: PretendBox, tmp_path: Path, fault: str, method: str, path: str
) -> None:
    remote = box.remote(box.contractor, tmp_path)
    box.server.faults.order(Fault(method, path, **PASSING[fault]))  # type: ignore[arg-type]
    assert remote.put(NAME, DATA) in (Put.CREATED, Put.SAME)
    fresh = box.remote(box.ward, tmp_path)
    assert fresh.get(NAME, len(DATA)) == DATA
    assert [(one.name, one.size) for one in fresh.list()] == [(NAME, len(DATA))]
    assert box.server.faults.struck, "the fault met nothing"


def test_an_answer_lost_after_the_upload_is_success_and_nothing_is_there_twice(
    box: PretendBox, tmp_path: Path
) -> None:
    remote = box.remote(box.contractor, tmp_path)
    box.server.faults.order(Fault("POST", "files/content", kind=Kind.RESET_AFTER))
    assert remote.put(NAME, DATA) is Put.SAME
    assert len(remote.list()) == 1


def test_a_name_taken_meanwhile_by_other_bytes_is_a_conflict(box: PretendBox, tmp_path: Path) -> None:
    remote = box.remote(box.contractor, tmp_path)
    box.server.faults.order(Fault("POST", "files/content", kind=Kind.CONFLICT_OTHER))
    with pytest.raises(RemoteConflict):
        remote.put(NAME, DATA)


@pytest.mark.parametrize("kind", ["other case", "folder"])
def test_what_box_takes_for_the_same_name_is_a_conflict(box: PretendBox, tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        box.state.add_folder(NAME, box.contractor, parent=box.folder.id)
    else:
        box.state.put(box.folder.id, NAME.upper(), DATA, box.contractor)
    with pytest.raises(RemoteConflict):
        box.remote(box.contractor, tmp_path).put(NAME, DATA)


@pytest.mark.parametrize(
    ("value", "seconds"), [(7, 7.0), ("Mon, 21 Sep 2026 14:14:10 GMT", None), ("soon", None)]
)
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(
    box: PretendBox, tmp_path: Path, value: int | str, seconds: float | None
) -> None:
    remote = box.remote(box.contractor, tmp_path)
    box.server.faults.order(Fault("GET", "/items", status=429, retry_after=value))
    remote.list()
    assert len(box.waited) == 1
    if seconds is not None:
        assert seconds <= box.waited[0] <= seconds + 1


def test_a_wait_too_long_to_sit_out_ends_the_run_and_names_the_hour(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("GET", "/items", status=429, retry_after=3600))
    with pytest.raises(RemoteUnreachable, match="混み合って") as caught:
        box.remote(box.contractor, tmp_path).list()
    assert "以降に" in caught.value.next_step
    assert box.waited == []


def test_what_does_not_pass_is_given_up_with_later_as_advice(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("GET", "/items", status=500, times=99))
    with pytest.raises(RemoteUnreachable) as caught:
        box.remote(box.contractor, tmp_path).list()
    assert caught.value.exit_code == 5
    assert len(box.waited) == 5 and 8 <= box.waited[-1] <= 24, "each wait about twice the one before"
    box.server.faults.clear()


def test_a_silent_server_is_not_waited_for_for_ever(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("GET", "/items", kind=Kind.SLOW))
    assert box.remote(box.contractor, tmp_path, read=0.2).list() == []


@pytest.mark.parametrize("nth", [1, 2])
def test_altered_bytes_are_fetched_again_and_never_believed(
    box: PretendBox, tmp_path: Path, nth: int
) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    box.server.faults.order(*[Fault("GET", "/dl/|download", kind=Kind.ALTERED) for _ in range(nth)])
    remote = box.remote(box.ward, tmp_path)
    if nth == 1:
        assert remote.get(NAME, len(DATA)) == DATA
    else:
        with pytest.raises(IntegrityFailure, match="ハッシュ"):
            remote.get(NAME, len(DATA))


def test_a_download_goes_on_where_it_broke_off(box: PretendBox, tmp_path: Path) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, LARGE)
    box.server.faults.order(Fault("GET", "/dl/|download", kind=Kind.TRUNCATED, after_bytes=15_000_000))
    remote, target = box.remote(box.ward, tmp_path), BytesIO()
    remote.get_into(NAME, target, len(LARGE))
    assert target.getvalue() == LARGE
    assert 206 in [one.status for one in box.server.requests]


def test_a_large_upload_goes_on_in_a_later_run(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("POST", "/commit", status=500, times=6))
    with pytest.raises(RemoteUnreachable):
        box.remote(box.contractor, tmp_path).put(NAME, LARGE)
    before = sum(one.method == "PUT" for one in box.server.requests)
    assert box.remote(box.contractor, tmp_path).put(NAME, LARGE) is Put.CREATED
    assert before == 3 and sum(one.method == "PUT" for one in box.server.requests) == before
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_session_box_has_forgotten_is_begun_anew(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("POST", "/commit", status=500, times=6))
    with pytest.raises(RemoteUnreachable):
        box.remote(box.contractor, tmp_path).put(NAME, LARGE)
    box.server.faults.order(Fault("GET", "/parts", status=404))
    assert box.remote(box.contractor, tmp_path).put(NAME, LARGE) is Put.CREATED


def test_credentials_that_box_refuses_are_said_once_and_not_tried_again(
    box: PretendBox, tmp_path: Path
) -> None:
    box.server.faults.order(Fault("POST", "oauth2/token", status=400, code="invalid_client", body=b'{"error":"invalid_client","error_description":"x"}'))  # fmt: skip
    with pytest.raises(Refused, match="資格情報") as caught:
        box.remote(box.contractor, tmp_path).list()
    assert caught.value.exit_code == 3 and box.waited == []


def test_one_token_serves_all_until_it_is_refused(box: PretendBox, tmp_path: Path) -> None:
    remote = box.remote(box.contractor, tmp_path)
    for number in range(5):
        remote.put(f"a{number}", b"x")
    remote.list()
    assert names(box).count(("POST", "/oauth2/token")) == 1


def test_who_may_only_look_reads_on_and_is_told(box: PretendBox, tmp_path: Path) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    box.server.faults.order(Fault("POST", "files/content", status=403))
    remote = box.remote(box.ward, tmp_path)
    with pytest.raises(RemoteReadOnly):
        remote.put("new", b"x")
    assert remote.get(NAME, len(DATA)) == DATA


def places_asked(box: PretendBox) -> int:
    return sum(one.path.endswith("/content") and one.method == "GET" for one in box.server.requests)


def test_what_was_asked_ahead_is_not_asked_again(box: PretendBox, tmp_path: Path) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    remote = box.remote(box.ward, tmp_path)
    remote.find_ahead(NAME)
    assert places_asked(box) == 0, "nothing is known of it before it is listed"
    remote.list()
    remote.find_ahead(NAME)
    assert places_asked(box) == 1
    assert remote.get(NAME, len(DATA)) == DATA
    assert places_asked(box) == 1
    assert remote.get(NAME, len(DATA)) == DATA
    assert places_asked(box) == 2, "an address serves once"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500])
def test_an_address_asked_too_early_is_asked_anew(box: PretendBox, tmp_path: Path, status: int) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    remote = box.remote(box.ward, tmp_path)
    remote.list()
    remote.find_ahead(NAME)
    box.server.faults.order(Fault("GET", "/dl/|download", status=status))
    assert remote.get(NAME, len(DATA)) == DATA
    assert places_asked(box) == 2


@pytest.mark.parametrize("fault", PASSING.values(), ids=list(PASSING))
def test_asking_ahead_in_vain_is_told_by_nobody(
    box: PretendBox, tmp_path: Path, fault: dict[str, Any]
) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    remote = box.remote(box.ward, tmp_path)
    remote.list()
    box.server.faults.order(Fault("GET", "/content", **fault))
    remote.find_ahead(NAME)
    assert len(box.server.faults.struck) == 1 and box.waited == [], "and it is tried only once"
    assert remote.get(NAME, len(DATA)) == DATA


def test_a_deleted_file_is_out_of_the_trash_too(box: PretendBox, tmp_path: Path) -> None:
    remote = box.remote(box.contractor, tmp_path)
    remote.put(NAME, DATA)
    assert remote.delete(NAME) is True
    assert box.state.children(box.folder, box.contractor) == box.state.in_trash(box.contractor) == []


def test_what_was_taken_away_since_it_was_listed_is_missing(box: PretendBox, tmp_path: Path) -> None:
    remote, other = (box.remote(user, tmp_path) for user in (box.contractor, box.ward))
    remote.put(NAME, DATA)
    other.list()
    remote.delete(NAME)
    with pytest.raises(RemoteMissing):
        other.get(NAME, len(DATA))


def test_no_other_host_is_followed_for_a_file(box: PretendBox, tmp_path: Path) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    box.server.faults.order(Fault("GET", r"files/\d+/content", status=302, headers={"Location": "https://evil.example/x"}))  # fmt: skip
    with pytest.raises(RemoteUnreachable, match="許可していない"):
        box.remote(box.ward, tmp_path).get(NAME, len(DATA))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500])
def test_no_secret_is_in_any_error_or_log(
    box: PretendBox, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box.server.faults.order(Fault("*", "", status=status, times=99))
    remote = box.remote(box.contractor, tmp_path, proxy="")
    calls: list[Callable[[], object]] = [
        remote.list,
        lambda: remote.put(NAME, DATA),
        lambda: remote.delete(NAME),
    ]
    for call in calls:
        with pytest.raises(IkiikiError) as caught:
            call()
        told: BaseException | None = caught.value
        while told is not None:
            assert CLIENT_SECRET not in f"{told!r} {told} {vars(told)}"
            told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    assert CLIENT_SECRET not in caplog.text and "Bearer" not in caplog.text
    assert CLIENT_SECRET not in repr(box.settings(box.contractor))
    box.server.faults.clear()


def test_a_session_that_holds_parts_of_other_bytes_is_given_up(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("POST", "/commit", status=500, times=6))
    with pytest.raises(RemoteUnreachable):
        box.remote(box.contractor, tmp_path).put(NAME, LARGE)
    other = LARGE[:-1] + b"x"
    with pytest.raises(RemoteUnreachable):
        box.remote(box.contractor, tmp_path).put(NAME, other)
    remote = box.remote(box.contractor, tmp_path)
    assert remote.put(NAME, other) is Put.CREATED
    assert remote.get(NAME, len(other)) == other


class Knows(BytesIO):
    """A target that knows what should come."""

    def sound(self) -> bool:
        return self.getvalue() == DATA


def test_what_its_target_does_not_know_again_is_fetched_once_more(box: PretendBox, tmp_path: Path) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, DATA)
    box.server.faults.order(Fault("GET", "/dl/|download", kind=Kind.ALTERED))
    remote, target = box.remote(box.ward, tmp_path), Knows()
    remote.get_into(NAME, target, len(DATA))
    assert target.getvalue() == DATA


def test_what_box_really_holds_is_handed_over_though_its_target_expected_something_else(
    box: PretendBox, tmp_path: Path
) -> None:
    box.remote(box.contractor, tmp_path).put(NAME, b"other")
    target = Knows()
    box.remote(box.ward, tmp_path).get_into(NAME, target, len(DATA))
    assert target.getvalue() == b"other"


def test_a_file_its_source_finds_damaged_never_comes_into_being(box: PretendBox, tmp_path: Path) -> None:
    class Damaged(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            if self.tell() == len(self.getvalue()):
                raise IntegrityFailure("傷んでいます")
            return data

    remote = box.remote(box.contractor, tmp_path)
    for number, data in enumerate((DATA, LARGE)):
        with pytest.raises(IntegrityFailure, match="傷んで"):
            remote.put_from(f"{number}.zip", Damaged(data))
    assert remote.list() == []
