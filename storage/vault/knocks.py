"""knocks.jsonl: failed logins, which happen while the access log is still locked (docs/vault.md, "knocks.jsonl").

They are handed over at the next login and then kept only as long as they count for the delay. Handing over survives a
crash: a knock may come twice, always with the same `knock_id`, so enter it into the log only once.
Whoever can write the folder can remove knocks; they are a help against guessing at the keyboard, not a proof.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
WINDOW = dt.timedelta(minutes=15)
FREE_FAILURES = 5
_FIRST_DELAY = 30
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


def record_knock(folder: Path, knock: Knock) -> None:
    """Append `knock`, durably."""
    with _locked(folder):
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
            Knock(knock.knock_id, knock.at, knock.staff_id, knock.reason, taken=True)
            for knock in knocks
            if knock.staff_id != staff_id and knock.reason == FAILED and now - knock.at < WINDOW
        ]
        if knocks:
            replace_private(folder / NAME, b"".join(_line(knock) for knock in kept))


def seconds_to_wait(knocks: Sequence[Knock], staff_id: str, now: dt.datetime) -> int:
    """How long `staff_id` must wait before the next try: 0, or from the fifth failure within 15 minutes on 30 s,
    doubling with each, to 15 minutes at most."""
    recent = [
        knock.at
        for knock in knocks
        if knock.staff_id == staff_id and knock.reason == FAILED and now - knock.at < WINDOW
    ]
    if len(recent) < FREE_FAILURES:
        return 0
    delay: int = min(_FIRST_DELAY * 2 ** (len(recent) - FREE_FAILURES), int(WINDOW.total_seconds()))
    waited = (now - max(recent)).total_seconds()
    return max(0, min(delay, round(delay - waited)))  # a clock set back cannot shut anybody out for longer


def login_failed() -> LoginFailed:
    """The one text for an unknown id and for a wrong password."""
    return LoginFailed("職員IDかパスワードが違います", next_step="確かめて、もう一度入力してください")


def shut_out(seconds: int) -> LoginFailed:
    return LoginFailed(
        "ログインの失敗が続いたため、しばらく受け付けません",
        next_step=f"{seconds}秒後に、もう一度お試しください。心当たりがなければ取扱責任者に知らせてください",
    )


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
        )
        texts = (knock.knock_id, knock.staff_id, knock.reason)
        if knock.at.tzinfo is None or not all(isinstance(text, str) for text in texts):
            raise ValueError("not as written")
        if _line(knock) != line + b"\n":
            raise ValueError("not as written")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Knock(hashlib.sha256(line).hexdigest()[:16], now, UNKNOWN, UNREADABLE)
    return knock
