"""Hands mails to a server by SMTP over TLS (RFC 5321, 3207, 8314), one at a time, and says for certain what became of each.

The commands are given one by one, not by `smtplib.sendmail`: what counts is whether the line broke before the text was
given away (then it was certainly not taken) or after (then nobody can know). What the server says beside its three digits is
not looked at, nor repeated: it may hold the address.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, formataddr

from core.errors import LoginFailed, RemoteUnreachable, UsageError
from core.mail_settings import IMPLICIT, MailSettings
from core.office.mails import Answer, MailState, Outgoing
from core.office.ports import Now

TIMEOUT = 60.0
"""Seconds without a word from the server."""
_NO_SUCH_NAME = 553
"""What servers say of an address no command can hold; said here without asking one."""
_NEXT = "送れた分は記録してあります。直してから、もう一度「メールで送る」を行うと、残りから続きます"


class SmtpPostman:
    """Implements `core.office.mails.Postman`. Connects at the first mail, and again where the line broke."""

    def __init__(self, settings: MailSettings, now: Now, pause: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._now = now
        self._pause = pause
        self._line: smtplib.SMTP | None = None
        self._first = True

    def deliver(self, letter: Outgoing, begin: Callable[[], bool]) -> Answer:
        """See `Postman`. A server that hangs up between two mails is called once more."""
        message = self._message(letter)
        if message is None:
            return Answer(MailState.REFUSED, _NO_SUCH_NAME)
        if not self._first and self._settings.per_minute:
            self._pause(60 / self._settings.per_minute)
        self._first = False
        line = self._connected()
        try:
            code = _code(line.docmd(f"MAIL FROM:<{self._settings.sender}>"))
            if code == 250:
                code = _code(line.docmd(f"RCPT TO:<{letter.to}>"))
            if code not in (250, 251):
                return self._turned_down(line, code)
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            return Answer(MailState.LATER)
        if not begin():
            self._hang_up()
            return Answer(None)
        try:
            code = _code(line.docmd("DATA"))
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            return Answer(MailState.LATER)  # no text has left
        if code != 354:
            return self._turned_down(line, code)
        try:
            line.send(message + b".\r\n")
            code = _code(line.getreply())
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            return Answer(MailState.UNCLEAR)
        return Answer(MailState.SENT, code) if 200 <= code < 300 else self._turned_down(line, code)

    def close(self) -> None:
        """Say good-bye."""
        if self._line is not None:
            try:
                self._line.quit()
            except (OSError, smtplib.SMTPException):
                self._line.close()
            self._line = None

    def _message(self, letter: Outgoing) -> bytes | None:
        """The text as it goes over the line, dots doubled (RFC 5321, 4.5.2); None for an address that cannot stand in a command."""
        if not re.fullmatch(r"[!-;=?-~]+@[!-;=?-~]+", letter.to):
            return None
        settings = self._settings
        message = EmailMessage(policy=POLICY)
        message["From"] = formataddr((settings.sender_name, settings.sender), "utf-8")
        if settings.reply_to:
            message["Reply-To"] = settings.reply_to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = f"<{letter.key}@{settings.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body, cte="base64")
        # Carriers gave out addresses such as a..b@, which the header's own grammar has not: it stands as it is.
        text = f"To: {letter.to}\r\n".encode("ascii") + message.as_bytes()
        return re.sub(rb"(?m)^\.", b"..", text if text.endswith(b"\r\n") else text + b"\r\n")

    def _turned_down(self, line: smtplib.SMTP, code: int) -> Answer:
        """Certainly not taken: 4xx may be tried again, 5xx may not (RFC 5321, 4.2.1)."""
        if code == 421:  # it closes the line
            self._hang_up()
            return Answer(MailState.LATER, code)
        try:
            line.rset()
        except (OSError, smtplib.SMTPException):
            self._hang_up()
        return Answer(MailState.REFUSED if 500 <= code < 600 else MailState.LATER, max(code, 0))

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _connected(self) -> smtplib.SMTP:
        """The line, called where there is none, or where the server has hung up since the last mail."""
        if self._line is not None:
            try:
                if _code(self._line.noop()) == 250:
                    return self._line
            except (OSError, smtplib.SMTPException):
                pass  # called anew below
            self._hang_up()
        self._line = self._call()
        return self._line

    def _call(self) -> smtplib.SMTP:
        settings = self._settings
        where = f"{settings.host}:{settings.at_port}"
        context = self._context()
        try:
            if settings.tls == IMPLICIT:
                line: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, settings.at_port, local_hostname=settings.domain, timeout=TIMEOUT, context=context
                )  # fmt: skip
            else:
                line = smtplib.SMTP(
                    settings.host, settings.at_port, local_hostname=settings.domain, timeout=TIMEOUT
                )
                line.starttls(context=context)  # raises where the server offers none: never without
            line.ehlo_or_helo_if_needed()
            if settings.login:
                line.login(settings.login, settings.password)
        except ssl.SSLCertVerificationError:
            raise RemoteUnreachable(
                "メールサーバの証明書を確かめられません。何も送っていません",
                where=where,
                next_step="サーバの名前が正しいか、取扱責任者が確かめてください（ikiiki papers mail-server）",
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise RemoteUnreachable(
                "メールサーバが暗号化（STARTTLS）か、求められた入り方に応じません。何も送っていません", where=where, next_step=_NEXT
            ) from None  # fmt: skip
        except smtplib.SMTPAuthenticationError:
            raise LoginFailed(
                "メールサーバに入れません（ログイン名かパスワードが違います）", where=where, next_step=_NEXT
            ) from None
        except (OSError, smtplib.SMTPException):
            raise RemoteUnreachable("メールサーバにつながりません", where=where, next_step=_NEXT) from None
        return line

    def _context(self) -> ssl.SSLContext:
        """The certificate and the name are checked; TLS 1.2 at least."""
        try:
            context = ssl.create_default_context(cafile=self._settings.ca_bundle or None)
        except (OSError, ssl.SSLError):
            raise UsageError("信頼する認証局のファイルを読めません", where="ca_bundle") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def _code(reply: tuple[int, bytes]) -> int:
    return reply[0]
