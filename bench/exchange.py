"""The exchange: bundles up to Box and down from it, against plain requests and against rclone, in the same run.

The Box is the tests' stand-in, in a process of its own, and keeps every request waiting for 60 ms. All go the same two roads: plain
HTTP, and TLS through a proxy by Box's own names, which is the only one rclone knows. The floor (`bench.carrying.Floor`) makes the
requests that Box cannot do without, as many at once as the courier does, and checks nothing. Both sign in; rclone is
handed a token. All three do the same work: on the way down a receipt for each bundle goes back, by rclone with the second
command it needs for that. Loading the programs is not measured, except rclone's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

from bench.box import DELAY, FarBox, Road, far_box
from bench.carrying import Errand, wake_memory
from bench.sites import Sites
from storage.remotes.box.network import AT_ONCE

NAME = "exchange"
LIMIT = 1.15
"""Times the floor."""
ROUNDS = 5
"""The best of so many counts, each contestant in turn, so that a slow spell of the machine meets all."""
UP, DOWN = "up", "down"
SIZES = (1_000_000, 20_000_000, 100_000_000, 200_000_000)
PARTS = 64 << 10
"""Kilobytes that a file sent in parts may take more than one sent whole: four parts of 8 MB, and those just
given up."""
SLACK = 16 << 10
"""Kilobytes that twice the size may take more, once there are more parts than go at once."""


@dataclass(frozen=True)
class Load:
    """What is carried."""

    name: str
    bundles: int
    size: int


LOADS = (Load("100 bundles of 200 KB", 100, 200_000), Load("1 bundle of 200 MB", 1, 200_000_000))


@dataclass(frozen=True)
class Run:
    """One contestant, once: seconds by the clock, the most memory held (kilobytes), seconds of a processor."""

    seconds: float
    kilobytes: int = 0
    busy: float = 0.0


@dataclass
class Times:
    """One line of the table: what each contestant took, each round's."""

    load: Load
    way: str
    road: str
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def best(self, who: str) -> float | None:
        return min(run.seconds for run in self.runs[who]) if who in self.runs else None

    @property
    def ratio(self) -> float:
        return (self.best("ours") or 0) / (self.best("floor") or 1)

    @property
    def within(self) -> bool:
        """Within the limit, and ahead of rclone where it ran."""
        return self.ratio <= LIMIT and (self.best("ours") or 0) < (self.best("rclone") or float("inf"))

    def line(self) -> str:
        told = "".join(
            f"{who:>8}{'      –' if (best := self.best(who)) is None else f'{best:7.2f}'} s"
            for who in ("floor", "ours", "rclone")
        )
        verdict = "" if self.within else "  BEYOND ITS LIMIT"
        busy = "/".join(f"{min(run.busy for run in self.runs[who]):.2f}" for who in ("floor", "ours"))
        return (
            f"exchange: {self.load.name:<21} {self.way:<4} {self.road:<10}{told}   "
            f"{self.ratio:.2f}x (limit {LIMIT}x)  cpu {busy} s{verdict}"
        )


class Course:
    """Where the contestants run: one Box, and sites made once and set back for every run. `base` ends with the run."""

    def __init__(self, box: FarBox, base: Path) -> None:
        self._box, self._base, self._numbers = box, base, count(1)
        self._loads: dict[Load, tuple[Sites, str]] = {}

    def prepared(self, load: Load) -> tuple[Sites, str]:
        """Both sites, and a Box folder in which the contractor's bundles lie already."""
        if load not in self._loads:
            sites = Sites.made(self._base / f"load{len(self._loads)}", load.bundles, load.size)
            full = self._box.folder(f"full{len(self._loads)}")
            self._child("floor", UP, sites, full, self._box.straight)
            self._loads[load] = (sites, full)
        return self._loads[load]

    def run(self, who: str, way: str, load: Load, road: Road) -> Run:
        """Seconds and peak kilobytes of one run. Raises `AssertionError` unless every file arrived as it was sent."""
        made, full = self.prepared(load)
        number = next(self._numbers)
        place = self._base / f"run{number}"
        sites = made.again(place)
        name = f"run{number}"
        folder = self._box.folder(name, full if way == DOWN else "")
        if who == "rclone":
            outcome = Run(self._rclone(way, sites, name, road))
        else:
            outcome = self._child(who, way, sites, folder, road)
        sent = sorted(sites.outbox.iterdir())
        assert len(sent) == 2 * load.bundles
        if way == UP:
            arrived = set(self._box.names(folder))
        else:
            arrived = {path.name for path in sites.inbox.iterdir()}
            assert all((sites.inbox / path.name).stat().st_size == path.stat().st_size for path in sent)
        missing = {path.name for path in sent} - arrived
        assert not missing, f"{who} left behind {sorted(missing)[:3]}"
        shutil.rmtree(place)
        return outcome

    def _child(self, who: str, way: str, sites: Sites, folder: str, road: Road) -> Run:
        vault = sites.contractor if way == UP else sites.ward
        bundles = len(list(sites.outbox.glob("*.zip")))
        errand = Errand(road, folder, str(vault), AT_ONCE, bundles if way == DOWN else 0, _carried(sites))
        done = subprocess.run(
            [sys.executable, "-m", "bench.carrying", who, way],
            check=True, text=True, stdout=subprocess.PIPE, input=json.dumps(asdict(errand)),
        )  # fmt: skip
        seconds, kilobytes, busy = done.stdout.split()
        return Run(float(seconds), int(kilobytes), float(busy))

    def _rclone(self, way: str, sites: Sites, folder: str, road: Road) -> float:
        home = sites.contractor.parent
        environment = {
            "PATH": os.defpath,
            "HOME": str(home),
            "HTTPS_PROXY": road.proxy,
            "RCLONE_CONFIG": str(home / "rclone.conf"),
            "RCLONE_CONFIG_BOX_TYPE": "box",
            "RCLONE_CONFIG_BOX_ACCESS_TOKEN": self._box.ask("token"),
            "RCLONE_CA_CERT": road.ca,
        }
        there = f"box:{folder}"
        receipts = home / "receipts"
        receipts.mkdir()
        for bundle in sites.outbox.glob("*.zip"):
            (receipts / f"{bundle.stem}.receipt").write_bytes(bytes(300))
        work: list[tuple[str | Path, str | Path]] = (
            [(sites.outbox, there)] if way == UP else [(there, sites.inbox), (receipts, there)]
        )
        wake_memory(home, _carried(sites))
        begun = time.perf_counter()
        for source, target in work:
            done = subprocess.run(
                ["rclone", "copy", source, target],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(done.stderr)
        return time.perf_counter() - begun


def _carried(sites: Sites) -> int:
    """Bytes in all."""
    return sum(path.stat().st_size for path in sites.outbox.iterdir())


def roads(box: FarBox) -> dict[str, Road]:
    """By the name the table gives them."""
    return {"plain": box.straight, "TLS, proxy": box.through_proxy}


def contestants(road: Road) -> list[str]:
    """rclone cannot be told another host than Box's own."""
    return ["floor", "ours", *(["rclone"] if road.proxy and shutil.which("rclone") else [])]


def table(
    course: Course, box: FarBox, loads: tuple[Load, ...] = LOADS, rounds: int = ROUNDS
) -> Iterator[Times]:
    """Each line as soon as it is known."""
    for load in loads:
        for way in (UP, DOWN):
            for name, road in roads(box).items():
                times = Times(load, way, name)
                for _ in range(rounds):
                    for who in contestants(road):
                        times.runs.setdefault(who, []).append(course.run(who, way, load, road))
                yield times


def memory(course: Course, box: FarBox, sizes: tuple[int, ...] = SIZES) -> dict[str, list[int]]:
    """Peak kilobytes of the courier by way, for one bundle of each size."""
    loads = [Load(f"{size:,}", 1, size) if size != LOADS[1].size else LOADS[1] for size in sizes]
    return {
        way: [course.run("ours", way, load, box.straight).kilobytes for load in loads] for way in (UP, DOWN)
    }


def is_flat(kilobytes: list[int]) -> bool:
    """Whether the file's size does not show, but for what a file sent in parts takes once."""
    first, *large = kilobytes
    return max(large) - first <= PARTS and large[-1] - large[-2] <= SLACK


def main(say: Callable[[str], None]) -> bool:
    """Measure and say; whether everything is within its limit."""
    with (
        tempfile.TemporaryDirectory(prefix="ikiiki-bench-") as folder,
        far_box(Path(folder), DELAY) as box,
    ):
        course = Course(box, Path(folder))
        within = True
        say(f"exchange: every request {DELAY * 1000:.0f} ms away, {AT_ONCE} at once; best of {ROUNDS}")
        for times in table(course, box):
            say(times.line())
            within = within and times.within
        for way, kilobytes in memory(course, box).items():
            flat = is_flat(kilobytes)
            told = ", ".join(
                f"{size // 10**6} MB: {peak / 1024:.0f} MB"
                for size, peak in zip(SIZES, kilobytes, strict=True)
            )
            say(f"exchange: peak memory {way:<5} {told}{'' if flat else '  NOT FLAT'}")
            within = within and flat
        if not shutil.which("rclone"):
            say("exchange: rclone is not installed; it was not run against")
    return within
