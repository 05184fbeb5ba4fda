"""One request and its answer, between the socket and the endpoints; and the table of endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from io import BufferedIOBase
from typing import Any

from tests.box.blobs import Blob
from tests.box.errors import BoxError, Json, bad_request
from tests.box.state import BoxState
from tests.box.things import Caller, File, User

BLOCK = 1 << 18
LONGEST_DOCUMENT = 1 << 20


class Broken(Exception):
    """The client went away in the middle of its request."""


class Body:
    """A request's body, by Content-Length or in chunks (RFC 9112, 7.1), read once and in order."""

    def __init__(self, stream: BufferedIOBase, headers: Message) -> None:
        self._stream = stream
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._left = 0 if self._chunked else int(headers.get("content-length") or 0)
        self._ended = not self._chunked and self._left == 0
        self.length = None if self._chunked else self._left

    def read(self, at_most: int) -> bytes:
        """Some of what is left, b"" at the end."""
        if self._ended:
            return b""
        if self._left == 0:
            self._left = self._next_chunk()
            if self._left == 0:
                self._ended = True
                while self._stream.readline(1000).strip():
                    pass  # trailers
                return b""
        piece = self._stream.read(min(at_most, self._left))
        if not piece:
            raise Broken
        self._left -= len(piece)
        if self._left == 0:
            if self._chunked:
                self._stream.readline(10)
            else:
                self._ended = True
        return piece

    def _next_chunk(self) -> int:
        try:
            return int(self._stream.readline(100).partition(b";")[0], 16)
        except ValueError:
            raise Broken from None

    def pieces(self) -> Iterator[bytes]:
        """All that is left, in blocks."""
        while piece := self.read(BLOCK):
            yield piece

    def drain(self, at_most: int | None = None) -> None:
        """Read what is left, or its beginning, and forget it."""
        for piece in self.pieces():
            if at_most is not None:
                at_most -= len(piece)
                if at_most <= 0:
                    return


@dataclass(frozen=True)
class Bases:
    """The addresses to give out, as the client knows this server: on loopback, or by Box's own names."""

    api: str
    upload: str
    download: str


@dataclass(frozen=True)
class Ticket:
    """What a download address stands for, until it expires."""

    file: File
    blob: Blob
    caller: Caller
    expires_at: float


@dataclass
class Desk:
    """What the endpoints work on: the state, and the download addresses given out."""

    state: BoxState
    download_life: int = 900
    """Seconds a download address is good for."""
    retry_after: int = 1
    """What answers 202 ask the client to wait."""
    tickets: dict[str, Ticket] = field(default_factory=dict)


@dataclass
class Call:
    """A request as an endpoint sees it. `document` and `parts` remember what the contract is held against."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: Body
    bases: Bases
    ip: str
    host_url: str
    ids: tuple[str, ...] = ()
    user: User | None = None
    document: bytes = b""
    parts: list[tuple[str, bytes | None]] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        """Who asks; only where a token was needed."""
        assert self.user is not None
        return Caller(self.user, self.ip)

    @property
    def fields(self) -> list[str] | None:
        """The `fields` asked for, or None."""
        asked = self.query.get("fields")
        return [name.strip() for name in asked.split(",")] if asked else None

    def flag(self, name: str) -> bool:
        """A yes or no in the query; the SDK writes True."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str, default: int, highest: int = 1 << 62) -> int:
        """A count in the query."""
        text = self.query.get(name, str(default))
        if not text.isascii() or not text.isdigit():
            raise bad_request(f"{name} is not a number")
        return min(int(text), highest)

    def text(self) -> bytes:
        """A small body, whole. May be asked for again."""
        for piece in self.body.pieces():
            self.document += piece
            if len(self.document) > LONGEST_DOCUMENT:
                raise BoxError(413, "bad_request", "The body is too large")
        return self.document

    def json(self) -> Json:
        """A body that is one JSON object; no body is an empty one."""
        text = self.text()
        return parsed(text) if text else {}


@dataclass
class Reply:
    """An answer: a JSON document, a stretch of a blob, or nothing but its head."""

    status: int
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    blob: Blob | None = None
    start: int = 0
    length: int = 0
    created: File | None = None
    """The file that came into being, for faults that act first."""

    def content(self) -> bytes:
        """The document as bytes."""
        if self.document is None:
            return b""
        return json.dumps(self.document, ensure_ascii=False).encode()


Endpoint = Callable[[Desk, Call], Reply]


@dataclass(frozen=True)
class Route:
    """`public`: no token asked for. `streams`: takes the lock itself, since its body may be long. `upload`: counts as one."""

    method: str
    pattern: re.Pattern[str]
    endpoint: Endpoint
    public: bool = False
    streams: bool = False
    upload: bool = False


ROUTES: list[Route] = []


def route(
    method: str, pattern: str, *, public: bool = False, streams: bool = False, upload: bool = False
) -> Callable[[Endpoint], Endpoint]:
    """Put an endpoint into the table. Groups of `pattern` become `Call.ids`."""

    def put(endpoint: Endpoint) -> Endpoint:
        ROUTES.append(Route(method, re.compile(pattern), endpoint, public, streams, upload))
        return endpoint

    return put


def found(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The endpoint for a request."""
    elsewhere = False
    for one in ROUTES:
        match = one.pattern.fullmatch(path)
        if match and one.method == method:
            return one, match.groups()
        elsewhere = elsewhere or bool(match)
    if elsewhere:
        raise BoxError(405, "method_not_allowed", "Method Not Allowed")
    raise BoxError(404, "not_found", "Not Found")


def parsed(text: bytes) -> Json:
    """JSON that must be an object."""
    try:
        document = json.loads(text)
    except ValueError:
        raise bad_request("The body is not JSON") from None
    if not isinstance(document, dict):
        raise bad_request("The body is not a JSON object")
    return document
