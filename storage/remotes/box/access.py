"""The token: asked for by one thread at a time, before it runs out, and dropped when Box no longer takes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from box_sdk_gen import (
    AccessToken,
    Authentication,
    BoxCCGAuth,
    BoxJWTAuth,
    CCGConfig,
    JWTConfig,
    NetworkSession,
)
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from core.errors import UsageError
from storage.remotes.box.settings import BoxSettings

_EARLY = 60.0
"""Seconds before its end a token is no longer used."""


class Access(Authentication):
    """What the SDK asks for the Authorization header. `clock` is monotonic seconds."""

    def __init__(self, settings: BoxSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner = _signing_in(settings)
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def retrieve_authorization_header(self, *, network_session: NetworkSession | None = None) -> str:
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._renew(network_session)
            return f"Bearer {self._token}"

    def refresh_token(self, *, network_session: NetworkSession | None = None) -> AccessToken:
        with self._lock:
            return self._renew(network_session)

    def retrieve_token(self, *, network_session: NetworkSession | None = None) -> AccessToken:
        return self.refresh_token(network_session=network_session)

    def refused(self, header: str) -> None:
        """Box no longer takes this header. When another thread has renewed the token meanwhile, nothing happens."""
        with self._lock:
            if header == f"Bearer {self._token}":
                self._token = ""

    def downscope_token(self, *args: object, **more: object) -> AccessToken:
        raise NotImplementedError("the courier needs one token of one kind")

    def revoke_token(self, *, network_session: NetworkSession | None = None) -> None:
        raise NotImplementedError("tokens end by themselves within the hour")

    def _renew(self, network_session: NetworkSession | None) -> AccessToken:
        token = self._inner.refresh_token(network_session=network_session)
        self._token = str(token.access_token)
        self._until = self._clock() + max(0.0, float(token.expires_in or 0) - _EARLY)
        return token


def _signing_in(settings: BoxSettings) -> BoxCCGAuth | BoxJWTAuth:
    """By the application's secret, or by its key where there is one."""
    if not settings.jwt_key_id:
        return BoxCCGAuth(
            CCGConfig(
                settings.client_id,
                settings.client_secret,
                user_id=settings.user or None,
                enterprise_id=settings.enterprise or None,
            )
        )
    try:  # the SDK opens the key when it first signs, and what goes wrong then looks like an answer that cannot be read
        load_pem_private_key(
            settings.jwt_private_key.encode(),
            settings.jwt_passphrase.encode() if settings.jwt_passphrase else None,
        )
        return BoxJWTAuth(
            JWTConfig(
                settings.client_id,
                settings.client_secret,
                settings.jwt_key_id,
                settings.jwt_private_key,
                settings.jwt_passphrase,
                user_id=settings.user or None,
                enterprise_id=settings.enterprise or None,
            )
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            "JWT の秘密鍵が読めません",
            next_step="Boxの開発者コンソールが出したJSONファイルから、ikiiki courier box で設定し直してください",
        ) from None
