"""One round of the courier: out, in, receipts, heartbeat. Safe at any time, any number of times."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.errors import IntegrityFailure
from core.exchange.remote import Remote
from storage.courier.box_log import fetch_log
from storage.courier.folder import Folders, only_one, read_identity
from storage.courier.journal import Journal
from storage.courier.receiving import answer, beat, receive
from storage.courier.report import CourierFailure, CourierReport, Notes
from storage.courier.sending import Round, collect_receipts, send


def run(
    vault_folder: Path,
    remote: Remote,
    now: dt.datetime,
    *,
    medium: bool = False,
    notes: Notes | None = None,
) -> CourierReport:
    """Move sealed bundles between `vault_folder` and `remote`; needs no vault password and opens nothing.

    `now` knows its UTC offset. `medium` says that `remote` is carried by hand: then the ward desk's channel goes
    too, and no heartbeat is left. `notes` are written as it goes: after a failure they tell what was done before.
    Raises `Refused` when the sites are not paired, `CourierBusy` when another round is under way, `RemoteUnreachable`
    when the remote fails (run again later: everything goes on where it stopped), and `CourierFailure`, an
    `IntegrityFailure`, when anything was altered; what was met then lies in `courier/evidence/`.
    """
    folders = Folders(vault_folder)
    notes = Notes() if notes is None else notes
    with only_one(folders):
        identity = read_identity(folders)
        folders.prepare()
        listed = {file.name: file for file in remote.list()}
        this = Round(
            folders, identity, Journal(folders.courier / "journal.jsonl"), remote, listed, now, medium, notes
        )
        for stage in (send, receive, collect_receipts, answer, *(() if medium else (beat, fetch_log))):
            try:
                stage(this)
            except IntegrityFailure as error:
                notes.failed(error)  # one direction being stopped must not stop the other
    report = notes.report()
    if notes.failures:
        raise CourierFailure(notes.failures[0], report) from notes.failures[0]
    return report
