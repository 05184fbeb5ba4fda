"""The rounds of one `sync` and what they gave, told whole also when one of them failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.clock import now
from cli.private_file import need_outside
from core.errors import IkiikiError, Stopped
from core.roles import Right
from storage.boxes import COURIER
from storage.courier import CourierReport, CourierStopped, Notes, watched_run
from storage.courier.credential import given_credential
from storage.courier.destination import destination
from storage.courier.folder import CourierBusy
from storage.remotes.folder import FolderRemote

if TYPE_CHECKING:
    from cli.inside import Inside
    from core.exchange.remote import Remote
    from core.office.due import Late
    from core.office.overview import Imported
    from core.office.ports import Progress


@dataclass(frozen=True)
class SyncReport:
    """What one `sync` did."""

    sentences: tuple[str, ...]
    courier: tuple[CourierReport, ...]
    imported: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    busy: bool = False
    """Another run was under way, and this one left everything to it."""
    box_log: tuple[Late, ...] | None = None
    """What Box's own log has that nobody has accounted for; None where nobody is logged in to hold it against the ledgers."""

    @property
    def read_only(self) -> bool:
        """Whether this end of the line may only read: what is to go out must go on a medium."""
        return any(report.read_only for report in self.courier)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        last = self.courier[-1] if self.courier else CourierReport()
        return {
            "sent": [name for report in self.courier for name in report.sent],
            "received": [name for report in self.courier for name in report.received],
            "imported": list(self.imported),
            "sealed": list(self.sealed),
            "receipts": [name for report in self.courier for name in report.receipts],
            "waiting": [wait.bundle for wait in last.waiting_for],
            "partner_seen": last.partner_seen,
            "read_only": self.read_only,
            "busy": self.busy,
            "problems": _once(problem for report in self.courier for problem in report.problems),
            "remarks": _once(remark for report in self.courier for remark in report.remarks),
            "box_log": None
            if self.box_log is None
            else [{"what": one.sentence, "next_step": one.next_step} for one in self.box_log],
        }


@dataclass
class Trip:
    """One `sync` while it goes on. `line` opens the remote, once; `medium`: a folder carried by hand in its place."""

    folder: Path
    line: Callable[[], Remote]
    now: Callable[[], dt.datetime]
    medium: Path | None = None
    unattended: bool = False
    progress: Progress | None = None
    imported: list[Imported] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)
    busy: bool = False
    box_log: tuple[Late, ...] | None = None
    unsettled: bool = False
    """The vault was restored, and waits to be compared with the partner: nothing is taken in or sealed."""
    _notes: list[Notes] = field(default_factory=list)
    _remote: Remote | None = None
    _stopped: CourierStopped | None = None

    def round(self) -> None:
        """One round of the courier. Raises what `storage.courier.watched_run` raises; unattended, not `CourierBusy`.

        That nothing may be sent now is no reason to leave what came lying: it is raised by `finished`.
        """
        notes = Notes()
        self._notes.append(notes)
        try:
            watched_run(
                self.folder, self._opened, self.now, notes,
                medium=self.medium is not None, unattended=self.unattended, progress=self.progress,
            )  # fmt: skip
        except CourierBusy:
            if not self.unattended:
                raise
            self.busy = True
        except CourierStopped as stopped:
            self._stopped = self._stopped or stopped

    def _opened(self) -> Remote:
        if self._remote is None:
            self._remote = self.line() if self.medium is None else FolderRemote(self.medium)
        return self._remote

    @property
    def sent(self) -> list[str]:
        """The bundles that were put where they go."""
        return [name for notes in self._notes for name in notes.sent]

    @contextmanager
    def told(self) -> Iterator[None]:
        """Let an error that leaves this block carry what was done before it; an interruption becomes `Stopped`."""
        try:
            yield
        except IkiikiError as error:
            error.done = self._done()
            raise
        except KeyboardInterrupt:
            stopped = Stopped(
                "送受信を途中で止めました。済んだところまでは残っています",
                next_step="もう一度実行すると、続きから進みます",
            )
            stopped.done = self._done()
            raise stopped from None

    def finished(self) -> SyncReport:
        """The report at the end, within `told`. Raises `CourierStopped` when a round could send nothing."""
        if self._stopped is not None:
            raise self._stopped
        return self.report()

    def _done(self) -> dict[str, Any]:
        report = self.report()
        return {**report.document(), "sentences": list(report.sentences)}

    def report(self) -> SyncReport:
        """What was done so far."""
        reports = tuple(notes.report() for notes in self._notes)
        return SyncReport(
            self._sentences(reports), reports, tuple(one.name for one in self.imported), tuple(self.sealed), self.busy,
            self.box_log,
        )  # fmt: skip

    def _sentences(self, reports: tuple[CourierReport, ...]) -> tuple[str, ...]:
        if self.busy:
            return ("別の送受信が進行中なので、そちらに任せました",)
        sent = sum(len(report.sent) for report in reports)
        received = sum(len(report.received) for report in reports)
        said = [f"送った束 {sent}、受け取った束 {received}"]
        if self.imported:
            from core.office.envelope import KIND_WORDS

            said += [
                f"取り込みました: {KIND_WORDS[one.kind]}（{sum(one.counts.values())}件）"
                for one in self.imported
            ]
        if self.unsettled:
            said.append(
                "復元した保管庫です。相手の手もとと照らすまで（ikiiki ledger settle）、届いたものを取り込まず、新しく送りません"
            )
        said += [f"{wait.bundle}: {wait.reason}" for wait in (reports[-1].waiting_for if reports else ())]
        said += _once(problem for report in reports for problem in report.problems)
        said += _once(remark for report in reports for remark in report.remarks)
        said += [f"{one.sentence}。{one.next_step}" for one in self.box_log or ()]
        return tuple(said)


def _once(sentences: Iterator[str]) -> list[str]:
    """Two rounds meet the same thing twice: it is said once."""
    return list(dict.fromkeys(sentences))


def sync(inside: Inside, progress: Progress | None, medium: Path | None) -> SyncReport:
    """See `Session.sync`."""
    office = inside.office
    if medium is not None:
        need_outside(medium)

    def line() -> Remote:
        return destination(inside.folder / COURIER, office.exchange.courier_credential)

    trip = Trip(inside.folder.absolute(), line, now, medium, progress=progress)
    with trip.told():
        try:
            office.exchange.flush()
            trip.round()
            if office.backups.standing() is not None:
                trip.unsettled = True  # what came stays in the inbox, and nothing new is sealed
                return trip.finished()
            if office.actor.may(Right.IMPORT_BUNDLE):  # an audit carries, and takes nothing in
                office.exchange.import_waiting(progress, trip.imported)
            trip.sealed += [sent.name for sent in office.send_due()]
            office.exchange.flush()
            trip.round()
            trip.box_log = tuple(office.box_log.due())
        finally:
            if medium is not None and not trip.unsettled:
                office.exchange.carried(trip.sent)
        return trip.finished()


def courier_run(folder: Path, progress: Progress | None = None) -> SyncReport:
    """The courier alone: nobody is logged in, nothing is opened. Another run under way is no failure."""
    trip = Trip(
        folder.absolute(),
        lambda: destination(folder / COURIER, given_credential),
        now,
        progress=progress,
        unattended=True,
    )
    with trip.told():
        trip.round()
        return trip.finished()
