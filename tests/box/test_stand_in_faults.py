"""Every fault that can be ordered does what it says, as often as it was ordered, and nothing else."""

from __future__ import annotations

import socket
import threading

import pytest
import requests

from tests.box.conftest import World
from tests.box.faults import Fault, Kind, RandomFaults, http_date

UPLOAD = r"/api/2\.0/files/content$"
CONTENTS = r"^/d/1/"


def taken(world: World, name: str = "a.zip") -> bool:
    return world.state.find(world.folder.id, name) is not None


@pytest.mark.parametrize(
    ("kind", "done"), [(Kind.REFUSED, False), (Kind.RESET_BEFORE, False), (Kind.RESET_AFTER, True)]
)
def test_a_connection_is_cut_before_or_after_the_server_acted(world: World, kind: Kind, done: bool) -> None:
    world.box.faults.order(Fault("POST", UPLOAD, kind=kind))
    with pytest.raises(requests.ConnectionError) as caught:
        world.upload(world.ward, "a.zip", b"abc")
    assert taken(world) is done
    if kind is not Kind.REFUSED:
        assert "Connection reset by peer" in str(caught.value)
    assert [(one.status, one.fault) for one in world.box.requests] == [(0, kind)]
    assert world.upload(world.ward, "a.zip", b"abc").status_code == (409 if done else 201)


def test_a_request_without_a_body_is_refused_by_a_plain_end(world: World) -> None:
    world.box.faults.order(Fault("GET", "/users/me", kind=Kind.REFUSED))
    with pytest.raises(requests.ConnectionError, match="Remote end closed connection"):
        world.ask("GET", "/2.0/users/me", world.ward)


def test_nobody_may_be_listening_for_a_while(world: World) -> None:
    assert world.ask("GET", "/2.0/users/me", world.ward).ok
    with world.box.unreachable(), pytest.raises(requests.ConnectionError, match="refused"):
        world.plain.get(world.box.api_url)
    assert world.ask("GET", "/2.0/users/me", world.ward).ok


@pytest.mark.parametrize("status", [401, 403, 404, 409, 412, 429, 500, 503])
def test_any_status_can_be_ordered_with_its_code_and_headers(world: World, status: int) -> None:
    world.box.faults.order(
        Fault("POST", UPLOAD, status=status, code="ordered_code", headers={"X-Ordered": "yes"}, retry_after=7)
    )
    answer = world.upload(world.ward, "a.zip", b"abc")
    assert (answer.status_code, answer.json()["code"]) == (status, "ordered_code")
    assert (answer.headers["X-Ordered"], answer.headers["Retry-After"]) == ("yes", "7")
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)
    assert not taken(world)


def test_an_answer_may_be_accepted_or_a_gateways_page(world: World) -> None:
    world.box.faults.order(
        Fault("GET", "/users/me", status=202, retry_after=http_date(1_790_000_060)),
        Fault("GET", "/users/me", status=502, body=b"<html>Bad Gateway</html>"),
        Fault("GET", "/users/me", status=401, body=b""),
    )
    accepted, page, empty = (world.ask("GET", "/2.0/users/me", world.ward) for _ in range(3))
    assert accepted.headers["Retry-After"] == "Mon, 21 Sep 2026 14:14:20 GMT"
    assert accepted.content == b""
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html")
    assert (empty.status_code, empty.content) == (401, b"")


def test_what_was_asked_may_be_done_in_spite_of_the_answer(world: World) -> None:
    world.box.faults.order(Fault("POST", UPLOAD, status=503, acts=True))
    assert world.upload(world.ward, "a.zip", b"abc").status_code == 503
    assert taken(world)


@pytest.mark.parametrize("kind", [Kind.CONFLICT_SAME, Kind.CONFLICT_OTHER])
def test_the_name_is_taken_by_the_same_bytes_or_by_others(world: World, kind: Kind) -> None:
    world.box.faults.order(Fault("POST", UPLOAD, kind=kind))
    answer = world.upload(world.ward, "a.zip", b"abc")
    conflict = answer.json()["context_info"]["conflicts"]
    assert (answer.status_code, answer.json()["code"]) == (409, "item_name_in_use")
    same = conflict["sha1"] == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert same is (kind is Kind.CONFLICT_SAME)
    assert (world.state.content(conflict["id"]) == b"abc") is same


def test_a_download_comes_short_or_altered(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"0123456789", world.contractor)
    url = world.sdk(world.ward).downloads.get_download_file_url(file.id)
    world.box.faults.order(
        Fault("GET", CONTENTS, kind=Kind.TRUNCATED, after_bytes=3),
        Fault("GET", CONTENTS, kind=Kind.TRUNCATED, after_bytes=0),
        Fault("GET", CONTENTS, kind=Kind.ALTERED),
        Fault("GET", CONTENTS, kind=Kind.ALTERED, after_bytes=0),
    )
    for _ in range(2):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            world.plain.get(url)
    assert world.plain.get(url).content == b"0123456789".replace(b"5", b"4")
    assert world.plain.get(url).content == b"1123456789"
    assert world.plain.get(url).content == b"0123456789"


def test_an_answer_in_json_comes_short_or_altered_too(world: World) -> None:
    world.box.faults.order(
        Fault("GET", "/users/me", kind=Kind.TRUNCATED), Fault("GET", "/users/me", kind=Kind.ALTERED)
    )
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        world.ask("GET", "/2.0/users/me", world.ward)
    altered = world.ask("GET", "/2.0/users/me", world.ward).content
    right = world.ask("GET", "/2.0/users/me", world.ward).content
    assert sum(one != other for one, other in zip(altered, right, strict=True)) == 1


@pytest.mark.parametrize("after_bytes", [None, 4])
def test_it_stalls_until_the_client_gives_up(world: World, after_bytes: int | None) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"0123456789", world.contractor)
    url = world.sdk(world.ward).downloads.get_download_file_url(file.id)
    world.box.faults.order(Fault("GET", CONTENTS, kind=Kind.SLOW, after_bytes=after_bytes))
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        world.plain.get(url, timeout=0.2)
    assert world.plain.get(url).ok


def test_it_stalls_until_the_server_stops(world: World) -> None:
    world.box.faults.order(Fault("GET", "/users/me", kind=Kind.SLOW))
    host, _, port = world.box.api_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"GET /2.0/users/me HTTP/1.1\r\nHost: x\r\n\r\n")
        stop = threading.Timer(0.1, world.box.stopping.set)
        stop.start()
        assert client.recv(100) == b""
        stop.join()


def test_a_fault_strikes_at_its_turn_and_as_often_as_ordered(world: World) -> None:
    world.box.faults.order(
        Fault("GET", "/users/me", nth=2, times=2, status=500), Fault("*", "/folders/", nth=1, status=503)
    )
    statuses = [world.ask("GET", "/2.0/users/me", world.ward).status_code for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]
    assert [one.path for one in world.box.faults.waiting] == ["/folders/"]
    assert world.ask("GET", f"/2.0/folders/{world.folder.id}", world.ward).status_code == 503
    assert [kind for _, _, kind in world.box.faults.struck] == [Kind.STATUS] * 3


def test_random_faults_repeat_with_their_seed() -> None:
    def drawn(seed: int) -> list[tuple[Kind, int] | None]:
        source = RandomFaults(seed, 0.3, path="/2.0/", at_most=20)
        assert source.draw("POST", "/oauth2/token") is None
        faults = [source.draw("GET", "/2.0/users/me") for _ in range(200)]
        return [(fault.kind, fault.status) if fault else None for fault in faults]

    assert drawn(1) == drawn(1) != drawn(2)
    assert sum(one is not None for one in drawn(1)) == 20
    assert len({one for one in drawn(3) if one}) > 5


def test_random_faults_strike_only_where_nothing_was_ordered(world: World) -> None:
    world.box.faults.order(Fault("GET", "/users/me", status=404))
    world.box.faults.at_random(RandomFaults(1, 1.0, kinds=[lambda: Fault("*", "", status=500)], at_most=2))
    statuses = [world.ask("GET", "/2.0/users/me", world.ward).status_code for _ in range(4)]
    assert statuses == [404, 500, 500, 200]


def test_latency_is_waited_for_with_each_request_and_ends_with_the_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(world.box.stopping, "wait", waited.append)
    world.box.latency = 0.25
    assert world.ask("GET", "/2.0/users/me", world.ward).ok
    assert world.upload(world.ward, "a.zip", b"abc").ok
    assert waited == [0.25, 0.25]


def test_a_bug_of_the_stand_in_is_no_answer_of_box(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.state.events, "answer", lambda *_: 1 / 0)
    assert world.ask("GET", "/2.0/events", world.ward).status_code == 500
    assert isinstance(world.box.failures.pop(), ZeroDivisionError)


def test_requests_are_noted_with_who_asked_and_never_with_what_was_sent(world: World) -> None:
    world.upload(world.ward, "a.zip", b"secret")
    (asked,) = world.box.requests
    assert (asked.method, asked.path, asked.status, asked.user) == (
        "POST", "/api/2.0/files/content", 201, world.ward.login,
    )  # fmt: skip
    assert "secret" not in repr(asked)
