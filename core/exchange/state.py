"""What the courier leaves behind of its last round, for people who look later (docs/exchange.md, "The courier's state").

It is the courier's word about itself, unsigned and of this machine alone: what is due and late is derived from it, nothing is
decided by it. No secrets and no personal data: names of bundles, moments, counts, and sentences of `IkiikiError`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.canonical import canonical_json, nfc
from core.exchange.names import bundle_name
from core.exchange.strict import MAX_INTEGER, Fields, bad, moment, object_of

PROTOCOL = "hkw1"
STATE_LIMIT = 256 * 1024
"""Bytes of the largest state read."""
MOST = 200
"""Entries of a list kept at most, so that the state stays small whatever happens."""
LONGEST = 400
"""Letters of a sentence kept at most."""
NOTICED = dt.timedelta(minutes=2)
"""Clocks this far apart are mentioned."""
WRONG = dt.timedelta(minutes=10)
"""Clocks this far apart make the ledger's times wrong: a problem, though nothing is stopped by it."""


class Outcome(StrEnum):
    """How a round ended. The courier's exit codes, in words (docs/exchange.md)."""

    DONE = "done"
    FAILED = "failed"
    USAGE = "usage"
    REFUSED = "refused"
    LOGIN = "login"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"  # by a signal or Ctrl+C
    INTEGRITY = "integrity"


CODE = {
    Outcome.DONE: 0,
    Outcome.FAILED: 1,
    Outcome.USAGE: 2,
    Outcome.REFUSED: 3,
    Outcome.LOGIN: 4,
    Outcome.UNREACHABLE: 5,
    Outcome.STOPPED: 5,
    Outcome.INTEGRITY: 6,
}
_OF_CODE = {code: outcome for outcome, code in CODE.items() if outcome is not Outcome.STOPPED}


@dataclass(frozen=True)
class Held:
    """A bundle that cannot be taken yet, why (Japanese), and since when (RFC 3339)."""

    bundle: str
    reason: str
    since: str


@dataclass(frozen=True)
class CourierState:
    """Moments are RFC 3339 with an offset, "" for never."""

    began: str
    ended: str
    outcome: Outcome
    unattended: str = ""
    """When a round without a person last began."""
    succeeded: str = ""
    """When a round last ended well."""
    sent: str = ""
    """When anything last went out, and came in."""
    received: str = ""
    partner_seen: str = ""
    """The hour in which the partner's courier last ran."""
    placed: tuple[str, ...] = ()
    """Our bundles that were put into the remote and have no receipt yet."""
    waiting: tuple[Held, ...] = ()
    problems: tuple[str, ...] = ()
    read_only: bool = False
    skew: int | None = None
    """Seconds by which the remote's clock is ahead of ours; None: it cannot be told."""
    partner_ahead: int | None = None
    """Seconds by which something the partner's courier signed lies in our future; None: nothing does."""
    failures: int = 0
    """Rounds in a row that did not end well; a round that was stopped counts for nothing."""

    @property
    def code(self) -> int:
        """The exit code that goes with the outcome."""
        return CODE[self.outcome]

    def to_bytes(self) -> bytes:
        """Canonical JSON and LF."""
        document: dict[str, Any] = {
            "protocol": PROTOCOL,
            "began": self.began,
            "ended": self.ended,
            "outcome": self.outcome.value,
            "code": self.code,
            "unattended": self.unattended,
            "succeeded": self.succeeded,
            "sent": self.sent,
            "received": self.received,
            "partner_seen": self.partner_seen,
            "placed": list(self.placed[:MOST]),
            "waiting": [
                {"bundle": one.bundle, "reason": _short(one.reason), "since": one.since}
                for one in self.waiting[:MOST]
            ],
            "problems": [_short(problem) for problem in self.problems[:MOST]],
            "read_only": self.read_only,
            "skew": self.skew,
            "partner_ahead": self.partner_ahead,
            "failures": min(self.failures, MAX_INTEGER),
        }
        return canonical_json(document) + b"\n"


_KEYS = (
    "protocol", "began", "ended", "outcome", "code", "unattended", "succeeded", "sent", "received", "partner_seen",
    "placed", "waiting", "problems", "read_only", "skew", "partner_ahead", "failures",
)  # fmt: skip


def read_state(data: bytes, *, name: str = "courier/state.json") -> CourierState:
    """The state in the bytes of `to_bytes`. Raises `IntegrityFailure`."""
    if len(data) > STATE_LIMIT or not data.endswith(b"\n"):
        raise bad("通信係の状態の記録が読めません", name)
    fields = Fields(object_of(data[:-1], name=name), name).exactly(_KEYS)
    fields.literal("protocol", PROTOCOL)
    outcome = fields.text("outcome")
    if outcome not in set(Outcome) or fields.integer("code") != CODE[Outcome(outcome)]:
        raise bad("項目の値が正しくありません", f"{name} outcome")
    held = [
        Fields(_dict(one, name), name).exactly(("bundle", "reason", "since"))
        for one in _list(fields, "waiting")
    ]
    if not isinstance(fields.values["read_only"], bool):
        raise bad("項目の値が正しくありません", f"{name} read_only")
    return CourierState(
        began=fields.moment("began"),
        ended=fields.moment("ended"),
        outcome=Outcome(outcome),
        unattended=_maybe(fields, "unattended"),
        succeeded=_maybe(fields, "succeeded"),
        sent=_maybe(fields, "sent"),
        received=_maybe(fields, "received"),
        partner_seen=_maybe(fields, "partner_seen"),
        placed=tuple(_bundle(one, name) for one in _list(fields, "placed")),
        waiting=tuple(
            Held(_bundle(one.text("bundle"), name), one.text("reason", longest=LONGEST), one.moment("since"))
            for one in held
        ),
        problems=tuple(_sentence(one, name) for one in _list(fields, "problems")),
        read_only=fields.values["read_only"],
        skew=_seconds(fields, "skew"),
        partner_ahead=_seconds(fields, "partner_ahead"),
        failures=fields.integer("failures"),
    )


@dataclass(frozen=True)
class Round:
    """What one round gave, for `after`. Times know their offset."""

    began: dt.datetime
    ended: dt.datetime
    outcome: Outcome
    unattended: bool
    sent: int = 0
    received: int = 0
    partner_seen: str = ""
    placed: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] | None = None
    """(bundle, reason); None: the round did not come so far as to know."""
    problems: tuple[str, ...] = ()
    read_only: bool = False
    skew: dt.timedelta | None = None
    partner_ahead: dt.timedelta | None = None
    medium: bool = False
    """Over a medium carried by hand: it tells what went and came, and nothing of the line."""


def after(before: CourierState | None, this: Round) -> CourierState:
    """The state that follows `before` (None: there was none) when `this` round has ended."""
    ended = moment(this.ended)
    last = before or CourierState(ended, ended, this.outcome)
    sent, received = ended if this.sent else last.sent, ended if this.received else last.received
    if this.medium:
        return replace(last, sent=sent, received=received, placed=this.placed)
    well = this.outcome is Outcome.DONE
    since = {one.bundle: one.since for one in last.waiting}
    waiting = (
        last.waiting
        if this.waiting is None
        else tuple(Held(name, reason, since.get(name, ended)) for name, reason in this.waiting)
    )
    return replace(
        last,
        began=moment(this.began),
        ended=ended,
        outcome=this.outcome,
        unattended=moment(this.began) if this.unattended else last.unattended,
        succeeded=ended if well else last.succeeded,
        sent=sent,
        received=received,
        partner_seen=max(this.partner_seen, last.partner_seen, key=_order),
        placed=this.placed,
        waiting=waiting,
        problems=this.problems,
        read_only=this.read_only or (last.read_only and not well),
        skew=last.skew if this.skew is None and not well else _whole(this.skew),
        partner_ahead=_whole(this.partner_ahead),
        failures=0 if well else last.failures if this.outcome is Outcome.STOPPED else last.failures + 1,
    )


def outcome_of(code: int) -> Outcome:
    """The word for an exit code of an error."""
    return _OF_CODE.get(code, Outcome.FAILED)


def ahead_of(moments: Iterable[str], now: dt.datetime) -> dt.timedelta | None:
    """By how much the latest of these RFC 3339 moments lies in the future; None when none does."""
    future = [at - now for at in map(dt.datetime.fromisoformat, moments) if at > now]
    return max(future, default=None)


def _short(sentence: str) -> str:
    """What a path or an answer brought with it may be no proper text: it is shown as far as it is one."""
    return nfc(sentence.encode("utf-8", "replace").decode("utf-8"))[:LONGEST]


def _order(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp() if text else float("-inf")


def _whole(span: dt.timedelta | None) -> int | None:
    return None if span is None else max(-MAX_INTEGER, min(MAX_INTEGER, round(span.total_seconds())))


def _maybe(fields: Fields, key: str) -> str:
    return fields.moment(key) if fields.values[key] != "" else ""


def _list(fields: Fields, key: str) -> list[Any]:
    value = fields.values[key]
    if not isinstance(value, list) or len(value) > MOST:
        raise bad("項目の値が正しくありません", f"{fields.name} {key}")
    return value


def _dict(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad("項目の値が正しくありません", name)
    return value


def _bundle(value: object, name: str) -> str:
    if not isinstance(value, str) or bundle_name(value) is None:
        raise bad("束の名前ではありません", name)
    return value


def _sentence(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise bad("項目の値が正しくありません", name)
    return value


def _seconds(fields: Fields, key: str) -> int | None:
    value = fields.values[key]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_INTEGER:
        raise bad("数の値が正しくありません", f"{fields.name} {key}")
    return value
