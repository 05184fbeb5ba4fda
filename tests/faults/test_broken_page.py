"""docs/broken-machines.md has the shape of what the program breaks, and everything on it survived."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.breaking import WAYS
from tests.faults.clocks import CLOCKS
from tests.faults.damaging import DAMAGES, UNNOTICED
from tests.faults.scenes import ELSEWHERE, LIKE, SCENES
from tools import broken_machines


def test_the_page_has_every_fault_and_nothing_on_it_is_lost(repository: Path) -> None:
    page = (repository / "docs" / "broken-machines.md").read_text("utf-8")
    assert page.startswith(broken_machines.HEAD)
    table = (
        page.split(f"{broken_machines.COLUMNS}\n{broken_machines.RULE}\n")[1].split("\n\n")[0].splitlines()
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [row[0] for row in rows] == [
        *(f"clock set back {one}" for one in CLOCKS),
        *DAMAGES,
        *WAYS,
        "killed",
    ]
    assert all(int(row[2]) > 0 and row[2] == row[3] and row[4] == "0" for row in rows)
    total = sum(int(row[2]) for row in rows)
    assert re.search(rf"^{total} faults, {total} survived, 0 lost\.$", page, re.M)
    assert all(f"* `{name}`: {why}" in page for name, why in ELSEWHERE.items())
    assert all(f"* `{kind}`, {how}: {why}" in page for (kind, how), why in UNNOTICED.items())
    assert f"{len(SCENES)} commands" in page and f"{len(LIKE)} more commands" in page
