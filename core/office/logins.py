"""Coming in: what is kept of each person's logins and password, what a policy asks of it, and what they are told.

Kept in the vault's settings, one a person. Failed logins happen while the vault is shut; they come from outside (`Knocked`)
with the next login, whoever's it is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.office.desk import iso, programme_of
from core.office.ports import Tx
from core.office_days import in_japan

WARNED_DAYS = 14
"""Days before a password is too old, from when on the person is told."""


class Due(StrEnum):
    """Why a password has to be changed before anything else can be done."""

    INITIAL = "initial"  # somebody else chose it, with the login
    RESET = "reset"  # somebody else chose it, in place of one that was forgotten
    EXPIRED = "expired"  # it is older than the programme allows


DUE_WORDS = {
    Due.INITIAL: "はじめてのログインです。取扱責任者から受け取ったパスワードを、自分だけが知るものに変えてください",
    Due.RESET: "パスワードが再設定されました。自分だけが知るものに変えてください",
    Due.EXPIRED: "パスワードの期限が過ぎました。新しいものに変えてください",
}


class Knocked(Protocol):
    """A failed login."""

    @property
    def knock_id(self) -> str: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def staff_id(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def terminal(self) -> str: ...
    @property
    def count(self) -> int:
        """For how many it stands, where one stands for many; otherwise 0."""
        ...


@dataclass(frozen=True)
class CameIn:
    """What a person is told when they have logged in."""

    last: dt.datetime | None = None
    """Their login before this one; None when there was none."""
    failed: int = 0
    """Failed logins under their id since then."""
    due: Due | None = None
    days_left: int | None = None
    """Until the password is too old, when that is near."""
    fingerprint: str = ""
    """Of the vault's key, where this machine sees the vault for the first time."""

    @property
    def strange(self) -> bool:
        """Whether this machine sees the vault for the first time: the person compares its key.

        Whatever the vault itself says of their logins before: whoever made it can have it say anything.
        """
        return bool(self.fingerprint)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Short and calm, in Japanese; none at a first login."""
        told = []
        if self.last is not None:
            moment = in_japan(self.last)
            told.append(f"前回のログイン {moment.month}月{moment.day}日 {moment:%H:%M}")
        if self.failed:
            told.append(f"その後の失敗 {self.failed}回" if told else f"ログインの失敗 {self.failed}回")
        if self.days_left is not None:
            told.append(f"パスワードの期限まで あと{self.days_left}日")
        return tuple(told)


NOTHING_TOLD = CameIn()
"""Of a person nothing is known of."""


@dataclass(frozen=True)
class _Account:
    """What is kept of one person. Moments are RFC 3339, "" where there was none."""

    set_at: str = ""
    """When the password was chosen."""
    must: str = ""
    """`Due.INITIAL` or `Due.RESET`, until the person has chosen one."""
    last: str = ""
    failed: int = 0


def come_in(
    tx: Tx, staff_id: str, since: dt.datetime, knocks: Sequence[Knocked], now: dt.datetime, terminal: str
) -> CameIn:
    """Enter this login, and the failed ones before it, into the access log; what the person is to be told.

    `since`: from when they have had a login. After a crash a knock may come twice: it is entered once.
    """
    known = {row.detail for row in tx.access.page(0, 500) if row.act == "login_failed"}
    people = {row.staff_id for row in tx.staff.list()}
    for knock in knocks:
        many = f" count={knock.count}" if knock.count else ""
        detail = f"{knock.reason} {knock.knock_id}{many}"
        if detail in known:
            continue
        known.add(detail)
        tx.access.append(knock.at, knock.staff_id, "login_failed", detail, knock.terminal)
        if knock.staff_id in people:
            other = _account(tx, knock.staff_id)
            _keep(tx, knock.staff_id, dataclasses.replace(other, failed=other.failed + 1))
    account = _account(tx, staff_id)
    tx.access.append(now, staff_id, "login", "", terminal)
    _keep(tx, staff_id, dataclasses.replace(account, last=iso(now), failed=0))
    last = dt.datetime.fromisoformat(account.last) if account.last else None
    chosen = dt.datetime.fromisoformat(account.set_at) if account.set_at else since
    left = _days_left(tx, chosen, now)
    due = Due(account.must) if account.must else Due.EXPIRED if left is not None and left <= 0 else None
    near = left if left is not None and 0 < left <= WARNED_DAYS else None
    return CameIn(last, account.failed, due, near)


def chosen(tx: Tx, staff_id: str, now: dt.datetime, must: Due | None = None) -> None:
    """Note that a password was chosen: by the person, or (`must`) by somebody else for them."""
    account = _account(tx, staff_id)
    _keep(tx, staff_id, dataclasses.replace(account, set_at=iso(now), must=must.value if must else ""))


def _days_left(tx: Tx, chosen: dt.datetime, now: dt.datetime) -> int | None:
    """Days until a password of that day is too old, rounded up; None where the programme sets no limit."""
    if tx.settings.get("programme") is None:
        return None
    days = programme_of(tx).accounts.password_days
    return -((now - chosen - dt.timedelta(days=days)) // dt.timedelta(days=1)) if days else None


def _account(tx: Tx, staff_id: str) -> _Account:
    text = tx.settings.get(f"account_{staff_id}")
    return _Account(**json.loads(text)) if text else _Account()


def _keep(tx: Tx, staff_id: str, account: _Account) -> None:
    tx.settings.put(f"account_{staff_id}", json.dumps(dataclasses.asdict(account), sort_keys=True))
