"""Each host's way, certificate and clock, through the proxy as on the ward's line, and each of them gone wrong."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.checks import Check
from storage.doctor.hosts import host_checks
from storage.remotes.box.settings import API, HOSTS, UPLOAD, BoxSettings
from tests.box.faults import Fault, http_date
from tests.box.pretend import PretendBox
from tests.box.proxy import Authority, Proxy
from tests.box.server import BOX_HOSTS

Verdicts = Callable[..., dict[str, str]]
LONG = dt.timedelta(days=90)


def clock(ahead: float = 0) -> Callable[[], dt.datetime]:
    return lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead)


def by_name(box: PretendBox, over: Proxy, **more: Any) -> BoxSettings:
    """Box's own names, through the proxy, trusting its authority alone."""
    usual: dict[str, Any] = {
        "api_url": API,
        "upload_url": UPLOAD,
        "proxy": over.url,
        "ca_bundle": str(over.ca),
    }
    return box.settings(box.ward, **(usual | more))


@contextmanager
def line(box: PretendBox, tmp_path: Path, **authority: Any) -> Iterator[Proxy]:
    with Proxy(box.server, tmp_path, authority=Authority(tmp_path, **({"life": LONG} | authority))) as proxy:
        yield proxy


def said(checks: list[Check], name: str) -> str:
    return next(one.said for one in checks if one.name == name)


ALL = {f"host.{what}.{host}" for host in HOSTS for what in ("reach", "certificate")} | {"host.clock"}


def test_on_a_line_in_order_every_host_passes_and_no_other_is_asked(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts
) -> None:
    with line(box, tmp_path) as proxy:
        checks = host_checks(by_name(box, proxy), clock())
        assert verdicts(checks) == dict.fromkeys(ALL, "passed")
        assert sorted(proxy.asked) == sorted(f"{host}:443" for host in HOSTS)
    assert "あと89日" in said(checks, "host.certificate.dl.boxcloud.com")
    assert "stand-in authority" in said(checks, "host.certificate.api.box.com")


def test_a_host_the_proxy_does_not_let_through_fails_alone(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts
) -> None:
    with line(box, tmp_path) as proxy:
        checks = host_checks(by_name(box, proxy, download_hosts=("dl.example.jp",)), clock())
    found = verdicts(checks)
    assert found.pop("host.reach.dl.example.jp") == "failed"
    assert found.pop("host.certificate.dl.example.jp") == "unknown"
    assert set(found.values()) == {"passed"}
    assert said(checks, "host.reach.dl.example.jp") == "プロキシが、この行き先を通しません"


def test_a_proxy_that_wants_a_password_gets_it_or_is_named_as_the_reason(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts
) -> None:
    authority = Authority(tmp_path, life=LONG)
    with Proxy(box.server, tmp_path, credentials=("ward", "p@ss"), authority=authority) as proxy:
        good = by_name(box, proxy, proxy=proxy.url.replace("p@ss", "p%40ss"))
        assert set(verdicts(host_checks(good, clock())).values()) == {"passed"}
        checks = host_checks(by_name(box, proxy, proxy=proxy.bare_url), clock())
    assert said(checks, "host.reach.api.box.com") == "プロキシが、名前とパスワードを求めています"
    assert "p@ss" not in repr(checks) and "p%40ss" not in repr(checks)


def test_a_proxy_nobody_listens_at_fails_for_every_host(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts
) -> None:
    with socket.socket() as taken:  # bound, and nobody listens: connections are refused
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        settings = box.settings(box.ward, api_url=API, upload_url=UPLOAD, proxy=address)
        found = verdicts(host_checks(settings, clock()))
    assert {found[f"host.reach.{host}"] for host in HOSTS} == {"failed"}
    assert {found[name] for name in ALL if "reach" not in name} == {"unknown"}


@pytest.mark.parametrize(
    ("authority", "says"),
    [
        ({"life": dt.timedelta(minutes=-5)}, "期限が切れています"),
        ({"life": dt.timedelta(days=6)}, "あと5日"),
        ({"names": BOX_HOSTS - {"api.box.com"}}, "この行き先のものではありません"),
    ],
)
def test_a_certificate_out_of_order_fails(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts, authority: dict[str, Any], says: str
) -> None:
    with line(box, tmp_path, **authority) as proxy:
        checks = host_checks(by_name(box, proxy), clock())
    found = verdicts(checks)
    assert found["host.certificate.api.box.com"] == "failed" and found["host.reach.api.box.com"] == "passed"
    assert says in said(checks, "host.certificate.api.box.com")


def test_a_certificate_of_another_authority_fails(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts
) -> None:
    with line(box, tmp_path) as proxy:
        checks = host_checks(by_name(box, proxy, ca_bundle=""), clock())
        assert verdicts(checks)["host.certificate.upload.box.com"] == "failed"
        (tmp_path / "no.pem").write_text("no")
        checks = host_checks(by_name(box, proxy, ca_bundle=str(tmp_path / "no.pem")), clock())
        assert "ca_bundle" in said(checks, "host.certificate.api.box.com")


@pytest.mark.parametrize(("ahead", "word"), [(-90.0, "遅れて"), (90.0, "進んで")])
def test_a_clock_that_is_wrong_fails(
    box: PretendBox, tmp_path: Path, verdicts: Verdicts, ahead: float, word: str
) -> None:
    with line(box, tmp_path) as proxy:
        checks = host_checks(by_name(box, proxy), clock(ahead))
    assert verdicts(checks)["host.clock"] == "failed" and word in said(checks, "host.clock")


def test_box_tells_the_time_not_we(box: PretendBox, tmp_path: Path, verdicts: Verdicts) -> None:
    yesterday = http_date(dt.datetime.now(dt.UTC).timestamp() - 86400)
    box.server.faults.order(Fault("GET", "users/me", status=401, headers={"Date": yesterday}))
    with line(box, tmp_path) as proxy:
        checks = host_checks(by_name(box, proxy), clock())
    assert "進んで" in said(checks, "host.clock")


def test_a_place_without_encryption_never_passes(box: PretendBox, tmp_path: Path, verdicts: Verdicts) -> None:
    with line(box, tmp_path) as proxy:
        api = box.server.api_url
        settings = by_name(box, proxy, api_url=api, proxy="", upload_url=f"{api}/api", download_hosts=())
        assert verdicts(host_checks(settings, clock())) == {
            "host.reach.127.0.0.1": "passed", "host.certificate.127.0.0.1": "failed", "host.clock": "passed"
        }  # fmt: skip
