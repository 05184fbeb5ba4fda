"""Who comes in, from the first login to a forgotten password, by the command and on the screens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from cli.clock import now
from cli.opening import VaultOpener
from core.ledger.codes import Act, Content, Unit
from core.roles import Site
from storage.vault.errors import VaultChanged
from tests.journeys.acting import FIRST_PASSWORD, PASSWORD, Machine, Sites
from tests.journeys.desks import Desk
from tests.journeys.forging import forge
from tui.app import IkiikiApp
from tui.login import Login
from tui.opener import Config
from tui.password import PasswordSheet
from tui.workspace import Workspace

At = Callable[..., Sites]
OWN = "two herons over the weir"


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str], str]:
    """A file with that password in it."""

    def make(password: str) -> str:
        path = tmp_path / f"secret-{len(list(tmp_path.iterdir()))}"
        path.write_text(password + "\n", encoding="utf-8")
        return str(path)

    return make


def with_new(machine: Machine, new: str, *words: object) -> Any:
    return machine.runner(machine.words(*words), {**machine.env(), "IKIIKI_NEW_PASSWORD_FILE": new})


def test_a_login_from_the_first_password_to_a_forgotten_one_by_command(
    at: At, files: Callable[[str], str]
) -> None:
    manager = at("found").contractor
    weak = with_new(
        manager, files("yamada-1234567"), "staff", "add", "c-yamada", "--name", "山田", "--role", "handler"
    )
    assert weak.code == 3 and "推測されやすい" in weak.err and "yamada-1234567" not in weak.err
    with_new(
        manager, files(FIRST_PASSWORD), "staff", "add", "c-yamada", "--name", "山田", "--role", "handler"
    )

    first = replace(manager, staff="c-yamada", password=FIRST_PASSWORD)
    assert "はじめてのログイン" in first.refused("intake", "list", code=3)
    for words in (("sync",), ("backup", "rehearse"), ("intake", "send")):
        first.refused(*words, code=3)
    assert with_new(first, files(FIRST_PASSWORD), "staff", "password").code == 3, (
        "the same again is no choice"
    )
    assert with_new(first, files(OWN), "staff", "password").code == 0

    own = replace(first, password=OWN)
    own.do("intake", "list")
    own.refused("staff", "reset", "c-boss", code=3)
    replace(own, password="not this one").refused("status", code=4)
    assert "その後の失敗 1回" in own.run("status").err
    assert "失敗" not in own.run("status").err, "told once"
    rows = manager.do("log", "list")["rows"]
    assert [row["terminal"] for row in rows if row["act"] == "login_failed"] == ["batch"]

    inside = own.session()
    manager.refused("staff", "reset", "nobody", code=2)
    manager.refused("staff", "reset", "c-boss", code=3)
    assert with_new(manager, files(FIRST_PASSWORD), "staff", "reset", "c-yamada").code == 0
    with closing(inside), pytest.raises(VaultChanged, match="再設定されました"):
        inside.office.ledger.add(Act.STORE, Content.FORMS, 1, Unit.SHEETS)
    own.refused("status", code=4)
    assert "再設定されました" in first.refused("status", code=3)
    assert with_new(first, files(OWN), "staff", "password").code == 0
    own.do("ledger", "add", "--act", "update", "--content", "software", "--qty", 1, "--unit", "times")
    assert manager.do("ledger", "verify")["ok"], "signed with the person's new key"
    assert [row["id"] for row in manager.do("staff", "list")["staff"]] == ["c-boss", "c-yamada"]
    manager.do("staff", "revoke", "c-yamada")
    own.refused("status", code=4)
    manager.sound()


def test_a_passphrase_is_made_without_a_vault(at: At, files: Callable[[str], str]) -> None:
    manager = at("found").contractor
    made = manager.do("staff", "phrase", alone=True)
    assert made["bits"] >= 60
    assert with_new(manager, files(made["phrase"]), "staff", "password").code == 0
    replace(manager, password=made["phrase"]).do("status")


async def test_a_first_login_on_the_screens_shows_nothing_before_a_password_is_chosen(
    at: At, files: Callable[[str], str]
) -> None:
    manager = at("found").contractor
    with_new(
        manager, files(FIRST_PASSWORD), "staff", "add", "c-yamada", "--name", "山田", "--role", "handler"
    )
    config = Config(staff_id="c-yamada", folder=manager.base)
    with mock.patch.dict(os.environ, manager.env()):
        app = IkiikiApp(VaultOpener(manager.folder), now, config)
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desk(pilot)

            async def log_in(password: str) -> None:
                await pilot.pause()
                app.screen.query_one("#field-password").value = password  # type: ignore[attr-defined]
                await pilot.press("enter")
                while not app.unlocked or isinstance(app.screen, Login):
                    await pilot.pause()
                await desk.press()

            await log_in(FIRST_PASSWORD)
            await desk.press("f5", "f2")
            assert isinstance(app.screen, PasswordSheet) and "はじめてのログイン" in desk.text()
            await desk.press("escape")
            assert isinstance(app.screen, Login) and "ほかのことはできません" in desk.text()
            await log_in(FIRST_PASSWORD)
            for key, value in (("old", FIRST_PASSWORD), ("new", OWN), ("again", OWN)):
                app.screen.query_one(f"#field-{key}").value = value  # type: ignore[attr-defined]
            await desk.press("f10")
            while not isinstance(app.screen, Workspace):
                await pilot.pause()
            await desk.until("前回のログイン")
    own = replace(manager, staff="c-yamada", password=OWN)
    own.do("intake", "list")


async def test_failed_logins_are_told_on_the_screens(at: At) -> None:
    machine = at("found").contractor
    machine.do("status")
    for _ in range(2):
        replace(machine, password="not this one").refused("status", code=4)
    with mock.patch.dict(os.environ, machine.env()):
        app = IkiikiApp(VaultOpener(machine.folder), now, Config(staff_id="c-boss", folder=machine.base))
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desk(pilot)
            await pilot.pause()
            await pilot.press(*PASSWORD, "enter")
            await desk.until("2回、ログインに失敗した記録")
            await desk.press("enter")
            assert isinstance(app.screen, Workspace) and "前回のログイン" in desk.text()


async def test_on_another_machine_the_fingerprint_of_the_key_stands_in_a_window_and_the_keys_below_it(
    at: At, tmp_path: Path
) -> None:
    machine = at("found").contractor
    machine.do("status")
    shown = machine.do("staff", "list")["fingerprint"]
    another = {**machine.env(), "XDG_STATE_HOME": str(tmp_path / "another")}
    with mock.patch.dict(os.environ, another):
        app = IkiikiApp(VaultOpener(machine.folder), now, Config(staff_id="c-boss", folder=machine.base))
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desk(pilot)
            await pilot.pause()
            await pilot.press(*PASSWORD, "enter")
            await desk.until("初めて開く保管庫")
            assert shown in desk.text()
            await desk.press("enter")
            assert isinstance(app.screen, Workspace)
            last_line = desk.text().rstrip().splitlines()[-1]
            assert "前回のログイン" in last_line and "F8" in last_line and shown not in desk.text()


@pytest.mark.parametrize("due", ["", "reset"])
async def test_a_vault_somebody_made_is_told_as_new_though_it_says_nobody_has_been_in_it(
    at: At, tmp_path: Path, due: str
) -> None:
    """Where the mark is gone a forger's vault opens; it cannot keep quiet about it, before a password is changed either."""
    machine = at("found").contractor
    machine.do("status")
    known = machine.do("staff", "list")["fingerprint"]
    forge(machine, due)
    another = {**machine.env(), "XDG_STATE_HOME": str(tmp_path / "another")}
    with mock.patch.dict(os.environ, another):
        app = IkiikiApp(VaultOpener(machine.folder), now, Config(staff_id="c-boss", folder=machine.base))
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desk(pilot)
            await pilot.pause()
            await pilot.press(*PASSWORD, "enter")
            await desk.until("初めて開く保管庫")
            assert known not in desk.text()
            await desk.press("enter")
            assert isinstance(app.screen, PasswordSheet if due else Workspace)


def test_whoever_made_a_vault_is_not_told_on_that_machine_that_it_is_new(at: At, tmp_path: Path) -> None:
    machine = at("found").contractor
    machine.folder.rename(tmp_path / "put by")
    shutil.rmtree(machine.base / "state")
    machine.do(
        "init", machine.folder, "--site", "contractor", "--staff", "c-boss", "--name", "責任者", "--kdf-mib", 64,
        "--programme", machine.base / "programme.toml", alone=True,
    )  # fmt: skip
    with closing(machine.session()) as session:
        assert not session.came.strange
    shutil.rmtree(machine.base / "state")
    with closing(machine.session()) as session:
        assert session.came.strange


def test_an_age_the_programme_sets_holds_at_both_sites(at: At, files: Callable[[str], str]) -> None:
    sites = at("found")
    for machine in sites.both:
        with machine.vault() as vault, vault.write() as connection:
            from storage.store.tx import VaultTx

            tx = VaultTx(connection)
            text = tx.settings.get("programme")
            assert text is not None
            tx.settings.put("programme", text + "\n[accounts]\npassword_days = 1\n")
            tx.settings.put(
                f"account_{machine.words('x')[1]}",
                '{"failed": 0, "last": "", "must": "", "set_at": "2020-01-01T00:00:00+09:00"}',
            )
        assert "期限が過ぎました" in machine.refused("status", code=3)
        assert with_new(machine, files(OWN), "staff", "password").code == 0
        replace(machine, password=OWN).do("status")
    assert {machine.site for machine in sites.both} == set(Site)
