"""Box's refusals: a status, a machine-readable code, a sentence, and what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HELP_URL = "https://developer.box.com/guides/api-calls/permissions-and-errors/common-errors/"

Json = dict[str, Any]


class BoxError(Exception):
    """Raised anywhere below the HTTP face, which turns it into an answer."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        context_info: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.context_info = context_info
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> Json:
        """The client error object every such answer carries."""
        return {
            "type": "error",
            "status": self.status,
            "code": self.code,
            "help_url": HELP_URL,
            "message": self.message,
            "request_id": request_id,
            **({} if self.context_info is None else {"context_info": self.context_info}),
        }


class OAuthError(BoxError):
    """The token endpoint speaks OAuth 2 (RFC 6749): `error` and `error_description`, no `code`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(status, error, description)

    def body(self, request_id: str) -> Json:
        """As RFC 6749, section 5.2 has it."""
        return {"error": self.code, "error_description": self.message}


def bad_request(message: str, code: str = "bad_request") -> BoxError:
    return BoxError(400, code, message)


def invalid_name(name: str) -> BoxError:
    reason = {"reason": "invalid_parameter", "name": "name", "message": f"Invalid value {name!r}."}
    return BoxError(400, "item_name_invalid", "Item name invalid", {"errors": [reason]})


def unauthorized() -> BoxError:
    challenge = (
        'Bearer realm="Service", error="invalid_token", '
        'error_description="The access token provided is invalid."'
    )
    return BoxError(401, "unauthorized", "Unauthorized", headers={"WWW-Authenticate": challenge})


def denied() -> BoxError:
    return BoxError(403, "access_denied_insufficient_permissions", "Access denied - insufficient permission")


def not_found(value: str, name: str = "item") -> BoxError:
    reason = {
        "reason": "invalid_parameter",
        "name": name,
        "message": f"Invalid value '{value}'. '{name}' with value '{value}' not found",
    }
    return BoxError(404, "not_found", "Not Found", {"errors": [reason]})


def trashed() -> BoxError:
    return BoxError(404, "trashed", "Item is trashed")


def name_in_use(conflicts: Json | list[Json]) -> BoxError:
    """`conflicts` is one object where a file is to be created, a list where a folder is."""
    return BoxError(
        409, "item_name_in_use", "Item with the same name already exists", {"conflicts": conflicts}
    )


def modified() -> BoxError:
    return BoxError(
        412,
        "precondition_failed",
        "The resource has been modified. Please retrieve the resource again and retry",
    )


def too_many(seconds: int) -> BoxError:
    return BoxError(
        429,
        "rate_limit_exceeded",
        "Request rate limit exceeded, please try again later",
        headers={"Retry-After": str(seconds)},
    )
