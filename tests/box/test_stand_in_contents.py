"""What the stand-in does with contents: uploads in one piece and in parts, versions, downloads, limits."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from box_sdk_gen import (
    BoxAPIError,
    PreflightFileUploadCheckParent,
    UploadFileAttributes,
    UploadFileAttributesParentField,
    UploadFileVersionAttributes,
)

from tests.box.conftest import World
from tests.box.multipart import Multipart

MB = 1 << 20
SESSIONS = "/api/2.0/files/upload_sessions"


def sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def digest(data: bytes, algorithm: str = "sha1", name: str = "sha") -> str:
    return f"{name}=" + base64.b64encode(hashlib.new(algorithm, data).digest()).decode()


# ---- in one piece


def test_a_file_goes_up_and_comes_down_unchanged(world: World) -> None:
    client, content = world.sdk(world.ward), bytes(range(256)) * 1000
    attributes = UploadFileAttributes("a.zip", UploadFileAttributesParentField(world.folder.id))
    (file,) = client.uploads.upload_file(attributes, io.BytesIO(content), content_md_5=sha1(content)).entries
    assert (file.sha_1, file.size, file.owned_by.login) == (
        sha1(content),
        len(content),
        world.contractor.login,
    )
    assert client.downloads.download_file(file.id).read() == content
    assert world.state.content(file.id) == content


def test_a_body_of_unknown_length_is_taken_in_chunks(world: World) -> None:
    class Stream(io.RawIOBase):
        """Cannot be sought, so the SDK cannot tell its length."""

        def __init__(self) -> None:
            self.pieces = [b"one", b"two"]

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            return self.pieces.pop(0) if self.pieces else b""

    attributes = UploadFileAttributes("a.zip", UploadFileAttributesParentField(world.folder.id))
    (file,) = world.sdk(world.ward).uploads.upload_file(attributes, Stream()).entries
    assert world.state.content(file.id) == b"onetwo"


def test_a_wrong_checksum_leaves_nothing_behind(world: World) -> None:
    answer = world.upload(world.ward, "a.zip", b"abc", headers={"Content-MD5": sha1(b"abd")})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_digest")
    assert world.state.find(world.folder.id, "a.zip") is None


@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_an_upload_that_is_broken_off_leaves_nothing_behind(world: World, framing: str) -> None:
    part = (
        b'--b\r\nContent-Disposition: form-data; name="attributes"\r\n\r\n'
        b'{"name": "a.zip", "parent": {"id": "%s"}}\r\n--b\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nabc'
    ) % world.folder.id.encode()
    token = world.state.tokens.issue(world.ward)
    head = (
        f"POST /api/2.0/files/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\n{framing}\r\n\r\n"
    ).encode()
    if "chunked" in framing:
        part = b"%x\r\n%s\r\n" % (len(part), part)
    with socket.create_connection(("127.0.0.1", int(world.box.api_url.rpartition(":")[2]))) as client:
        client.sendall(head + part)
    for _ in range(1000):
        if world.box.requests or world.box.stopping.wait(0.01):
            break
    assert [one.status for one in world.box.requests] == [0]
    assert world.state.find(world.folder.id, "a.zip") is None


def test_the_attributes_come_first(world: World) -> None:
    files = {"file": ("a.zip", b"abc"), "attributes": (None, "{}")}
    answer = world.ask("POST", "/api/2.0/files/content", world.ward, files=files)
    assert (answer.status_code, answer.json()["code"]) == (400, "metadata_after_file_contents")
    if world.box.contract is not None:  # which cannot say in what order, but that both are needed
        assert [one.side for one in world.box.contract.violations] == ["request"]
        world.box.contract.violations.clear()


def test_a_large_upload_is_never_held_in_memory(world: World) -> None:
    size = 24 * MB
    head = (
        b'--b\r\nContent-Disposition: form-data; name="attributes"\r\n\r\n'
        b'{"name": "large.zip", "parent": {"id": "%s"}}\r\n--b\r\n'
        b'Content-Disposition: form-data; name="file"; filename="large.zip"\r\n\r\n'
    ) % world.folder.id.encode()

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(size // MB):
            yield bytes(MB)
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    tracemalloc.start()
    try:
        answer = world.ask("POST", "/api/2.0/files/content", world.ward, data=body(), headers=headers)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.json()["entries"][0]["size"] == size
    assert peak < size // 3


@pytest.mark.parametrize("block", [1, 2, 7, 64, 4096])
@pytest.mark.parametrize("content", [b"", b"\r\n", b"--b", b"\r\n--", b"\r\n--c\r\n\r\n", b"x" * 500 + b"\r"])
def test_a_part_may_hold_anything_but_the_boundary(content: bytes, block: int) -> None:
    text = (
        b'--b\r\nContent-Disposition: form-data; name="attributes"\r\n\r\n{}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a \\" b"\r\n\r\n'
        + content
        + b"\r\n--b--\r\n"
    )
    stream = io.BytesIO(text)
    reader = Multipart(lambda size: stream.read(min(size, block)), "b")
    assert reader.next_part() == ("attributes", None)
    assert reader.next_part() == ("file", 'a \\" b')  # what was not asked for is passed over
    assert b"".join(reader.chunks()) == content
    assert reader.next_part() is None


def test_a_preflight_tells_where_to_upload_or_what_is_in_the_way(world: World) -> None:
    uploads = world.sdk(world.ward).uploads
    parent = PreflightFileUploadCheckParent(id=world.folder.id)
    url = uploads.preflight_file_upload_check(name="a.zip", size=3, parent=parent).upload_url
    assert url.startswith(f"{world.box.upload_url}/2.0/files/content?")
    there = world.state.put(world.folder.id, "a.zip", b"abc", world.contractor)
    with pytest.raises(BoxAPIError) as caught:
        uploads.preflight_file_upload_check(name="A.zip", size=3, parent=parent)
    conflict = caught.value.response_info.context_info["conflicts"]
    assert (conflict["id"], conflict["sha1"]) == (there.id, sha1(b"abc"))


def test_a_new_version_takes_the_place_of_the_old_which_stays(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"old", world.contractor)
    client = world.sdk(world.ward)
    attributes = UploadFileVersionAttributes("a.zip")
    (newer,) = client.uploads.upload_file_version(
        file.id, attributes, io.BytesIO(b"newer"), if_match="0"
    ).entries
    assert (newer.id, newer.etag) == (file.id, "1")
    (older,) = client.file_versions.get_file_versions(file.id).entries
    assert (older.sha_1, older.version_number) == (sha1(b"old"), "1")
    assert client.downloads.download_file(file.id, version=older.id).read() == b"old"
    assert client.downloads.download_file(file.id).read() == b"newer"
    with pytest.raises(BoxAPIError) as caught:
        client.uploads.upload_file_version(file.id, attributes, io.BytesIO(b"x"), if_match="0")
    assert caught.value.response_info.status_code == 412


# ---- in parts


def test_the_sdk_uploads_a_large_file_in_parts(world: World) -> None:
    content = b"".join(bytes([number]) * MB for number in range(21))
    file = world.sdk(world.ward).chunked_uploads.upload_big_file(
        io.BytesIO(content), "large.zip", len(content), world.folder.id
    )
    assert file.sha_1 == sha1(content)
    assert world.state.content(file.id) == content
    assert world.state.sessions.open == {}


class Parts:
    """An upload in parts of 4 bytes, driven by hand."""

    def __init__(self, world: World, name: str = "a.zip", content: bytes = b"0123456789") -> None:
        world.state.sessions.part_size, world.state.sessions.smallest = 4, 10
        self.world, self.name, self.content = world, name, content

    def create(self) -> requests.Response:
        wish = {"folder_id": self.world.folder.id, "file_name": self.name, "file_size": len(self.content)}
        answer = self.world.ask("POST", SESSIONS, self.world.ward, json=wish)
        if answer.ok:
            self.url = answer.json()["session_endpoints"]["upload_part"]
        return answer

    def put(self, first: int, piece: bytes | None = None, **headers: str) -> requests.Response:
        piece = self.content[first : first + 4] if piece is None else piece
        told = {
            "Content-Range": f"bytes {first}-{first + len(piece) - 1}/{len(self.content)}",
            "Digest": digest(piece), "Content-Type": "application/octet-stream",
        }  # fmt: skip
        return self.world.ask("PUT", self.url, self.world.ward, data=piece, headers=told | headers)

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.world.ask("GET", f"{self.url}/parts", self.world.ward).json()[
            "entries"
        ]
        return found

    def commit(self, **headers: str) -> requests.Response:
        told = {"Digest": digest(self.content)} | headers
        return self.world.ask(
            "POST", f"{self.url}/commit", self.world.ward, json={"parts": self.listed()}, headers=told
        )


def test_parts_come_in_any_order_and_are_put_together_by_the_commit(world: World) -> None:
    parts = Parts(world)
    session = parts.create().json()
    assert (session["part_size"], session["total_parts"], session["num_parts_processed"]) == (4, 3, 0)
    piece = parts.content[8:]
    assert parts.put(8, Digest=digest(piece, "sha512", "sha-512")).json()["part"]["sha1"] == sha1(piece)
    assert parts.put(0).ok
    assert parts.commit().json()["code"] == "parts_mismatch"
    assert parts.put(4).ok
    assert [one["offset"] for one in parts.listed()] == [0, 4, 8]
    assert world.ask("GET", parts.url, world.ward).json()["num_parts_processed"] == 3
    world.state.sessions.commits_not_ready = 1
    early = parts.commit()
    assert (early.status_code, early.headers["Retry-After"], early.content) == (202, "1", b"")
    assert parts.commit(Digest=digest(b"else")).json()["code"] == "digest_mismatch"
    (file,) = parts.commit().json()["entries"]
    assert world.state.content(file["id"]) == parts.content
    assert world.ask("GET", parts.url, world.ward).status_code == 404


def test_a_part_is_refused_that_does_not_fit(world: World) -> None:
    parts = Parts(world)
    parts.create()
    assert parts.put(0, Digest=digest(b"else")).status_code == 412
    assert parts.listed() == []
    assert parts.put(0).ok
    assert parts.put(0).status_code == 409
    assert parts.put(2, b"2345").status_code == 416
    assert parts.put(4, b"45").status_code == 416
    assert parts.put(4, **{"Content-Range": "bytes 4-7/11"}).status_code == 416
    assert parts.put(12, b"c").status_code == 416


def test_a_session_is_refused_for_small_files_and_taken_names(world: World) -> None:
    parts = Parts(world, content=b"too small")
    assert parts.create().json()["code"] == "file_size_too_small"
    parts = Parts(world)
    world.state.put(world.folder.id, "A.zip", b"x", world.contractor)
    assert (parts.create().status_code, parts.create().json()["code"]) == (409, "item_name_in_use")


@pytest.mark.parametrize("kept", [False, True])
def test_a_second_commit_finds_no_session_or_the_name_in_use(world: World, kept: bool) -> None:
    world.state.sessions.kept_after_commit = kept
    parts = Parts(world)
    parts.create()
    for first in (0, 4, 8):
        parts.put(first)
    told = parts.listed()
    assert parts.commit().status_code == 201
    parts.listed = lambda: told  # type: ignore[method-assign]
    again = parts.commit()
    assert again.status_code == (409 if kept else 404)
    if kept:
        assert again.json()["context_info"]["conflicts"]["sha1"] == sha1(parts.content)


def test_a_session_can_be_given_up_and_expires(world: World) -> None:
    parts = Parts(world)
    parts.create()
    assert world.ask("GET", parts.url, world.contractor).status_code == 404  # somebody else's
    assert world.ask("POST", f"{parts.url}/plan", world.ward, json={"parts": []}).json()["hits"] == []
    assert world.ask("DELETE", parts.url, world.ward).status_code == 204
    assert parts.put(0).status_code == 404
    parts.create()
    world.clock.now += world.state.sessions.life
    assert parts.put(0).status_code == 404


def test_a_version_also_comes_in_parts(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"old", world.contractor)
    parts = Parts(world)
    wish = {"file_size": len(parts.content)}
    session = world.ask("POST", f"/api/2.0/files/{file.id}/upload_sessions", world.ward, json=wish)
    parts.url = session.json()["session_endpoints"]["upload_part"]
    for first in (0, 4, 8):
        parts.put(first)
    assert parts.commit(**{"If-Match": "7"}).status_code == 412
    assert parts.commit(**{"If-Match": "0"}).json()["entries"][0]["id"] == file.id
    assert world.state.content(file.id) == parts.content


# ---- downloads


def test_a_download_is_an_address_that_needs_no_token_and_expires(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"0123456789", world.contractor)
    answer = world.ask("GET", f"/2.0/files/{file.id}/content", world.ward)
    assert (answer.status_code, answer.content) == (302, b"")
    url = answer.headers["Location"]
    whole = world.plain.get(url)
    assert (whole.content, whole.headers["Content-Length"]) == (b"0123456789", "10")
    world.clock.now += world.box.desk.download_life
    assert world.plain.get(url).status_code == 403


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=10-", None, "bytes */10"),
    ],
)
def test_a_download_goes_on_where_it_was_broken_off(
    world: World, asked: str, content: bytes | None, told: str
) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"0123456789", world.contractor)
    url = world.sdk(world.ward).downloads.get_download_file_url(file.id)
    answer = world.plain.get(url, headers={"Range": asked})
    assert answer.headers["Content-Range"] == told
    assert answer.status_code == (416 if content is None else 206)
    assert content in (None, answer.content)


def test_a_file_may_not_be_ready_yet(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"abc", world.contractor)
    file.answers_before_ready = 1
    answer = world.ask("GET", f"/2.0/files/{file.id}/content", world.ward)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
    assert world.sdk(world.ward).downloads.download_file(file.id).read() == b"abc"


# ---- limits, and many at once


def test_too_many_requests_or_uploads_a_minute_are_put_off(world: World) -> None:
    world.box.limits.uploads = 2
    assert [world.upload(world.ward, f"{name}.zip", b"x").status_code for name in "abc"] == [201, 201, 429]
    world.clock.now += 45
    late = world.upload(world.ward, "d.zip", b"x")
    assert (late.json()["code"], late.headers["Retry-After"]) == ("rate_limit_exceeded", "15")
    assert world.upload(world.contractor, "e.zip", b"x").status_code == 201  # each user has their own
    world.clock.now += 15
    assert world.upload(world.ward, "d.zip", b"x").status_code == 201
    world.box.limits.requests = 0
    assert world.ask("GET", "/2.0/users/me", world.ward).status_code == 429


def test_of_many_uploads_of_one_name_one_wins(world: World) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(world.upload(world.ward, "a.zip", b"x").status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 7
