"""The raw disk after an erasure: a small ext4 file system in a file, mounted, worked on, unmounted, and read byte by byte.

In the long run alone: it needs root and a loop device, which not every machine gives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.acting import Sites
from tests.journeys.erasing import NAME, agree, prepared, sought
from tests.journeys.seeking import hits

PAGE = 4096
pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """(the image, where it is mounted)."""
    image, place = tmp_path / "raw" / "disk.img", tmp_path / "disk"
    image.parent.mkdir()
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("only root can mount a disk, and mkfs.ext4 has to be there")
    with image.open("wb") as file:
        file.truncate(96 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, place], capture_output=True, check=False).returncode:
        pytest.skip("no loop device on this machine")
    try:
        yield image, place
    finally:
        subprocess.run(["umount", place], check=False, capture_output=True)


def pages(path: Path) -> set[bytes]:
    data = path.read_bytes()
    return {data[start : start + PAGE] for start in range(0, len(data), PAGE)}


def test_neither_people_nor_keys_nor_the_old_ciphertext_are_on_the_raw_disk(
    at: Callable[..., Sites], tmp_path_factory: pytest.TempPathFactory, disk: tuple[Path, Path]
) -> None:
    """A file system that writes in place: the last header and every page of the database are overwritten where they lay."""
    image, place = disk
    sites = prepared(at, tmp_path_factory, place / "sites")
    contractor = sites.contractor
    words = sought(contractor)
    for name in ("export.csv", "programme.toml"):
        (sites.base / name).unlink()  # a person's own files
    agree(contractor)
    database = contractor.folder / "vault-1.db"
    with contractor.vault() as vault:
        connection = vault.connect()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        sealed = [slot.sealed for slot in vault.header.slots]
    os.sync()
    old = pages(database)
    header = (contractor.folder / "vault.json").read_bytes()
    assert len(old) > 100 and len(sealed) == 3
    assert any(page in image.read_bytes() for page in old), "they are on the disk before"
    contractor.do("erase", "run", "--name", NAME)
    shutil.rmtree(sites.ward.folder)  # the other site's machine is its own affair
    os.sync()
    subprocess.run(["umount", place], check=True)
    raw = image.read_bytes()
    assert [page for page in old if page in raw] == []
    assert header[:2000] not in raw
    assert hits([image.parent], words) == []
