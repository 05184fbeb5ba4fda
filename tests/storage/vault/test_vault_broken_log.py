"""The write-ahead log that a power cut left, damaged as well: SQLite leaves out what follows the damage and says nothing.

Its checksums cover every bit, and whoever comes back sees that fewer changes are there than were acknowledged: the vault is
refused, with the file that is missing or broken.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.vault.errors import RolledBack

NAMES = [(number, f"トドロキ{number}" * 100) for number in range(6)]
CHANCE = random.Random("power cut")


def damages(whole: bytes) -> Iterator[tuple[str, bytes | None]]:
    yield "removed", None
    yield "emptied", b""
    for _ in range(6):
        yield "cut", whole[: CHANCE.randrange(1, len(whole))]
    for _ in range(40):
        changed, bit = bytearray(whole), CHANCE.randrange(8 * len(whole))
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit} flipped", bytes(changed)


@pytest.fixture
def cut_off(lab: Any, tmp_path: Path) -> Path:
    """The vault and its mark as they lie on the disk in the moment the power fails: all that was written is in the log."""
    with lab.open() as vault:
        for row in NAMES:
            with vault.write() as connection:
                connection.execute("INSERT INTO person VALUES (?, ?)", row)
        kept = tmp_path / "kept"
        shutil.copytree(lab.folder, kept / "vault")
        shutil.copytree(lab.state_dir, kept / "state")
    for path in (kept / "vault" / "inside").iterdir():
        path.unlink()  # or this process, which lives on, would count as inside
    return kept


def back(lab: Any, kept: Path, *, shared_memory: bool) -> Path:
    """The machine as it comes up again; the log's path."""
    for there, name in ((lab.folder, "vault"), (lab.state_dir, "state")):
        shutil.rmtree(there)
        shutil.copytree(kept / name, there)
    if not shared_memory:
        (lab.folder / "vault-1.db-shm").unlink()
    return lab.folder / "vault-1.db-wal"


@pytest.mark.parametrize("shared_memory", [True, False])
def test_whole_it_loses_nothing(lab: Any, cut_off: Path, shared_memory: bool) -> None:
    back(lab, cut_off, shared_memory=shared_memory)
    with lab.open() as vault, vault.read() as connection:
        assert connection.execute("SELECT id, name FROM person ORDER BY id").fetchall() == NAMES


@pytest.mark.parametrize("shared_memory", [True, False])
def test_damaged_the_vault_is_refused_and_the_file_named(
    lab: Any, cut_off: Path, shared_memory: bool
) -> None:
    whole = (cut_off / "vault" / "vault-1.db-wal").read_bytes()
    for what, data in damages(whole):
        log = back(lab, cut_off, shared_memory=shared_memory)
        if data is None:
            log.unlink()
        else:
            log.write_bytes(data)
        with pytest.raises(RolledBack) as refused:
            lab.open()
        assert "vault-1.db-wal" in refused.value.next_step, what
