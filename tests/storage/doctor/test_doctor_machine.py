"""The vault's folder, secrets, disk, Python, packages, swap and environment: in order, and each put out of order."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.checks import Check, document, exit_code, failed, passed, unknown
from storage.doctor.files import LEAST_FREE, free_disk, secret_files, vault_files
from storage.doctor.keys import courier_keys
from storage.doctor.machine import SUPPORT_ENDS, environment, packages, python_support, shipped_lock, swap
from storage.doctor.place import folder_checks

Verdicts = Callable[..., dict[str, str]]
TODAY = dt.date(2026, 5, 11)
FILES = {"files.modes": "passed", "files.owner": "passed", "files.leftovers": "passed"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vault's folder, as it should be."""
    made = tmp_path / "vault"
    for place in (made, made / "courier"):
        place.mkdir(mode=0o700)
    for name in ("vault.json", "courier/remote.toml"):
        (made / name).touch(mode=0o600)
    return made


def test_a_folder_in_order_passes(folder: Path, verdicts: Verdicts) -> None:
    assert verdicts(vault_files(folder)) == FILES


@pytest.mark.parametrize(("name", "mode"), [(".", 0o755), ("courier", 0o710), ("vault.json", 0o640)])
def test_what_is_open_to_others_fails(folder: Path, verdicts: Verdicts, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    assert verdicts(vault_files(folder)) == FILES | {"files.modes": "failed"}


def test_a_link_among_the_files_fails(folder: Path, verdicts: Verdicts) -> None:
    (folder / "knocks.jsonl").symlink_to("/etc/passwd")
    assert verdicts(vault_files(folder)) == FILES | {"files.owner": "failed"}


def test_files_of_somebody_else_fail(
    folder: Path, verdicts: Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert verdicts(vault_files(folder)) == FILES | {"files.owner": "failed"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("courier/box.toml", 'client_secret = "x"'),
        ("key.json", '{"k": "-----BEGIN PRIVATE KEY-----"}'),
        ("応募.csv", "カナ"),
    ],
)
def test_secrets_and_lists_left_in_clear_fail(folder: Path, verdicts: Verdicts, name: str, text: str) -> None:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    checks = vault_files(folder)
    assert verdicts(checks) == FILES | {"files.leftovers": "failed"}
    assert text not in repr(checks)


def test_a_missing_folder_fails(tmp_path: Path, verdicts: Verdicts) -> None:
    assert verdicts(vault_files(tmp_path / "none")) == {"files.modes": "failed"}


def test_a_secret_others_may_read_fails(tmp_path: Path, verdicts: Verdicts) -> None:
    file = tmp_path / "credential"
    file.touch(mode=0o600)
    named = {"IKIIKI_COURIER_CREDENTIAL_FILE": str(file), "IKIIKI_PASSWORD_FILE": str(tmp_path / "none")}
    name = "files.secret.ikiiki_courier_credential_file"
    assert verdicts(secret_files(named)) == {name: "passed", "files.secret.ikiiki_password_file": "failed"}
    file.chmod(0o644)
    assert verdicts(secret_files(named))[name] == "failed"
    assert secret_files({}) == []


def test_a_full_disk_fails(folder: Path, verdicts: Verdicts) -> None:
    assert verdicts([free_disk(folder, lambda _: LEAST_FREE)]) == {"files.disk": "passed"}
    assert verdicts([free_disk(folder, lambda _: LEAST_FREE - 1)]) == {"files.disk": "failed"}
    assert verdicts([free_disk(folder / "none")]) == {"files.disk": "unknown"}


def test_a_python_nobody_mends_fails(verdicts: Verdicts) -> None:
    last = SUPPORT_ENDS[3, 11]
    assert verdicts([python_support(last, (3, 11))]) == {"machine.python": "passed"}
    assert verdicts([python_support(last + dt.timedelta(days=1), (3, 11))]) == {"machine.python": "failed"}
    assert verdicts([python_support(TODAY, (3, 99))]) == {"machine.python": "unknown"}


LOCK = "a==1.0 \\\n    --hash=sha256:0\nb==2.0 ; sys_platform == 'win32'\nb==2.1 ; sys_platform != 'win32'\n    # via a\n"


@pytest.mark.parametrize(
    ("there", "verdict"),
    [
        ({"a": "1.0", "b": "2.1"}, "passed"),
        ({"a": "1.0"}, "passed"),
        ({"a": "1.1", "b": "2.1"}, "failed"),
        ({"b": "2.1"}, "failed"),
        ({"a": "1.0", "b": "2.2"}, "failed"),
    ],
)
def test_other_packages_than_the_release_was_built_with_fail(
    verdicts: Verdicts, there: dict[str, str], verdict: str
) -> None:
    found = verdicts(packages(LOCK, TODAY, there.get))
    assert found == {"machine.packages": verdict, "machine.audit": "unknown"}
    assert verdicts(packages(None, TODAY))["machine.packages"] == "unknown"


def test_what_is_installed_here_is_what_the_lock_says(verdicts: Verdicts) -> None:
    assert verdicts(packages(shipped_lock(), TODAY))["machine.packages"] == "passed"


HEAD = "Filename\tType\tSize\tUsed\tPriority\n"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("", "passed"),
        ("/dev/zram0 partition 1 0 -2\n", "passed"),
        ("/dev/dm-1 partition 1 0 -2\n", "passed"),
        ("/dev/dm-2 partition 1 0 -2\n", "passed"),
        ("/dev/dm-3 partition 1 0 -2\n", "failed"),
        ("/dev/sda2 partition 1 0 -2\n", "failed"),
        ("/swapfile file 1 0 -2\n", "unknown"),
    ],
)
def test_swap_in_clear_fails(tmp_path: Path, verdicts: Verdicts, line: str, verdict: str) -> None:
    """dm-1 is dm-crypt; dm-2 is a volume that lies on it, dm-3 one that lies on a bare disk."""
    blocks = tmp_path / "class" / "block"
    for node, uuid, below in (
        ("dm-1", "CRYPT-PLAIN-x", "sda1"),
        ("dm-2", "LVM-x", "dm-1"),
        ("dm-3", "LVM-y", "sda1"),
    ):
        (blocks / node / "dm").mkdir(parents=True)
        (blocks / node / "slaves").mkdir()
        (blocks / node / "dm" / "uuid").write_text(f"{uuid}\n")
        (blocks / node / "slaves" / below).symlink_to(blocks / below)
    (blocks / "sda1").mkdir()
    (tmp_path / "swaps").write_text(HEAD + line)
    assert verdicts([swap(tmp_path, tmp_path)]) == {"machine.swap": verdict}


def test_without_a_list_of_swaps_nothing_is_known(tmp_path: Path, verdicts: Verdicts) -> None:
    assert verdicts([swap(tmp_path, tmp_path)]) == {"machine.swap": "unknown"}


def test_what_the_environment_could_do_is_named_and_its_values_are_not(verdicts: Verdicts) -> None:
    assert verdicts(environment({"LANG": "ja_JP.UTF-8"})) == {"machine.environment": "passed"}
    checks = environment(
        {"SSLKEYLOGFILE": "/tmp/keys", "HTTPS_PROXY": "http://me:secret@p", "TEXTUAL_LOG": "/x"}
    )
    assert verdicts(checks) == {"machine.environment": "failed", "machine.ignored": "passed"}
    assert (
        "SSLKEYLOGFILE" in checks[0].said and "secret" not in repr(checks) and "/tmp/keys" not in repr(checks)
    )


def test_a_courier_without_keys_fails_and_an_old_way_into_box_too(folder: Path, verdicts: Verdicts) -> None:
    assert verdicts(courier_keys(folder, TODAY)) == {"keys.courier": "failed"}
    sealed = folder / "courier" / "box.sealed"
    sealed.touch(mode=0o600)
    made = dt.datetime.combine(TODAY, dt.time(12)).astimezone().timestamp()
    for days, verdict in ((400, "passed"), (401, "failed")):
        os.utime(sealed, (made, made - days * 86400))
        assert verdicts(courier_keys(folder, TODAY))["keys.credential"] == verdict


SAID_IN = "courier/remote.toml"


def test_a_folder_between_the_sites_is_looked_at_and_what_it_cannot_tell_is_said(
    tmp_path: Path, verdicts: Verdicts
) -> None:
    tmp_path.chmod(0o770)
    in_order = {
        "place.folder": "passed",
        "place.modes": "passed",
        "host.clock": "unknown",
        "place.people": "unknown",
    }
    assert verdicts(folder_checks(tmp_path, SAID_IN)) == in_order
    tmp_path.chmod(0o777)
    assert verdicts(folder_checks(tmp_path, SAID_IN)) == in_order | {"place.modes": "failed"}
    unplugged = folder_checks(tmp_path / "unplugged", SAID_IN)
    assert verdicts(unplugged) == {"place.folder": "failed"} and SAID_IN in unplugged[0].said


GOOD, BAD, OPEN = passed("a", "A", "x"), failed("b", "B", "x", "y"), unknown("c", "C", "x", "y")
ALTERED = failed("d", "D", "x", "y", integrity=True)


@pytest.mark.parametrize(
    ("checks", "code"),
    [([], 0), ([GOOD, OPEN], 0), ([GOOD, BAD, OPEN], 1), ([BAD, ALTERED], 6)],
)
def test_only_failures_make_it_fail_and_what_was_altered_weighs_most(checks: list[Check], code: int) -> None:
    assert exit_code(checks) == document(checks)["exit_code"] == code
    assert sum(document(checks)[verdict] for verdict in ("passed", "failed", "unknown")) == len(checks)
