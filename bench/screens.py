"""The screens in a terminal of 120×40 against a bare Textual app, and against others' applications where they are installed.

First paint is from the start of the process to the first word of its own; the bare app shows one line. A key is timed from
the byte sent to the last byte painted. Memory is held against a bare app that has a vault open: OpenSSL and SQLCipher are two
fifths of what the screens add to Textual, and no choice of theirs.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.crowd import PASSWORD, STAFF_ID, crowded_vault
from bench.pty import Painted, Seat

NAME = "screens"
SIZES = (380, 1_000_000)
ROUNDS = 5
ARROWS, PAGES, JUMPS = 200, 60, 40
IDLE = 5.0
DOWN, PAGE_UP, PAGE_DOWN, HOME, END = b"\x1b[B", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F"
FIRST_PAINT, MEMORY = 1.4, 1.5
"""Times the bare app; times the bare app with a vault."""
ARROW_BYTES, PAGE_BYTES, KEY_MS = 500, 10_000, 16.0
OTHERS = {"harlequin": ("Data Catalog", "System Locale"), "posting": ("nter a URL",)}
"""Others' applications, and a word of their first screen."""


@dataclass(frozen=True)
class Budget:
    """A figure and what it may be at most."""

    what: str
    figure: float
    limit: float
    unit: str
    of: str = NAME

    @property
    def within(self) -> bool:
        return self.figure <= self.limit

    def line(self) -> str:
        verdict = "" if self.within else "  BEYOND ITS LIMIT"
        return f"{self.of}: {self.what:<44}{self.figure:>10,.2f} {self.unit} (limit {self.limit:,g}){verdict}"


def p95(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]


def environment(home: Path) -> dict[str, str]:
    """Nothing of whoever runs it but where programs lie."""
    return {
        "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color",
        "COLORTERM": "truecolor", "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
    }  # fmt: skip


def first_paint(command: list[str], words: tuple[str, ...], env: dict[str, str]) -> tuple[float, int]:
    """Seconds, the best of some, and kilobytes once it is quiet."""
    seconds, kilobytes = [], []
    for _ in range(ROUNDS):
        with Seat(command, env) as seat:
            seconds.append(seat.until(*words))
            seat.settle()
            kilobytes.append(seat.kilobytes())
    return min(seconds), min(kilobytes)


def ours(vault: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("ikiiki")), "--vault", str(vault), "--staff", STAFF_ID, "tui"]


def at_work(vault: Path, env: dict[str, str], bare_kilobytes: int) -> list[Budget]:
    """Logged in, with the list of applicants on the screen."""
    with Seat(ours(vault), env) as seat:
        seat.until("パスワード")
        seat.settle()
        os.write(seat.end, PASSWORD.encode() + b"\r")
        seat.until("F8")
        seat.press(b"\x1bOQ")  # F2
        seat.settle()
        arrows = [seat.press(DOWN) for _ in range(ARROWS)]
        pages = [seat.press(key) for _ in range(PAGES // 10) for key in [PAGE_UP] * 5 + [PAGE_DOWN] * 5]
        jumps = [seat.press(key) for _ in range(JUMPS // 2) for key in (HOME, END)]
        memory = seat.kilobytes()
        idle = seat.idle(IDLE)
    return [
        *_of("arrow key", arrows, ARROW_BYTES),
        *_of("page key", pages, PAGE_BYTES),
        *_of("to the first row and the last", jumps, PAGE_BYTES),
        Budget("memory against the bare app with a vault", memory / bare_kilobytes, MEMORY, "x"),
        Budget(f"idle for {IDLE:g} s", idle, 0, "bytes"),
    ]


def _of(what: str, painted: list[Painted], most: int) -> list[Budget]:
    return [
        Budget(f"{what}, median", statistics.median(one.size for one in painted), most, "bytes"),
        Budget(f"{what}, key to paint, p95", p95([one.seconds * 1000 for one in painted]), KEY_MS, "ms"),
    ]


def main(say: Callable[[str], None], sizes: tuple[int, ...] = SIZES) -> bool:
    """Measure and say; whether everything is within its budget."""
    within = True

    def told(budget: Budget) -> None:
        nonlocal within
        within = within and budget.within
        say(budget.line())

    with tempfile.TemporaryDirectory(prefix="ikiiki-bench-") as folder:
        os.environ["XDG_STATE_HOME"] = str(Path(folder) / "state")
        env = environment(Path(folder))
        floor, floor_env = [sys.executable, "-m", "bench.bare"], env | {"PYTHONPATH": "."}
        bare, bare_memory = first_paint(floor, ("ready",), floor_env)
        _, vault_memory = first_paint([*floor, "--vault"], ("ready",), floor_env)
        say(
            f"screens: a bare Textual app paints after {bare * 1000:.0f} ms and holds {bare_memory / 1024:.0f} MB,"
            f" with a vault {vault_memory / 1024:.0f} MB"
        )
        for size in sizes:
            vault = crowded_vault(Path(folder), size)
            seconds, _ = first_paint(ours(vault), ("パスワード",), env)
            say(f"screens: {size:,} applicants")
            told(Budget("first paint against the bare app", seconds / bare, FIRST_PAINT, "x"))
            for budget in at_work(vault, env, vault_memory):
                told(budget)
        for name, words in OTHERS.items():
            say(f"screens: {name} {_other(shutil.which(name), words, env, bare, bare_memory)}")
    return within


def _other(
    program: str | None, words: tuple[str, ...], env: dict[str, str], bare: float, bare_memory: int
) -> str:
    """Somebody else's application by the same measures, in words. The arrow moves whatever has the focus there at first."""
    if program is None:
        return "is not installed; it was not measured"
    try:
        seconds, kilobytes = first_paint([program], words, env)
    except RuntimeError as error:  # it has ended, or greets otherwise by now
        return f"did not show {words}: {str(error)[-60:]}; it was not measured"
    with Seat([program], env) as seat:
        seat.until(*words)
        seat.idle(IDLE)
        seat.press(b"\x1b")  # what greets at the first start
        arrows = [seat.press(DOWN) for _ in range(PAGES)]
        idle = seat.idle(IDLE)
    size, late = statistics.median(one.size for one in arrows), p95([one.seconds * 1000 for one in arrows])
    return (
        f"first paint {seconds / bare:.1f}x, memory {kilobytes / bare_memory:.1f}x, arrow key {size:,.0f} bytes"
        f" {late:.1f} ms p95, idle {idle} bytes in {IDLE:g} s"
    )
