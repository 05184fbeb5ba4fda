"""The tables inside a real, encrypted vault: what is written is there at the next login, what fails is not."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from core.applicant import Application
from core.errors import IntegrityFailure
from core.office.listing import ListFilter
from core.office.ports import SourceRow
from core.roles import Role, Site
from storage.store import MIGRATIONS, VaultStore
from storage.vault.kdf import LIGHT_KDF
from storage.vault.vault import NewStaff, create_vault, open_vault


def test_a_vault_keeps_what_the_tables_were_told(
    tmp_path: Path, make: Callable[..., Application], at: dt.datetime
) -> None:
    password = "correct horse battery staple"
    staff = NewStaff("sato", "佐藤", Role.MANAGER, password)
    folder, state = tmp_path / "vault", tmp_path / "state"
    create_vault(
        folder, site=Site.CONTRACTOR, staff=staff, migrations=MIGRATIONS, now=lambda: at, kdf=LIGHT_KDF
    )
    with open_vault(
        folder, "sato", password, migrations=MIGRATIONS, now=lambda: at, state_dir=state
    ) as vault:
        store = VaultStore(vault)
        with store.write() as tx:
            tx.applications.add(make(1), at)
            tx.access.append(at, "sato", "key", "no=1", "tty1")
        orphan = SourceRow("form", "a.csv", "f" * 64, 1, None, "a" * 64, {"kana": "ヤマダ"}, "new", 2, at)
        with pytest.raises(IntegrityFailure) as caught, store.write() as tx:
            tx.applications.put(make(1, phone="", version=2), at, "sato")
            tx.sources.add(orphan)
        assert "ヤマダ" not in str(caught.value)
    with (
        open_vault(folder, "sato", password, migrations=MIGRATIONS, now=lambda: at, state_dir=state) as vault,
        VaultStore(vault).read() as tx,
    ):
        assert tx.applications.page(ListFilter(search="やまだ"), 0, 10) == [make(1)]
        assert tx.applications.history(1) == [(make(1), at, "")]
        assert (tx.sources.count(), tx.access.count()) == (0, 1)
    assert not any("ヤマダ".encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
