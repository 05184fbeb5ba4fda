"""Contents on disk: written once in pieces, hashed on the way, read in pieces."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

BLOCK = 1 << 20


@dataclass(frozen=True)
class Blob:
    """Some bytes that no longer change."""

    path: Path
    size: int
    sha1: str

    def read(self) -> bytes:
        """All of it: for tests with small contents."""
        return self.path.read_bytes()


class Blobs:
    """A folder of its own, taken away with `close` (or, at the latest, with this object)."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stand-in-box-", ignore_cleanup_errors=True)
        self._numbers = count(1)

    def close(self) -> None:
        """Forget all contents."""
        self._folder.cleanup()

    def new_path(self) -> Path:
        """A name nobody has used."""
        return Path(self._folder.name) / f"{next(self._numbers):08d}"

    def write(self, pieces: Iterable[bytes]) -> Blob:
        """Keep all of `pieces`; nothing stays behind when they break off."""
        path = self.new_path()
        digest = hashlib.sha1()
        size = 0
        try:
            with path.open("wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Blob(path, size, digest.hexdigest())

    def adopt(self, path: Path) -> Blob:
        """Make a blob of a file that was written under a name of `new_path`."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha1")
        return Blob(path, path.stat().st_size, digest.hexdigest())
