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
import json
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.canonical import canonical_json
from core.errors import LoginFailed
from storage.vault.files import open_private, read_private, replace_private

NAME = "knocks.jsonl"
LOCK_NAME = "knocks.lock"
UNKNOWN = "unknown"
"""Stands for every id the vault does not know: what was typed may be a password."""
FAILED, SHUT_OUT, UNREADABLE = "failed", "shut_out", "unreadable"
WINDOW = dt.timedelta(hours=24)
"""How long a failure counts. A login in between ends the count."""
FREE_FAILURES = 5
FIRST_DELAY, LONGEST_DELAY = 30, 15 * 60
"""Seconds. Four tries an hour at the end: some 35,000 a year, for a password that stands against 10^10."""
_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Knock:
    """One failed login. `reason`: failed | shut_out (during a delay) | unreadable (a damaged line)."""

    knock_id: str
    """16 hex digits, fresh for each: the handle for entering it only once."""
    at: dt.datetime
    staff_id: str
    reason: str
    taken: bool = False
    """Already handed over; kept for the delay alone."""
    since: dt.datetime | None = None
    """From when it counts for the delay, where the clock has been set back to before `at`."""

    @property
    def counts_from(self) -> dt.datetime:
        return self.since or self.at


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

    def failed(self, knock_id: str) -> int:
        """Note that it failed, durably; the seconds until the next is accepted."""
        _append(self.folder, Knock(knock_id, self.now, self.staff_id, SHUT_OUT if self.waiting else FAILED))
        return seconds_to_wait(read_knocks(self.folder, self.now), self.staff_id, self.now)


@contextmanager
def trying(folder: Path, staff_id: str, now: dt.datetime) -> Iterator[Trial]:
    """Try a password within the block: others wait, so that many processes guess no faster than one."""
    with _locked(folder):
        knocks = read_knocks(folder, now)
        settled = [_settled(knock, now) for knock in knocks]
        if settled != knocks:
            replace_private(folder / NAME, b"".join(_line(knock) for knock in settled))
        yield Trial(folder, staff_id, now, seconds_to_wait(settled, staff_id, now))


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

    `staff_id` has just logged in: their own failures are forgotten with it, others' stay for the delay.
    Failed logins elsewhere wait while the block runs: make it one short transaction.
    """
    with _locked(folder):
        knocks = read_knocks(folder, now)
        yield [knock for knock in knocks if not knock.taken]
        kept = [
            replace(knock, taken=True)
            for knock in knocks
            if knock.staff_id != staff_id and knock.reason == FAILED and now - knock.counts_from < WINDOW
        ]
        if knocks:
            replace_private(folder / NAME, b"".join(_line(knock) for knock in kept))


def seconds_to_wait(knocks: Sequence[Knock], staff_id: str, now: dt.datetime) -> int:
    """How long `staff_id` must wait before the next try: 0, or from the fifth failure within a day on 30 s, doubling
    with each, to 15 minutes at most."""
    recent = [
        knock.counts_from
        for knock in knocks
        if knock.staff_id == staff_id and knock.reason == FAILED and now - knock.counts_from < WINDOW
    ]
    if len(recent) < FREE_FAILURES:
        return 0
    delay: int = min(FIRST_DELAY * 2 ** (len(recent) - FREE_FAILURES), LONGEST_DELAY)
    waited = (now - max(recent)).total_seconds()
    return max(0, min(delay, math.ceil(delay - waited)))


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
    if knock.taken:
        document["taken"] = True
    if knock.since is not None:
        document["since"] = knock.since.isoformat(timespec="seconds")
    return canonical_json(document) + b"\n"


def _knock(line: bytes, now: dt.datetime) -> Knock:
    try:
        document = json.loads(line.decode("utf-8"))
        knock = Knock(
            knock_id=document["id"],
            at=dt.datetime.fromisoformat(document["at"]),
            staff_id=document["staff_id"],
            reason=document["reason"],
            taken=document.get("taken", False),
            since=dt.datetime.fromisoformat(document["since"]) if "since" in document else None,
        )
        texts = (knock.knock_id, knock.staff_id, knock.reason)
        if (
            knock.at.tzinfo is None
            or knock.counts_from.tzinfo is None
            or not all(isinstance(text, str) for text in texts)
        ):
            raise ValueError("not as written")
        if _line(knock) != line + b"\n":
            raise ValueError("not as written")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Knock(hashlib.sha256(line).hexdigest()[:16], now, UNKNOWN, UNREADABLE)
    return knock
