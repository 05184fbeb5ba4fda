"""Every wheel that a lock pins for the machines the package is for, fetched by pip and held against the lock's hashes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.release.locks import Pin, Wrong

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
_GLIBC = range(28, 16, -1)
"""Minor versions of glibc 2: the locks promise 2.28, and whatever runs on an older one runs on it."""


@dataclass(frozen=True)
class Target:
    """What the package can be installed on: Linux with glibc 2.28 or newer."""

    machine: str
    pythons: tuple[str, ...]

    def platforms(self) -> list[str]:
        tags = [f"manylinux_2_{minor}_{self.machine}" for minor in _GLIBC]
        older = ["manylinux2014", *(["manylinux2010", "manylinux1"] if self.machine == "x86_64" else [])]
        return [*tags, *(f"{name}_{self.machine}" for name in older)]


def collect(pins: Sequence[Pin], target: Target, out: Path, sources: Sequence[Path] = ()) -> list[Path]:
    """The wheels in `out`, sorted. With `sources` (folders of wheels) nothing is fetched from anywhere else.

    Raises `Wrong` when one is not to be had, or is not what the lock says.
    """
    out.mkdir(exist_ok=True)
    for python in target.pythons:
        wanted = [pin for pin in pins if pin.wanted(python)]
        with tempfile.TemporaryDirectory(prefix="ikiiki-release-") as room:
            lock = Path(room) / "wanted.lock"
            lock.write_text("".join(Pin(one.name, one.version, "", one.hashes).written() for one in wanted))
            _download(lock, python, target, out, sources)
    return held_against(pins, out)


def _download(lock: Path, python: str, target: Target, out: Path, sources: Sequence[Path]) -> None:
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
             "--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(out), "-r", str(lock),
             "--implementation", "cp", "--python-version", python]  # fmt: skip
    for platform in target.platforms():
        words += ["--platform", platform]
    environment = os.environ | {
        "PIP_CONSTRAINT": os.devnull
    }  # the lock chooses, no constraint of this machine's
    if sources:
        environment |= {"PIP_CONFIG_FILE": os.devnull}
        words += [
            "--isolated",
            "--no-index",
            *(part for one in sources for part in ("--find-links", str(one))),
        ]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        said = "\n".join(errors[-8:])
        raise Wrong(f"pip could not collect the wheels for Python {python} on {target.machine}:\n{said}")


def held_against(pins: Sequence[Pin], folder: Path) -> list[Path]:
    """Every wheel of `folder`, each one that `pins` name by its hash. Raises `Wrong` for any other file."""
    allowed = {(pin.name, pin.version): pin.hashes for pin in pins}
    wheels = sorted(folder.iterdir())
    for wheel in wheels:
        name, version, _, _ = parse_wheel_filename(wheel.name)
        if sha256(wheel) not in allowed.get((canonicalize_name(name), str(version)), ()):
            raise Wrong(f"{wheel.name} is not what the lock pins")
    return wheels


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
