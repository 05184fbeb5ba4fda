"""One round of the courier: out, in, receipts, heartbeat. Safe at any time, any number of times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.errors import IntegrityFailure
from core.exchange.remote import Remote, RemoteExposed
from core.office.ports import Progress
from storage.courier.box_log import fetch_log
from storage.courier.folder import Folders, only_one, read_identity
from storage.courier.hands import Outcome, hands
from storage.courier.journal import Journal
from storage.courier.meter import Meter
from storage.courier.receiving import answer, beat, bytes_coming, receive
from storage.courier.report import CourierFailure, CourierReport, CourierStopped, Notes
from storage.courier.sending import Round, bytes_going, collect_receipts, send


def _end(work: Outcome[None], _: Round) -> None:
    work.get()


def run(
    vault_folder: Path,
    remote: Remote,
    now: dt.datetime,
    *,
    medium: bool = False,
    notes: Notes | None = None,
    progress: Progress | None = None,
) -> CourierReport:
    """Move sealed bundles between `vault_folder` and `remote`; needs no vault password and opens nothing.

    `now` knows its UTC offset. `medium` says that `remote` is carried by hand: then the ward desk's channel goes
    too, and no heartbeat is left. `notes` are written as it goes: after a failure they tell what was done before. `progress`
    is told, in the calling thread, of the bytes that have passed and are to pass; what it raises ends the round, and the next
    one goes on from there. Raises `Refused` when the sites are not paired, `CourierBusy` when another round is under way,
    `RemoteUnreachable` when the remote fails (run again later: everything goes on where it stopped), `CourierFailure`, an
    `IntegrityFailure`, when anything was altered; what was met then lies in `courier/evidence/`; and `CourierStopped`, a
    `Refused`, when the remote is open to others: nothing was written, what was there was received.
    """
    folders = Folders(vault_folder)
    notes = Notes() if notes is None else notes
    with only_one(folders):
        identity = read_identity(folders)
        folders.prepare()
        exposed: RemoteExposed | None = None
        journal = Journal(folders.courier / "journal.jsonl")
        meter = Meter(progress, alone=remote.together <= 1)
        with hands(remote.together, meter) as workers:
            if any(bundle not in journal.sent for bundle in folders.outgoing()):
                workers.begin(remote.prepare)  # beside the listing; the first put finds what came of it
            listed = {file.name: file for file in remote.list()}
            this = Round(
                folders, identity, journal, remote, listed, now, medium, notes, workers, meter
            )  # fmt: skip
            meter.expect(bytes_going(this) + bytes_coming(this))
            works: tuple[Callable[[Round], None], ...] = () if medium else (beat, fetch_log)
            beside = [workers.begin(partial(work, this)) for work in works]
            stages: list[Callable[[Round], None]] = [send, receive, collect_receipts, answer]
            stages += [partial(_end, one) for one in beside]
            for stage in stages:
                try:
                    stage(this)
                except IntegrityFailure as error:
                    notes.failed(error)  # one direction being stopped must not stop the other
                except RemoteExposed as error:
                    exposed = exposed or error
                    notes.read_only = True  # and so the stages that follow only read
    report = notes.report()
    if notes.failures:
        raise CourierFailure(notes.failures[0], report) from notes.failures[0]
    if exposed is not None:
        raise CourierStopped(exposed, report) from exposed
    return report
