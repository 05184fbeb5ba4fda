"""What is tried again, when, and what is said when it is given up.

Box's own contract: 429 and 503 name a time in Retry-After (RFC 9110, section 10.2.3: seconds or a date), 202 means "not yet",
401 means that the token has run out. The SDK's own strategy fails on dates, waits as long as it is told to, and never sees
an answer that broke off; so the SDK is told never to try again, and everything is asked through here.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from box_sdk_gen import BoxAPIError, BoxSDKError

from core.errors import IkiikiError, Refused, RemoteUnreachable

T = TypeVar("T")

ATTEMPTS = 6
FIRST = 1.0
LONGEST = 30.0
"""Seconds between two tries of our own choosing: doubling from the first, half more or less by chance."""
TOLD = 120.0
"""Seconds that Box may tell us to wait; when it wants more, the next run comes back."""
_LATER = {408, 412, 423, 429, 500, 502, 503, 504}
_LATER_CODES = {"name_temporarily_reserved", "operation_blocked_temporary", "item_locked"}
_TOKEN = {"invalid_client", "invalid_grant", "unauthorized_client"}
AGAIN = "しばらくして、もう一度実行してください"


@dataclass(frozen=True)
class Answer(Exception):
    """Box answered, but not with what was asked for. Holds nothing that was sent."""

    status: int
    code: str = ""
    retry_after: str = ""
    request_id: str = ""
    context: dict[str, object] = field(default_factory=dict)
    token: str = ""
    """The Authorization header the request bore: never shown."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "args", (str(self),)
        )  # an exception keeps, and shows, what it was made with: the token too

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.code} {self.request_id}".strip()

    __repr__ = __str__


class Broken(Exception):
    """No answer, or one that broke off or makes no sense."""


class NotYet(Exception):
    """Box is still working on it."""


@dataclass(frozen=True)
class Patience:
    """`clock` is the time of day, for dates in Retry-After; `sleep` waits that many seconds."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    chance: Callable[[], float] = random.random
    attempts: int = ATTEMPTS

    def ask(self, call: Callable[[], T], *, renew: Callable[[str], None] | None = None) -> T:
        """What `call` gives, tried until it does. `renew` is told of a token that Box no longer takes.

        Raises `Answer` where Box said no and will say so again, `Refused` when it does not let us in, and
        `RemoteUnreachable` when it was tried often enough. `call` is made anew each time, so it must start from the beginning.
        """
        renewed = False
        for attempt in range(1, self.attempts + 1):
            try:
                return understood(call)
            except Answer as answer:
                if answer.status == 401:
                    if renewed or renew is None:
                        raise Refused(
                            "Boxが認証を受け付けません",
                            where=str(answer),
                            next_step="アプリの承認と資格情報を確かめてください（ikiiki doctor）",
                        ) from None
                    renewed = True
                    renew(answer.token)
                    continue
                if answer.status not in _LATER | {202} and answer.code not in _LATER_CODES:
                    raise
                seconds, last = self._told(answer, attempt), str(answer)
            except NotYet:
                seconds, last = self._own(attempt), "HTTP 202"
            except Broken as broken:
                seconds, last = self._own(attempt), str(broken)
            if attempt < self.attempts:
                self.sleep(seconds)
        raise RemoteUnreachable("Boxとの通信が続きません", where=last, next_step=AGAIN)

    def _own(self, attempt: int) -> float:
        return float(min(FIRST * 2 ** (attempt - 1), LONGEST) * (0.5 + self.chance()))

    def _told(self, answer: Answer, attempt: int) -> float:
        """Seconds until Box wants to be asked again. Raises `RemoteUnreachable` when that is too long to wait for."""
        asked = retry_after(answer.retry_after, self.clock())
        if asked is None:
            return self._own(attempt)
        if asked > TOLD:
            when = (self.clock() + dt.timedelta(seconds=asked)).astimezone()
            raise RemoteUnreachable(
                "Boxが混み合っています",
                where=str(answer),
                next_step=f"{when:%H:%M}以降に、もう一度実行してください",
            ) from None
        return asked + self.chance()


def retry_after(value: str, now: dt.datetime) -> float | None:
    """Seconds to wait by a Retry-After header (seconds or an HTTP date), None when there is none to be read."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 10**8))
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - now).total_seconds())


def understood(call: Callable[[], T]) -> T:
    """`call`, whatever goes wrong in it told as `Answer` or `Broken`.

    The SDK's errors carry the request, secrets and all: they are let go of here and chained to nothing.
    """
    try:
        return call()
    except BoxAPIError as error:
        _answered(error)
    except BoxSDKError as error:
        raise Broken(_why(error.error)) from None
    except requests.RequestException as error:
        raise Broken(_why(error)) from None
    except (IkiikiError, Answer, Broken, NotYet):
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        # The SDK reads answers without checking them: what is no JSON, or lacks a member, ends as one of these.
        raise Broken("応答を読めません") from None


def _answered(error: BoxAPIError) -> NoReturn:
    info = error.response_info
    headers = {name.lower(): value for name, value in info.headers.items()}
    body = info.body if isinstance(info.body, dict) else {}
    code = str(info.code or body.get("error") or "")[:60]
    status = int(info.status_code)
    if code in _TOKEN and status in {400, 401}:
        raise Refused(
            "Boxの資格情報が受け付けられません",
            where=f"HTTP {status} {code}",
            next_step="client_id、client_secret、アプリの承認を確かめてください（ikiiki doctor）",
        ) from None
    sent = {name.lower(): value for name, value in error.request_info.headers.items()}
    raise Answer(
        status,
        code,
        headers.get("retry-after", ""),
        str(info.request_id or "")[:60],
        info.context_info if isinstance(info.context_info, dict) else {},
        sent.get("authorization", ""),
    ) from None


def _why(error: BaseException | None) -> str:
    """The host and the kind of failure in words; never the library's own text, which may name a proxy's password."""
    if isinstance(error, requests.exceptions.SSLError):
        return f"{_host(error)}証明書を確かめられません"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"{_host(error)}プロキシにつながりません"
    if isinstance(error, requests.exceptions.Timeout):
        return f"{_host(error)}応答がありません"
    return f"{_host(error)}接続できないか、途中で切れました"


def _host(error: BaseException | None) -> str:
    """Which of Box's hosts was asked, where that is known."""
    request = error.request if isinstance(error, requests.RequestException) else None
    host = urlsplit(str(request.url or "")).hostname if request is not None else None
    return f"{host}: " if host else ""
