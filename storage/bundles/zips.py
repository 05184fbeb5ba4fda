"""Zip files under a password, AES-256 (WinZip AE-2), made and opened in memory; 7-Zip opens them in an emergency.

A zip's own word on itself is never believed: names are in clear, the password check is 16 bits, and AE-2
authenticates ciphertext only. Whoever opens one compares names, sizes and hashes with what a signed manifest says.
"""

from __future__ import annotations

import importlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from core.errors import IntegrityFailure
from storage.zip_directory import listed_too_much, unpacks_in_bounds

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The one time stamp every entry has: when people worked is nobody's business."""
_AE2 = 2
_READ = 1024 * 1024


def make_zip(entries: Mapping[str, bytes], password: str) -> bytes:
    """A zip of `entries` in order of name, deflated, each encrypted under `password`.

    Names are `[0-9A-Za-z][0-9A-Za-z._-]*`, which no system mangles; `ValueError` otherwise. Two calls differ in the
    random salts alone.
    """
    pyzipper = _pyzipper()

    _require_names(entries)
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer,
        "w",
        compression=zipfile.ZIP_DEFLATED,
        encryption=pyzipper.WZ_AES,
        encryption_kwargs={"nbits": 256, "force_wz_aes_version": _AE2},
    ) as archive:
        archive.setpassword(password.encode("ascii"))
        for name in sorted(entries):
            archive.writestr(
                _stamped(pyzipper.zipfile_aes.AESZipInfo(name, _EPOCH), zipfile.ZIP_DEFLATED), entries[name]
            )
    return buffer.getvalue()


def open_zip(data: bytes, password: str, *, most: int, limit: int, name: str) -> dict[str, bytes]:
    """The entries of an AES zip, at most `most` of them and `limit` bytes together, counted while unpacking.

    Raises `IntegrityFailure` naming `name` when it is no such zip, the password does not open it, an entry is not
    AES-256, a name is odd or comes twice, or there is more than allowed.
    """
    pyzipper = _pyzipper()

    try:
        _require_short_list(data, most, name)
        with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
            archive.setpassword(password.encode("ascii"))
            infos = archive.infolist()
            _require_listing([info.filename for info in infos], most, name)
            if any(info.wz_aes_strength != 3 for info in infos):
                raise IntegrityFailure("AES-256で暗号化されていない項目があります", where=name)
            if not all(unpacks_in_bounds(info) for info in infos):
                raise IntegrityFailure("束の中身の形式が正しくありません", where=name)
            return _unpack(archive, infos, limit, name)
    except (
        pyzipper.BadZipFile,
        RuntimeError,
        NotImplementedError,
        ValueError,
        KeyError,
        AttributeError,  # the library's own slip, where an entry is said to be encrypted and does not say how
        TypeError,
        EOFError,
        OSError,
        zlib.error,
        struct.error,
    ) as error:
        raise IntegrityFailure("暗号化された束を開けません", where=name) from error


def pack(entries: Mapping[str, bytes]) -> bytes:
    """A plain zip of `entries`, stored as they are: the same entries give the same bytes."""
    _require_names(entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(entries):
            archive.writestr(_stamped(zipfile.ZipInfo(name, _EPOCH), zipfile.ZIP_STORED), entries[name])
    return buffer.getvalue()


def unpack(data: bytes, *, most: int, name: str) -> dict[str, bytes]:
    """The entries of what `pack` made: stored only, so that nothing in it can grow. Raises `IntegrityFailure`."""
    try:
        _require_short_list(data, most, name)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _require_listing([info.filename for info in infos], most, name)
            if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
                raise IntegrityFailure("束の中身の形式が正しくありません", where=name)
            return _unpack(archive, infos, len(data), name)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        ValueError,
        KeyError,
        EOFError,
        OSError,
        struct.error,
    ) as error:
        raise IntegrityFailure("束の中身を読めません", where=name) from error


def _unpack(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limit: int, name: str
) -> dict[str, bytes]:
    """Read every entry to its end (AE-2 is checked there), stopping as soon as `limit` is passed."""
    entries: dict[str, bytes] = {}
    left = limit
    for info in infos:
        parts: list[bytes] = []
        with archive.open(info) as stream:
            while part := stream.read(min(_READ, left + 1)):
                left -= len(part)
                if left < 0:
                    raise IntegrityFailure("束の中身が大きすぎます", where=name)
                parts.append(part)
        entries[info.filename] = b"".join(parts)
    return entries


def _pyzipper() -> Any:
    """Loaded where it is used: it is heavy. Its types say too little to be checked."""
    return importlib.import_module("pyzipper")


def _stamped(info: Any, compression: int) -> Any:
    info.compress_type = compression
    info.create_system = 3  # the same bytes on every system
    info.external_attr = 0o600 << 16
    return info


def _require_names(entries: Mapping[str, bytes]) -> None:
    if not all(_NAME.fullmatch(name) for name in entries) or len({name.lower() for name in entries}) != len(
        entries
    ):
        raise ValueError("entry names are plain ASCII, each used once")


def _require_short_list(data: bytes, most: int, name: str) -> None:
    if listed_too_much(data, most):
        raise IntegrityFailure("束の中身の数が多すぎます", where=name)


def _require_listing(names: list[str], most: int, name: str) -> None:
    if len(names) > most:
        raise IntegrityFailure("束の中身の数が多すぎます", where=name)
    if not all(_NAME.fullmatch(one) for one in names) or len({one.lower() for one in names}) != len(names):
        raise IntegrityFailure("束の中に使えない名前、または重なった名前があります", where=name)
