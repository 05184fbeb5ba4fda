"""Over a line that lets only Box's own hosts through, by Box's own names and TLS; and what lies there is what another client finds."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from core.checks import Verdict
from core.errors import Refused, RemoteUnreachable
from core.exchange.remote import Put
from storage.remotes.box.inspection import box_checks
from storage.remotes.box.patience import Patience
from storage.remotes.box.remote import BoxRemote
from storage.remotes.box.settings import API, HOSTS, UPLOAD
from tests.box.pretend import PretendBox
from tests.box.proxy import BOX_HOSTS, Authority, Proxy
from tests.box.tokens import public_key

SMALL, LARGE = "1-cw-00000001.zip", "1-cw-00000002.zip"


@pytest.fixture
def box() -> Iterator[PretendBox]:
    with PretendBox(clock=time.time) as made:  # what is signed with a key is dated by the real clock
        yield made


@pytest.fixture
def line(box: PretendBox, tmp_path: Path) -> Iterator[Proxy]:
    """The closed line: it asks for a password, and knows no way but to Box."""
    with Proxy(box.server, tmp_path, credentials=("line", "password-of-the-line")) as made:
        yield made


def over(line: Proxy, box: PretendBox, notes: Path, **more: str) -> BoxRemote:
    """The product's remote as a site would set it up: Box's real addresses, a proxy, an authority."""
    chosen = {"proxy": line.url, "ca_bundle": str(line.ca), "api_url": API, "upload_url": UPLOAD} | more
    settings = replace(box.settings(box.contractor), **chosen)
    return BoxRemote(settings, notes / "uploads", patience=Patience(sleep=box.waited.append))


def filled(remote: BoxRemote) -> dict[str, bytes]:
    """A small and a large file put there; what was put."""
    files = {SMALL: os.urandom(70_000), LARGE: os.urandom(21_000_000)}
    assert [remote.put_from(name, BytesIO(data)) for name, data in files.items()] == [Put.CREATED] * 2
    return files


def test_everything_goes_over_the_line_and_to_three_hosts_alone(
    box: PretendBox, line: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # what the environment says must count for nothing
    (tmp_path / ".netrc").write_text("machine api.box.com login somebody password else\n", encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    remote = over(line, box, tmp_path)
    files = filled(remote)
    assert {one.name: one.sha1 for one in remote.list()} == {
        name: hashlib.sha1(data).hexdigest() for name, data in files.items()
    }
    assert {name: remote.get(name, len(data)) for name, data in files.items()} == files
    assert remote.delete(SMALL)
    assert set(line.asked) == {f"{host}:443" for host in HOSTS}
    assert line.refused == []


def test_rclone_finds_no_difference_in_what_was_put(box: PretendBox, line: Proxy, tmp_path: Path) -> None:
    program = shutil.which("rclone")
    if program is None:
        pytest.skip("rclone is not installed")
    files = filled(over(line, box, tmp_path))
    here = tmp_path / "here"
    here.mkdir()
    for name, data in files.items():
        (here / name).write_bytes(data)
    settings = {
        "PATH": os.defpath, "HOME": str(tmp_path), "HTTPS_PROXY": line.url, "RCLONE_CA_CERT": str(line.ca),
        "RCLONE_CONFIG": str(tmp_path / "rclone.conf"), "RCLONE_CONFIG_BOX_TYPE": "box",
        "RCLONE_CONFIG_BOX_ACCESS_TOKEN": box.state.tokens.issue(box.ward),
    }  # fmt: skip
    for how in ([], ["--download"]):  # by Box's SHA-1, and byte by byte
        done = subprocess.run(
            [program, "check", *how, str(here), "box:exchange"],
            env=settings, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "0 differences found" in done.stderr and "2 matching files" in done.stderr


def test_who_signs_in_by_key_gets_in_too(box: PretendBox, line: Proxy, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    box.application.public_keys["k1"] = public_key(public)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"phrase"))
    remote = over(
        line, box, tmp_path, jwt_key_id="k1", jwt_private_key=pem.decode("ascii"), jwt_passphrase="phrase"
    )
    assert remote.put(SMALL, b"sealed") is Put.CREATED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"proxy": "http://line:guess@127.0.0.1:{port}"}, "プロキシにつながりません"),
        ({"proxy": "http://127.0.0.1:9"}, "プロキシにつながりません"),
        ({"ca_bundle": ""}, "証明書を確かめられません"),
    ],
)
def test_a_line_that_does_not_let_us_through_is_told_without_its_password(
    box: PretendBox, line: Proxy, tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    remote = over(line, box, tmp_path, **{name: text.format(port=line.port) for name, text in wrong.items()})
    with pytest.raises(RemoteUnreachable) as caught:
        remote.list()
    assert said in str(caught.value)
    assert "password" not in str(caught.value) and "guess" not in str(caught.value)
    assert box.server.requests == []


def test_a_certificate_for_other_names_or_past_its_day_is_not_taken_though_its_authority_is_trusted(
    box: PretendBox, tmp_path: Path
) -> None:
    for number, (names, life) in enumerate(
        [(frozenset({"box.example"}), timedelta(hours=1)), (BOX_HOSTS, timedelta(minutes=-1))]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with (
            Proxy(box.server, folder, authority=Authority(folder, names, life)) as line,
            pytest.raises(RemoteUnreachable, match="証明書を確かめられません"),
        ):
            over(line, box, folder).list()
    assert box.server.requests == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_authorities_that_cannot_be_read_are_named_before_anything_is_asked(
    box: PretendBox, line: Proxy, tmp_path: Path, content: bytes | None
) -> None:
    bundle = tmp_path / "authorities.pem"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(Refused) as caught:
        over(line, box, tmp_path, ca_bundle=str(bundle))
    assert caught.value.where == "ca_bundle" and "PEM" in caught.value.next_step
    settings = replace(box.settings(box.contractor), ca_bundle=str(bundle))
    (check,) = box_checks(settings)
    assert check.verdict is Verdict.FAILED and line.asked == []
