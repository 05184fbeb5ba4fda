"""The place in between: a flat folder of small named files, created once and never altered (docs/exchange.md, "Remote").

A local or mounted folder, a carried medium and Box are remotes alike; `tests/storage/remotes` holds the one suite that
every kind must pass.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import BinaryIO, Protocol, runtime_checkable

from core.errors import IntegrityFailure, Refused, RemoteUnreachable, UsageError

_NAME = re.compile(r"[0-9a-z][0-9a-z._-]{0,99}")


class Put(StrEnum):
    """What `Remote.put` found."""

    CREATED = "created"
    SAME = "same"  # already there, byte for byte


@dataclass(frozen=True)
class RemoteFile:
    """`sha1` (hex) where the remote tells it without a download (Box does), else "": only ever used to save a download."""

    name: str
    size: int
    sha1: str = ""


class RemoteConflict(IntegrityFailure):
    """A name is taken by other bytes."""


class RemoteMissing(RemoteUnreachable):
    """No file of that name is there (any more)."""


class RemoteReadOnly(RemoteUnreachable):
    """This end may read, not write: a ward that may only download. Reading goes on."""


class RemoteExposed(Refused):
    """Others than the two sites can get at the remote, or it cannot be found out: nothing is written. Reading goes on."""


@runtime_checkable
class Knowing(Protocol):
    """A target of `Remote.get_into` that knows what should come. It spares a remote checks of its own, which it would make to
    fetch again what was spoilt on the way."""

    def sound(self) -> bool:
        """Whether all that should come has come."""
        ...


class Remote(Protocol):
    """All methods may raise `RemoteUnreachable`; names that are not `is_remote_name` raise `UsageError`.

    Where `together` is more than one, they may be called from that many threads at once, and it is worth it.
    """

    together: int = 1

    def prepare(self) -> None:
        """Ask beforehand what every put depends on. Nobody has to: a put that finds it unasked asks itself, and what is
        wrong is raised there."""
        return

    def find_ahead(self, name: str) -> None:
        """Ask beforehand what `get_into` of `name` will have to ask. Nobody has to, and nothing is raised: what goes wrong
        here is asked again there."""
        return

    def put_from(self, name: str, source: BinaryIO) -> Put:
        """Create `name` with all of `source`, a stream that can be sought, whole or not at all. Never alters a file that
        is there. `source` is read from its start to its end before `name` comes into being; what it raises passes through.

        Raises `RemoteConflict` when it is there with other bytes, `RemoteReadOnly` when writing is not allowed,
        `RemoteExposed` when the place is open to others.
        """
        ...

    def list(self) -> list[RemoteFile]:
        """Whole files with proper names, in order of name; whatever else lies there is passed over."""
        ...

    def get_into(self, name: str, target: BinaryIO, limit: int) -> None:
        """Write the bytes of `name`, in order, into `target`, an empty stream that can be cut to nothing to begin again.

        Raises `RemoteMissing`, and `IntegrityFailure` when there are more than `limit`; `target` is worth nothing then.
        """
        ...

    def delete(self, name: str) -> bool:
        """Remove `name`; False when it was not there."""
        ...

    def put(self, name: str, data: bytes) -> Put:
        """`put_from`, for what is in memory anyway."""
        return self.put_from(name, BytesIO(data))

    def get(self, name: str, limit: int) -> bytes:
        """`get_into`, for what is small."""
        target = BytesIO()
        self.get_into(name, target, limit)
        return target.getvalue()


@runtime_checkable
class Clocked(Protocol):
    """A remote that can tell what its own clock shows. Not every kind can."""

    def skew(self) -> dt.timedelta | None:
        """How far its clock was ahead of ours when it last said, None when it has not said or cannot."""
        ...


@runtime_checkable
class Binned(Protocol):
    """A remote that keeps for a while what was deleted. (Not every kind does, and not every account may look.)"""

    def binned(self) -> list[RemoteFile]:
        """Deleted files of this place that are still kept, with their old versions. Raises `Refused` where it may not look."""
        ...

    def empty_bin(self, which: Callable[[str], bool]) -> None:
        """Delete for good those of them whose name is one of `which`, with all versions."""
        ...


def is_remote_name(name: str) -> bool:
    """1 to 100 of `0-9a-z._-`, beginning with a letter or digit: the same on every remote, whatever it folds."""
    return _NAME.fullmatch(name) is not None


def require_remote_name(name: str) -> str:
    if not is_remote_name(name):
        raise UsageError("共有先で使えないファイル名です", where=repr(name[:100]))
    return name
