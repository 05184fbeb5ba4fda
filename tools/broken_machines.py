"""Writes docs/broken-machines.md: commands struck by a failing disk and by death, files of a vault damaged, clocks set back,
and what came of it (minutes; more with a larger SHARE)."""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests import derived_once
from tests.faults.breaking import WAYS
from tests.faults.clocks import CLOCKS, set_back
from tests.faults.damaging import DAMAGES, UNNOTICED, damages, files_of, kind_of, laden, looked_at, named
from tests.faults.scenes import ELSEWHERE, LIKE, SCENES
from tests.faults.struck import alive, killed, strike
from tests.journeys.acting import STAGES, Machine, Sites

TARGET = Path(__file__).resolve().parent.parent / "docs" / "broken-machines.md"
COMMAND = "python -m tools.broken_machines"
HEAD = f"""# When the machine breaks: disk, power, bits and clock

Written by `{COMMAND} SHARE`; not to be mended by hand. `make faults` strikes every moment, in every way.

**Disk.** Every command that writes is run on a copy of a small year; at one of the things it does to its disk (a file opened,
written, synced, renamed, linked, removed, made; a commit) the disk is full from then on, or fails once, or is read-only from
then on. *Survived*: the command ended well and all it had to write is there, or it said in Japanese what, where and what next;
the vault opens and is whole to its last page; every ledger line and every applicant that was there before still is; and on a
good disk the same command ends well, or is refused because it was done, and both sites go on exchanging.

**Killed.** The same commands, as processes, killed (SIGKILL) at one of the same things, with the same demands.

**Damaged.** Each file of a vault that has bundles in every box, and the mark outside it, is cut short, emptied, removed, or has
one bit flipped. *Survived*: `ikiiki doctor`, with or without a person, names the file and says what mends it, and shows no
traceback; or the damage stands in the list below, with the reason why nobody need notice. Two kinds have tests of their own: a page
that holds the rest of a long value, which SQLCipher reads as zeros without a word (tests/storage/vault/test_vault_long_values.py),
and the log of a database that a power cut left, of which SQLite leaves out what follows the damage
(tests/storage/vault/test_vault_broken_log.py).

**Clock.** Between two commands the machine's clock goes back. *Survived*: every command still works, the ledger is whole, and that it
is behind its own last line is said by the ledger's own check.

*Lost* counts ledger lines, applicants and acknowledged changes that were not there any more.
"""
COLUMNS = "| fault | where | tried | survived | lost |"
RULE = "|---|---|---|---|---|"


@dataclass
class Tally:
    """One row."""

    fault: str
    where: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)

    def attempt(self, name: str, act: Callable[[], object]) -> None:
        self.tried += 1
        try:
            act()
        except AssertionError as error:
            self.failures.append(f"{name}: {error}")

    @property
    def line(self) -> str:
        lost = sum("gone" in one or "done" in one for one in self.failures)
        return f"| {self.fault} | {self.where} | {self.tried} | {self.tried - len(self.failures)} | {lost} |"


class Year:
    """The small year, each stage played once."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._kept: dict[str, Sites] = {}

    def at(self, stage: str) -> Sites:
        if stage not in self._kept:
            place = STAGES.index(stage)
            base = self._base / stage
            if place == 0:
                base.mkdir()
            sites = Sites(base) if place == 0 else self.at(STAGES[place - 1]).copy(base)
            getattr(sites, stage)()
            self._kept[stage] = sites
        return self._kept[stage]

    def give(self, stage: str, _: str = "") -> Sites:
        """A copy, in the place of the last one."""
        work = self._base / "work"
        shutil.rmtree(work, ignore_errors=True)
        return self.at(stage).copy(work)


def disk(year: Year, share: int) -> Iterator[Tally]:
    """`share` moments of each command in each way."""
    living = {name: alive(year.give, name) for name in SCENES}
    moments = sum(one.moments for one in living.values())
    for way in WAYS:
        tally = Tally(way, f"{len(SCENES)} commands, {moments} moments")
        for name, one in living.items():
            chance = random.Random(f"{way} {name}")  # noqa: S311 - no secret
            for at in sorted(chance.sample(range(1, one.moments + 1), min(share, one.moments))):
                tally.attempt(f"{name} {at}", partial(strike, year.give, name, way, at, one))
        yield tally


def deaths(year: Year, share: int) -> Tally:
    """`share` deaths of each command."""
    tally = Tally("killed", f"{len(SCENES)} commands")
    for name in SCENES:
        for seed in range(share):
            tally.attempt(name, partial(killed, year.give, name, random.Random(f"{name} {seed}")))  # noqa: S311 - no secret
    return tally


def damage(year: Year, base: Path, flips: int) -> Iterator[Tally]:
    """Every file in every way, `flips` bits of each."""
    full = laden(year.give("apply").copy(base / "laden"))
    tallies = {
        kind: Tally(kind, f"{sum(len(files_of(one)) for one in full.both)} files of two vaults")
        for kind in DAMAGES
    }
    for index, machine in enumerate(full.both):
        for whole in files_of(machine):
            for done in damages(whole, random.Random(whole.name), flips):  # noqa: S311 - no secret
                sites = full.copy(base / "damaged")
                path = sites.base / whole.relative_to(full.base)
                kind = kind_of(sites.both[index], path)
                done.do(path)

                tallies[done.kind].attempt(kind, partial(_look, sites.both[index], path, (kind, done.kind)))
                shutil.rmtree(sites.base)
    yield from tallies.values()


def _look(machine: Machine, path: Path, key: tuple[str, str]) -> None:
    assert named(looked_at(machine), path) or key in UNNOTICED, f"not named: {key}"


def clocks(year: Year) -> Iterator[Tally]:
    """Every clock, after every stage that has a ledger to speak of."""
    for name in CLOCKS:
        tally = Tally(f"clock set back {name}", "between two commands, at both sites")
        for stage in ("apply", "review", "draw"):
            tally.attempt(stage, partial(set_back, year.give(stage), name))
        yield tally


def text(base: Path, share: int, say: Callable[[str], object] = lambda _: None) -> str:
    """The whole page; `say` is told each row as it is known."""
    year = Year(base)
    rows: list[Tally] = []

    def take(one: Tally) -> None:
        rows.append(one)
        say(one.line)
        for failure in one.failures:
            say(f"    {failure[:300]}")

    for one in clocks(year):
        take(one)
    for one in damage(year, base, share):
        take(one)
    for one in disk(year, share):
        take(one)
    take(deaths(year, 1))
    tried, failed = sum(one.tried for one in rows), sum(len(one.failures) for one in rows)
    lines = [
        HEAD,
        f"{share} moments of each command and way, {share} bits of each file, one death of each command:",
        "",
        COLUMNS,
        RULE,
    ]
    lines += [one.line for one in rows]
    lines += [
        "",
        f"{tried} faults, {tried - failed} survived, 0 lost."
        if not failed
        else f"{tried} faults, {failed} not survived.",
        "",
    ]
    lines += ["Broken elsewhere:", "", *(f"* `{name}`: {why}" for name, why in ELSEWHERE.items()), ""]
    like = Counter(LIKE.values())
    lines += [
        f"{len(LIKE)} more commands write by the same transaction or the same function as one of these ({', '.join(f'`{name}`: {n}' for name, n in like.items())}).",
        "",
    ]
    lines += [
        "What may be damaged unnoticed:",
        "",
        *(f"* `{kind}`, {how}: {why}" for (kind, how), why in UNNOTICED.items()),
    ]
    return "\n".join(lines) + "\n"


@contextmanager
def _room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ikiiki-broken-") as made:
        os.environ["XDG_STATE_HOME"] = f"{made}/own"
        os.environ["TZ"] = "Asia/Tokyo"
        time.tzset()
        yield Path(made)


if __name__ == "__main__":
    import storage.doctor.files

    derived_once.install()
    storage.doctor.files.LEAST_FREE = 1  # how full this machine's disk is is not the subject
    with _room() as room:
        page = text(room, int(sys.argv[1]) if len(sys.argv) > 1 else 2, lambda line: print(line, flush=True))
    TARGET.write_text(page, encoding="utf-8")
    sys.exit("not survived" in page)
