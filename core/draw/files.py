"""What every file of a draw has in common: written in one way, read strictly, the same bytes both ways."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any, Self

from core.canonical import sha256_hex
from core.draw.grammar import Reader, broken


class DrawFile(ABC):
    """Base of the frozen dataclasses that are one file each (docs/formats.md, "hkr1").

    Whatever can be constructed can be read back as itself: the constructor refuses anything else with
    `IntegrityFailure`, so no value can smuggle in a line.
    """

    @property
    @abstractmethod
    def file_name(self) -> str:
        """The file's name in the public folder."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The file's bytes, every line ended by LF."""

    @classmethod
    @abstractmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        """The fields, by name, strictly read; raises `IntegrityFailure`."""

    def __post_init__(self) -> None:
        reader = Reader(self.to_bytes(), self.file_name)
        if self._read(reader) != {field.name: getattr(self, field.name) for field in fields(self)}:  # type: ignore[arg-type]
            raise broken("この値はファイルに書けません", self.file_name)

    @classmethod
    def parse(cls, data: bytes, name: str) -> Self:
        """The file `data` holds, which must bear `name`. Raises `IntegrityFailure` naming file and line."""
        made = cls(**cls._read(Reader(data, name)))
        if made.file_name != name:
            raise broken("ファイル名と中身の組織名が合いません", name)
        if made.to_bytes() != data:
            raise broken("書き直すと同じバイト列になりません", name)
        return made

    @property
    def sha256(self) -> str:
        """SHA-256 of the whole file, 64 hex digits."""
        return sha256_hex(self.to_bytes())


def text(*lines: str) -> bytes:
    """The lines as bytes, each ended by LF."""
    return "".join(line + "\n" for line in lines).encode("utf-8")
