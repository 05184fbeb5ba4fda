"""Places of exchange this site used before the present one: bundles may still lie there, so an erasure names them.

A place is `folder:<path>` or `box:<number of the folder>`. How to get in is not kept. A person empties it: another programme may use
it by now, and the names of bundles are alike.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from core.office.desk import Desk
from core.office.ports import Tx
from core.roles import Right

FORMER = "places_former"
"""The setting; it survives an erasure."""


@dataclass(frozen=True)
class Used:
    """A place, and since when (RFC 3339, "" where that is not known)."""

    id: str
    since: str


@dataclass(frozen=True)
class Former:
    """A place that was used, and is not now; from when until when (RFC 3339, or "")."""

    id: str
    since: str
    until: str

    @property
    def is_box(self) -> bool:
        return self.id.startswith("box:")


def former_places(used: Sequence[Used], current: str) -> list[Former]:
    """Each once, in the order they were first used; the current one is none."""
    found: dict[str, Former] = {}
    for one, following in zip_longest(used, used[1:]):
        if one.id != current:
            since = found[one.id].since if one.id in found else one.since
            found[one.id] = Former(one.id, since, following.since if following else "")
    return list(found.values())


def formers_of(tx: Tx) -> list[Former]:
    return [Former(*one) for one in json.loads(tx.settings.get(FORMER) or "[]")]


def record_name(number: int, one: Former) -> str:
    """What the record of an erasure calls it, counted from 1: a path is a person's own words, and stays out of what is signed."""
    return f"{'box' if one.is_box else 'folder'}-{number}"


def former_words(one: Former) -> str:
    """Which, and between which days it was used."""
    where = one.id.partition(":")[2]
    what = f"Boxのフォルダ {where or '（番号は分からない）'}" if one.is_box else f"フォルダ {where}"
    return f"{what}（{_day(one.since)}〜{_day(one.until)}）"


class Places:
    """The vault's memory of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def note(self, used: Sequence[Used], current: str) -> None:
        """Take over what was kept beside the vault. Writes nothing when nothing is new."""
        with self._desk.reading() as tx:
            known = {one.id: one for one in formers_of(tx)}
        merged = known | {one.id: one for one in former_places(used, current)}
        merged.pop(current, None)  # it is used again
        if merged != known:
            with self._desk.writing(Right.READ) as tx:
                rows = [[one.id, one.since, one.until] for one in merged.values()]
                tx.settings.put(FORMER, json.dumps(rows, ensure_ascii=False))

    def former(self) -> list[Former]:
        with self._desk.reading() as tx:
            return formers_of(tx)


def _day(moment: str) -> str:
    if not moment:
        return "時期不明"
    day = dt.datetime.fromisoformat(moment).date()
    return f"{day.year}年{day.month}月{day.day}日"
