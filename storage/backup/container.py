"""The file of a backup: a ZIP without compression, every part hashed, the list of parts under a MAC (docs/vault.md, "Backups").

    vault.json     the header of a vault, its slots holding this backup's own data key: any password of that day opens it
    vault.db       the database, encrypted under that key
    state          what every table holds and how far the ledgers were, sealed under that key
    files/<path>   other files of the vault's folder, each sealed under that key
    backup.json    names, sizes and SHA-256 of all of these, and the MAC; written last

Nothing in it is in clear but what `vault.json` and the names say.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.canonical import canonical_json
from core.errors import IkiikiError, IntegrityFailure
from storage.vault.errors import newer_vault
from storage.vault.files import make_private
from storage.vault.header import MAXIMUM_BYTES, Header, parse_header
from storage.vault.keys import Entropy, subkey
from storage.vault.lengths import NONCE_BYTES
from storage.zip_directory import listing_bytes

FORMAT, VERSION = "ikiiki-backup", 1
HEADER, DATABASE, STATE, LIST, FILES = "vault.json", "vault.db", "state", "backup.json", "files/"
PART_LIMIT = 257 * 2**20
"""Bytes of the largest part that is read as a whole: a bundle of the largest size, sealed."""
_BLOCK = 1 << 20
_LIST_LIMIT = 4 * 2**20
_PART = re.compile(r"(?:vault\.json|vault\.db|state|files(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,120}){1,4})")
_HASH = re.compile(r"[0-9a-f]{64}")
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
"""What a ZIP raises whose bytes were changed."""


@dataclass(frozen=True)
class Part:
    """One part as the list has it."""

    name: str
    size: int
    sha256: str

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "sha256": self.sha256, "size": self.size}


class Writer:
    """Parts one after the other; `finish` writes the list."""

    def __init__(self, file: IO[bytes], data_key: bytes, entropy: Entropy, step: Callable[[], None]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._key, self._entropy, self._step = data_key, entropy, step
        self._parts: list[Part] = []

    def put(self, name: str, content: bytes) -> None:
        self._add(name, iter([content]))

    def put_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self._add(name, iter(lambda: source.read(_BLOCK), b""))

    def put_sealed(self, name: str, content: bytes) -> None:
        nonce = self._entropy(NONCE_BYTES)
        self.put(name, nonce + AESGCM(_part_key(self._key)).encrypt(nonce, content, name.encode("ascii")))

    def finish(self) -> tuple[Part, ...]:
        document: dict[str, Any] = {
            "format": FORMAT, "version": VERSION, "parts": [part.document() for part in self._parts],
        }  # fmt: skip
        document["mac"] = _mac(self._key, document)
        self._zip.writestr(_info(LIST), canonical_json(document) + b"\n")
        self._zip.close()
        return tuple(self._parts)

    def abandon(self) -> None:
        """Write no more: a `ZipFile` that is let go of would write its list all the same, onto a disk that just failed."""
        self._zip.fp = None

    def _add(self, name: str, blocks: Iterator[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self._zip.open(_info(name), "w", force_zip64=True) as part:
            for block in blocks:
                part.write(block)
                digest.update(block)
                size += len(block)
                self._step()
        self._parts.append(Part(name, size, digest.hexdigest()))


class Reader:
    """A backup's parts. Nothing of it is believed but hashes, until `verify` has seen the MAC."""

    def __init__(self, archive: zipfile.ZipFile, name: str, document: dict[str, Any]) -> None:
        self._zip, self.name, self._document = archive, name, document
        self.parts = {part.name: part for part in _parts(document, name)}
        names = archive.namelist()
        if any(one.compress_type != zipfile.ZIP_STORED for one in archive.infolist()):
            raise _broken(name, "中のファイルの形式が正しくありません")
        if sorted(names) != sorted([*self.parts, LIST]):
            raise _broken(name, "中のファイルが、一覧と合いません")
        if not {HEADER, DATABASE, STATE} <= self.parts.keys():
            raise _broken(name, "要るファイルが足りません")
        self.header: Header = parse_header(self.read(HEADER))

    def verify(self, data_key: bytes) -> None:
        """Raises `IntegrityFailure` unless list and header are what was written under `data_key`."""
        unsigned = {key: value for key, value in self._document.items() if key != "mac"}
        if not hmac.compare_digest(str(self._document["mac"]), _mac(data_key, unsigned)):
            raise _broken(self.name, "一覧が書き換えられています")
        self.header.verify(data_key)

    def read(self, name: str) -> bytes:
        """A part as a whole, at most `PART_LIMIT` bytes."""
        part = self.parts[name]
        if part.size > (MAXIMUM_BYTES if name == HEADER else PART_LIMIT):
            raise _broken(self.name, f"{name} が大きすぎます")
        return b"".join(self.blocks(name))

    def read_sealed(self, name: str, data_key: bytes) -> bytes:
        sealed = self.read(name)
        try:
            return AESGCM(_part_key(data_key)).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode("ascii")
            )
        except (InvalidTag, ValueError) as error:
            raise _broken(self.name, f"{name} の封が合いません") from error

    def blocks(self, name: str) -> Iterator[bytes]:
        """A part's bytes; when the last has come, they were what the list says. Raises `IntegrityFailure`."""
        part, digest, size = self.parts[name], hashlib.sha256(), 0
        try:
            with self._zip.open(name) as source:
                while block := source.read(_BLOCK):
                    size += len(block)
                    if size > part.size:
                        raise _broken(self.name, f"{name} の長さが合いません")
                    digest.update(block)
                    yield block
        except _DAMAGED as error:
            raise _broken(self.name, f"{name} を読めません") from error
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise _broken(self.name, f"{name} の中身が、一覧のハッシュと合いません")

    def copy(self, name: str, target: Path) -> None:
        """A part into the new file `target`, 0600."""
        make_private(target)
        with target.open("r+b") as file:
            for block in self.blocks(name):
                file.write(block)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """The backup at `path`. Raises `IkiikiError` when it cannot be read, `IntegrityFailure` when it is no backup,
    `NewerVault` for one of a later version."""
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise IkiikiError(
            "控えのファイルがありません", where=str(path), next_step="場所と名前を確かめてください"
        ) from error
    with file:
        try:
            if listing_bytes(file) > _LIST_LIMIT:  # an entry in it is shorter than its part in `backup.json`
                raise _broken(path.name, "中のファイルが多すぎます")
            archive = zipfile.ZipFile(file)
        except (*_DAMAGED, OverflowError) as error:
            raise _broken(path.name, "控えのファイルではないか、途中で切れています") from error
        with archive:
            yield Reader(archive, path.name, _document(archive, path.name))


def _document(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    try:
        if archive.getinfo(LIST).compress_type != zipfile.ZIP_STORED:
            raise ValueError("not stored")
        with archive.open(LIST) as part:
            content = part.read(_LIST_LIMIT + 1)
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ValueError("another format")
        version = document["version"]
        if type(version) is int and version > VERSION:
            raise newer_vault(f"{name} 版{version}")
        if content != canonical_json(document) + b"\n" or set(document) != {
            "format",
            "version",
            "parts",
            "mac",
        }:
            raise ValueError("not as written")
    except (KeyError, ValueError, RecursionError, *_DAMAGED) as error:
        raise _broken(name, "一覧が読めません") from error
    return document


def _parts(document: dict[str, Any], name: str) -> list[Part]:
    try:
        parts = [Part(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in document["parts"]]
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(name, "一覧が読めません") from error
    good = all(
        _PART.fullmatch(part.name) and _HASH.fullmatch(part.sha256) and part.size >= 0 for part in parts
    )
    if not good or len({part.name for part in parts}) != len(parts):
        raise _broken(name, "一覧に、正しくない名前があります")
    return parts


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(
        name
    )  # the time of the smallest date a ZIP knows: two backups of one state differ by keys alone
    info.external_attr = 0o600 << 16
    return info


def _part_key(data_key: bytes) -> bytes:
    return subkey(data_key, "backup part")


def _mac(data_key: bytes, document: dict[str, Any]) -> str:
    return hmac.digest(subkey(data_key, "backup mac"), canonical_json(document), "sha256").hex()


def _broken(name: str, what: str) -> IntegrityFailure:
    return IntegrityFailure(
        f"控えを使えません。{what}", where=name,
        next_step="このファイルは使わず、別の控えを使ってください。書き換えの疑いがあれば取扱責任者に知らせてください",
    )  # fmt: skip
