"""The unit files under ops/: systemd understands them, and they show the courier no more than it needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands.sync import sync
from core.errors import IntegrityFailure, LoginFailed, Refused, RemoteUnreachable, Stopped
from storage.courier.credential import NAME
from tests.journeys.acting import IKIIKI, Sites
from tests.journeys.staging import at

__all__ = ["at"]
At = Callable[..., Sites]
UNITS = ("ikiiki-sync.service", "ikiiki-sync.timer", "ikiiki-sync-failed.service")
VAULT = "/srv/ikiiki/vault"


def settings(file: Path) -> dict[str, list[str]]:
    """Every assignment of a unit file, in order; an empty one begins anew, as systemd has it."""
    found: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if not separator or line.startswith(("#", "[")):
            continue
        if value:
            found.setdefault(key, []).append(value)
        else:
            found[key] = [""]
    return found


@pytest.fixture(scope="module")
def ops(repository: Path) -> Path:
    return repository / "ops"


@pytest.fixture
def as_installed(ops: Path, tmp_path: Path) -> Path:
    """The units as they lie in a machine's folder, but for where the program is."""
    folder = tmp_path / "units"
    shutil.copytree(ops, folder)
    unit = folder / UNITS[0]
    unit.write_text(unit.read_text().replace("/opt/ikiiki/bin/ikiiki", str(IKIIKI)))
    return folder


@pytest.mark.parametrize("over_a_folder", [False, True])
def test_systemd_finds_nothing_wrong_with_them(as_installed: Path, over_a_folder: bool) -> None:
    if not over_a_folder:
        shutil.rmtree(as_installed / "ikiiki-sync.service.d")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(as_installed / name) for name in UNITS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "ikiiki" in line or str(as_installed) in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_systemd_would_find_what_is_wrong_with_them(as_installed: Path) -> None:
    unit = as_installed / UNITS[0]
    unit.write_text(unit.read_text().replace("ProtectSystem=strict", "ProtectSistem=strict"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert "ProtectSistem" in done.stderr


@pytest.mark.parametrize("name", [UNITS[0], UNITS[2]])
def test_systemd_rates_their_exposure_low(as_installed: Path, name: str) -> None:
    """Out of a hundred; a service without any of it has 96."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=45", str(as_installed / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-500:]


def test_the_courier_is_shown_its_three_folders_of_the_vault_and_may_write_nowhere_else(ops: Path) -> None:
    unit = settings(ops / UNITS[0])
    shown = {Path(path) for value in unit["BindPaths"] for path in value.split()}
    assert shown == {Path(VAULT) / name for name in ("outbox", "inbox", "courier")}
    (hidden,) = unit["TemporaryFileSystem"]
    assert hidden.endswith(":ro") and Path(VAULT).is_relative_to(hidden.removesuffix(":ro"))
    assert unit["ProtectSystem"] == ["strict"] and not {"ReadWritePaths", "StateDirectory"} & unit.keys()
    assert unit["ExecStart"][0].split()[1:] == ["--vault", VAULT, sync.__name__]
    assert unit["LoadCredential"] == [f"{NAME}:/etc/ikiiki/courier.credential"]
    assert "Environment" not in unit and "EnvironmentFile" not in unit, (
        "a secret in the environment is inherited"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NoNewPrivileges", "yes"), ("CapabilityBoundingSet", ""), ("AmbientCapabilities", ""), ("UMask", "0077"),
        ("LimitCORE", "0"), ("MemorySwapMax", "0"), ("MemoryDenyWriteExecute", "yes"), ("Type", "oneshot"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"), ("OnFailure", UNITS[2]),
    ],
)  # fmt: skip
def test_what_is_promised_stands_there(ops: Path, key: str, value: str) -> None:
    assert settings(ops / UNITS[0])[key] == [value]


def test_only_what_the_timer_may_try_again_is_no_failure(ops: Path) -> None:
    forgiven = {int(code) for code in settings(ops / UNITS[0])["SuccessExitStatus"]}
    assert forgiven == {RemoteUnreachable.exit_code, Stopped.exit_code}
    assert not forgiven & {Refused.exit_code, LoginFailed.exit_code, IntegrityFailure.exit_code, 1, 2}


def test_the_timer_makes_up_for_what_it_missed_and_is_not_late_by_itself(ops: Path) -> None:
    from core.programme import Deadlines

    timer = settings(ops / UNITS[1])
    assert timer["Persistent"] == ["yes"] and timer["RandomizedDelaySec"] == ["3min"]
    assert timer["OnCalendar"] == ["*:0/15"], "four an hour"
    assert Deadlines().courier_hours * 60 / 4 > 15 + 3 + 1, "several may be missed before anybody is called"


def test_the_mark_tells_when_and_with_what_it_ended(ops: Path, tmp_path: Path) -> None:
    command = settings(ops / UNITS[2])["ExecStart"][0]
    program = command.removeprefix("/bin/sh -c '").removesuffix("'").replace("$$", "$")
    for status in ("6", "3"):
        env = {
            "STATE_DIRECTORY": str(tmp_path), "MONITOR_SERVICE_RESULT": "exit-code", "MONITOR_EXIT_STATUS": status,
            "PATH": "/usr/bin:/bin",
        }  # fmt: skip
        subprocess.run(["/bin/sh", "-c", program], env=env, check=True, capture_output=True)
    lines = (tmp_path / "failed").read_text().splitlines()
    assert [line.split()[1:] for line in lines] == [["exit-code", "6"], ["exit-code", "3"]]


def test_it_runs_where_no_memory_can_be_made_executable(at: At) -> None:
    """MemoryDenyWriteExecute=yes; Linux has had the like for a single process since 6.3, and says when it has not."""
    machine = at("apply").contractor
    program = """
import ctypes, sys
denied = ctypes.CDLL(None, use_errno=True).prctl(65, 1, 0, 0, 0)
import box_sdk_gen, storage.remotes.box.remote
from cli import main
sys.argv = ["ikiiki", "sync"]
print(denied, file=sys.stderr)
main.run()
"""
    import os

    repository = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **machine.env(), "PYTHONPATH": str(repository)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() in {"0", "-1"}
