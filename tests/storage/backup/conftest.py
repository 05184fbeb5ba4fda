"""A site's vault with two applications, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.founding import create_vault_folder
from cli.session import Session, open_session
from core.applicant import Route
from core.people.fields import Field
from core.roles import Site

PASSWORD = "cedars over the pass"
PROGRAMME = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 4
"""
NAMES = ("ヤマダ ハナコ", "スズキ イチロウ", "サトウ チヨ")


@dataclass
class Place:
    """One machine: where its vault lies, and its marks."""

    folder: Path

    def open(self, password: str = PASSWORD, staff: str = "sato") -> Session:
        return open_session(self.folder, staff, password)


def key_in(session: Session, name: str) -> None:
    session.office.intake.add(
        {
            Field.KANA: name, Field.BIRTH_DATE: "S25.3.4", Field.ADDRESS: "新宿区住吉町3-4-5",
            Field.PHONE: "03-5273-0001", Field.PREFERENCE: "A",
        },
        Route.POST,
    )  # fmt: skip


@pytest.fixture(scope="session")
def vault_of_two_cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup") / "vault"
    create_vault_folder(folder, Site.CONTRACTOR, "sato", "佐藤", PASSWORD, programme=PROGRAMME, kdf_mib=64)
    session = open_session(folder, "sato", PASSWORD)
    for name in NAMES[:2]:
        key_in(session, name)
    session.close()
    return folder


@pytest.fixture
def place(vault_of_two_cards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copytree(vault_of_two_cards, tmp_path / "vault")
    return Place(tmp_path / "vault")


@pytest.fixture
def office(place: Place) -> Iterator[Session]:
    session = place.open()
    yield session
    session.close()
