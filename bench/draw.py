"""The draw, from ten thousand units to a million: putting them in order, and the whole step as the office does it.

The floor of both is the same: one SHA-256 for each unit, and a sort. Nobody can draw with less. The whole step also parses
every line, seats every unit, and writes the result encrypted into the vault."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

from bench.measure import Bench, Work
from core.canonical import CROCKFORD, sha256_hex
from core.draw import ceremony
from core.draw.engine import draw_value, in_order
from core.draw.result import RESULT
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Course, Params
from core.draw.steps import OPENED, SEED_INPUT, Commits, Dice, Reveal, dice_name
from core.office.drawing import compute
from core.roles import Role, Site
from storage.store import MIGRATIONS, VaultStore
from storage.vault.kdf import LIGHT_KDF
from storage.vault.vault import NewStaff, create_vault, open_vault

SIZES = (10_000, 100_000, 1_000_000)
SEED = sha256(b"bench").hexdigest()
DRAW = "bench-2026-1"
AT = dt.datetime(2026, 5, 20, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
PASSWORD = "only for the benchmark"


def list_file(units: int) -> bytes:
    """A list.txt: one to three persons a unit, one to three of eight outings, one ticket."""
    chance = random.Random(units)
    ids = sorted({"".join(chance.choices(CROCKFORD, k=10)) for _ in range(units)})
    return "".join(
        f"{one} {chance.choice((1, 1, 1, 2, 3))} 1 {','.join(chance.sample('ABCDEFGH', chance.randint(1, 3)))} {sha256_hex(one.encode())}\n"
        for one in ids
    ).encode("ascii")


def draw_files(units: int) -> dict[str, bytes]:
    """What both sites hold when the dice are there: half of those who apply can go."""
    courses = tuple(Course(code, min(9_999_999, units // 10 + 1), 0) for code in "ABCDEFGH")
    params = Params(DRAW, None, courses, max_size=3)
    reveals = {site: Reveal(DRAW, site, f"{n:064x}") for n, site in enumerate(Site)}
    commits = Commits(*(reveals[site].sha256 for site in (Site.CONTRACTOR, Site.WARD)))
    roll = list_file(units)
    frozen = ceremony.freeze(params, commits, Roll.parse(roll))
    opened = ceremony.open_seals(frozen, commits, {site: one.to_bytes() for site, one in reveals.items()})
    dice = {site: Dice(DRAW, opened.sha256, site, "08365512907744019283") for site in Site}
    return {
        PARAMS: params.to_bytes(),
        LIST: roll,
        OPENED: opened.to_bytes(),
        **{dice_name(site): one.to_bytes() for site, one in dice.items()},
    }


def hash_and_sort(ids: list[str]) -> list[tuple[str, str]]:
    """The floor."""
    return sorted((sha256(f"hkr1 ticket {SEED} {one} 1\n".encode("ascii")).hexdigest(), one) for one in ids)


def order(units: int) -> tuple[Work, Work]:
    """Ours orders the roll; the floor hashes as many lines and sorts (hash, id). Both must agree on the order."""
    roll = Roll.parse(list_file(units))
    ids = [line.id for line in roll.lines]
    ours, floor = partial(in_order, SEED, roll), partial(hash_and_sort, ids)
    if [(value, line.id) for value, line in ours()] != floor():
        raise AssertionError("the floor computes something else than the draw does")
    if ours()[0][0] != draw_value(SEED, ours()[0][1].id):
        raise AssertionError("the order is not that of the draw values")
    return ours, floor


def whole(units: int) -> tuple[Work, Work]:
    """Ours reads the files from an encrypted vault, draws, and stores seed and result there, all checks included."""
    ids = [line.id for line in Roll.parse(list_file(units)).lines]
    vault = VaultOnDisk(units)

    def ours() -> int:
        return vault.draw()

    return ours, partial(hash_and_sort, ids)


class VaultOnDisk:
    """A vault in a folder of its own that ends with the object, holding a draw that waits to be computed."""

    def __init__(self, units: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ikiiki-bench-")
        self._round = 0
        self._files = draw_files(units)
        base = Path(self._folder.name)
        staff = NewStaff("bench", "計測", Role.MANAGER, PASSWORD)
        create_vault(
            base / "vault",
            site=Site.CONTRACTOR,
            staff=staff,
            migrations=MIGRATIONS,
            now=lambda: AT,
            kdf=LIGHT_KDF,
        )
        self._vault = open_vault(
            base / "vault", "bench", PASSWORD, migrations=MIGRATIONS, now=lambda: AT, state_dir=base / "state"
        )
        self._store = VaultStore(self._vault)
        with self._store.write() as tx:
            for name, data in self._files.items():
                tx.draws.put_file(DRAW, name, data, AT)

    def draw(self) -> int:
        """How many units were drawn. What is stored bears another draw's name each time: files are written once."""
        self._round += 1
        with self._store.write() as tx:
            seed, result = compute(tx.draws.files(DRAW))
            for name, data in ((SEED_INPUT, seed.to_bytes()), (RESULT, result.to_bytes())):
                tx.draws.put_file(f"bench-2026-{1 + self._round}", name, data, AT)
        return len(result.rows)


def _bench(what: str, units: int, limit: float, prepare: Callable[[int], tuple[Work, Work]]) -> Bench:
    name = f"draw: {what} {units // 1000}k"
    return Bench(
        name, "units", units, "sha256 of each ticket line, then sort", limit, partial(prepare, units)
    )


BENCHES = (
    *(_bench("order", units, 1.5, order) for units in SIZES),
    *(_bench("whole", units, 4.0, whole) for units in SIZES),
)


def growth() -> list[str]:
    """Time and memory of the whole draw, each size in a process of its own, as the office runs it."""
    lines = []
    empty = 0
    for units in (0, *SIZES):
        done = subprocess.run(
            [sys.executable, "-m", "bench.draw", str(units)], check=True, capture_output=True, text=True
        )
        seconds, kilobytes = done.stdout.split()
        if not units:
            empty = int(kilobytes)
            continue
        own = int(kilobytes) - empty
        lines.append(
            f"draw: whole {units:>9,} units {float(seconds):8.2f} s  {own / 1024:6,.0f} MB over an empty program, "
            f"{own * 1024 / units:6,.0f} bytes a unit"
        )
    return lines


def _once(units: int) -> str:
    """One whole draw: seconds, and the most memory this process ever held, in kilobytes."""
    took = 0.0
    if units:
        vault = VaultOnDisk(units)
        begun = time.perf_counter()
        vault.draw()
        took = time.perf_counter() - begun
    return f"{took:.3f} {_peak()}"


def _peak() -> int:
    """The most memory this program held, in kilobytes. (What getrusage says includes the parent's, before the exec.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    print(_once(int(sys.argv[1])))
