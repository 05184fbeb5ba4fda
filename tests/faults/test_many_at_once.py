"""Eight people and the couriers at one vault: what was acknowledged is there, once; nobody is locked out.

Five work by commands, two at screens in terminals, one in a session that stays open, as a screen's does, and looks at the
clock at every write. All of them key applications and correct the telephone of one and the same person.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise

import pytest

from core.applicant import Route
from core.people.fields import Field
from core.people.kana import to_katakana
from tests.faults.test_soak import name_of
from tests.journeys.acting import IKIIKI, PASSWORD, Machine, Sites, start
from tools.tmux import Tmux

At = Callable[..., Sites]
SHARED = 1
"""受付番号 of the person whose telephone everybody corrects."""
SAVED = re.compile(r"受付番号 ([0-9]+) で保存しました")
FOREVER = 10 * 60.0
"""Seconds of the long run."""


@dataclass
class Diary:
    """What one person was told had been done, and the longest that a write kept them waiting."""

    keyed: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    longest: float = 0.0
    turns: int = 0


@dataclass(frozen=True)
class Person:
    """The n-th of those at work; names and telephones are nobody else's."""

    machine: Machine
    place: int

    def kana(self, turn: int) -> str:
        return to_katakana(name_of(1_000 * (self.place + 1) + turn))

    def phone(self, turn: int) -> str:
        return f"03527{self.place}{turn:04}"

    def form(self, turn: int) -> dict[Field, str]:
        return {
            Field.KANA: self.kana(turn), Field.BIRTH_DATE: "S22.2.2", Field.ADDRESS: f"新宿区榎町{self.place + 1}-{turn + 1}",
            Field.PHONE: f"03526{self.place}{turn:04}", Field.PREFERENCE: "A",
        }  # fmt: skip


Turn = Callable[[int], None]


@contextmanager
def by_command(person: Person, diary: Diary) -> Iterator[Turn]:
    def run(*words: object) -> None:
        process = start(person.machine.words(*words), person.machine.env())
        said, err = process.communicate()
        assert process.returncode == 0, (words, process.returncode, err)
        json.loads(said)

    def turn(number: int) -> None:
        form = person.form(number)
        options = [word for item, value in form.items() for word in (f"--{_option(item)}", value)]
        run("intake", "add", *options, "--route", "post")
        diary.keyed.append(form[Field.KANA])
        run("intake", "edit", SHARED, "--set", f"phone={person.phone(number)}")
        diary.phones.append(person.phone(number))

    yield turn


def _option(item: Field) -> str:
    return "preferences" if item is Field.PREFERENCE else item.value.replace("_", "-")


@contextmanager
def in_a_session(person: Person, diary: Diary) -> Iterator[Turn]:
    with closing(person.machine.session()) as session:
        intake = session.office.intake

        def timed(write: Callable[[], object]) -> None:
            begun = time.monotonic()
            write()
            diary.longest = max(diary.longest, time.monotonic() - begun)

        def turn(number: int) -> None:
            timed(lambda: intake.add(person.form(number), Route.POST))
            diary.keyed.append(person.kana(number))
            timed(lambda: intake.edit(SHARED, {Field.PHONE: person.phone(number)}))
            diary.phones.append(person.phone(number))

        yield turn


@contextmanager
def at_a_screen(person: Person, diary: Diary) -> Iterator[Turn]:
    """In a terminal: the keyed form, one after the other."""
    machine = person.machine
    folder = machine.base / f"terminal{person.place}"
    folder.mkdir()
    command = [str(IKIIKI), "--vault", str(machine.folder), "--staff", machine.staff, "tui"]
    with closing(Tmux(command, folder, state=machine.base / "state")) as screen:
        screen.until("パスワード")
        screen.type(PASSWORD)
        screen.send("Enter")
        screen.until("F8")
        screen.send("F2")
        screen.until("カナ氏名")
        screen.send("n")
        screen.until("郵便番号")
        numbers: list[int] = []

        def turn(number: int) -> None:
            form = person.form(number)
            typed = (
                "", form[Field.ADDRESS], form[Field.KANA], form[Field.BIRTH_DATE], form[Field.PHONE], "", "A",
            )  # fmt: skip
            for text in typed:
                if text:
                    screen.type(text)
                screen.send("Enter")
            screen.until(form[Field.KANA])
            screen.send("F10")
            begun = time.monotonic()
            while True:
                said = SAVED.search(screen.until("で保存しました"))
                if said and int(said[1]) not in numbers:
                    break
                assert time.monotonic() - begun < 60, screen.screen()
            numbers.append(int(said[1]))
            diary.keyed.append(form[Field.KANA])

        yield turn


Way = Callable[[Person, Diary], Iterator[Turn]]
EIGHT = (*[by_command] * 5, at_a_screen, at_a_screen, in_a_session)


def work(sites: Sites, goes_on: Callable[[int], bool]) -> list[Diary]:
    """Everybody at once while `goes_on(turns)`, and both couriers beside them; whatever anybody fails with is raised."""
    machines = []
    for place in range(len(EIGHT)):
        staff = f"c-{place}"
        sites.contractor.engage(staff, staff)
        machines.append(Machine(sites.base, sites.contractor.site, staff=staff))
        machines[-1].env()
    diaries = [Diary() for _ in EIGHT]
    syncs: Counter[int | None] = Counter()
    busy = [True]

    def day(place: int) -> None:
        with EIGHT[place](Person(machines[place], place), diaries[place]) as turn:
            for number in count():
                if not goes_on(number):
                    return
                turn(number)
                diaries[place].turns += 1

    def courier(machine: Machine) -> None:
        while busy[0]:
            process = start(machine.words("sync"), machine.env())
            _, err = process.communicate()
            assert process.returncode in (0, 5), err
            syncs[process.returncode] += 1

    with ThreadPoolExecutor(len(EIGHT) + 2) as pool:
        couriers = [pool.submit(courier, machine) for machine in sites.both]
        days = [pool.submit(day, place) for place in range(len(EIGHT))]
        try:
            for one in days:
                one.exception()
        finally:
            busy[0] = False
    for one in (*days, *couriers):
        one.result()
    print(
        f"people: {[diary.turns for diary in diaries]} turns; keyed {sum(len(one.keyed) for one in diaries)},"
        f" corrected {sum(len(one.phones) for one in diaries)}; syncs {dict(syncs)};"
        f" longest a write took: {max(one.longest for one in diaries):.3f} s"
    )
    return diaries


def all_is_there_once(sites: Sites, diaries: list[Diary], before: int) -> None:
    keyed = [kana for diary in diaries for kana in diary.keyed]
    phones = Counter(phone for diary in diaries for phone in diary.phones)
    with sites.contractor.looking() as tx:
        everybody = tx.applications.all()
        history = tx.applications.history(SHARED)
    names = Counter(one.applicant.kana for one in everybody)
    assert all(names[kana] == 1 for kana in keyed) and len(everybody) == before + len(keyed)
    assert len({one.number for one in everybody}) == len(everybody)
    versions = [application.version for application, _, _ in history]
    assert versions == list(range(1, len(versions) + 1))
    before_and_after = pairwise(history)
    written = Counter(
        new.applicant.phone
        for (old, _, _), (new, _, _) in before_and_after
        if old.applicant.phone != new.applicant.phone
    )
    assert written == phones, "each acknowledged correction is a version, once"
    for machine in sites.both:
        machine.sound()
    lines = [line["act"] for line in sites.contractor.do("ledger", "list")["lines"]]
    assert lines.count("intake") >= len(keyed)


def begun(at: At) -> tuple[Sites, int]:
    sites = at("apply")
    with sites.contractor.looking() as tx:
        return sites, len(tx.applications.all())


def test_eight_people_and_two_couriers_lose_nothing(at: At) -> None:
    sites, before = begun(at)
    diaries = work(sites, lambda turns: turns < 1)
    assert all(diary.keyed for diary in diaries)
    all_is_there_once(sites, diaries, before)


@pytest.mark.faults
def test_eight_people_and_two_couriers_for_ten_minutes(at: At, capsys: pytest.CaptureFixture[str]) -> None:
    sites, before = begun(at)
    end = time.monotonic() + FOREVER
    with capsys.disabled():
        diaries = work(sites, lambda _: time.monotonic() < end)
    all_is_there_once(sites, diaries, before)
