"""A server on loopback that stands in for Box: `with StandIn(state) as box:`, and the SDK talks to `box.api_url`."""

from __future__ import annotations

import secrets
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.box import contents_api, enterprise_api, items_api, shapes
from tests.box.blobs import BLOCK
from tests.box.errors import BoxError, name_in_use
from tests.box.faults import Fault, Faults, Kind
from tests.box.limits import Limits
from tests.box.state import BoxState
from tests.box.things import User
from tests.box.wire import Bases, Body, Broken, Call, Desk, Reply, found

if TYPE_CHECKING:
    from tests.box.contract import Contract

assert contents_api and enterprise_api and items_api  # imported for the endpoints they put into the table

#: Box's own names, as a client knows them that comes through the proxy.
API_HOST, UPLOAD_HOST, DOWNLOAD_HOST = "api.box.com", "upload.box.com", "dl.boxcloud.com"
BOX_HOSTS = frozenset({API_HOST, UPLOAD_HOST, DOWNLOAD_HOST, "account.box.com", "public.boxcloud.com"})
AS_BOX = Bases(f"https://{API_HOST}", f"https://{UPLOAD_HOST}/api", f"https://{DOWNLOAD_HOST}")
IDLE = 60  # seconds after which a silent connection is given up


@dataclass(frozen=True)
class Asked:
    """A request that came. `status` 0: the connection was cut without an answer."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    user: str
    """The acting user's login, or "" where none was known."""
    host: str
    bearer: bool
    """Whether a token was sent along."""
    fault: Kind | None = None


class StandIn:
    """The server. What it holds is `state`; what shall go wrong is ordered with `faults`; `limits` and `latency` may be
    changed at any time. With a `contract`, every exchange that no fault has spoilt is held against it.

    Leaving the `with` block raises what an endpoint failed with, if one did: that is a bug of the stand-in.
    """

    def __init__(
        self,
        state: BoxState,
        *,
        contract: Contract | None = None,
        faults: Faults | None = None,
        limits: Limits | None = None,
        latency: float = 0.0,
        download_life: int = 900,
        dates: Callable[[], float] = time.time,
    ) -> None:
        self.state = state
        self.contract = contract
        self.dates = dates
        self.faults = faults or Faults()
        self.limits = limits or Limits()
        self.latency = latency
        self.desk = Desk(state, download_life)
        self.requests: list[Asked] = []
        self.failures: list[Exception] = []
        self.stopping = threading.Event()
        self._servers: dict[int, _Server] = {}
        self._port = 0

    def __enter__(self) -> StandIn:
        self._port = self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stopping.set()
        for server in self._servers.values():
            server.stop()
        if self.failures and error is None:
            raise self.failures[0]

    @property
    def api_url(self) -> str:
        """`BaseUrls(base_url=…)`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def upload_url(self) -> str:
        """`BaseUrls(upload_url=…)`."""
        return f"{self.api_url}/api"

    @property
    def oauth_url(self) -> str:
        """`BaseUrls(oauth_2_url=…)`."""
        return f"{self.api_url}/api/oauth2"

    def listen(self, tls: ssl.SSLContext | None = None, port: int = 0) -> int:
        """Serve on one more port, and say which."""
        server = _Server(self, tls, port)
        self._servers[server.server_port] = server
        return server.server_port

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Nobody listens: connections are refused, and those that stand are cut."""
        servers = dict(self._servers)
        for server in servers.values():
            server.stop()
        try:
            yield
        finally:
            for port, server in servers.items():
                self._servers[port] = _Server(self, server.tls, port)

    def bases(self, host: str) -> Bases:
        """The addresses to give out to who asked for `host`."""
        return AS_BOX if host in BOX_HOSTS else Bases(self.api_url, self.upload_url, self.api_url)

    # ---- one request

    def answer(self, call: Call, request_id: str) -> Reply:
        """What an endpoint says, or why it does not."""
        try:
            route, call.ids = found(call.method, call.path)
            if not route.public:
                call.user = self.state.tokens.user_of(call.headers.get("authorization"))
                self.limits.count(call.user.id, self.state.clock(), upload=route.upload)
            if route.streams:
                return route.endpoint(self.desk, call)
            if call.body.length != 0:
                call.text()  # nothing is read from the network while the lock is held
            with self.state.lock:
                return route.endpoint(self.desk, call)
        except BoxError as error:
            return Reply(error.status, error.body(request_id), error.headers)
        except (Broken, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - a bug here must not look like a refusal of Box's
            self.failures.append(error)
            return Reply(500, BoxError(500, "internal_server_error", repr(error)).body(request_id))

    def spoilt(self, fault: Fault, reply: Reply, request_id: str) -> Reply:
        """The answer a fault gives instead of `reply` (which was what came of doing what was asked)."""
        if fault.kind in (Kind.CONFLICT_SAME, Kind.CONFLICT_OTHER):
            file = reply.created
            if file is None:
                return reply
            if fault.kind is Kind.CONFLICT_OTHER:
                with self.state.lock:
                    other = self.state.blobs.write([b"other bytes under the same name"])
                    file.versions[-1] = replace(file.current, blob=other)
            error = name_in_use(shapes.conflict(file))
            return Reply(409, error.body(request_id))
        refusal = BoxError(fault.status, fault.answer_code(), fault.message)
        document = None if fault.body is not None or fault.status < 300 else refusal.body(request_id)
        return Reply(fault.status, document, fault.answer_headers())

    def user_of(self, call: Call) -> User | None:
        """Whose token came along, for the list of requests."""
        if call.user is None:
            with suppress(BoxError):
                return self.state.tokens.user_of(call.headers.get("authorization"))
        return call.user

    def note(self, call: Call, status: int, fault: Fault | None) -> None:
        """Put a request into the list."""
        user = self.user_of(call)
        self.requests.append(
            Asked(
                call.method,
                call.path,
                call.query,
                status,
                user.login if user else "",
                call.headers.get("host", ""),
                "authorization" in call.headers,
                fault.kind if fault else None,
            )
        )


class _HungUp(Exception):
    """The connection is gone; there is nothing more to say on it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, box: StandIn, tls: ssl.SSLContext | None, port: int) -> None:
        self.box = box
        self.tls = tls
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="stand-in-box", daemon=True
        )
        self._thread.start()

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self.tls is not None:  # the handshake waits for the handler's own thread
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections break; what endpoints fail with is kept elsewhere."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Box"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = IDLE
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (_HungUp, Broken, OSError):
            self.close_connection = True

    def _serve(self) -> None:
        box = self.server.box
        if box.latency:
            box.stopping.wait(box.latency)
        request_id = secrets.token_hex(10)
        call = self._call(box)
        fault = box.faults.strike(call.method, call.path)
        kind = fault.kind if fault else None
        if fault is not None:
            self._cut_short(box, call, fault)
        if fault and kind is Kind.STATUS and not fault.acts:
            reply = box.spoilt(fault, Reply(204), request_id)
        else:
            try:
                reply = box.answer(call, request_id)
            except Broken:
                box.note(call, 0, fault)
                raise
            if fault and kind in (Kind.STATUS, Kind.CONFLICT_SAME, Kind.CONFLICT_OTHER):
                reply = box.spoilt(fault, reply, request_id)
        call.body.drain()
        if box.contract is not None and fault is None:
            box.contract.check(call, reply)
        if kind is Kind.RESET_AFTER:
            box.note(call, 0, fault)
            self._hang_up(reset=True)
        box.note(call, reply.status, fault)
        self._send(reply, request_id, fault)

    def _cut_short(self, box: StandIn, call: Call, fault: Fault) -> None:
        """The faults after which nothing is done and nothing is said."""
        stalls = fault.kind is Kind.SLOW and fault.after_bytes is None
        if fault.kind in (Kind.REFUSED, Kind.RESET_BEFORE) or stalls:
            if fault.kind is not Kind.REFUSED:
                call.body.drain(fault.after_bytes)
            box.note(call, 0, fault)
            if stalls:
                self._stall()
            self._hang_up(reset=fault.kind is Kind.RESET_BEFORE)

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = _serve

    def _call(self, box: StandIn) -> Call:
        url = urlsplit(self.path)
        host = self.headers.get("host", "").partition(":")[0]
        if host in BOX_HOSTS:
            host_url = f"https://{host}"
        else:  # on loopback all is one host; which one Box would have, the path tells
            uploads, contents = url.path.startswith("/api/2.0/"), url.path.startswith("/d/")
            host_url = f"https://{UPLOAD_HOST if uploads else DOWNLOAD_HOST if contents else API_HOST}"
        return Call(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers=self.headers,
            body=Body(self.rfile, self.headers),
            bases=box.bases(host),
            ip=str(self.client_address[0]),
            host_url=host_url,
        )

    def _send(self, reply: Reply, request_id: str, fault: Fault | None) -> None:
        content = reply.content() if fault is None or fault.body is None else fault.body
        length = len(content) if reply.blob is None else reply.length
        headers = {
            "Date": self.date_time_string(self.server.box.dates()),
            "Content-Type": "application/json",
            "Box-Request-Id": request_id,
            "Cache-Control": "no-cache, no-store",
            **reply.headers,
        }
        if reply.status not in (204, 304):
            headers["Content-Length"] = str(length)
        if length == 0:
            del headers["Content-Type"]
        if fault and fault.body:
            headers["Content-Type"] = "text/html"
        phrase = HTTPStatus(reply.status).phrase
        lines = [
            f"HTTP/1.1 {reply.status} {phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        at = None if fault is None or fault.after_bytes is None else fault.after_bytes
        kind = fault.kind if fault else None
        stop = length
        if kind in (Kind.TRUNCATED, Kind.SLOW):
            stop = min(length, length // 2 if at is None else at)
        flip = (length // 2 if at is None else at) if kind is Kind.ALTERED else None
        if reply.blob is None:
            if flip is not None and flip < length:
                content = content[:flip] + bytes([content[flip] ^ 1]) + content[flip + 1 :]
            self.connection.sendall(head + content[:stop])
        else:
            self.connection.sendall(head)
            self._send_file(reply, stop, flip)
        if kind is Kind.SLOW:
            self._stall()
        if stop < length or kind is Kind.SLOW:
            self._hang_up(reset=False)

    def _send_file(self, reply: Reply, stop: int, flip: int | None) -> None:
        assert reply.blob is not None
        with reply.blob.path.open("rb") as file:
            if flip is None and not isinstance(self.connection, ssl.SSLSocket):
                if stop:
                    self.connection.sendfile(file, reply.start, stop)
                return
            file.seek(reply.start)
            sent = 0
            while sent < stop and (piece := file.read(min(BLOCK, stop - sent))):
                if flip is not None and sent <= flip < sent + len(piece):
                    at = flip - sent
                    piece = piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]
                self.connection.sendall(piece)
                sent += len(piece)

    def _stall(self) -> None:
        """Until the client is gone or the server stops."""
        while not self.server.box.stopping.wait(0.02):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable:  # nothing more is due from the client: this is its good-bye
                return

    def _hang_up(self, *, reset: bool) -> None:
        """End the connection at once; with `reset` the client sees ECONNRESET."""
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server._connections.discard(self.connection)
            for end in (self.rfile, self.wfile, self.connection):
                end.close()  # the last reference closes the descriptor, without the usual farewell
        raise _HungUp
