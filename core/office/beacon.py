"""A public beacon in place of a witness from both sites: named before, looked up by each site on its own."""

from __future__ import annotations

import datetime as dt
import re

from core.draw.beacons import BEACONS, is_round, published_at, round_at
from core.draw.grammar import BEACON_ROUND, BEACON_VALUE
from core.draw.steps import NO_DICE, Beacon
from core.errors import Refused, UsageError


def need_future(beacon: tuple[str, str] | None, now: dt.datetime) -> None:
    """That the named round is not published yet: what is known before seals or secrets are could be chosen to please.

    Raises `UsageError` for a beacon that is not known, or a round no draw waits for, `Refused` for a round whose time has come.
    """
    if beacon is None:
        return
    name, round_ = beacon
    if not re.fullmatch(BEACON_ROUND, round_) or not is_round(name, round_):
        raise UsageError(
            "その公開乱数は使えません",
            where=f"{name} {round_}"[:40],
            next_step="次のどれかの、2100年より前の回: " + " ".join(BEACONS),
        )
    if published_at(name, round_) <= now:
        raise Refused(
            "この公開乱数は、もう公表されています",
            where=f"{name} {round_}",
            next_step="先の時刻を選びます。封印のあとなら、この抽選を取りやめてください",
        )


def beacon_on(text: str, now: dt.datetime, name: str = "drand-quicknet") -> tuple[str, str]:
    """The beacon's round published at the moment written as `2026-05-20 14:00` (of `now`'s offset). Raises `UsageError`."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        chosen = name, round_at(name, moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo))
    except (ValueError, KeyError) as error:
        raise UsageError(
            "公開乱数の日時が読めません", where=text[:40], next_step="例: 2026-05-20 14:00"
        ) from error
    return chosen


def beacon_found(named: tuple[str, str] | None, value: str, now: dt.datetime) -> Beacon | None:
    """The beacon as it goes into this site's dice file. Raises `Refused`."""
    value = "".join(value.split()).lower()
    if named is None:
        if value:
            raise Refused("この抽選では公開乱数を使いません", next_step="値を付けずに入力してください")
        return None
    when = published_at(*named)
    if when > now:
        raise Refused(
            "公開乱数はまだ公表されていません",
            where=" ".join(named),
            next_step=f"{when.astimezone(now.tzinfo):%Y-%m-%d %H:%M:%S} を過ぎてから入力してください",
        )
    if not re.fullmatch(BEACON_VALUE, value):
        raise Refused(
            "公開乱数の値（64〜128桁の16進数）が要ります",
            where=" ".join(named),
            next_step="公表元の randomness の値を、両者がそれぞれ調べて入力してください",
        )
    return (*named, value)


def digits_typed(typed: str, named: tuple[str, str] | None) -> str:
    """The twenty digits of this site's dice file, from what was typed: nothing, where the rules name a beacon. Raises `Refused`."""
    digits = "".join(typed.split())
    if named is not None:
        if digits not in ("", NO_DICE):
            raise Refused(
                "公開乱数を使う抽選では、さいころは振りません",
                next_step="数字を付けずに、公開乱数の値だけを入力してください",
            )
        return NO_DICE
    if len(digits) != len(NO_DICE) or not digits.isascii() or not digits.isdigit():
        raise Refused(
            "さいころの数字は20個（0〜9）です",
            where=f"{len(digits)}文字",
            next_step="紙の記録のとおりに、左から入力してください",
        )
    return digits
