"""A round that leaves word of itself: `courier/state.json`, however it ended (docs/exchange.md, "The courier's state")."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.errors import IkiikiError, IntegrityFailure, Stopped
from core.exchange import state
from core.exchange.names import RECEIPT, bundle_name
from core.exchange.receipt import RECEIPT_LIMIT
from core.exchange.remote import Clocked, Remote
from core.exchange.state import CourierState, Outcome, after, ahead_of, outcome_of, read_state
from core.exchange.strict import Fields, object_of
from core.office.ports import Progress
from storage.courier.folder import CourierBusy, Folders
from storage.courier.journal import Journal
from storage.courier.report import CourierReport, Notes
from storage.courier.runner import run
from storage.remotes.durable import read_file, replace

STATE = "state.json"


def watched_run(
    vault_folder: Path,
    remote: Callable[[], Remote],
    clock: Callable[[], dt.datetime],
    notes: Notes,
    *,
    medium: bool = False,
    unattended: bool = False,
    progress: Progress | None = None,
) -> CourierReport:
    """`run` over what `remote` gives, and the state written afterwards.

    `notes` hold what was done, also after a failure. `unattended`: nobody is logged in. Raises what `remote` and `run`
    raise, and `IkiikiError` when this machine's own disk fails. A round that
    finds another one under way leaves the state to that one.
    """
    folders = Folders(vault_folder)
    began = clock()
    given: Remote | None = None

    def end(outcome: Outcome) -> None:
        skew = skew_of(given, medium=medium)
        remark_on_clocks(notes, skew, partner_ahead(notes, began, folders))
        keep_state(folders, notes, began, clock(), outcome, skew, unattended=unattended, medium=medium)

    try:
        given = remote()
        run(vault_folder, given, began, medium=medium, notes=notes, progress=progress)
    except CourierBusy:
        raise
    except Stopped:
        end(Outcome.STOPPED)
        raise
    except IkiikiError as error:
        if not isinstance(error, IntegrityFailure) or str(error) not in notes.problems:
            notes.problem(error)
        end(outcome_of(error.exit_code))
        raise
    except KeyboardInterrupt:
        end(Outcome.STOPPED)
        raise
    except OSError as error:
        failed = IkiikiError(
            "この機械のフォルダを読み書きできません",
            where=os.strerror(error.errno or 0),
            next_step="空き容量と保管庫のフォルダの権限を確かめて、もう一度実行してください",
        )
        notes.problem(failed)
        end(Outcome.FAILED)
        raise failed from None
    except BaseException:
        end(Outcome.FAILED)
        raise
    end(Outcome.DONE)
    return notes.report()


# -- clocks ---------------------------------------------------------------------------------------------------


def remark_on_clocks(notes: Notes, skew: dt.timedelta | None, ahead: dt.timedelta | None) -> None:
    """A sentence where a clock is minutes off; a problem where the ledger's times would be wrong by it."""
    if skew is not None and abs(skew) > state.NOTICED:
        way = "遅れて" if skew > dt.timedelta(0) else "進んで"
        _say(
            notes, skew, f"この機械の時計が、共有先の時計より{_minutes(skew)}分{way}います",
            "管理簿の時刻がずれます。この機械の時計を合わせてください",
        )  # fmt: skip
    if ahead is not None and ahead > state.NOTICED:
        _say(
            notes, ahead, f"相手の通信係が書いた時刻が、この機械の時計より{_minutes(ahead)}分先です",
            "どちらかの時計が違っています。両方の機械の時計を確かめてください",
        )  # fmt: skip


def skew_of(remote: Remote | None, *, medium: bool) -> dt.timedelta | None:
    """What the remote's clock shows against ours. A medium's time stamps are ours, or in local time: they tell nothing."""
    return remote.skew() if isinstance(remote, Clocked) and not medium else None


def partner_ahead(notes: Notes, now: dt.datetime, folders: Folders) -> dt.timedelta | None:
    """By how much something newly signed by the partner's courier lies in our future."""
    moments = [notes.partner_seen] if notes.partner_seen else []
    for name in notes.receipts:
        data = read_file(folders.outbox / f"{name}{RECEIPT}", RECEIPT_LIMIT) or b""
        with suppress(IntegrityFailure):  # it was checked when it came; the next round says what became of it
            moments.append(Fields(object_of(data.split(b"\n")[0], name=name), name).moment("at"))
    return ahead_of(moments, now)


def _say(notes: Notes, span: dt.timedelta, sentence: str, next_step: str) -> None:
    if abs(span) > state.WRONG:
        notes.problems.append(f"{sentence}。{next_step}")
    else:
        notes.remarks.append(sentence)


def _minutes(span: dt.timedelta) -> int:
    return round(abs(span).total_seconds() / 60)


# -- the state ------------------------------------------------------------------------------------------------


def keep_state(
    folders: Folders,
    notes: Notes,
    began: dt.datetime,
    ended: dt.datetime,
    outcome: Outcome,
    skew: dt.timedelta | None,
    *,
    unattended: bool,
    medium: bool,
) -> None:
    """Write what the round gave over the state before. Where the disk lets nothing be written, that is a problem said."""
    if not folders.courier.is_dir():
        return
    round_ = state.Round(
        began,
        ended,
        outcome,
        unattended,
        sent=len(notes.sent),
        received=len(notes.received),
        partner_seen=notes.partner_seen,
        placed=_placed(folders),
        waiting=tuple((one.bundle, one.reason) for one in notes.waiting_for)
        if outcome in {Outcome.DONE, Outcome.INTEGRITY}
        else None,
        problems=tuple(notes.problems),
        read_only=notes.read_only,
        skew=skew,
        partner_ahead=partner_ahead(notes, began, folders),
        medium=medium,
    )
    try:
        descriptor = os.open(folders.courier, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # a person's round and the timer's may end at once
            replace(folders.courier / STATE, after(_before(folders), round_).to_bytes())
        finally:
            os.close(descriptor)
    except OSError as error:
        notes.problems.append(f"通信係の状態を書けません（{os.strerror(error.errno or 0)}）")


def _before(folders: Folders) -> CourierState | None:
    """The state so far. One that cannot be read tells nothing and is written anew."""
    data = read_file(folders.courier / STATE, state.STATE_LIMIT)
    if data is None:
        return None
    try:
        return read_state(data)
    except IntegrityFailure:
        return None


def _placed(folders: Folders) -> tuple[str, ...]:
    """Our bundles that were put into a remote and whose receipt has not come."""
    try:
        sent = Journal(folders.courier / "journal.jsonl").sent
        receipted = {bundle_name(path.name, RECEIPT) for path in folders.outbox.iterdir()}
    except (IntegrityFailure, FileNotFoundError):
        return ()  # the round has failed for that very reason, or came before the first
    return tuple(str(name) for name in sorted(sent) if name not in receipted)[-state.MOST :]
