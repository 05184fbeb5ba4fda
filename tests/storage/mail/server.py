"""A mail server on the loopback, speaking TLS with a certificate made here, that fails as it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOGIN, PASSWORD = "office", "mihon-no-himitsu"
Fault = Callable[[str], str]
"""Asked at "rcpt" and "data": "" (all is well), a reply such as "450 later", "drop" (hang up before the mail is taken), "lose" (take it, then hang up)."""


class Taken:
    """What the server took for delivery: Message-ID, recipient and text, in order."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.mails: list[tuple[str, str, bytes]] = []
        self.refuse: set[str] = set()
        """Recipients nobody knows."""

    @property
    def ids(self) -> list[str]:
        return [mail[0] for mail in self.mails]

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return f"550 5.1.1 {address} unknown"
        reply = self.fault("rcpt")
        if reply == "drop":
            server.transport.abort()
        elif reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        reply = self.fault("data")
        if reply in ("", "lose"):
            text = envelope.original_content or envelope.content
            self.mails.append(
                (str(message_from_bytes(text)["Message-ID"]), ",".join(envelope.rcpt_tos), text)
            )
        if reply in ("drop", "lose"):
            server.transport.abort()
        return "250 OK" if reply in ("", "drop", "lose") else reply


@contextmanager
def serving(
    folder: Path,
    fault: Fault = lambda place: "",
    *,
    name: str = "127.0.0.1",
    implicit: bool = False,
    tls: bool = True,
) -> Iterator[tuple[int, Path, Taken]]:
    """(port, the authority's PEM file, what was taken)."""
    taken, authority = Taken(fault), folder / "authority.pem"
    context = _context(folder, authority, name)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(
            success=(data.login, data.password) == (LOGIN.encode(), PASSWORD.encode()), handled=False
        )

    def protocol() -> SMTP:
        return SMTP(
            taken, hostname="localhost", authenticator=check, auth_require_tls=tls and not implicit,
            tls_context=context if tls and not implicit else None, require_starttls=tls and not implicit, loop=loop,
        )  # fmt: skip

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(protocol, "127.0.0.1", 0, ssl=context if implicit else None)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], authority, taken
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _context(folder: Path, authority: Path, name: str) -> ssl.SSLContext:
    """A server's context, with a certificate for `name` that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, secret)
    return context
