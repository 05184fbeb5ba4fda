"""The project's own archives: sdist and wheel out of one commit, the same bytes on every machine.

Built with the locked backend and nothing fetched. What makes bytes differ is taken away: files not in the commit (`git
archive`), the time (SOURCE_DATE_EPOCH is the commit's), modes and the order of files (hatchling settles both).
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.release.locks import Wrong


@dataclass(frozen=True)
class Commit:
    """What a release is made from."""

    id: str
    epoch: int
    """Seconds since 1970: when it was committed."""


def commit_of(repository: Path) -> Commit:
    """What is checked out. Raises `Wrong` when the tree holds anything else."""
    if changed := _git(repository, "status", "--porcelain").decode():
        raise Wrong(f"the tree is not the commit; commit or put away first:\n{changed.rstrip()}")
    name, epoch = _git(repository, "log", "-1", "--format=%H %ct").decode().split()
    return Commit(name, int(epoch))


def export(repository: Path, commit: Commit, to: Path) -> Path:
    """The commit's files in the new folder `to`."""
    return unpack(io.BytesIO(_git(repository, "archive", commit.id)), to)


def unpack(archive: Path | BinaryIO, to: Path) -> Path:
    """A tar of our own, compressed or not, into the folder `to`. The first patches of Python 3.11 know no filter yet."""
    named = archive if isinstance(archive, Path) else None
    with tarfile.open(named, fileobj=None if isinstance(archive, Path) else archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(to)  # noqa: S202 - made here
    return to


def build(source: Path, out: Path, epoch: int, *targets: str) -> list[Path]:
    """Each of `targets` ("wheel", "sdist") built in `out` from the files in `source`; what was built, sorted."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HATCH"))
    }
    words = [part for target in targets for part in ("-t", target)]
    done = subprocess.run(
        [sys.executable, "-I", "-m", "hatchling", "build", "-d", str(out.absolute()), *words],
        cwd=source,
        env=environment | {"SOURCE_DATE_EPOCH": str(epoch)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Wrong(f"hatchling could not build:\n{done.stderr.strip()}")
    return sorted(one for one in out.iterdir() if one.name.endswith((".whl", ".tar.gz")))


def _git(repository: Path, *words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True)
    if done.returncode:
        raise Wrong(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
