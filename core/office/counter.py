"""The ward's counter ※: which of its applications have left it, and which have not come back from the contractor.

An application keyed at the ward goes to the contractor on a medium, is settled there against all others, and comes
back with ③. Until then it is not under review; once it has left, the contractor corrects it, not the ward.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from core.office.ports import Tx

_AWAY = "desk_away"
_HANDED = "desk_handed"


def _get(tx: Tx, key: str) -> set[str]:
    return set(json.loads(tx.settings.get(key) or "[]"))


def _put(tx: Tx, key: str, records: Iterable[str]) -> None:
    tx.settings.put(key, json.dumps(sorted(records)))


def records_away(tx: Tx) -> set[str]:
    """Record numbers keyed at this counter that the contractor has not sent back with ③."""
    return _get(tx, _AWAY)


def records_handed(tx: Tx) -> set[str]:
    """Record numbers that a medium carries, or carried."""
    return _get(tx, _HANDED)


def note_keyed(tx: Tx, record: str) -> None:
    """A form was keyed at the counter."""
    _put(tx, _AWAY, records_away(tx) | {record})
    tx.review_list.move([record], away=True)


def note_handed(tx: Tx, records: Iterable[str], bundle: str) -> None:
    """These were sealed for a medium, in that bundle."""
    _put(tx, _HANDED, records_handed(tx) | set(records))
    _put(tx, f"{_HANDED}_{bundle}", records)


def take_back(tx: Tx, bundles: Iterable[str]) -> None:
    """What these bundles carried, which are void now, is to be handed over again."""
    for name in bundles:
        # Of one sealed before this was written down: whatever has not come back. The contractor knows a record again.
        carried = f"{_HANDED}_{name}"
        gone = _get(tx, carried) if tx.settings.get(carried) is not None else records_away(tx)
        _put(tx, _HANDED, records_handed(tx) - gone)


def note_back(tx: Tx, records: Iterable[str]) -> None:
    """These came from the contractor."""
    away = records_away(tx)
    if back := away & set(records):
        _put(tx, _AWAY, away - back)
        tx.review_list.move(sorted(back), away=False)
