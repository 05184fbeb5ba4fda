"""Which backups are kept: the newest of each of the last days, weeks and months, and never fewer than the newest one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.errors import UsageError

_RULE = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,3})w)?(?:([0-9]{1,3})m)?")


@dataclass(frozen=True)
class Keeping:
    """So many days, weeks (Monday to Sunday) and months of which the newest backup each is kept, counted from the newest."""

    days: int = 7
    weeks: int = 4
    months: int = 12

    @classmethod
    def of(cls, text: str) -> Keeping:
        """`7d4w12m`; what is left out is 0. Blanks and commas may stand between. Raises `UsageError`."""
        found = _RULE.fullmatch(re.sub(r"[ ,、]", "", text))
        numbers = [int(part or "0") for part in found.groups()] if found else []
        if not any(numbers):
            raise UsageError(
                "残す控えの数が読めません",
                where=text,
                next_step="例: --keep 7d4w12m（7日、4週、12か月のそれぞれ最新）",
            )
        return cls(*numbers)


DEFAULT = Keeping()


def kept(made: Iterable[dt.datetime], keeping: Keeping = DEFAULT) -> frozenset[dt.datetime]:
    """Those moments whose backups stay. The newest always does. Moments are compared as they are, in one time zone."""
    newest_first = sorted(made, reverse=True)
    stay = set(newest_first[:1])
    of: tuple[tuple[int, Callable[[dt.datetime], tuple[int, ...]]], ...] = (
        (keeping.days, lambda at: (at.year, at.month, at.day)),
        (keeping.weeks, lambda at: tuple(at.isocalendar()[:2])),
        (keeping.months, lambda at: (at.year, at.month)),
    )
    for number, span in of:
        newest: dict[tuple[int, ...], dt.datetime] = {}
        for at in newest_first:
            newest.setdefault(span(at), at)
        stay |= set(list(newest.values())[:number])
    return frozenset(stay)


def last_days(
    made: Iterable[dt.datetime], now: dt.datetime, until: dt.date, keeping: Keeping = DEFAULT
) -> dict[dt.datetime, dt.date | None]:
    """By backup, the day on which it is removed if one is made each day from tomorrow on; None where that is after `until`."""
    here, gone = set(made), dict.fromkeys(made)
    moment = now
    while moment.date() < until and any(one in here for one in gone):
        moment += dt.timedelta(days=1)
        stay = kept({*here, moment}, keeping)
        gone |= {one: moment.date() for one in here - stay if one in gone}
        here = set(stay)
    return gone
