"""What one round of the courier did, for people and as JSON."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import IkiikiError, IntegrityFailure, Refused
from core.exchange.names import BundleName
from core.exchange.remote import RemoteReadOnly


@dataclass(frozen=True)
class Waiting:
    """A bundle that lies in the remote but cannot be taken yet. `reason` is Japanese."""

    bundle: str
    reason: str


@dataclass(frozen=True)
class CourierReport:
    """Names are bundles' (`<epoch>-<channel>-<seq>`)."""

    sent: tuple[str, ...] = ()
    """Now whole at the remote, and not before this round."""
    received: tuple[str, ...] = ()
    """Checked and put into the inbox in this round."""
    waiting_for: tuple[Waiting, ...] = ()
    receipts: tuple[str, ...] = ()
    """Our bundles whose arrival the partner's courier has newly signed for."""
    answered: tuple[str, ...] = ()
    """Their bundles for which a receipt was put into the remote."""
    partner_seen: str = ""
    """The hour in which the partner's courier last ran, RFC 3339, or "" when it has left no sign."""
    problems: tuple[str, ...] = ()
    """Japanese sentences."""
    read_only: bool = False
    """Something was to be written and the remote let nothing be written: what is due must go on a medium."""
    remarks: tuple[str, ...] = ()
    """Japanese sentences that ask for nothing."""

    def as_json(self) -> dict[str, Any]:
        """Plain lists, dicts and strings."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }


class CourierFailure(IntegrityFailure):
    """Something in the exchange was altered. What could still be done was done: see `report`; evidence is kept."""

    def __init__(self, first: IntegrityFailure, report: CourierReport) -> None:
        super().__init__(first.what, where=first.where, next_step=first.next_step)
        self.report = report


class CourierStopped(Refused):
    """The remote is open to others, so nothing was written to it. What could be received was: see `report`."""

    def __init__(self, why: Refused, report: CourierReport) -> None:
        super().__init__(why.what, where=why.where, next_step=why.next_step)
        self.report = report


@dataclass
class Notes:
    """The report while it is being written."""

    sent: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    waiting_for: list[Waiting] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    partner_seen: str = ""
    problems: list[str] = field(default_factory=list)
    failures: list[IntegrityFailure] = field(default_factory=list)
    read_only: bool = False
    """The remote refused a write: nothing more is written in this round."""
    remarks: list[str] = field(default_factory=list)
    _once: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, bundle: BundleName, reason: str) -> None:
        self.waiting_for.append(Waiting(str(bundle), reason))

    def refused(self, error: RemoteReadOnly) -> None:
        """The remote lets nothing be written: said once, whoever met it first."""
        with self._once:
            if not self.read_only:
                self.problem(error)
            self.read_only = True

    def problem(self, error: IkiikiError) -> None:
        self.problems.append(str(error))

    def failed(self, error: IntegrityFailure) -> None:
        self.failures.append(error)
        self.problem(error)

    def report(self) -> CourierReport:
        return CourierReport(
            tuple(self.sent),
            tuple(self.received),
            tuple(self.waiting_for),
            tuple(self.receipts),
            tuple(self.answered),
            self.partner_seen,
            tuple(self.problems),
            self.read_only,
            tuple(self.remarks),
        )
