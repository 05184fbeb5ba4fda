"""The same year with every command a process of its own, as people and timers start it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.journeys.acting import STAGES, Sites, as_process


def test_a_year_with_every_command_a_process_of_its_own_ends_verified(tmp_path: Path) -> None:
    sites = Sites(tmp_path, runner=as_process)
    for stage in STAGES:
        getattr(sites, stage)()
    folder = tmp_path / "public"
    sites.contractor.do("lottery", "publish", folder)
    assert subprocess.run(["/bin/sh", "verify.sh"], cwd=folder, check=False).returncode == 0
    assert as_process(["lottery", "verify", str(folder)], {}).code == 0
    for machine in sites.both:
        assert machine.do("ledger", "verify")["ok"] is True
