"""The start of every command against a bare interpreter with Typer.

Every command of the tree is started with `--help`, which loads all that belongs to it and prints a page; the floor prints the help of
a Typer program with one command. Held against each other are seconds of a processor, as those of a child are counted,
the best of some: starts are short, and the machine does other things.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.screens import Budget

NAME = "vault, starts"
LIMIT = 1.5
"""Times the floor."""
ROUNDS = 3
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


def busy(command: list[str], rounds: int = ROUNDS) -> float:
    """Seconds of a processor, the least of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        before = os.times()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"LANG": "C.UTF-8"})
        after = os.times()
        took = after.children_user + after.children_system - before.children_user - before.children_system
        best = min(best, took)
    return best


def main(say: Callable[[str], None]) -> bool:
    """Measure and say; whether every start is within its limit."""
    ikiiki = str(Path(sys.executable).with_name("ikiiki"))
    floor = busy([sys.executable, "-c", FLOOR, "--help"], 3 * ROUNDS)
    took = {command: busy([ikiiki, *command, "--help"]) for command in commands()}
    slowest = sorted(took, key=took.__getitem__, reverse=True)
    say(f"{NAME}: {len(took)} commands; the floor takes {floor * 1000:.0f} ms of a processor")
    worst = Budget(f"the slowest, {' '.join(slowest[0])}", took[slowest[0]] / floor, LIMIT, "x", NAME)
    say(worst.line())
    for command in slowest[1:5]:
        say(f"{NAME}: then {' '.join(command)} {took[command] / floor:.2f} x")
    beyond = [command for command in took if took[command] / floor > LIMIT]
    if beyond:
        say(f"{NAME}: beyond it {len(beyond)}: {', '.join(' '.join(command) for command in beyond)}")
    return worst.within
