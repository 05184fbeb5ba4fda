"""Whoever can write the vault's folder writes failed logins: they stand in the log for good, and steer nobody."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from cli.founding import create_vault_folder
from cli.session import open_session
from core.canonical import canonical_json
from core.roles import Site
from tests.journeys.acting import Result, in_process

PASSWORD = "a path through the cedars"
OWNED = "mori\x1b]0;owned\x07\x1b[2J\n99  \u202e\x9b2J"
"""A title for the terminal's window, an empty screen, a row more, and the rest of the line backwards."""
EDGES = ("0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00")
"""Days that there are not in Japan."""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    create_vault_folder(tmp_path / "vault", Site.WARD, "mori", "森", PASSWORD, programme=None, kdf_mib=64)
    return {
        "IKIIKI_VAULT": str(tmp_path / "vault"), "IKIIKI_STAFF": "mori",
        "IKIIKI_PASSWORD_FILE": str(tmp_path / "password"), "XDG_STATE_HOME": str(tmp_path / "state"),
    }  # fmt: skip


def lay_down(env: dict[str, str], **values: Any) -> None:
    line = {
        "at": "2026-01-05T09:00:00+09:00", "id": "a" * 16, "reason": "failed", "staff_id": "unknown", **values
    }  # fmt: skip
    path = Path(env["IKIIKI_VAULT"]) / "knocks.jsonl"
    path.write_bytes(canonical_json(line) + b"\n")
    path.chmod(0o600)


def both(env: dict[str, str]) -> list[Result]:
    """The log and its review, in words and as documents; the review ends with 1 for what is to be answered."""
    results = [
        in_process([*words, *form], env)
        for words in (["log", "list"], ["log", "review"])
        for form in ([], ["--json"])
    ]
    assert [result.code for result in results] == [0, 0, 1, 1], results
    return results


def is_calm(text: str) -> bool:
    return all(char.isprintable() or char in "\n\u3000" for char in text)


@pytest.mark.parametrize(
    "values", [{"staff_id": OWNED}, {"reason": "opened no=3"}, *({"at": at} for at in EDGES)]
)
def test_what_is_no_failed_login_is_told_as_damage_of_the_file(
    env: dict[str, str], values: dict[str, str]
) -> None:
    lay_down(env, **values)
    told, document, review, _ = both(env)
    assert all(is_calm(one.out) for one in (told, document, review))
    (row,) = [one for one in json.loads(document.out)["rows"] if one["act"] == "login_failed"]
    assert row["staff"] == "unknown" and row["detail"].split()[0] == "unreadable"
    assert "ログインの失敗の記録が壊れています" in review.out


@pytest.mark.parametrize("at", EDGES)
def test_rows_of_before_such_lines_were_refused_stop_neither_the_log_nor_its_review(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", env["XDG_STATE_HOME"])
    session = open_session(Path(env["IKIIKI_VAULT"]), "mori", PASSWORD)
    with session.office.staff._desk.store.write() as tx:
        for act in ("login_failed", "login"):
            tx.access.append(dt.datetime.fromisoformat(at), OWNED, act, "opened no=3\x9b", "\x1b[m")
    session.close()
    told, document, review, found = both(env)
    assert all(is_calm(one.out) for one in (told, document, review, found))
    rows = json.loads(document.out)["rows"]
    assert [row["at"] for row in rows if row["staff"] == OWNED] == [at, at], (
        "the document has what stands there"
    )
    assert len(told.out.splitlines()) == len(rows) - 1, (
        "one line for each row; the login for --json came later"
    )
    assert all(OWNED.replace("\n", "?")[:4] in line for line in told.out.splitlines())
    assert {one["code"] for one in json.loads(found.out)["items"]} & {"clock_back", "clock_ahead"}
    assert not any(line.startswith("99  ") for line in review.out.splitlines())
    (item,) = [one for one in json.loads(found.out)["items"] if one["code"] == "nobody"]
    whole = in_process(["log", "review", "--item", item["id"]], env).out
    assert is_calm(whole) and not any(line.startswith("99  ") for line in whole.splitlines())
    assert "chain" not in {one["code"] for one in json.loads(found.out)["items"]}
