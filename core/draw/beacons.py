"""Public beacons whose rounds have a known time: random values anybody can look up, and nobody could know before.

drand (https://drand.love): a round's value is published at genesis + (round - 1) * period.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Beacon:
    """One chain of a public beacon."""

    genesis: int
    """Unix time of round 1."""
    period: int
    """Seconds from round to round."""


BEACONS: dict[str, Beacon] = {
    "drand-default": Beacon(1_595_431_050, 30),
    "drand-quicknet": Beacon(1_692_803_367, 3),
}


LATEST = 4_102_444_800
"""Unix time before which a draw's round must be published: the year 2100. Later ones no draw waits for, and few calendars reach."""


def is_round(name: str, round_: str) -> bool:
    """Whether this is a round of a beacon known here that some draw could wait for. `round_`: as the rules' grammar has it."""
    beacon = BEACONS.get(name)
    return beacon is not None and beacon.genesis + (int(round_) - 1) * beacon.period < LATEST


def published_at(name: str, round_: str) -> dt.datetime:
    """When that round is published. It must be one by `is_round`."""
    beacon = BEACONS[name]
    return dt.datetime.fromtimestamp(beacon.genesis + (int(round_) - 1) * beacon.period, dt.UTC)


def round_at(name: str, moment: dt.datetime) -> str:
    """The first round published at `moment` (with its offset) or after. Raises `KeyError`, `ValueError` before the first."""
    beacon = BEACONS[name]
    past = int(moment.timestamp()) - beacon.genesis
    if past < 0:
        raise ValueError("before the beacon's first round")
    return str(-(-past // beacon.period) + 1)
