"""`ikiiki doctor` on a site of its own: over Box by Box's names, with and without a person, and its exit codes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.checks import VERDICT_WORDS, Verdict
from storage.doctor.machine import environment
from tests.box.pretend import PretendBox
from tests.box.proxy import Authority, Proxy
from tests.journeys.acting import Machine, Sites
from tests.journeys.desks import Desk, sit

At = Callable[..., Sites]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine that runs the tests has set, and how much disk it has, is not the subject."""
    for name in list(os.environ):
        if environment({name: ""})[0].verdict.value == "failed":
            monkeypatch.delenv(name)
    monkeypatch.setattr("storage.doctor.files.LEAST_FREE", 1)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("IKIIKI_COURIER_CREDENTIAL_FILE", raising=False)


@pytest.fixture
def box() -> Iterator[PretendBox]:
    """The ward's courier is an editor, and all is as it should be."""
    with PretendBox() as made:
        made.folder.can_non_owners_invite = False
        made.folder.is_collaboration_restricted_to_enterprise = True
        yield made


@pytest.fixture
def ward(at: At, box: PretendBox, tmp_path: Path) -> Iterator[Machine]:
    """The ward's machine on its line to Box."""
    sites = at("found")
    chosen = box.settings(box.ward)
    authority = Authority(tmp_path, life=timedelta(days=90))
    with Proxy(box.server, tmp_path, authority=authority) as proxy:
        written = {
            "folder": chosen.folder, "client_id": chosen.client_id, "client_secret": chosen.client_secret,
            "user": chosen.user, "collaborators": list(chosen.collaborators), "proxy": proxy.url,
            "ca_bundle": str(proxy.ca),
        }  # fmt: skip
        file = sites.base / "box.toml"
        file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in written.items()))
        sites.ward.do("courier", "box", file, "--credential", sites.base / "credential")
        Path(sites.ward.env()["IKIIKI_PASSWORD_FILE"]).chmod(0o600)
        yield sites.ward


def verdicts(document: Any) -> dict[str, str]:
    return {check["name"]: check["verdict"] for check in document["checks"]}


def of(document: Any, verdict: str) -> set[str]:
    return {name for name, said in verdicts(document).items() if said == verdict}


def not_the_machines(names: set[str]) -> set[str]:
    """Without what depends on the machine that runs the tests."""
    return {name for name in names if not name.startswith("machine.")}


def test_a_site_in_order_has_nothing_that_fails(ward: Machine) -> None:
    result = ward.run("doctor")
    document = result.json
    assert not_the_machines(of(document, "failed")) == set()
    assert {"host.reach.dl.boxcloud.com", "host.certificate.api.box.com", "host.clock", "box.collaborators",
            "vault.integrity", "vault.ledger", "vault.partner", "keys.courier", "files.modes"} <= of(document, "passed")  # fmt: skip
    assert not_the_machines(of(document, "unknown")) == {"box.classification", "box.region", "vault.backup"}
    assert result.code == document["exit_code"] == (1 if of(document, "failed") else 0)


def test_without_a_person_the_credential_is_enough_for_all_but_the_vault(ward: Machine) -> None:
    blind = verdicts(ward.run("doctor", alone=True).json)
    assert blind["place.chosen"] == blind["vault"] == "unknown" and "box.login" not in blind
    given = {"IKIIKI_COURIER_CREDENTIAL_FILE": str(ward.base / "credential")}
    found = verdicts(ward.runner(ward.words("doctor", alone=True), ward.env() | given).json)
    assert found["box.collaborators"] == "passed" and found["vault"] == "unknown"


def test_a_stranger_makes_it_fail_and_is_named_to_people_too(ward: Machine, box: PretendBox) -> None:
    box.state.collaborate(box.folder, box.state.add_user("stranger@example.com"), "viewer")
    result = ward.run("doctor")
    assert result.code == 1 and "box.collaborators" in of(result.json, "failed")
    words = ward.runner(ward.words("doctor", json_=False), ward.env())
    assert words.code == 1
    assert "不合格  共同作業者: 許可していない人: stranger@example.com" in words.out
    assert "次にすること: 共同作業者から外してください" in words.out


def test_a_row_that_points_nowhere_ends_with_6(ward: Machine) -> None:
    with ward.vault() as vault, vault.connection() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO draw_unit VALUES ('nowhere', 'u')")
    result = ward.run("doctor")
    assert result.code == 6 and "vault.integrity" in of(result.json, "failed")


def test_a_line_changed_in_the_ledger_ends_with_6(ward: Machine) -> None:
    with ward.vault() as vault, vault.write() as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'ledger_line'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(
            "UPDATE ledger_line SET line = CAST(replace(line, '\"qty\":1', '\"qty\":2') AS BLOB) WHERE org = 'ward'"
        ).rowcount
        assert changed
    result = ward.run("doctor")
    assert result.code == 6 and of(result.json, "failed") >= {"vault.ledger"}


def test_no_secret_is_said(ward: Machine, box: PretendBox) -> None:
    out = ward.run("doctor").out
    secret = box.settings(box.ward).client_secret
    assert secret not in out and (ward.base / "credential").read_text().strip() not in out


async def test_the_screen_finds_what_the_command_finds(ward: Machine, box: PretendBox) -> None:
    box.state.collaborate(box.folder, box.state.add_user("stranger@example.com"), "viewer")
    seen: list[str] = []

    async def look(desk: Desk) -> None:
        await desk.press("f6", "d")
        seen.append(desk.text())

    await sit(ward, look, Desk)
    document = ward.run("doctor").json
    counts = "、".join(
        f"{VERDICT_WORDS[Verdict(one)]} {document[one]}" for one in ("failed", "unknown", "passed")
    )
    assert counts in seen[0] and "stranger@example.com" in seen[0]


def test_the_hosts_for_the_firewall_need_no_vault(ward: Machine) -> None:
    result = ward.runner(["doctor", "--hosts", "--json"], {})
    assert [one["host"] for one in result.json["hosts"]] == [
        "api.box.com",
        "upload.box.com",
        "dl.boxcloud.com",
    ]
    assert ward.runner(["doctor", "--hosts"], {}).out.splitlines()[0] == "api.box.com:443"
