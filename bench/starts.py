"""The start of every command against a bare interpreter with Typer.

Every command of the tree is started with `--help`, which loads all that belongs to it and prints a page; the floor prints the help of
a Typer program with one command. Held against each other are seconds of a processor, as those of a child are counted.

A start is short, and on a machine shared with others the same start takes half as much again a minute later. So each command is started
right after a start of the floor and held against that one; the middle of some such pairs counts, and of more where it looks too slow.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.screens import Budget

NAME = "vault, starts"
LIMIT = 1.5
"""Times the floor."""
PAIRS = 3
PAIRS_OF_THE_SLOW = 15
"""For a command that was beyond its limit by the first pairs."""
FLOOR = """
import typer
app = typer.Typer(add_completion=False)
@app.command()
def one(name: str = typer.Option("", help="help")) -> None:
    "A command."
app()
"""


def commands() -> Iterator[tuple[str, ...]]:
    """Every command there is, as one types it."""
    from typer.main import get_command

    from cli.main import program

    def below(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path
        for name, one in (inner or {}).items():
            yield from below(one, (*path, name))

    yield from below(get_command(program()), ())


def busy(command: list[str]) -> float:
    """Seconds of a processor for one start, its children's in it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"LANG": "C.UTF-8"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def times_the_floor(command: tuple[str, ...], pairs: int) -> list[float]:
    """What a start of the command took against a start of the floor just before it, for each pair."""
    ikiiki = str(Path(sys.executable).with_name("ikiiki"))
    found: list[float] = []
    for _ in range(pairs):
        floor = busy([sys.executable, "-c", FLOOR, "--help"])
        found.append(busy([ikiiki, *command, "--help"]) / floor)
    return found


def main(say: Callable[[str], None]) -> bool:
    """Measure and say; whether every start is within its limit."""
    taken = {command: times_the_floor(command, PAIRS) for command in commands()}
    again = [command for command, pairs in taken.items() if median(pairs) > LIMIT]
    for command in again:
        taken[command] = times_the_floor(command, PAIRS_OF_THE_SLOW)
    ratio = {command: median(pairs) for command, pairs in taken.items()}
    slowest = sorted(ratio, key=ratio.__getitem__, reverse=True)
    say(
        f"{NAME}: {len(ratio)} commands, {len(again)} of them started {PAIRS_OF_THE_SLOW} times more; in the middle {median(ratio.values()):.2f} x"
    )
    worst = Budget(f"the slowest, {' '.join(slowest[0])}", ratio[slowest[0]], LIMIT, "x", NAME)
    say(worst.line())
    for command in slowest[1:5]:
        say(f"{NAME}: then {' '.join(command)} {ratio[command]:.2f} x")
    say(f"{NAME}: beyond the limit {sum(one > LIMIT for one in ratio.values())}")
    return worst.within
