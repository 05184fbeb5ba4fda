"""Who is asking: applications, their secrets and public keys, and the tokens they were given."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.box.errors import OAuthError, unauthorized
from tests.box.things import User

AUDIENCE = "https://api.box.com/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION = 60  # seconds an assertion may live, as Box has it
HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}


@dataclass
class Application:
    """An app of the developer console. `users` are those it may act for, by id; its service account by enterprise."""

    client_id: str
    client_secret: str
    enterprise: str
    service_account: User
    users: dict[str, User] = field(default_factory=dict)
    public_keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    authorized: bool = True
    """False: the administrator has not approved it (or no longer does)."""


class Tokens:
    """Gives tokens out and takes them back. `life` is the `expires_in` of those to come."""

    def __init__(self, clock: Callable[[], float], life: int) -> None:
        self.life = life
        self.applications: dict[str, Application] = {}
        self._clock = clock
        self._given: dict[str, tuple[User, float]] = {}
        self._assertions: set[str] = set()

    def issue(self, user: User) -> str:
        """A token without asking for one."""
        token = secrets.token_urlsafe(24)
        self._given[token] = (user, self._clock() + self.life)
        return token

    def revoke_all(self) -> None:
        """From now on every token given so far is unknown."""
        self._given.clear()

    def user_of(self, authorization: str | None) -> User:
        """Whom an Authorization header speaks for."""
        kind, _, token = (authorization or "").partition(" ")
        user, until = self._given.get(token.strip(), (None, 0.0))
        if kind.lower() != "bearer" or user is None or self._clock() >= until:
            raise unauthorized()
        return user

    def grant(self, form: Mapping[str, str]) -> dict[str, Any]:
        """POST /oauth2/token."""
        kind = form.get("grant_type", "")
        if kind not in ("client_credentials", JWT_BEARER):
            raise OAuthError("unsupported_grant_type", "The grant type is not supported here")
        application = self._application(form)
        user = (
            self._of_credentials(application, form)
            if kind != JWT_BEARER
            else self._of_assertion(application, form)
        )
        return {
            "access_token": self.issue(user),
            "expires_in": self.life,
            "restricted_to": [],
            "token_type": "bearer",
        }

    def revoke(self, form: Mapping[str, str]) -> None:
        """POST /oauth2/revoke. A token that is unknown is as good as revoked."""
        self._application(form)
        self._given.pop(form.get("token", ""), None)

    def _application(self, form: Mapping[str, str]) -> Application:
        application = self.applications.get(form.get("client_id", ""))
        if application is None or not secrets.compare_digest(
            application.client_secret.encode(), form.get("client_secret", "").encode()
        ):
            raise OAuthError("invalid_client", "The client credentials are invalid")
        if not application.authorized:
            raise OAuthError("unauthorized_client", "This app is not authorized by the enterprise admin")
        return application

    def _of_credentials(self, application: Application, form: Mapping[str, str]) -> User:
        return self._subject(application, form.get("box_subject_type"), form.get("box_subject_id"))

    def _subject(self, application: Application, kind: object, subject: object) -> User:
        if kind == "enterprise" and subject == application.enterprise:
            return application.service_account
        user = application.users.get(str(subject)) if kind == "user" else None
        if user is None:
            raise OAuthError("invalid_grant", "Grant credentials are invalid")
        return user

    def _of_assertion(self, application: Application, form: Mapping[str, str]) -> User:
        claims = self._claims(application, form.get("assertion", ""))
        now = self._clock()
        expires, mark = claims.get("exp"), claims.get("jti")
        if claims.get("iss") != application.client_id or claims.get("aud") != AUDIENCE:
            raise OAuthError("invalid_grant", "Please check the 'iss' and 'aud' claims")
        if not isinstance(expires, (int, float)) or not now < expires <= now + LONGEST_ASSERTION:
            raise OAuthError("invalid_grant", "Please check the 'exp' claim")
        if not isinstance(mark, str) or len(mark) < 16 or mark in self._assertions:
            raise OAuthError("invalid_grant", "Please check the 'jti' claim")
        user = self._subject(application, claims.get("box_sub_type"), claims.get("sub"))
        self._assertions.add(mark)
        return user

    def _claims(self, application: Application, assertion: str) -> dict[str, Any]:
        try:
            head, claims, signature = assertion.split(".")
            header = json.loads(_decoded(head))
            key = application.public_keys[header["kid"]]
            key.verify(_decoded(signature), f"{head}.{claims}".encode(), PKCS1v15(), HASHES[header["alg"]])
            content = json.loads(_decoded(claims))
        except (ValueError, KeyError, TypeError, InvalidSignature):
            raise OAuthError("invalid_grant", "OAuth JWT signature verification error") from None
        return dict(content)


def public_key(pem: bytes) -> RSAPublicKey:
    """What an application registers for its assertions."""
    key = load_pem_public_key(pem)
    assert isinstance(key, RSAPublicKey)
    return key


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(text) from error
