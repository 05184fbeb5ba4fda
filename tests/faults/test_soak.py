"""Two sites that send and receive over Box again and again while requests fail and programs are killed: nothing is lost,
nothing doubled, nothing out of order."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from core.ledger.codes import Act
from core.ledger.line import read_line
from core.people.kana import to_katakana
from core.roles import Site
from tests.box.faults import RandomFaults
from tests.box.pretend import PretendBox
from tests.journeys.acting import Machine, Sites, start
from tests.journeys.test_exchange_over_box import settings

At = Callable[..., Sites]
FAULTY = 0.15
"""How many of Box's answers go wrong."""
KILLED = 0.3
"""How many of the programs are killed."""
SYLLABLES = "アイウエオカキクケコサシスセソタチツテト"


def name_of(number: int) -> str:
    """A kana name of its own for every number."""
    digits = []
    while number or not digits:
        number, digit = divmod(number, len(SYLLABLES))
        digits.append(SYLLABLES[digit])
    return "ソーク " + "".join(digits) + "コ"


class Office:
    """One site's timer and people, each command a process of its own. `tally` counts how they ended."""

    def __init__(self, machine: Machine, seed: int) -> None:
        self.machine = machine
        self.chance = random.Random(f"{machine.site} {seed}")
        self.tally: Counter[str] = Counter()
        self.keyed: list[str] = []
        """Names of those whose application was acknowledged."""
        self._next = 0

    def turn(self) -> None:
        """Somebody does what there is to do, and meanwhile or afterwards the courier runs."""
        if self.machine.site is Site.CONTRACTOR:
            kana = name_of(self._next)
            self._next += 1
            said = self._run(
                "intake", "add", "--kana", kana, "--birth-date", "S22.2.2", "--address", f"新宿区榎町{self._next}-1",
                "--phone", f"03-5273-{self._next:04}", "--preferences", "A", "--route", "post",
            )  # fmt: skip
            if said is not None:
                self.keyed.append(kana)
            self._run("intake", "send")
        else:
            self._run("review", "confirm", "--rest")
            self._run("review", "send")
        alone = self._start("sync", alone=True)
        if self.chance.random() < 0.5:
            self._run("sync")  # a person presses the key while the timer's run is under way
        self._end(alone, "sync alone")

    def _start(self, *words: str, alone: bool = False) -> subprocess.Popen[str]:
        machine = self.machine
        credential = machine.base / f"{machine.site}.credential"
        return start(
            machine.words(*words, alone=alone),
            machine.env() | {"IKIIKI_COURIER_CREDENTIAL_FILE": str(credential)},
        )

    def _run(self, *words: str) -> object | None:
        return self._end(self._start(*words), " ".join(words[:2]))

    def _end(self, process: subprocess.Popen[str], name: str) -> object | None:
        """What it said, when it lived to say that it was done."""
        patience = self.chance.uniform(0.2, 3.0) if self.chance.random() < KILLED else None
        try:
            said, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            said, err = process.communicate()
        assert "Traceback" not in err and "予期しない" not in err, err
        # 3: nothing to confirm yet; 5: Box, or another round under way; 6: bytes came altered twice in a row
        assert process.returncode in (0, 3, 5, 6, -9), (name, process.returncode, said, err)
        self.tally[f"{name}: {'killed' if process.returncode < 0 else process.returncode}"] += 1
        try:
            document = json.loads(said)
        except ValueError:
            assert process.returncode == -9, (name, said)
            return None
        return document if process.returncode == 0 else None


@contextmanager
def exchanging(at: At) -> Iterator[tuple[Sites, PretendBox]]:
    """Both sites, set up to go over a Box whose tokens last a minute."""
    with PretendBox(clock=time.time, token_life=120) as box:
        sites = at("found")
        for machine in sites.both:
            file = sites.base / f"{machine.site}-box.toml"
            file.write_text(settings(box, machine), encoding="utf-8")
            machine.do("courier", "box", file, "--credential", sites.base / f"{machine.site}.credential")
        yield sites, box


def work(sites: Sites, box: PretendBox, seed: int, goes_on: Callable[[int], bool]) -> list[Office]:
    """Both offices at once, as long as `goes_on(turns)`; whatever an office fails with is raised."""
    offices = [Office(machine, seed) for machine in sites.both]

    def days(office: Office) -> None:
        turns = 0
        while goes_on(turns):
            office.turn()
            turns += 1

    box.server.faults.at_random(RandomFaults(seed, FAULTY))
    with ThreadPoolExecutor(len(offices)) as pool:
        ended = [pool.submit(days, office) for office in offices]
    struck = Counter(kind.value for _, _, kind in box.server.faults.struck)
    box.server.faults.clear()
    for office in offices:
        print(f"{office.machine.site.value}: {dict(sorted(office.tally.items()))}")
    print(f"requests {len(box.server.requests)}, of which went wrong {sum(struck.values())}: {dict(struck)}")
    for one in ended:
        one.result()
    return offices


def settle(sites: Sites) -> None:
    """The line is good again: what is under way arrives."""
    sites.contractor.do("intake", "send")
    sites.sync(2)
    sites.ward.do("review", "confirm", "--rest")
    sites.ward.do("review", "send")
    sites.sync(4)


def nothing_lost_doubled_or_out_of_order(sites: Sites, box: PretendBox, keyed: list[str]) -> None:
    rows, lines = {}, {}
    for machine in sites.both:
        machine.sound()
        with machine.looking() as tx:
            rows[machine.site] = {way: tx.bundles.list(way) for way in ("out", "in")}
            lines[machine.site] = [read_line(raw, name="ledger")[1] for raw in tx.ledger.lines(machine.site)]
    for machine in sites.both:
        sent = [(row.name, row.manifest_sha256) for row in rows[machine.site]["out"]]
        came = [(row.name, row.manifest_sha256) for row in rows[machine.site.other]["in"]]
        assert came == sent and [name[-8:] for name, _ in sent] == [
            f"{seq:08}" for seq in range(1, len(sent) + 1)
        ]
        assert all(row.settled for row in rows[machine.site]["out"])
        refs = [line.ref for line in lines[machine.site] if line.act is Act.RECEIVE]
        assert refs and refs == sorted(set(refs)), "taken in twice, or out of order"
    with sites.contractor.looking() as tx:
        ours = {one.record: (one.version_hash, one.applicant.kana) for one in tx.applications.all()}
        confirmed = tx.reviews.latest("applicants")
    with sites.ward.looking() as tx:
        theirs = {one.record: (one.version_hash, one.applicant.kana) for one in tx.applications.all()}
        said = tx.reviews.latest("applicants")
    assert ours == theirs
    assert {record: row.version_hash for record, row in confirmed.items()} == {
        record: row.version_hash for record, row in said.items()
    }
    there = Counter(kana for _, kana in ours.values())
    assert all(there[to_katakana(kana)] == 1 for kana in keyed), (
        "an acknowledged application is lost or doubled"
    )
    uploads = [one.name for one in box.state.children(box.folder, box.contractor)]
    assert len(uploads) == len(set(uploads))


def test_sites_at_work_while_all_goes_wrong_lose_nothing(at: At) -> None:
    with exchanging(at) as (sites, box):
        offices = work(sites, box, 1, lambda turns: turns < 2)
        settle(sites)
        nothing_lost_doubled_or_out_of_order(sites, box, offices[0].keyed)


@pytest.mark.faults
def test_ten_minutes_of_work_while_all_goes_wrong_lose_nothing(at: At) -> None:
    end = time.monotonic() + 600
    with exchanging(at) as (sites, box):
        offices = work(sites, box, 2, lambda turns: time.monotonic() < end)
        settle(sites)
        nothing_lost_doubled_or_out_of_order(sites, box, offices[0].keyed)
        assert len(offices[0].keyed) > 10
