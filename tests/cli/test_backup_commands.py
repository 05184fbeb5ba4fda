"""`ikiiki backup` and `ikiiki restore` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.founding import create_vault_folder
from core.roles import Site
from tests.journeys.acting import in_process

PASSWORD = "a path through the cedars"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A vault of one manager, and what a terminal would know."""
    (tmp_path / "password").write_text(PASSWORD + "\n")
    create_vault_folder(tmp_path / "vault", Site.WARD, "mori", "森", PASSWORD, programme=None, kdf_mib=64)
    return {
        "IKIIKI_VAULT": str(tmp_path / "vault"), "IKIIKI_STAFF": "mori",
        "IKIIKI_PASSWORD_FILE": str(tmp_path / "password"), "XDG_STATE_HOME": str(tmp_path / "state"),
    }  # fmt: skip


def said(env: dict[str, str], *words: str, code: int = 0) -> Any:
    result = in_process([*words, "--json"], env)
    assert result.code == code, result
    return json.loads(result.out)


def test_from_a_backup_to_a_vault_that_goes_on(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    made = said(env, "backup", "--to", str(tmp_path / "usb"))
    at_home = said(env, "backup")
    listed = said(env, "backup", "list", str(tmp_path / "usb"))["backups"]
    assert [one["id"] for one in listed] == [made["id"]]
    for words in ((), (made["file"],), (at_home["file"],)):
        seen = said(env, "backup", "rehearse", *words)
        assert seen["equal"] and seen["differences"] == []
    refused = said(env, "restore", made["file"], str(tmp_path / "again"), code=3)
    assert "--declare" in refused["error"]["next_step"]
    done = said(env, "restore", made["file"], str(tmp_path / "again"), "--declare")
    assert done["staff"] == ["mori"] and done["lost"] > 0 and not done["unsettled"]
    assert said(env, "backup", "list", code=6)["error"]["what"].startswith("保管庫が古い状態")
    lines = said({**env, "IKIIKI_VAULT": str(tmp_path / "again")}, "ledger", "list")["lines"]
    assert [line["act"] for line in lines] == ["restore", "roster"]


def test_a_spoilt_backup_ends_with_the_code_of_a_broken_seal(env: dict[str, str]) -> None:
    made = Path(said(env, "backup")["file"])
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    made.write_bytes(content)
    result = in_process(["backup", "rehearse"], env)
    assert result.code == 6
    assert "合わないところが1か所" in result.err and "取り直して" in result.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("backup", "--keep", "often"), 2), (("backup", "--medium", "usb"), 2), (("backup", "rehearse"), 3),
        (("backup", "rehearse", "/nowhere/x.ikb"), 2), (("backup", "--to", "/nowhere"), 3), (("restore", "/nowhere/x.ikb", "/nowhere/y"), 1),
        (("ledger", "settle", "1", "12345678"), 3), (("ledger", "settle", "1", "12"), 2),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_so(env: dict[str, str], words: tuple[str, ...], code: int) -> None:
    assert said(env, *words, code=code)["error"]["next_step"]
