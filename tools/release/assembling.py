"""A release from beginning to end: the commit's archives, the wheels of the lock, what tells of them, and the seal over all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from packaging.utils import parse_wheel_filename

from tools.release import sbom
from tools.release.building import Commit, build, unpack
from tools.release.locks import Pin, Wrong, closure, read_lock
from tools.release.packing import pack, seal
from tools.release.wheelhouse import Target, collect, sha256

BACKEND = ("hatchling",)
"""What building again needs, out of the development lock."""
CARRIED = ("docs", "ops")
"""Folders of the tree that go along: the manual, and the units and settings it installs."""
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Own:
    """The project's two archives."""

    version: str
    wheel: Path
    sdist: Path


def own_archives(source: Path, commit: Commit, room: Path) -> Own:
    """Built from `source`; the wheel a second time from the sdist. Raises `Wrong` when the two differ in a byte."""
    wheel, sdist = (room / name for name in ("wheel", "sdist"))
    (built,) = build(source, wheel, commit.epoch, "wheel")
    (packed,) = build(source, sdist, commit.epoch, "sdist")
    (unpacked,) = unpack(packed, room / "again").iterdir()
    (again,) = build(unpacked, room / "second", commit.epoch, "wheel")
    if again.read_bytes() != built.read_bytes():
        raise Wrong("the wheel built from the sdist differs from the one built from the commit")
    return Own(str(parse_wheel_filename(built.name)[1]), built, packed)


def assemble(
    source: Path,
    commit: Commit,
    target: Target,
    key: Ed25519PrivateKey,
    out: Path,
    *,
    sources: Sequence[Path] = (),
    tell: Callable[[str], None] = lambda words: None,
) -> Path:
    """The package of `source` (the commit's files) for `target` as one tar in the folder `out`."""
    runtime = read_lock((source / "requirements" / "runtime.lock").read_text())
    backend = closure(read_lock((source / "requirements" / "dev.lock").read_text()), BACKEND)
    with tempfile.TemporaryDirectory(prefix="ikiiki-release-") as made:
        room = Path(made)
        tell("building the archives, the wheel twice")
        own = own_archives(source, commit, room)
        folder = room / f"ikiiki-{own.version}-linux-{target.machine}"
        folder.mkdir()
        tell(f"collecting {len(runtime)} + {len(backend)} packages for Python {', '.join(target.pythons)}")
        known = {pin.name for pin in runtime}
        if "pip" not in known:
            raise Wrong("the lock pins no pip, which install.sh installs with")
        pins = [*runtime, *(pin for pin in backend if pin.name not in known)]
        collect(pins, target, folder / "wheels", sources)
        _lay_down(folder, source, own, runtime, backend)
        (folder / "release.txt").write_text(
            f"version={own.version}\ncommit={commit.id}\nepoch={commit.epoch}\n"
            f"machine={target.machine}\npythons={' '.join(target.pythons)}\n"
        )
        only_built = {pin.name for pin in backend} - known
        (folder / "sbom.cdx.json").write_bytes(
            sbom.document(
                sorted((folder / "wheels").iterdir()), pins, only_built, commit=commit.id, epoch=commit.epoch
            )
        )
        seal(folder, key)
        out.mkdir(parents=True, exist_ok=True)
        package = out / f"{folder.name}.tar"
        pack(folder, package, commit.epoch)
    return package


def _lay_down(folder: Path, source: Path, own: Own, runtime: list[Pin], backend: list[Pin]) -> None:
    wheel = shutil.copy(own.wheel, folder / "wheels")
    shutil.copy(own.sdist, folder)
    project = Pin("ikiiki", own.version, "", (sha256(Path(wheel)),))
    for name, pins in (("install.lock", [*runtime, project]), ("build.lock", backend)):
        (folder / name).write_text("".join(pin.written() for pin in pins))
    for name in ("install.sh", "README.txt"):
        shutil.copy(HERE / name, folder)
    for name in CARRIED:
        shutil.copytree(source / name, folder / name)
