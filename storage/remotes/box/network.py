"""One session of our own making: our proxy, our certificates, our time limits, and nothing from the environment.

Otherwise `.netrc` would replace the token and HTTP_PROXY would choose the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from box_sdk_gen import BaseUrls, BoxNetworkClient, FetchOptions, FetchResponse, NetworkSession, RetryStrategy
from box_sdk_gen.networking.timeout_config import TimeoutConfig

from core.errors import RemoteUnreachable
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


class _LargeBlocks(requests.adapters.HTTPAdapter):
    """Sends what is read from a stream in blocks of a megabyte; otherwise in 16 KB, a system call and a lock for each."""

    def init_poolmanager(self, *args: Any, **more: Any) -> Any:
        return super().init_poolmanager(*args, **more, blocksize=BLOCK)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(proxy, **more, blocksize=BLOCK)


def plain_session(settings: BoxSettings) -> requests.Session:
    """A session that asks nobody but its settings, and keeps no cookies."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.verify = settings.ca_bundle or True
    if settings.proxy:
        session.proxies = {"http": settings.proxy, "https": settings.proxy}
    adapter = _LargeBlocks(pool_connections=AT_ONCE, pool_maxsize=AT_ONCE, max_retries=0)
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
