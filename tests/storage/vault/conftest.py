"""A vault to try things on. It is made once (Argon2 takes its time) and copied for each test."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.roles import Role, Site
from storage.vault.kdf import LIGHT_KDF
from storage.vault.migrations import Migration
from storage.vault.opened import OpenVault
from storage.vault.vault import NewStaff, create_vault, open_vault

PASSWORD = "shared walks in June"

TABLES: list[Migration] = [
    (
        1,
        "people",
        """
        CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE visit (person INTEGER NOT NULL REFERENCES person (id), day TEXT NOT NULL) STRICT;
        CREATE TRIGGER person_kept BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'kept; always'); END;
        CREATE VIRTUAL TABLE words USING fts5 (name, content='person', content_rowid='id', tokenize='trigram');
        """,
    ),
]


@dataclass
class Clock:
    moment: dt.datetime = field(
        default_factory=lambda: dt.datetime(2026, 4, 20, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    )

    def __call__(self) -> dt.datetime:
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        self.moment += dt.timedelta(seconds=seconds)


@dataclass
class Lab:
    """A vault on disk, a place for its marks, a clock, and how to log in."""

    folder: Path
    state_dir: Path
    clock: Clock
    open_ones: list[OpenVault] = field(default_factory=list)

    password = PASSWORD
    tables = TABLES

    def open(self, staff_id: str = "sato", password: str = PASSWORD, **changes: Any) -> OpenVault:
        options: dict[str, Any] = {
            "migrations": TABLES,
            "now": self.clock,
            "state_dir": self.state_dir,
            "patience": 0.1,
        }
        vault = open_vault(self.folder, staff_id, password, **{**options, **changes})
        self.open_ones.append(vault)
        return vault

    def digest(self) -> dict[str, str]:
        """The hash of every file that tells of the vault's state."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != "knocks.jsonl"
        }


@pytest.fixture(scope="session")
def vault_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "vault"
    staff = NewStaff("sato", "佐藤", Role.MANAGER, PASSWORD)
    create_vault(folder, site=Site.CONTRACTOR, staff=staff, migrations=TABLES, now=Clock(), kdf=LIGHT_KDF)
    return folder


@pytest.fixture(scope="session")
def vault_template_of_two(vault_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from storage.vault.staff import add_staff

    base = tmp_path_factory.mktemp("two")
    shutil.copytree(vault_template, base / "vault")
    vault = open_vault(
        base / "vault", "sato", PASSWORD, migrations=TABLES, now=Clock(), state_dir=base / "state"
    )
    with vault:
        add_staff(vault, NewStaff("suzuki", "鈴木", Role.HANDLER, PASSWORD), kdf=LIGHT_KDF)
    return base / "vault"


@pytest.fixture
def vault_tables() -> list[Migration]:
    return TABLES


@pytest.fixture
def lab(vault_template: Path, tmp_path: Path) -> Iterator[Lab]:
    """One person: sato."""
    yield from _lab(vault_template, tmp_path)


@pytest.fixture
def lab_of_two(vault_template_of_two: Path, tmp_path: Path) -> Iterator[Lab]:
    """sato and suzuki, with the same password."""
    yield from _lab(vault_template_of_two, tmp_path)


def _lab(template: Path, tmp_path: Path) -> Iterator[Lab]:
    shutil.copytree(template, tmp_path / "vault")
    lab = Lab(tmp_path / "vault", tmp_path / "state", Clock())
    yield lab
    for vault in lab.open_ones:
        vault.close()


@pytest.fixture
def add_people() -> Callable[[OpenVault, int], None]:
    def add(vault: OpenVault, number: int) -> None:
        with vault.write() as connection:
            connection.executemany(
                "INSERT INTO person (name) VALUES (?)", [(f"ヤマダ{each:04d}",) for each in range(number)]
            )

    return add
