"""Vaults as earlier versions wrote them: opened, brought up to date after a backup, and nothing of them lost.

`earlier/<n>/` was made by the program as it was when its tables were of version n: a site of one manager, two cards, and
a light derivation. It is opened by what came after it, and never made anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.session import open_session
from core.ledger.codes import Act
from core.office.listing import ListFilter
from core.roles import Site
from storage.store import MIGRATIONS
from storage.vault.keys import database_key
from storage.vault.sqlcipher import connect

EARLIER_PASSWORD = "Earlier Vault 2026"
EARLIER = Path(__file__).parent / "earlier"
VERSIONS = [1, 2, 3, 4]


def laid_down(version: int, folder: Path) -> Path:
    """A copy of its own, private as a vault must be (what is kept in a repository has no modes)."""
    folder.mkdir(mode=0o700)
    for path in (EARLIER / str(version)).iterdir():
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o600)
    return folder


@pytest.mark.parametrize("version", VERSIONS)
def test_it_opens_is_brought_up_to_date_after_a_backup_and_loses_nothing(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = laid_down(version, tmp_path / "vault")
    session = open_session(folder, "sato", EARLIER_PASSWORD)
    try:
        found = session.office.intake.page(ListFilter(), 0, 9)
        assert [(one.number, one.kana) for one in found] == [(1, "ヤマダ ハナコ"), (2, "スズキ イチロウ")]
        assert [line.act for line in session.office.ledger.page(Site.CONTRACTOR, 0, 9)] == [
            Act.INTAKE, Act.INTAKE, Act.ROSTER,
        ]  # fmt: skip
        assert session.office.ledger.verify() == []
        with session.vault.read() as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        (before,) = (folder / "backups").iterdir()
        assert before.name.startswith(f"before-migration-1-{version}-")
        copy = connect(before, database_key(session.vault.data_key))
        assert copy.execute("PRAGMA user_version").fetchone() == (version,)
        assert copy.execute("SELECT count(*) FROM application").fetchone() == (2,)
        copy.close()
        session.back_up()
        assert session.rehearse(EARLIER_PASSWORD).equal
    finally:
        session.close()
