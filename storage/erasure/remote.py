"""Emptying the place of exchange: every bundle, receipt and sign of life, out of the bin too, and looking again."""

from __future__ import annotations

from core.erasure.copies import Found, Kind, Outcome, Why
from core.errors import Refused, RemoteUnreachable
from core.exchange.names import MANIFEST, RECEIPT, ZIP, bundle_name
from core.exchange.receipt import heartbeat_place
from core.exchange.remote import Binned, Remote, RemoteReadOnly
from storage.erasure.journal import Journal

_ROUNDS = 3
"""Looks at most: the other site's courier may leave a sign of life meanwhile."""


def is_of_the_exchange(name: str) -> bool:
    """Whether the couriers of the two sites put files of such names there. Others' files are not touched."""
    return heartbeat_place(name) is not None or any(
        bundle_name(name, ending) is not None for ending in (ZIP, MANIFEST, RECEIPT)
    )


def empty(remote: Remote, journal: Journal) -> None:
    """Both sites' files go, as far as this site may. Raises `RemoteUnreachable` when it cannot be reached: go on later."""
    refused: set[str] = set()
    for _ in range(_ROUNDS):
        listed = [file for file in remote.list() if is_of_the_exchange(file.name)]
        for file in listed:  # all on record before the first goes
            journal.find(Found(Kind.REMOTE, file.name, file.size))
        if not [file for file in listed if file.name not in refused]:
            break
        for file in listed:
            try:
                remote.delete(file.name)
            except RemoteReadOnly:
                refused.add(file.name)
    there = {file.name for file in remote.list()}
    for one in journal.open_of(Kind.REMOTE):
        if one.name in there:
            journal.end(one.kind, one.name, Outcome.LEFT, Why.FORBIDDEN)
        else:
            journal.end(one.kind, one.name, Outcome.GONE)
    if foreign := sum(not is_of_the_exchange(name) for name in there):
        # how many, not what they are called: people named them
        journal.end(Kind.REMOTE, f"({foreign})", Outcome.LEFT, Why.FOREIGN)
    if isinstance(remote, Binned):
        _empty_bin(remote, journal)


def _empty_bin(remote: Binned, journal: Journal) -> None:
    try:
        binned = [file for file in remote.binned() if is_of_the_exchange(file.name)]
    except RemoteUnreachable:
        raise
    except Refused:
        journal.end(Kind.BIN, "*", Outcome.LEFT, Why.UNSEEN)
        return
    for file in binned:
        journal.find(Found(Kind.BIN, f"{file.name} {file.sha1[:8]}".strip(), file.size))
    remote.empty_bin(is_of_the_exchange)
    left = [file for file in remote.binned() if is_of_the_exchange(file.name)]
    there = {f"{file.name} {file.sha1[:8]}".strip() for file in left}
    for one in journal.open_of(Kind.BIN):
        if one.name in there:
            journal.end(one.kind, one.name, Outcome.LEFT, Why.FORBIDDEN)
        else:
            journal.end(one.kind, one.name, Outcome.GONE)
