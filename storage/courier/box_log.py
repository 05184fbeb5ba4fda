"""The remote's own log, where it keeps one: fetched at the end of a round and kept beside the journal.

courier/box-log.jsonl    what concerns our folder, one event a line (`core.exchange.happenings`); only ever added to
courier/box-watch.json   how far it was read, written after the lines are safe: a crash in between tells events twice

What is wrong with the log never stops a bundle: it is said in the report, and what could not be read counts as unchecked.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from core.errors import IkiikiError, IntegrityFailure
from core.exchange.happenings import Watch, Watched, begun, is_pulse, read_happenings, read_on, read_watch
from core.exchange.strict import moment
from storage.courier.sending import Round
from storage.remotes.durable import append_line, read_file, replace

LOG = "box-log.jsonl"
WATCH = "box-watch.json"
EVERY = dt.timedelta(minutes=15)
"""Not more often than this."""
PAGES = 40
"""Pages of 500 in one round; the next round goes on."""
LOG_LIMIT = 32 * 2**20
WATCH_LIMIT = 2**20


def fetch_log(this: Round) -> None:
    """Fetch what has happened since. Never raises for what the remote, or the kept log, is to blame for."""
    if not isinstance(this.remote, Watched):
        return
    try:
        _fetch(this, this.remote)
    except IkiikiError as error:
        this.notes.problems.append(f"Boxの記録を確かめられませんでした。{error}")


def _fetch(this: Round, remote: Watched) -> None:
    courier = this.folders.courier
    before = _watch(read_file(courier / WATCH, WATCH_LIMIT))
    if before is not None and before.polled:
        since = this.now - dt.datetime.fromisoformat(before.polled)
        if dt.timedelta(0) <= since < EVERY:
            return
    log = read_file(courier / LOG, LOG_LIMIT) or b""
    kept = read_happenings(log)
    seen, known, size = {one.id for one in kept}, {one.item for one in kept} - {""}, len(log)
    account = remote.account()
    state = begun(before, account, this.now)
    for _ in range(PAGES):
        page = remote.happenings(account, state.stream, state.position, state.after, known)
        page = dataclasses.replace(page, last=page.ends(this.now))
        fresh = {
            one.id: one
            for one in page.happenings
            if one.id not in seen and not is_pulse(one, account, this.identity.own.site)
        }
        lines = b"".join(one.line() for one in fresh.values())
        size += len(lines)
        if size > LOG_LIMIT:
            raise IntegrityFailure(
                "Boxの記録の控えが大きくなりすぎたため、続きを読んでいません",
                where=f"courier/{LOG}",
                next_step="取扱責任者が控えを別の場所に移して保管してください",
            )
        if lines:
            append_line(courier / LOG, lines)
        seen |= fresh.keys()
        known |= {one.item for one in fresh.values()} - {""}
        state = read_on(state, page, this.now)
        replace(courier / WATCH, state.data())
        if page.last and state.polled == moment(this.now):
            return
    this.notes.problems.append("Boxの記録の続きは、次の送受信で読みます")


def _watch(data: bytes | None) -> Watch | None:
    return None if data is None else read_watch(data)
