"""knocks.jsonl: failed logins, which happen while the access log is still locked (docs/vault.md, "knocks.jsonl").

They are handed over at the next login and then kept only as long as they count for the delay. Handing over survives a
crash: a knock may come twice, always with the same `knock_id`, so enter it into the log only once.

The delay is each account's own and grows with each failure to a quarter of an hour, never further: nobody can shut a
person out for good by guessing. Passwords are tried one after the other (`trying`), in however many processes.
Whoever can write the folder can remove knocks, and whoever sets the machine's clock forward ends a delay; they are a
help against guessing at the keyboard, not a proof.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import hmac
import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.canonical import canonical_json
from core.errors import IntegrityFailure, LoginFailed
from core.exchange.strict import MAX_INTEGER, STAFF_ID, is_moment
from storage.vault.files import open_private, read_private, replace_private

NAME = "knocks.jsonl"
LOCK_NAME = "knocks.lock"
UNKNOWN = "unknown"
"""Stands for every id the vault does not know: what was typed may be a password. They are told apart by `bucket_of`."""
FAILED, SHUT_OUT, UNREADABLE, MORE = "failed", "shut_out", "unreadable", "more"
REASONS = frozenset({FAILED, SHUT_OUT, UNREADABLE, MORE})
WINDOW = dt.timedelta(hours=24)
"""How long a failure counts. A login in between ends the count."""
FREE_FAILURES = 5
FIRST_DELAY, LONGEST_DELAY = 30, 15 * 60
"""Seconds. Four tries an hour at the end: some 35,000 a year, for a password that stands against 10^10."""
MOST_SHUT_OUT = 20
"""Tries during delays that are written down for one id: more of them say nothing more, cost nothing, and would fill the file."""
_LIMIT = 1024 * 1024
_MOST_DAMAGED = 100
MOST_TOLD, MOST_MORE = 200, 10
"""Knocks handed over one by one at a login, and rows that stand for more of them: the access log keeps each for good."""
_ID = re.compile(r"[0-9a-f]{16}")
_BUCKET = re.compile(r"([0-9a-f]{3}|all)?")
_TERMINAL = re.compile(r"[ -~]{0,100}")
"""What a terminal's name may be. All of a knock goes into the access log, and whoever writes the folder can write it."""
_EVERYBODY = "all"
"""In place of a bucket: what a file was folded into counts for whoever tries."""


@dataclass(frozen=True)
class Knock:
    """One failed login. `reason`: failed | shut_out (during a delay) | unreadable (a damaged line) | more (`count` of them)."""

    knock_id: str
    """16 hex digits, fresh for each: the handle for entering it only once."""
    at: dt.datetime
    staff_id: str
    reason: str
    taken: bool = False
    """Already handed over; kept for the delay alone."""
    since: dt.datetime | None = None
    """From when it counts for the delay, where the clock has been set back to before `at`."""
    bucket: str = ""
    """Of an unknown id: which of the ids that nobody has (`bucket_of`)."""
    terminal: str = ""
    """Where somebody tried; "" where that is not known."""
    count: int = 0
    """Of `more`: for how many it stands."""

    @property
    def counts_from(self) -> dt.datetime:
        return self.since or self.at


def bucket_of(typed: str, key: str) -> str:
    """Three hex digits of a keyed hash: an id that nobody has gets its own delay as a true one does, so that the delay does
    not tell which is which. So few, that whoever reads the file learns next to nothing of a password typed in its place."""
    return hmac.digest(key.encode("utf-8"), typed.encode("utf-8", "surrogatepass"), "sha256").hex()[:3]


def record_knock(folder: Path, knock: Knock) -> None:
    """Append `knock`, durably."""
    with _locked(folder):
        _append(folder, knock)


@dataclass(frozen=True)
class Trial:
    """One try at a password, while no other can be made."""

    folder: Path
    staff_id: str
    now: dt.datetime
    waiting: int
    """Seconds during which none is accepted; 0: this one is."""
    bucket: str = ""
    terminal: str = ""

    def begin(self, knock_id: str) -> None:
        """Note it, durably, as failed, before it is known to be: whoever stops the process then has had their try.

        During a delay it is noted as such, and no more of them than say something.
        """
        if not self.waiting:
            _append(self.folder, self._knock(knock_id, FAILED))
            return
        noted = [knock for knock in read_knocks(self.folder, self.now) if knock.reason == SHUT_OUT]
        mine = [knock for knock in noted if self._is_mine(knock) and self.now - knock.counts_from < WINDOW]
        if len(mine) < MOST_SHUT_OUT:
            _append(self.folder, self._knock(knock_id, SHUT_OUT))

    def seconds(self) -> int:
        """Until the next is accepted."""
        return seconds_to_wait(read_knocks(self.folder, self.now), self.staff_id, self.now, self.bucket)

    def _knock(self, knock_id: str, reason: str) -> Knock:
        terminal = self.terminal if _TERMINAL.fullmatch(self.terminal) else ""
        return Knock(knock_id, self.now, self.staff_id, reason, bucket=self.bucket, terminal=terminal)

    def _is_mine(self, knock: Knock) -> bool:
        return (knock.staff_id, knock.bucket) == (self.staff_id, self.bucket)


@contextmanager
def trying(
    folder: Path, staff_id: str, now: dt.datetime, bucket: str = "", terminal: str = ""
) -> Iterator[Trial]:
    """Try a password within the block: others wait, so that many processes guess no faster than one."""
    with _locked(folder):
        knocks = _read_or_fold(folder, now)
        settled = [_settled(knock, now) for knock in knocks]
        if settled != knocks:
            replace_private(folder / NAME, b"".join(_line(knock) for knock in settled))
        waiting = seconds_to_wait(settled, staff_id, now, bucket)
        yield Trial(folder, staff_id, now, waiting, bucket, terminal)


def withdraw(folder: Path, knock_id: str, now: dt.datetime) -> None:
    """Take back what was noted of a try that then was right."""
    with _locked(folder):
        withdraw_within(folder, knock_id, now)


def withdraw_within(folder: Path, knock_id: str, now: dt.datetime) -> None:
    """The same within `trying`."""
    knocks = read_knocks(folder, now)
    kept = [knock for knock in knocks if (knock.knock_id, knock.reason) != (knock_id, FAILED)]
    if kept != knocks:
        replace_private(folder / NAME, b"".join(_line(knock) for knock in kept))


def _read_or_fold(folder: Path, now: dt.datetime) -> list[Knock]:
    """The knocks; of a file that is too long, or mostly no knocks, one for all that stood there. Under the lock.

    What filled it is not believed, and must shut nobody out for good: everybody waits the longest delay, once.
    """
    try:
        knocks = read_knocks(folder, now)
    except IntegrityFailure:
        if (folder / NAME).stat().st_size <= _LIMIT:
            raise  # not its length: whose file it is, or its mode
        knocks = []
    else:
        if sum(knock.reason == UNREADABLE for knock in knocks) <= _MOST_DAMAGED:
            return knocks
    moment = now.replace(microsecond=0)
    handle = hashlib.sha256(moment.isoformat().encode("ascii")).hexdigest()[:16]
    folded = Knock(handle, moment, UNKNOWN, UNREADABLE, bucket=_EVERYBODY)
    replace_private(folder / NAME, _line(folded))
    return [folded]


def _settled(knock: Knock, now: dt.datetime) -> Knock:
    """A clock set back must not end a delay, nor make one that lasts until it has caught up: it begins anew from now."""
    return replace(knock, since=now.replace(microsecond=0)) if knock.counts_from > now else knock


def _append(folder: Path, knock: Knock) -> None:
    path = folder / NAME
    descriptor = open_private(path, os.O_CREAT | os.O_RDWR | os.O_APPEND)
    try:
        line = _line(knock)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # a line cut by a crash stays its own
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_knocks(folder: Path, now: dt.datetime) -> list[Knock]:
    """All knocks in the file, damaged lines as `unreadable` at `now`."""
    try:
        content = read_private(folder / NAME, limit=_LIMIT)
    except FileNotFoundError:
        return []
    return [_knock(line, now) for line in content.split(b"\n") if line]


@contextmanager
def take_knocks(folder: Path, staff_id: str, now: dt.datetime) -> Iterator[list[Knock]]:
    """The knocks not handed over yet, for the access log; on leaving without an error they count as handed over.

    `staff_id` has just logged in: their own failures are forgotten with it, others' stay for the delay. Of very many, the
    first `MOST_TOLD` come one by one, and one for the rest. Failed logins elsewhere wait while the block runs: make it one short transaction.
    """
    with _locked(folder):
        knocks = _counted(folder, _read_or_fold(folder, now), now)
        yield [knock for knock in knocks if not knock.taken]
        kept = [
            replace(knock, taken=True)
            for knock in knocks
            if knock.staff_id != staff_id and knock.reason == FAILED and now - knock.counts_from < WINDOW
        ]
        if knocks:
            replace_private(folder / NAME, b"".join(_line(knock) for knock in kept))


def _counted(folder: Path, knocks: list[Knock], now: dt.datetime) -> list[Knock]:
    """The same, where more than can be told one by one were not handed over yet: one knock that counts the rest, which stay
    for the delay alone. Written down before any is told, so that after a crash the same ones come again."""
    new = [knock for knock in knocks if not knock.taken]
    single = [knock for knock in new if knock.reason != MORE]
    counting = [knock for knock in new if knock.reason == MORE]
    rest = [*single[MOST_TOLD:], *counting[MOST_MORE:]]
    if not rest:
        return knocks
    handle = hashlib.sha256(b"".join(map(_line, rest))).hexdigest()[:16]
    number = min(MAX_INTEGER, sum(knock.count or 1 for knock in rest))
    more = Knock(handle, now.replace(microsecond=0), UNKNOWN, MORE, count=number)
    told = [*single[:MOST_TOLD], *counting[:MOST_MORE], more]
    for_delay = [
        replace(knock, taken=True)
        for knock in (*(one for one in knocks if one.taken), *single[MOST_TOLD:])
        if knock.reason == FAILED and now - knock.counts_from < WINDOW
    ]
    replace_private(folder / NAME, b"".join(_line(knock) for knock in (*told, *for_delay)))
    return [*told, *for_delay]


def seconds_to_wait(knocks: Sequence[Knock], staff_id: str, now: dt.datetime, bucket: str = "") -> int:
    """How long `staff_id` must wait before the next try: 0, or from the fifth failure within a day on 30 s, doubling
    with each, to 15 minutes at most; and 15 minutes where more was in the file than it may hold."""
    folded = [
        LONGEST_DELAY - (now - knock.counts_from).total_seconds()
        for knock in knocks
        if (knock.reason, knock.bucket) == (UNREADABLE, _EVERYBODY)
    ]
    least = min(LONGEST_DELAY, max(0, math.ceil(max(folded, default=0.0))))
    recent = [
        knock.counts_from
        for knock in knocks
        if (knock.staff_id, knock.bucket, knock.reason) == (staff_id, bucket, FAILED)
        and now - knock.counts_from < WINDOW
    ]
    if len(recent) < FREE_FAILURES:
        return least
    delay: int = min(FIRST_DELAY * 2 ** (len(recent) - FREE_FAILURES), LONGEST_DELAY)
    waited = (now - max(recent)).total_seconds()
    return max(least, min(delay, math.ceil(delay - waited)))


def login_failed(seconds: int = 0) -> LoginFailed:
    """The one text for an unknown id and for a wrong password, and how long to wait when the next must wait."""
    after = f"{_span(seconds)}後に" if seconds else ""
    return LoginFailed(
        "職員IDかパスワードが違います", next_step=f"確かめて、{after or 'もう一度'}入力してください"
    )


def shut_out(seconds: int) -> LoginFailed:
    return LoginFailed(
        "ログインの失敗が続いたため、しばらく受け付けません",
        next_step=f"{_span(seconds)}後に、もう一度お試しください。心当たりがなければ取扱責任者に知らせてください",
    )


def _span(seconds: int) -> str:
    """Seconds as people read them: 45秒, 2分, 14分59秒."""
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes}分" if minutes else "") + (f"{rest}秒" if rest or not minutes else "")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = open_private(folder / LOCK_NAME, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _line(knock: Knock) -> bytes:
    document: dict[str, Any] = {
        "at": knock.at.isoformat(timespec="seconds"),
        "id": knock.knock_id,
        "reason": knock.reason,
        "staff_id": knock.staff_id,
    }
    if knock.bucket:
        document["bucket"] = knock.bucket
    if knock.count:
        document["count"] = knock.count
    if knock.terminal:
        document["terminal"] = knock.terminal
    if knock.taken:
        document["taken"] = True
    if knock.since is not None:
        document["since"] = knock.since.isoformat(timespec="seconds")
    return canonical_json(document) + b"\n"


def _knock(line: bytes, now: dt.datetime) -> Knock:
    """What `_line` made, of values that this program makes; anything else is `unreadable` at `now`."""
    try:
        document = json.loads(line.decode("utf-8"))
        knock = Knock(
            knock_id=document["id"],
            at=dt.datetime.fromisoformat(document["at"]),
            staff_id=document["staff_id"],
            reason=document["reason"],
            taken=document.get("taken", False),
            since=dt.datetime.fromisoformat(document["since"]) if "since" in document else None,
            bucket=document.get("bucket", ""),
            terminal=document.get("terminal", ""),
            count=document.get("count", 0),
        )
        if not _well_formed(knock, document) or _line(knock) != line + b"\n":
            raise ValueError("not as written")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Knock(hashlib.sha256(line).hexdigest()[:16], now, UNKNOWN, UNREADABLE)
    return knock


def _well_formed(knock: Knock, document: dict[str, Any]) -> bool:
    """Whether each value is one that a knock can have. Raises `TypeError` for values of other types."""
    return (
        knock.reason in REASONS
        and all(map(is_moment, (document["at"], document.get("since", document["at"]))))
        and _ID.fullmatch(knock.knock_id) is not None
        and STAFF_ID.fullmatch(knock.staff_id) is not None
        and _BUCKET.fullmatch(knock.bucket) is not None
        and _TERMINAL.fullmatch(knock.terminal) is not None
        and type(knock.count) is int
        and (1 <= knock.count <= MAX_INTEGER if knock.reason == MORE else knock.count == 0)
    )
