"""The vault at size: an import against the bulk insert of all that it leaves, what a row costs as the vault grows, lists at a million.

Machines that run this are seldom idle, and an import takes minutes: the contestants are held against each other by seconds of a
processor, which do not grow with what else goes on; seconds by the clock stand beside. How much of ours is the judging of
rows (reading names, dates, addresses, telephones, and the checks) is measured in the same run, and said; so is the bulk insert of
the file's bare rows, which leaves a fraction of what an import leaves, and is no limit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.crowd import crowded_vault
from bench.crowd_files import exports
from bench.importing import JUDGED, KEPT, OURS, PLAIN, SMALL
from bench.listing import DISK, lists_of
from bench.screens import Budget, p95

NAME = "vault"
SIZES: tuple[int, ...] = (10_000, 100_000, 1_000_000)
OUTINGS = "ABCD"
LIMIT = 4.0
"""Times the bulk insert of the rows it leaves, for the whole import."""
GROWTH = 1.3
"""Times which a row may grow dearer than one of the bulk insert does, from the size before, ten times smaller: the indexes of a million
are larger than any cache, for both alike. By how much a row grows is told beside it."""
MEMORY = 1.25
"""Times the memory of the largest single file, for ten of them."""
LIST_MS = 20.0
CIPHER = 2.0
"""Times the same work without a cipher, while its indexes fit into the cache of a writing transaction."""
IN_THE_CACHE = 100_000
"""Rows of which they do. Beyond, a page is deciphered and enciphered again for a row or two: told, and no property of the program."""


@dataclass(frozen=True)
class Run:
    """One contestant, once."""

    count: int
    seconds: float
    busy: float
    """Seconds of a processor."""
    kilobytes: int

    @property
    def each(self) -> float:
        """Microseconds of a processor for a row."""
        return self.busy / self.count * 1e6


def run(who: str, place: Path, files: Sequence[Path]) -> Run:
    """Raises unless every row came in."""
    words = [sys.executable, "-m", "bench.importing", who, str(place), *map(str, files)]
    said = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE).stdout
    count, seconds, busy, kilobytes = said.split()
    return Run(int(count), float(seconds), float(busy), int(kilobytes))


def imported(folder: Path, size: int) -> tuple[dict[str, Run], Path]:
    """All contestants with the same files, and the vault that ours left."""
    files = exports(folder, size, OUTINGS)
    vault = crowded_vault(folder / str(size), 0)
    runs = {}
    for who in (SMALL, PLAIN, JUDGED, OURS, KEPT):
        place = vault if who in {OURS, KEPT} else folder / f"{who}{size}.db"
        runs[who] = run(who, place, files)
        assert runs[who].count == size, f"{who}: {runs[who].count} of {size}"
        for left in folder.glob(f"{SMALL}*"), folder.glob(f"{PLAIN}*"):
            for file in left:
                file.unlink()
    shutil.rmtree(vault.parent / KEPT)
    for file in files:
        file.unlink()
    return runs, vault


def budgets_of(
    size: int, runs: dict[str, Run], before: dict[str, Run] | None, one_file: Run | None
) -> list[Budget]:
    """What an import of that size is held to. `before`: all at the size before; `one_file`: ours of one full file."""
    ours = runs[OURS]
    against, cipher = ours.each / runs[KEPT].each, runs[SMALL].each / runs[PLAIN].each
    found = [
        Budget(f"import of {size:,} against csv + bulk insert of all it leaves", against, LIMIT, "x", NAME),
    ]
    if size <= IN_THE_CACHE:
        found.append(
            Budget(f"bulk insert of {size:,} bare rows, cipher against none", cipher, CIPHER, "x", NAME)
        )
    if before is not None:
        grown, floor = (runs[who].each / before[who].each for who in (OURS, KEPT))
        what = f"a row at {size:,} {grown:.2f}x one at the size before, bulk {floor:.2f}x"
        found.append(Budget(what, grown / floor, GROWTH, "x", NAME))
    if one_file is not None:
        found.append(
            Budget("memory, ten files against one", ours.kilobytes / one_file.kilobytes, MEMORY, "x", NAME)
        )
    return found


def parts(size: int, runs: dict[str, Run]) -> str:
    """Of what a row's cost consists."""
    ours, judged, kept, small = (runs[who] for who in (OURS, JUDGED, KEPT, SMALL))
    return (
        f"{NAME}: {size:,} rows: {ours.each:.0f} µs of a processor each ({ours.seconds:.1f} s by the clock, {size / ours.seconds:,.0f}/s),"
        f" of which reading and judging {judged.each:.0f}, storing and comparing {ours.each - judged.each:.0f};"
        f" bulk insert of all it leaves (five tables) {kept.each:.0f} ({kept.seconds:.1f} s), of the file's bare rows (one table)"
        f" {small.each:.0f}, {ours.each / small.each:.0f} times less ({runs[PLAIN].each:.0f} without a cipher); peak {ours.kilobytes / 1024:.0f} MB"
    )


def lists(vault: Path, size: int) -> tuple[list[Budget], str]:
    """Pages and searches of the list of applicants as the screens ask for them; and what the disk takes, which has no limit of ours."""
    looks = lists_of(vault)
    disk = f"{NAME}: {DISK} meanwhile, p95: {p95(looks.pop(DISK)) * 1000:.1f} ms"
    return [
        Budget(f"{what} at {size:,}, p95", p95(seconds) * 1000, LIST_MS, "ms", NAME)
        for what, seconds in looks.items()
    ], disk


def main(say: Callable[[str], None], sizes: tuple[int, ...] = ()) -> bool:
    """Measure and say; whether everything is within its limit. The lists are those of the largest import."""
    sizes = sizes or SIZES
    within = True

    def told(budgets: list[Budget]) -> None:
        nonlocal within
        for budget in budgets:
            within = within and budget.within
            say(budget.line())

    say(f"{NAME}: the machine's load is {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(prefix="ikiiki-bench-") as name:
        os.environ["XDG_STATE_HOME"] = str(Path(name) / "state")
        before = one_file = None
        for size in sizes:
            folder = Path(name) / f"at{size}"
            (folder / str(size)).mkdir(parents=True)
            runs, vault = imported(folder, size)
            say(parts(size, runs))
            told(budgets_of(size, runs, before, one_file))
            before = runs
            one_file = runs[OURS] if size == 100_000 else one_file
            if size == sizes[-1]:
                budgets, disk = lists(vault, size)
                told(budgets)
                say(disk)
            shutil.rmtree(folder)
    return within
