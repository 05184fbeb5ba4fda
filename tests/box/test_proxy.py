"""By Box's real names and over TLS the stand-in is reached through the proxy, and nothing else is."""

from __future__ import annotations

import io
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from box_sdk_gen import UploadFileAttributes, UploadFileAttributesParentField

from tests.box.clients import sdk, session
from tests.box.conftest import World
from tests.box.faults import Fault, Kind
from tests.box.proxy import Proxy


@pytest.fixture
def proxy(world: World, tmp_path: Path) -> Iterator[Proxy]:
    """A proxy that asks for no password."""
    with Proxy(world.box, tmp_path) as made:
        yield made


def test_the_sdk_reaches_the_stand_in_by_boxs_own_names(world: World, proxy: Proxy) -> None:
    client = sdk(None, world.ward, over=session(proxy.url, proxy.ca))
    attributes = UploadFileAttributes("a.zip", UploadFileAttributesParentField(world.folder.id))
    (file,) = client.uploads.upload_file(attributes, io.BytesIO(b"abc")).entries
    assert client.downloads.download_file(file.id).read() == b"abc"
    assert client.downloads.get_download_file_url(file.id).startswith("https://dl.boxcloud.com/d/1/")
    content = bytes(21_000_000)
    large = client.chunked_uploads.upload_big_file(
        io.BytesIO(content), "large.zip", len(content), world.folder.id
    )
    assert world.state.content(large.id) == content
    assert set(proxy.asked) == {"api.box.com:443", "upload.box.com:443", "dl.boxcloud.com:443"}
    assert proxy.refused == []
    downloads = [one for one in world.box.requests if one.host == "dl.boxcloud.com"]
    assert [one.bearer for one in downloads] == [False]


@pytest.mark.parametrize(
    "url", ["https://example.jp/", "https://api.box.com:8443/", "https://box.com/", "http://api.box.com/"]
)
def test_no_other_host_port_or_scheme_is_let_through(world: World, proxy: Proxy, url: str) -> None:
    client = session(proxy.url, proxy.ca)
    if url.startswith("http:"):
        assert client.get(url).status_code == 403
    else:
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            client.get(url)
    assert proxy.refused == proxy.asked
    assert world.box.requests == []


def test_who_does_not_know_the_authority_does_not_speak_with_the_stand_in(world: World, proxy: Proxy) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        session(proxy.url).get("https://api.box.com/2.0/users/me")
    assert world.box.requests == []


def test_a_proxy_may_ask_for_a_password(world: World, tmp_path: Path) -> None:
    with Proxy(world.box, tmp_path, credentials=("line", "password")) as proxy:
        with pytest.raises(requests.exceptions.ProxyError, match="407"):
            session(proxy.bare_url, proxy.ca).get("https://api.box.com/2.0/users/me")
        with pytest.raises(requests.exceptions.ProxyError, match="407"):
            session(proxy.url.replace("password", "wrong"), proxy.ca).get("https://api.box.com/2.0/users/me")
        client = sdk(None, world.ward, over=session(proxy.url, proxy.ca))
        assert client.users.get_user_me().login == world.ward.login


def test_a_reset_is_passed_on(world: World, proxy: Proxy) -> None:
    """Looked at below TLS: Python's own TLS sockets take a reset for an end."""
    world.box.faults.order(Fault("GET", "/users/me", kind=Kind.RESET_AFTER))
    context = ssl.create_default_context(cafile=proxy.ca)
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(coming, going, server_hostname="api.box.com")
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as line:
        line.sendall(b"CONNECT api.box.com:443 HTTP/1.1\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                line.sendall(going.read())
                coming.write(line.recv(1 << 16))
        token = world.state.tokens.issue(world.ward)
        tls.write(
            f"GET /2.0/users/me HTTP/1.1\r\nHost: api.box.com\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        line.sendall(going.read())
        with pytest.raises(ConnectionResetError):
            while line.recv(1 << 16):
                pass


def test_rclone_uploads_lists_checks_and_downloads(world: World, proxy: Proxy, tmp_path: Path) -> None:
    program = shutil.which("rclone")
    if program is None:
        pytest.skip("rclone is not installed")
    home, source, back = (tmp_path / name for name in ("home", "source", "back"))
    home.mkdir()
    (source / "2026").mkdir(parents=True)
    (source / "empty.zip").write_bytes(b"")
    (source / "1-cw-00000001.zip").write_bytes(os.urandom(70_000))
    (source / "2026" / "1-cw-00000002.zip").write_bytes(os.urandom(3))
    settings = {
        "PATH": os.defpath,
        "HOME": str(home),
        "HTTPS_PROXY": proxy.url,
        "RCLONE_CONFIG": str(home / "rclone.conf"),
        "RCLONE_CONFIG_BOX_TYPE": "box",
        "RCLONE_CONFIG_BOX_ACCESS_TOKEN": world.state.tokens.issue(world.ward),
        "RCLONE_CA_CERT": str(proxy.ca),
        "RCLONE_RETRIES": "1",
        "RCLONE_LOW_LEVEL_RETRIES": "1",
    }

    def rclone(*words: str) -> str:
        done = subprocess.run([program, *words], env=settings, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    rclone("copy", str(source), "box:exchange")
    listed = rclone("lsf", "--recursive", "--files-only", "box:exchange").splitlines()
    names = {path.relative_to(source).as_posix() for path in source.rglob("*.zip")}
    assert names <= set(listed)
    assert "0 differences found" in rclone("check", str(source), "box:exchange")
    rclone("copy", "box:exchange", str(back))
    for name in names:
        assert (back / name).read_bytes() == (source / name).read_bytes()
    there = world.state.find(world.folder.id, "1-cw-00000001.zip")
    assert there is not None
    world.state.put(world.folder.id, there.name, bytes(70_000), world.contractor)
    with pytest.raises(AssertionError, match="1 differences found"):
        rclone("check", str(source), "box:exchange")
    assert proxy.refused == []
