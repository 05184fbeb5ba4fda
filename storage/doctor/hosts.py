"""Each host by itself, on the way the courier takes: reached, its certificate, its clock."""

from __future__ import annotations

import base64
import datetime as dt
import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from core.checks import Check, failed, passed, unknown
from storage.remotes.box.settings import BoxSettings

SECONDS = 15.0
"""To connect, and between two pieces of an answer."""
DAYS_LEFT = 7
CLOCK = 20.0
"""Seconds our clock may differ: a signed login lives 30 s."""
_REASONS = {
    9: "まだ有効になっていません（時計を確かめてください）",
    10: "期限が切れています",
    18: "自己署名です",
    19: "設定の ca_bundle にない認証局のものです",
    20: "設定の ca_bundle にない認証局のものです",
    62: "この行き先のものではありません",
}
"""OpenSSL's X509_V_ERR codes."""
_STEP = "情報担当に、この行き先の 443 番を通してもらってください（ikiiki doctor --hosts）"


@dataclass(frozen=True)
class Place:
    """Where something listens. Not `secure`: the stand-in on loopback."""

    host: str
    port: int
    secure: bool


def places(settings: BoxSettings) -> list[Place]:
    """Every host the courier talks to, once."""
    found = []
    for url in (
        settings.api_url,
        settings.upload_url,
        *(f"https://{one}" for one in settings.download_hosts),
    ):
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        found.append(Place(parts.hostname or "", parts.port or (443 if secure else 80), secure))
    return list(dict.fromkeys(found))


def host_checks(settings: BoxSettings, now: Callable[[], dt.datetime]) -> list[Check]:
    """For each host: reachable, certificate; and by the API's answer the clock. `now` knows its offset."""
    checks = []
    for number, place in enumerate(places(settings)):
        checks += _one(place, settings, now, clock=number == 0)
    return checks


def _one(place: Place, settings: BoxSettings, now: Callable[[], dt.datetime], *, clock: bool) -> list[Check]:
    reach, title = f"host.reach.{place.host}", f"{place.host} への経路"
    skew = (
        [unknown("host.clock", "時計", "Boxの時刻が聞けません", "経路を先に直してください")] if clock else []
    )
    unseen = [
        unknown(
            f"host.certificate.{place.host}", f"{place.host} の証明書", "つながらず、見られません", _STEP
        ),
        *skew,
    ]
    if settings.proxy.startswith("https:"):
        said = "https のプロキシ越しは、この点検では調べられません"
        return [unknown(reach, title, said, "ikiiki sync で確かめてください"), *unseen]
    try:
        plain = _connect(place, settings)
    except OSError as error:
        return [failed(reach, title, _why(error, settings), _STEP), *unseen]
    with plain:
        there = passed(reach, title, "プロキシ経由でつながります" if settings.proxy else "直接つながります")
        if not place.secure:
            wrong = failed(
                f"host.certificate.{place.host}", f"{place.host} の証明書",
                "暗号化していない試験用の行き先です", "設定の api_url と upload_url を消してください",
            )  # fmt: skip
            return [there, wrong, *([_clock(plain, place, now)] if clock else [])]
        certificate, secured = _certificate(plain, place, settings, now())
        if secured is None:
            return [there, certificate, *skew]
        with secured:
            return [there, certificate, *([_clock(secured, place, now)] if clock else [])]


def _connect(place: Place, settings: BoxSettings) -> socket.socket:
    """A connection to `place`, through the proxy if there is one, before TLS. Raises `OSError`."""
    if not settings.proxy:
        return socket.create_connection((place.host, place.port), SECONDS)
    proxy = urlsplit(settings.proxy)
    connection = http.client.HTTPConnection(proxy.hostname or "", proxy.port or 80, timeout=SECONDS)
    headers = {}
    if proxy.username is not None:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    connection.set_tunnel(place.host, place.port, headers)
    try:
        connection.connect()
    except http.client.HTTPException as error:
        connection.close()
        raise OSError("not a proxy") from error
    made: socket.socket = connection.sock
    return made


def _why(error: OSError, settings: BoxSettings) -> str:
    """In words; never the library's own, which may name a proxy's password."""
    through = "プロキシに" if settings.proxy else ""
    if isinstance(error, socket.gaierror):
        return f"{through}つなぐための名前が引けません"
    if isinstance(error, TimeoutError):
        return f"{through}つなごうとしましたが、答えがありません"
    if "407" in str(error):
        return "プロキシが、名前とパスワードを求めています"
    if "Tunnel connection failed" in str(error):
        return "プロキシが、この行き先を通しません"
    return f"{through}つながりません"


def _certificate(
    plain: socket.socket, place: Place, settings: BoxSettings, now: dt.datetime
) -> tuple[Check, ssl.SSLSocket | None]:
    name, title = f"host.certificate.{place.host}", f"{place.host} の証明書"
    try:
        context = ssl.create_default_context(cafile=settings.ca_bundle or _usual_authorities())
    except (OSError, ssl.SSLError):
        return failed(name, title, "設定の ca_bundle を読めません", "PEMのファイルを置いてください"), None
    try:
        secured = context.wrap_socket(plain, server_hostname=place.host)
    except ssl.SSLCertVerificationError as error:
        reason = _REASONS.get(error.verify_code, f"確かめられません（{error.verify_code}）")
        return failed(name, title, reason, "通信を途中で開く機器がないか、情報担当に確認してください"), None
    except OSError:
        return failed(name, title, "暗号化した通信を始められません", _STEP), None
    seen: Any = secured.getpeercert() or {}
    ends = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(seen["notAfter"]), dt.UTC)
    days = (ends - now).days
    said = f"あと{days}日、発行 {_issuer(seen)}"
    if days < DAYS_LEFT:
        return failed(name, title, said, "Boxか、途中の機器の証明書の更新を確かめてください"), secured
    return passed(name, title, said), secured


def _usual_authorities() -> str:
    """The authorities that the courier's session trusts when none are set."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return str(DEFAULT_CA_BUNDLE_PATH)


def _issuer(certificate: Any) -> str:
    parts = {key: value for group in certificate.get("issuer", ()) for key, value in group}
    name = parts.get("organizationName") or parts.get("commonName") or "不明"
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:60]


def _clock(connection: socket.socket, place: Place, now: Callable[[], dt.datetime]) -> Check:
    """By the Date of an answer to a request without a token: Box says 401, and what time it is."""
    name, title = "host.clock", "時計"
    try:
        before = now()
        connection.sendall(
            f"GET /2.0/users/me HTTP/1.1\r\nHost: {place.host}\r\nConnection: close\r\n\r\n".encode("ascii")
        )
        response = http.client.HTTPResponse(connection)
        response.begin()
        middle = before + (now() - before) / 2
        theirs = parsedate_to_datetime(response.getheader("Date") or "")
    except (OSError, http.client.HTTPException, ValueError, TypeError):
        return unknown(
            name, title, "Boxの答えに時刻がありません", "時刻合わせ（NTP）が動いているかを確かめてください"
        )
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=dt.UTC)
    ahead = (middle - theirs).total_seconds()
    if abs(ahead) > CLOCK:
        said = f"Boxより{abs(ahead):.0f}秒{'進んで' if ahead > 0 else '遅れて'}います"
        return failed(
            name, title, said, "時刻合わせ（NTP）を直してください。記録の時刻と、Boxへのログインに使います"
        )
    return passed(name, title, f"Boxとの差は{abs(ahead):.0f}秒です")
