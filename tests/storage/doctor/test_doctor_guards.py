"""Whether the open vault's memory and the program's files are out of others' reach: in order, and each put out of order."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from storage.doctor.guards import LEAST_LOCKABLE, memory, program_files
from storage.vault.hardening import Protection, harden_process, protection

Verdicts = Callable[..., dict[str, str]]
HELD = Protection(core_files=False, readable=False, lockable=8 << 20)
IN_ORDER = {"machine.core": "passed", "machine.ptrace": "passed", "machine.locked": "passed"}


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A kernel's view, as it should be."""
    kernel = tmp_path / "proc" / "sys" / "kernel"
    (kernel / "yama").mkdir(parents=True)
    (kernel / "core_pattern").write_text("core\n")
    (kernel / "yama" / "ptrace_scope").write_text("1\n")
    return tmp_path / "proc"


def test_a_machine_in_order_passes(proc: Path, verdicts: Verdicts) -> None:
    assert verdicts(memory(HELD, proc)) == IN_ORDER


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (replace(HELD, core_files=True), {"machine.core": "failed"}),
        (replace(HELD, readable=True), {"machine.ptrace": "failed"}),
        (replace(HELD, lockable=LEAST_LOCKABLE - 1), {"machine.locked": "failed"}),
        (replace(HELD, readable=None), {"machine.ptrace": "unknown", "machine.locked": "unknown"}),
        (Protection(None, None, None), dict.fromkeys(IN_ORDER, "unknown")),
    ],
)
def test_what_does_not_hold_is_not_passed(
    proc: Path, verdicts: Verdicts, held: Protection, found: dict[str, str]
) -> None:
    assert verdicts(memory(held, proc)) == IN_ORDER | found


@pytest.mark.parametrize(("scope", "verdict"), [("0\n", "failed"), ("2\n", "passed"), (None, "unknown")])
def test_programs_that_may_read_one_another_are_told_of(
    proc: Path, verdicts: Verdicts, scope: str | None, verdict: str
) -> None:
    file = proc / "sys" / "kernel" / "yama" / "ptrace_scope"
    file.unlink() if scope is None else file.write_text(scope)
    assert verdicts(memory(HELD, proc)) == IN_ORDER | {"machine.ptrace": verdict}


def test_a_collector_of_crashes_gets_nothing_of_a_process_nobody_may_read(
    proc: Path, verdicts: Verdicts
) -> None:
    (proc / "sys" / "kernel" / "core_pattern").write_text("|/usr/share/apport/apport -p%p\n")
    assert verdicts(memory(HELD, proc)) == IN_ORDER
    elsewhere = replace(HELD, readable=None)
    assert verdicts(memory(elsewhere, proc))["machine.core"] == "failed"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is nothing to hold")
def test_this_process_is_told_of_as_the_kernel_has_it(verdicts: Verdicts) -> None:
    assert harden_process()
    held = protection()
    assert (held.core_files, held.readable) == (False, False)
    assert verdicts(memory())["machine.core"] == "passed"


def test_a_program_that_others_can_change_fails(tmp_path: Path, verdicts: Verdicts) -> None:
    root, prefix = tmp_path / "site", tmp_path / "venv"
    for folder in (root / "core", root / "cli" / "commands", prefix / "bin"):
        folder.mkdir(parents=True, mode=0o755)
    (root / "cli" / "start.py").touch(mode=0o644)
    for path in (root, root / "cli", prefix):
        path.chmod(0o755)
    assert verdicts([program_files(root, prefix)]) == {"machine.program": "passed"}
    for open_one in (root / "cli" / "start.py", root / "cli" / "commands", prefix / "bin"):
        before = open_one.stat().st_mode
        open_one.chmod(0o777)
        assert verdicts([program_files(root, prefix)]) == {"machine.program": "failed"}
        open_one.chmod(before)
