"""The same year with every command a process of its own, as people and timers start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.journeys.acting import STAGES, Result, Sites, as_process

_COMMAND = """
import pathlib, sys
from tests import derived_once
from cli.start import run

known = pathlib.Path(sys.argv[1])
derived_once.install(known if known.exists() else None)
sys.argv = ["ikiiki", *sys.argv[2:]]
try:
    run()
finally:
    derived_once.hand_on(known)
"""


def remembering(known: Path) -> Callable[[list[str], Mapping[str, str]], Result]:
    """The command as a process that is handed the keys the ones before derived from passwords: half of what a year takes."""
    root = Path(__file__).parents[2]

    def run(words: list[str], env: Mapping[str, str]) -> Result:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IKIIKI_")}
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, str(known), *words], env={**kept, **env}, cwd=root,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    return run


def test_a_year_with_every_command_a_process_of_its_own_ends_verified(tmp_path: Path) -> None:
    sites = Sites(tmp_path, runner=remembering(tmp_path / "known"))
    for stage in STAGES:
        getattr(sites, stage)()
    folder = tmp_path / "public"
    sites.contractor.do("lottery", "publish", folder)
    assert subprocess.run(["/bin/sh", "verify.sh"], cwd=folder, check=False).returncode == 0
    assert as_process(["lottery", "verify", str(folder)], {}).code == 0
    for machine in Sites(tmp_path, runner=as_process).both:
        assert machine.do("ledger", "verify")["ok"] is True
