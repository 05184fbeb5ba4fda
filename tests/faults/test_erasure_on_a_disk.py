"""The raw disk after an erasure: a small ext4 file system in a file, mounted, worked on, unmounted, and read byte by byte.

In the long run alone: it needs root and a loop device, which not every machine gives.
"""

from __future__ import annotations

import os
import re
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
    if os.geteuid() != 0 or not all(map(shutil.which, ("mkfs.ext4", "filefrag"))):
        pytest.skip("only root can mount a disk, and e2fsprogs have to be there")
    with image.open("wb") as file:
        file.truncate(96 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-b", str(PAGE), image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, place], capture_output=True, check=False).returncode:
        pytest.skip("no loop device on this machine")
    try:
        yield image, place
    finally:
        subprocess.run(["umount", place], check=False, capture_output=True)


def blocks(path: Path) -> list[int]:
    """Where on the disk the file lies, block by block (filefrag of e2fsprogs)."""
    told = subprocess.run(
        ["filefrag", f"-b{PAGE}", "-v", path], check=True, capture_output=True, text=True
    ).stdout
    extents = re.findall(r"^ +\d+: +\d+\.\. +\d+: +(\d+)\.\. +(\d+):", told, re.MULTILINE)
    return [block for first, last in extents for block in range(int(first), int(last) + 1)]


def at_blocks(image: Path, places: list[int]) -> list[bytes]:
    with image.open("rb") as disk:
        return [os.pread(disk.fileno(), PAGE, place * PAGE) for place in places]


def test_neither_people_nor_keys_nor_the_old_ciphertext_are_on_the_raw_disk(
    at: Callable[..., Sites], tmp_path_factory: pytest.TempPathFactory, disk: tuple[Path, Path]
) -> None:
    """A file system that writes in place: the last header and every page of the database are overwritten where they lay.

    A write-ahead log that SQLite has deleted leaves pages in blocks the file system has freed, enciphered and dead with the
    key (docs/erasure.md): those are not looked for, people and keys are looked for everywhere.
    """
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
    content, places = database.read_bytes(), blocks(database)
    old = [content[start : start + PAGE] for start in range(0, len(content), PAGE)]
    header = (contractor.folder / "vault.json").read_bytes()
    assert len(old) > 100 and len(sealed) == 3
    assert at_blocks(image, places)[: len(old)] == old, "they are on the disk before"
    contractor.do("erase", "run", "--name", NAME)
    shutil.rmtree(sites.ward.folder)  # the other site's machine is its own affair
    os.sync()
    subprocess.run(["umount", place], check=True)
    raw = image.read_bytes()
    assert not set(at_blocks(image, places)) & set(old)
    assert header[:2000] not in raw
    assert hits([image.parent], words) == []
