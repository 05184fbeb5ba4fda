"""A bundle's bytes on their way out and in: hashed as they pass, counted for whoever watches, broken off when told.

So a zip is read once on its way out and never again on its way in, however large it is.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from core.exchange.manifest import Manifest
from storage.bundles.sealing import check_zip_facts
from storage.courier.meter import Halted, Meter
from storage.remotes.digest import Digest
from storage.remotes.durable import BLOCK, begin_sync

SYNCED_AT_ONCE = 8 << 20
"""Bytes that came after which the disk is told to begin on them."""


class Going(io.BufferedIOBase):
    """A zip to be sent. Reading it to its end for the first time raises `IntegrityFailure` unless it is what was signed for.

    A remote reads all of it before a file of that name comes into being: so what is damaged is never sent.
    """

    def __init__(
        self, zip_file: BinaryIO, manifest: Manifest, meter: Meter, halted: Callable[[], bool]
    ) -> None:
        self._file, self._manifest, self._meter, self._halted = zip_file, manifest, meter, halted
        self._digest = Digest("sha256")
        self._seen = 0
        self._checked = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self._halted():
            raise Halted
        at = self._file.tell()
        data = self._file.read(-1 if size is None else size)
        self._pass(at, data, ended=size is None or len(data) < size or size < 0)
        return data

    def _pass(self, at: int, data: bytes, *, ended: bool) -> None:
        if self._checked or at > self._seen:
            return
        fresh = data[self._seen - at :]
        self._digest.update(fresh)
        self._seen += len(fresh)
        self._meter.moved(len(fresh))
        if ended or self._seen > self._manifest.size:
            check_zip_facts(self._manifest, self._seen, self._digest.hexdigest())
            self._checked = True

    def require_checked(self) -> None:
        """For a remote that did not read all of it. Raises `IntegrityFailure`."""
        self._file.seek(self._seen)
        while not self._checked:
            self.read(BLOCK)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class Arriving(io.BufferedIOBase):
    """Where a zip is written to, in order; `require_sound` tells whether it is what was signed for, without reading it again."""

    def __init__(
        self, target: BinaryIO, manifest: Manifest, meter: Meter, halted: Callable[[], bool]
    ) -> None:
        self._file, self._manifest, self._meter, self._halted = target, manifest, meter, halted
        self._digest = Digest("sha256")
        self._size = self._told = self._begun = 0

    def require_sound(self) -> None:
        """Raises `IntegrityFailure`."""
        check_zip_facts(self._manifest, self._size, self._digest.hexdigest())

    def sound(self) -> bool:
        """See `core.exchange.remote.Knowing`."""
        return (self._size, self._digest.hexdigest()) == (self._manifest.size, self._manifest.sha256)

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self._halted():
            raise Halted
        written = self._file.write(data)
        self._digest.update(data)
        self._size += len(data)
        if self._size - self._begun >= SYNCED_AT_ONCE:
            begin_sync(self._file, self._begun, self._size)
            self._begun = self._size
        if self._size > self._told:
            self._meter.moved(self._size - self._told)
            self._told = self._size
        return written

    def truncate(self, size: int | None = None, /) -> int:
        """A remote begins again from the start; nothing else is asked of it."""
        at = self._file.tell() if size is None else size
        if at:
            raise io.UnsupportedOperation("only cut to nothing")
        self._digest, self._size, self._begun = Digest("sha256"), 0, 0
        return self._file.truncate(0)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
