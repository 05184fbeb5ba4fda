"""The product and the second reading (recompute.py) on the same published bytes: a thousand finished draws and some
hundred abandoned ones, of every policy, with everything that may happen afterwards; and on bytes that were changed.

Ten seeded parts, so that several processes can share them; each part has at least a tenth of what is demanded in all.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.draw.verify import DrawReport, FindingCode, verify
from storage.public.publish import publish
from tests.independent import recompute as second
from tests.independent.years import KINDS, Made, keys, year

PARTS = 10
FINISHED = 100  # of each part
TAMPERS = 20  # of each part, and as many of abandoned draws
POLICIES = (
    *("single persons", "groups", "several tickets", "ranked wishes", "reserved seats", "groups held"),
    *("an outing without seats", "an outing wholly kept", "more seats than people", "after another draw"),
    *("contractor absent", "ward absent", "both absent", "beacon", "notes in params"),
    *KINDS,
    *("promotions", "late one seated", "dice differ", "last step not signed by the ward"),
    *("abandoned at rules", "abandoned at freeze", "abandoned at opened", "abandoned at dice"),
    *("abandoned by both", "abandoned by one alone"),
)


def years_of(part: int) -> list[list[Made]]:
    """Whole years until there are enough finished draws; the same for the same part."""
    chance = random.Random(f"two readings {part}")
    made: list[list[Made]] = []
    while sum(not one.words for year_ in made for one in year_) < FINISHED:
        made.append(year(chance))
    return made


@pytest.fixture(scope="module", params=range(PARTS))
def years(request: pytest.FixtureRequest) -> list[list[Made]]:
    """The years of one part."""
    return years_of(request.param)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """For each test and part its own, the same in every run."""
    return random.Random(request.node.name)


def units_agree(made: Made) -> None:
    """Groups, what is held, and every commitment."""
    params = second.read_params(made.files)
    people = [second.Application(e.order, e.preferences, e.tickets, e.group) for e in made.entries]
    numbers = {e.record: e.order for e in made.entries}
    formed, held = second.units(people, params)
    assert formed == [
        second.Together(tuple(numbers[r] for r in one.records), one.courses, one.tickets)
        for one in made.shaped
    ]
    assert held == [tuple(numbers[r] for r in one.records) for one in made.held]
    by_record = {e.record: e for e in made.entries}
    for unit in made.units:
        members = [
            (salt.hex(), record, by_record[record].kana, by_record[record].birth_date.isoformat())
            for record, salt in unit.opening.salts
        ]
        assert second.opens(unit.line.commitment, members)
        assert not second.opens(unit.line.commitment, [(*members[0][:3], "1900-01-01"), *members[1:]])


def draws_agree(made: Made, read: second.Draw) -> None:
    """Seed, result, standing, promotions, or the words that ended it."""
    assert read.abandoned == tuple(
        second.Abandoned(str(w.party), str(w.reached), str(w.reason)) for w in made.words
    )
    assert read.seed == made.seed
    lines = made.result.lines if made.result else ()
    assert [(r.value, r.id, r.persons, r.wishes, r.seat) for r in read.result] == [
        (line.value, line.id, line.size, line.courses, line.course or "-") for line in lines
    ]
    if not made.events:
        assert (read.standing, read.promotions) == ((), ())
        return
    assert made.standing is not None
    assert [(s.id, s.persons, s.state, s.outings) for s in read.standing] == [
        (p.id, p.size, str(p.state), "-" if p.state == "out" else p.course or ",".join(p.courses))
        for p in made.standing.places
    ]
    assert [(seq, *seat) for seq, seats in enumerate(read.promotions, 1) for seat in seats] == [
        (p.seq, p.id, p.course) for p in made.standing.promotions
    ]


def product_agrees(made: Made) -> None:
    """core.draw.verify finds nothing in it, but what an abandoned draw lacks by its nature."""
    report = verify(made.files, keys())
    assert report.sound, report.findings
    assert report.ok == (not made.words) == report.complete
    assert (report.abandoned, report.over) == (tuple(made.words), len(made.words) == 2)


def test_both_readings_say_the_same_of_every_draw(years: list[list[Made]]) -> None:
    counted: Counter[str] = Counter()
    for draws in years:
        for made, read in zip(draws, second.chain([one.files for one in draws]), strict=True):
            draws_agree(made, read)
            product_agrees(made)
            units_agree(made)
            assert second.signatures(made.files) == sum(name.endswith(".sig") for name in made.files)
            counted.update(made.policies)
    assert {policy: counted[policy] for policy in POLICIES if counted[policy] < 50 / PARTS} == {}


def test_what_the_product_refuses_after_a_draw_the_second_reading_refuses(years: list[list[Made]]) -> None:
    refused = [files for draws in years for made in draws for files in made.refused]
    assert len(refused) >= 50
    for files in refused:
        assert said(verify(files, keys())) >= {("events.txt", FindingCode.MISMATCH)}
        with pytest.raises(second.Wrong) as wrong:
            second.recompute(files)
        assert wrong.value.file == "events.txt"


def said(report: DrawReport) -> set[tuple[str, FindingCode]]:
    """What the product found, signatures left out."""
    return {(f.file, f.code) for f in report.findings if not f.file.endswith(".sig")}


def tampered(chance: random.Random, data: bytes) -> bytes:
    """One byte or one line is not what it was."""
    lines = data.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    made = data
    while made == data:
        match chance.choice(("byte", "byte", "drop", "double", "swap", "note", "cut")):
            case "byte":
                where = chance.randrange(len(data))
                made = data[:where] + bytes([chance.choice(b"0189afAFZ\n\r =-,\x00\xff")]) + data[where + 1 :]
            case "drop":
                made = b"".join(lines[:at] + lines[at + 1 :])
            case "double":
                made = b"".join([*lines[: at + 1], *lines[at:]])
            case "swap":
                made = b"".join([*lines[at + 1 :], *lines[: at + 1]])
            case "note":
                made = data + b"note=x\n"
            case _:
                made = data[:-1]
    return made


def test_whatever_is_changed_in_a_finished_draw_both_readings_refuse_without_a_key(
    chance: random.Random, years: list[list[Made]]
) -> None:
    finished = [made for draws in years for made in draws if not made.words]
    for _ in range(TAMPERS):
        files = chance.choice(finished).files
        name = chance.choice([n for n in files if n in second.FORMAT_FILES])
        changed = {**files, name: tampered(chance, files[name])}
        with pytest.raises(second.Wrong):
            second.recompute(changed)
        assert said(verify(changed, keys())), name


def test_whatever_is_changed_in_an_abandoned_draw_both_readings_refuse_with_the_keys(
    chance: random.Random, years: list[list[Made]]
) -> None:
    abandoned = [made for draws in years for made in draws if made.words]
    for _ in range(TAMPERS):
        files = chance.choice(abandoned).files
        name = chance.choice([n for n in files if n in second.FORMAT_FILES or n.endswith(".sig")])
        changed = {**files, name: tampered(chance, files[name])}
        with pytest.raises(second.Wrong):
            second.recompute(changed)
            second.signatures(changed)
        assert not verify(changed, keys()).sound, name


def test_a_file_taken_out_of_a_finished_draw_with_its_signatures_is_missed_by_both(
    chance: random.Random, years: list[list[Made]]
) -> None:
    finished = [made for draws in years for made in draws if not made.words]
    for _ in range(TAMPERS):
        files = chance.choice(finished).files
        free = {"head-ward.txt"} if "events.txt" in files else {"head-ward.txt", "head-contractor.txt"}
        gone = chance.choice([n for n in files if n in second.FORMAT_FILES - free])
        left = {name: data for name, data in files.items() if not name.startswith(gone)}
        with pytest.raises(second.Wrong):
            second.recompute(left)
        assert not verify(left, keys()).ok, gone


def test_a_year_from_which_an_abandoned_draw_was_dropped_does_not_hang_together() -> None:
    for draws in years_of(0):
        folders = [made.files for made in draws]
        for gone in range(len(draws) - 1):
            with pytest.raises(second.Wrong) as wrong:
                second.chain([*folders[:gone], *folders[gone + 1 :]])
            assert wrong.value.file == "params.txt"


def test_the_folders_that_the_product_writes_are_read_by_the_second_reading_as_a_script(
    tmp_path: Path,
) -> None:
    draws = next(draws for draws in years_of(1) if len(draws) > 1 and any(made.words for made in draws))
    paths = []
    for number, made in enumerate(draws):
        paths.append(tmp_path / str(number))
        beside = {"verify.sh", "verify.html", "読み方.txt", ".ikiiki-public"}
        publish(paths[-1], {name: data for name, data in made.files.items() if name not in beside})
    script = Path(second.__file__)
    done = subprocess.run(
        [sys.executable, "-I", script, *paths], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("signatures:") == len(draws)
