"""A proxy on loopback that lets a client reach the stand-in by Box's real names, over TLS, and reach nothing else.

It plays the closed line of the ward for the SDK, and it lets unpatched programs such as rclone talk to the stand-in.
"""

from __future__ import annotations

import base64
import hmac
import socket
import socketserver
import ssl
import struct
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.box.server import BOX_HOSTS, StandIn

LONGEST_HEAD = 16 << 10
BLOCK = 1 << 16


class Authority:
    """A certificate authority, with one certificate for all of Box's names. `ca` is its PEM file."""

    def __init__(
        self, folder: Path, names: frozenset[str] = BOX_HOSTS, life: timedelta = timedelta(hours=1)
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = _name("stand-in authority")
        own = (
            _certificate(issuer, issuer, key.public_key(), key.public_key(), max(life, timedelta(hours=1)))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        leaf = (
            _certificate(_name("stand-in Box"), issuer, leaf_key.public_key(), key.public_key(), life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(one) for one in sorted(names)]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(own.public_bytes(Encoding.PEM))
        self._chain = folder / "box.pem"
        self._chain.write_bytes(
            leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + leaf.public_bytes(Encoding.PEM)
        )

    def context(self) -> ssl.SSLContext:
        """For the side that answers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._chain)
        return context


class Proxy:
    """`with Proxy(box, folder) as proxy:`, then `proxy.url` for HTTPS_PROXY and `proxy.ca` as the only authority.

    `folder` takes the certificates. With `credentials` (user, password) it asks for Basic authentication.
    """

    def __init__(
        self,
        box: StandIn,
        folder: Path,
        *,
        credentials: tuple[str, str] | None = None,
        authority: Authority | None = None,
    ) -> None:
        authority = authority or Authority(folder)
        self.ca = authority.ca
        self.asked: list[str] = []
        """Every HOST:PORT somebody wanted to reach, let through or not."""
        self.refused: list[str] = []
        """Those that were not let through."""
        self.tls_port = box.listen(authority.context())
        self._wanted = None
        if credentials is not None:
            self._wanted = "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
        self._credentials = credentials

    def __enter__(self) -> Proxy:
        self._server = _Server(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def port(self) -> int:
        """Where on loopback the proxy listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where the proxy listens, with the credentials if it asks for any."""
        before = ":".join(self._credentials) + "@" if self._credentials else ""
        return f"http://{before}127.0.0.1:{self.port}"

    @property
    def bare_url(self) -> str:
        """Where the proxy listens, without credentials."""
        return f"http://127.0.0.1:{self.port}"

    def verdict(self, head: str) -> tuple[int, str]:
        """The status for a request's head, and its reason phrase."""
        first, *rest = head.split("\r\n")
        method, _, remainder = first.partition(" ")
        target = remainder.partition(" ")[0]
        self.asked.append(target)
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)
        }
        if self._wanted is not None and not hmac.compare_digest(
            headers.get("proxy-authorization", "").encode(), self._wanted.encode()
        ):
            return 407, "Proxy Authentication Required"
        if method != "CONNECT" or target not in {f"{host}:443" for host in BOX_HOSTS}:
            self.refused.append(target)
            return 403, "Forbidden"
        return 200, "Connection established"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.ends: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="proxy", daemon=True
        )
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections break; that is nothing to write about."""

    def shutdown_request(self, request: Any) -> None:
        request.close()  # and no FIN first: where the stand-in tore a connection off, the client must see that

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()
        for end in list(self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        client: socket.socket = self.request
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(BLOCK)
            if not piece or len(head) > LONGEST_HEAD:
                return
            head += piece
        text, _, early = head.partition(b"\r\n\r\n")
        status, phrase = self.server.proxy.verdict(text.decode("latin-1"))
        if status != 200:
            challenge = 'Proxy-Authenticate: Basic realm="line"\r\n' if status == 407 else ""
            client.sendall(
                f"HTTP/1.1 {status} {phrase}\r\n{challenge}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            return
        with socket.create_connection(("127.0.0.1", self.server.proxy.tls_port)) as box:
            for end in (client, box):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.server.ends.add(end)
            try:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                box.sendall(early)
                back = threading.Thread(target=_pour, args=(box, client), daemon=True)
                back.start()
                _pour(client, box)
                back.join()
            finally:
                self.server.ends.difference_update((client, box))


def _pour(source: socket.socket, target: socket.socket) -> None:
    """All that comes from one end into the other; its end, or its being torn off, is passed on too."""
    try:
        while piece := source.recv(BLOCK):
            target.sendall(piece)
    except ConnectionError:
        with suppress(OSError):
            target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            target.shutdown(socket.SHUT_RD)  # wakes who reads there, and says no farewell to the far end
        return
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    life: timedelta,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
