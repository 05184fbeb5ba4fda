"""One session of our own making: our proxy, our certificates, our time limits, and nothing from the environment.

Otherwise `.netrc` would replace the token and HTTP_PROXY would choose the way.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from box_sdk_gen import BaseUrls, BoxNetworkClient, FetchOptions, FetchResponse, NetworkSession, RetryStrategy
from box_sdk_gen.networking.timeout_config import TimeoutConfig
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util import create_urllib3_context

from core.errors import Refused, RemoteUnreachable
from storage.remotes.box.settings import BoxSettings
from storage.remotes.durable import BLOCK

AT_ONCE = 8
"""Requests under way at once, each over a connection of its own."""


@dataclass(frozen=True)
class TimeLimits:
    """Seconds: to connect, and between two pieces of an answer."""

    connect: float = 10.0
    read: float = 60.0


class _OnlyOnce(RetryStrategy):
    """Trying again is `patience`'s business."""

    def should_retry(
        self, fetch_options: FetchOptions, fetch_response: FetchResponse, attempt_number: int
    ) -> bool:
        return False

    def retry_after(
        self, fetch_options: FetchOptions, fetch_response: FetchResponse, attempt_number: int
    ) -> float:
        return 0.0


class _OurWay(requests.adapters.HTTPAdapter):
    """One context for all connections, which read no certificates of their own: the usual authorities take 16 ms each time.

    Sends what is read from a stream in blocks of a megabyte; otherwise in 16 KB, a system call and a lock for each.
    """

    def __init__(self, context: ssl.SSLContext, **more: Any) -> None:
        self._context = context
        super().__init__(**more)

    def init_poolmanager(self, *args: Any, **more: Any) -> Any:
        return super().init_poolmanager(*args, **more, blocksize=BLOCK, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(
            proxy, **more, blocksize=BLOCK, ssl_context=self._context, proxy_ssl_context=self._context
        )

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context knows whom it trusts; `session.verify` is asked by nobody."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, _ = super().build_connection_pool_key_attributes(request, True, cert)
        return host, {"cert_reqs": "CERT_REQUIRED"}


def _context(settings: BoxSettings) -> ssl.SSLContext:
    """Trusts the settings' authorities alone, or the usual ones. Raises `Refused`."""
    context: ssl.SSLContext = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    try:
        context.load_verify_locations(cafile=settings.ca_bundle or DEFAULT_CA_BUNDLE_PATH)
    except OSError:  # unreadable, or no certificates (ssl.SSLError is one)
        raise Refused(
            "信頼する認証局のファイルを読めません",
            where="ca_bundle",
            next_step="設定の ca_bundle に、PEMのファイルを書いてください",
        ) from None
    return context


def plain_session(settings: BoxSettings) -> requests.Session:
    """A session that asks nobody but its settings, and keeps no cookies. Raises `Refused`."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    if settings.proxy:
        session.proxies = {"http": settings.proxy, "https": settings.proxy}
    adapter = _OurWay(_context(settings), pool_connections=AT_ONCE, pool_maxsize=AT_ONCE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def sdk_session(settings: BoxSettings, session: requests.Session, limits: TimeLimits) -> NetworkSession:
    """The SDK's view of it."""
    return NetworkSession(
        network_client=BoxNetworkClient(session),
        retry_strategy=_OnlyOnce(),  # type: ignore[no-untyped-call]
        base_urls=BaseUrls(
            base_url=settings.api_url, upload_url=settings.upload_url, oauth_2_url=settings.api_url
        ),
        timeout_config=TimeoutConfig(
            connection_timeout_ms=int(limits.connect * 1000), read_timeout_ms=int(limits.read * 1000)
        ),
    )


def require_allowed(url: str, settings: BoxSettings) -> str:
    """`url`, when it leads where we may go for a file's bytes. Raises `RemoteUnreachable`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    own = urlsplit(settings.api_url)
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return url
    allowed = any(host == one or host.endswith(f".{one}") for one in settings.download_hosts)
    if parts.scheme != "https" or not allowed:
        raise RemoteUnreachable(
            "Boxが、許可していない場所からの取得を求めました",
            where=host[:100],
            next_step="通信を許可する行き先の一覧を確かめてください（ikiiki doctor）",
        )
    return url
