"""What is kept of each notice that goes by mail: its steps, none of which is ever changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class MailState(StrEnum):
    """How far one mail is; the newest step counts."""

    BEGUN = "begun"  # noted just before the server is given the text; still there afterwards: the answer was lost with us
    SENT = "sent"
    LATER = "later"  # certainly not taken, and may be tried again
    REFUSED = "refused"  # certainly not taken, and trying again is no use: paper
    UNCLEAR = "unclear"  # the text was given away and no answer came
    AGAIN = "again"  # a person: it did not arrive, send it again
    PAPER = "paper"  # a person: no more mail, it goes on paper
    BOUNCED = "bounced"  # it came back later: paper


DUE = frozenset({MailState.LATER, MailState.AGAIN})
"""After these it is sent by the next run, as where there is no step at all."""
DOUBTFUL = frozenset({MailState.BEGUN, MailState.UNCLEAR})
"""Never sent again by themselves: a person finds out and says."""
STATE_WORDS = {
    MailState.BEGUN: "届いたか分からない",
    MailState.SENT: "送信済み",
    MailState.LATER: "あとで送り直す",
    MailState.REFUSED: "受け取られない",
    MailState.UNCLEAR: "届いたか分からない",
    MailState.AGAIN: "送り直す",
    MailState.PAPER: "紙で送る",
    MailState.BOUNCED: "戻ってきた",
}


@dataclass(frozen=True)
class MailStep:
    """One step of one mail."""

    key: str
    """The mail's own id, 32 hex digits, the same each time it is tried: its Message-ID begins with it."""
    record: str
    told: str
    kind: str
    state: MailState
    at: dt.datetime
    actor: str
    code: int = 0
    """The server's three digits, 0 where there was no answer."""
    batch: str = ""
    """Of `SENT`: the dispatch it counts in."""


class MailRows(Protocol):
    def put(self, step: MailStep) -> None: ...
    def latest(self) -> dict[str, MailStep]:
        """By key, the newest step."""
        ...

    def of(self, record: str) -> list[MailStep]:
        """All steps of one person's mails, oldest first."""
        ...

    def last(self, key: str) -> MailStep | None:
        """The newest step of one mail."""
        ...

    def unclear(self) -> set[tuple[str, str]]:
        """(record, what was told) of the mails in doubt."""
        ...

    def kinds_of(self, batch: str) -> list[str]:
        """The kind of each mail sent in that batch."""
        ...


@dataclass(frozen=True)
class Outgoing:
    """A mail as it is handed to the postman. It never shows itself in an error or a log."""

    key: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What became of it; state None: `begin` said no, nothing was done."""

    state: MailState | None
    code: int = 0


class Postman(Protocol):
    """Hands mails to a server, one by one. `storage.mail` implements it."""

    def deliver(self, letter: Outgoing, begin: Callable[[], bool]) -> Answer:
        """Calls `begin` last before the text leaves, and gives it away only on a yes.

        Raises `RemoteUnreachable`, or `LoginFailed`, where the server cannot be spoken to at all: nothing was given away.
        """
        ...

    def close(self) -> None: ...
