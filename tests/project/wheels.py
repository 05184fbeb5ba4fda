"""Wheels for the tests of a release, without a network: tiny ones, and what is installed here put back into wheels."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.release.locks import Pin
from tools.release.wheelhouse import sha256

_NOT_IN_WHEELS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
TAGS = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> Path:
    """A pure wheel of `files`, without its RECORD given."""
    stem = f"{name.replace('-', '_')}-{version}"
    lines = []
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for place, data in files.items():
            archive.writestr(place, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{place},sha256={digest},{len(data)}")
        record = f"{stem}.dist-info/RECORD"
        archive.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")
    return wheel


def small_wheel(
    folder: Path, name: str, version: str, module: str, *, told: str = "License-Expression: MIT\n"
) -> Path:
    """A package of one module. `told`: further lines of its metadata."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{told}"
    return write_wheel(
        folder, name, version,
        {f"{name}.py": module.encode(), f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": TAGS.encode()},
    )  # fmt: skip


def repacked(folder: Path, name: str) -> Path:
    """The pure package `name` as it is installed here."""
    installed = distribution(name)
    files = {
        str(file): Path(str(installed.locate_file(file))).read_bytes()
        for file in installed.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in _NOT_IN_WHEELS
    }
    return write_wheel(folder, canonicalize_name(name), installed.version, files)


def pinned(wheel: Path) -> Pin:
    name, version = wheel.name.split("-")[:2]
    return Pin(canonicalize_name(name), version, "", (sha256(wheel),))
