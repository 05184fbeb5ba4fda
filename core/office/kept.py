"""What the vault keeps of a thing carried by hand and no ledger line holds: when it is to come back, and an export's password.

A password lies here, sealed with the rest of the vault, until its パスワード通知書 has been given or the export is no more.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.canonical import canonical_json
from core.ledger.codes import Place
from core.office.ports import Tx


@dataclass(frozen=True)
class Kept:
    """Of one 控番号. `opens` and `password` are empty for what is no export and no notice of one."""

    return_by: dt.date | None = None
    records: int = 0
    """How many records a data medium holds, as its label says."""
    password: str = field(default="", repr=False)
    to: Place = Place.NONE
    """To whom it is meant to go."""
    opens: str = ""
    """Of a password notice: the 控番号 of the export it opens."""


class Counted(Protocol):
    """As much of a copy as its return day asks for."""

    @property
    def here(self) -> int: ...
    @property
    def given(self) -> int: ...
    @property
    def received(self) -> bool: ...


def kept_of(tx: Tx, name: str) -> Kept | None:
    """What is kept of that 控番号, or None."""
    text = tx.settings.get(_key(name))
    if not text:
        return None
    body = json.loads(text)
    by = body["return_by"]
    return Kept(
        dt.date.fromisoformat(by) if by else None,
        body["records"],
        body["password"],
        Place(body["to"]),
        body["opens"],
    )


def keep(tx: Tx, name: str, kept: Kept) -> None:
    """Keep this of that 控番号, in place of what was kept."""
    body = {
        "return_by": kept.return_by.isoformat() if kept.return_by else "",
        "records": kept.records,
        "password": kept.password,
        "to": kept.to.value,
        "opens": kept.opens,
    }
    tx.settings.put(_key(name), canonical_json(body).decode("ascii"))


def forget_password(tx: Tx, name: str) -> None:
    """Nobody can print its password from here on. What was written over is wiped (`secure_delete`)."""
    kept = kept_of(tx, name)
    if kept is not None and kept.password:
        keep(tx, name, replace(kept, password=""))


def is_overdue(by: dt.date | None, copy: Counted, day: dt.date) -> bool:
    """Whether it should have come back by now; of what came from the other site: have gone back."""
    return by is not None and day > by and (copy.here if copy.received else copy.given) > 0


def _key(name: str) -> str:
    return f"carried_{name}"
