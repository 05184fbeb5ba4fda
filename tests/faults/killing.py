"""A command that dies: at the n-th thing it does to disc or database, or after so many milliseconds.

Counted are the calls, and the returns, of what makes a state last: statements, commits, synced files, renames,
removals, locks. The count of a command that is let live tells how many moments there are to choose from.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests import derived_once
from tests.journeys.acting import Machine

_WRAPPER = """
import os, signal, sys

sys.dont_write_bytecode = True  # or a module compiled for the first time would count moments that come but once
die_at, told = int(sys.argv[1]), sys.argv[2]
moments = 0
LASTING = {"fsync", "replace", "rename", "unlink", "link", "mkdir", "open", "write", "close", "flock", "ftruncate"}

def watch(frame, event, function):
    global moments
    if event not in ("c_call", "c_return"):
        return
    name = function.__name__
    if name in LASTING:
        if getattr(function, "__module__", "") not in ("posix", "fcntl", "io", "_io"):
            return
    elif name in ("execute", "executemany", "close"):
        if "sqlcipher" not in type(getattr(function, "__self__", None)).__module__:
            return
    else:
        return
    moments += 1
    if moments == die_at:
        os.kill(os.getpid(), signal.SIGKILL)

from cli import main, session  # loaded before anything counts
import core.people.reading, storage.readers, storage.store.tx, storage.vault.vault, storage.courier.runner
import pathlib, tests.derived_once

tests.derived_once.install(pathlib.Path(sys.argv[3]))
sys.argv = ["ikiiki", *sys.argv[4:]]
sys.setprofile(watch)
try:
    main.run()
finally:
    sys.setprofile(None)
    with open(told, "w") as file:
        file.write(str(moments))
"""


@dataclass(frozen=True)
class Death:
    """How a command ended: what it had said, and whether it lived to the end after all."""

    said: str
    survived: bool


def _start(machine: Machine, words: tuple[object, ...], die_at: int) -> subprocess.Popen[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("IKIIKI_")}
    root = str(Path(__file__).parents[2])
    keys = machine.base / "keys-derived"
    derived_once.hand_on(keys)
    return subprocess.Popen(
        [sys.executable, "-c", _WRAPPER, str(die_at), str(_told(machine)), str(keys), *machine.words(*words)],
        env={**env, **machine.env(), "PYTHONPATH": root}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _told(machine: Machine) -> Path:
    return machine.base / "moments"


def count_moments(machine: Machine, *words: object) -> int:
    """Let the command live, and learn in how many moments it could have died."""
    process = _start(machine, words, 0)
    _, err = process.communicate()
    assert process.returncode == 0, err
    return int(_told(machine).read_text("utf-8"))


def kill_at(machine: Machine, moment: int, *words: object) -> Death:
    """SIGKILL at that moment, from 1."""
    process = _start(machine, words, moment)
    said, err = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), err
    return Death(said, process.returncode == 0)


def kill_after(machine: Machine, seconds: float, *words: object) -> Death:
    """SIGKILL from outside, wherever it is then: in the middle of a commit too."""
    process = _start(machine, words, 0)
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    return Death(said, process.returncode == 0)
