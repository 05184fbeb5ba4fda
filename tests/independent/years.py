"""Years of draws made by the product, of every policy, as bytes of the folders it would publish. Seeded, no clock."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

from core.canonical import crockford_id, sha256_hex
from core.draw import ceremony, engine
from core.draw.abandoned import REACHED_FILES, Abandoned, Reached, Reason, reached_by
from core.draw.events import (
    Cancel,
    Close,
    Decline,
    Disqualify,
    Event,
    EventLog,
    Head,
    Late,
    Over,
    Release,
    Reserve,
    Shrink,
)
from core.draw.result import Result
from core.draw.roll import Roll
from core.draw.rules import Course, Params, Publish
from core.draw.signing import SIGNED_BY, sign, signature_name
from core.draw.standing import Board, Standing
from core.draw.steps import NO_DICE, Commits, Dice, Opened, Reveal, dice_name, reveal_name
from core.draw.units import Entry, Held, Shape, Unit, number_units, shapes
from core.errors import Refused
from core.office.drawing import is_public
from core.office.lottery import other_rounds
from core.office.plans import previous_of
from core.programme import Programme
from core.roles import Site
from tests.core.draw.played import KEYS, PUBLIC, with_signatures

KANA = ("サトウ ハナコ", "ガノ パイ", "ガノ パイ", "ヤマモト ウメ", 'オカ "ノ\\ブ', "ワタナベ\tイワオ")
NOTES = ("定員は変わることがあります。", "a", "~ é 漢字 🎲", "x" * 200)
KINDS = ("cancel", "decline", "shrink", "disqualify", "close", "over", "reserve", "release", "late")


@dataclass
class Made:
    """One draw as the product holds it, and the public folder."""

    params: Params
    entries: list[Entry]
    shaped: list[Shape]
    held: list[Held]
    units: tuple[Unit, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    result: Result | None = None
    seed: str = ""
    standing: Standing | None = None
    events: list[Event] = field(default_factory=list)
    refused: list[dict[str, bytes]] = field(default_factory=list)
    """The folder once more, each time with one event too many, which the product refuses."""
    words: list[Abandoned] = field(default_factory=list)
    policies: set[str] = field(default_factory=set)


def year(chance: random.Random) -> list[Made]:
    """The draws of one year, one after another: rounds, and abandoned draws made again."""
    codes = sorted({crockford_id(chance.randbytes(4), 4)[: chance.randint(1, 4)] for _ in range(10)})
    chance.shuffle(codes)
    rounds = [sorted(codes[:k]) for k in (chance.randint(1, 4),)]
    rounds += [sorted(codes[len(rounds[0]) : len(rounds[0]) + chance.randint(1, 3)])]
    made: list[Made] = []
    while rounds and len(made) < 6:
        number = len(made) + 1
        previous = previous_of(made[-1].files) if made else None
        one = draw(chance, f"hiking-2026-{number}", previous, rounds[0], codes)
        made.append(one)
        if len(one.words) == 1:
            break
        if not one.words:
            rounds.pop(0)
    return made


def draw(
    chance: random.Random, name: str, previous: str | None, here: Sequence[str], codes: Sequence[str]
) -> Made:
    """One draw: rules, roll, ceremony; then a result and what happened after it, or an end without one."""
    params = rules(chance, name, previous, here)
    entries: list[Entry] = []
    shaped: list[Shape] = []
    while not shaped:
        entries = people(chance, params, here, codes)
        shaped, held = shapes(params, entries)
    programme = SimpleNamespace(outings=[SimpleNamespace(code=c, round=1 if c in here else 2) for c in codes])
    elsewhere = other_rounds(cast(Programme, programme), 1, entries)
    held = [one for one in held if not elsewhere.issuperset(one.records)]
    made = Made(params, entries, shaped, held, number_units(shaped, entries, chance.randbytes))
    roll = Roll.of(unit.line for unit in made.units)
    reveals = {site: Reveal(name, site, chance.randbytes(32).hex()).to_bytes() for site in Site}
    absent = set(chance.choice(((), (), (), (Site.CONTRACTOR,), (Site.WARD,), tuple(Site))))
    for site in absent:  # withheld later, or sealed in a form that cannot count
        ill = (reveals[site], b"hkr1 reveal\n", reveals[site].replace(b"hiking", b"walking"))
        reveals[site] = chance.choice(ill)
    commits = Commits(*(sha256_hex(reveals[site]) for site in Site))
    frozen = ceremony.freeze(params, commits, roll)
    frozen = replace(frozen, notes=notes(chance))
    shown = {site: data for site, data in reveals.items() if site not in absent or b"draw=hiking" not in data}
    opened = replace(ceremony.open_seals(frozen, commits, shown), notes=notes(chance))
    dice = both_dice(chance, params, opened)
    steps = {"params.txt": params.to_bytes(), "commits.txt": commits.to_bytes()}
    seal = f"{commits.contractor}  reveal-contractor.txt\n".encode()
    steps |= {"list.txt": roll.to_bytes(), "freeze.txt": frozen.to_bytes(), "opened.txt": opened.to_bytes()}
    steps |= {"seal-contractor.txt": seal, **{reveal_name(site): data for site, data in shown.items()}}
    steps |= {one.file_name: one.to_bytes() for one in dice.values()}
    made.policies |= policies_of(made, roll, absent)
    if chance.random() < 0.4:
        give_up(chance, made, steps, dice)
    else:
        chosen = ceremony.seed_input(params, opened, dice)
        made.seed, made.result = chosen.seed, engine.run(params, roll, chosen)
        steps |= {"seed-input.txt": chosen.to_bytes(), "result.txt": made.result.to_bytes()}
        steps |= afterwards(chance, made, steps)
        made.files = published(chance, steps)
    return made


def rules(chance: random.Random, name: str, previous: str | None, here: Sequence[str]) -> Params:
    """Rules of any kind: no seats, few, more than there are people; kept seats; beacons; notes."""
    plenty = chance.random() < 0.15
    courses = []
    for code in here:
        capacity = 60 if plenty else chance.choice((0, 0, 1, 2, 3, 4, 5, 6, 8, 10))
        kept = chance.choice(
            (0, 0, min(capacity, 1), capacity // 2, min(capacity, 20), capacity * (not plenty))
        )
        courses.append(Course(code, capacity, kept))
    return Params(
        draw=name,
        previous=previous,
        courses=tuple(courses),
        max_size=chance.choice((1, 1, 2, 3, 5)),
        max_tickets=chance.choice((1, 1, 2, 4)),
        publish=chance.choice(list(Publish)),
        beacon=chance.choice((None, None, ("drand-quicknet", str(chance.randint(1, 10**12 - 1))))),
        notes=notes(chance),
    )


def notes(chance: random.Random) -> tuple[str, ...]:
    """None, or a few."""
    return tuple(chance.choices(NOTES, k=chance.choice((0, 0, 0, 1, 2))))


def people(chance: random.Random, params: Params, here: Sequence[str], codes: Sequence[str]) -> list[Entry]:
    """Invented applicants: alone or with a group code, wishing here and elsewhere."""
    made = []
    numbers = chance.sample(range(1, 200), chance.randint(1, 16))
    common = chance.sample(list(here), chance.randint(1, len(here)))
    for number in numbers:
        wishes = chance.sample(list(here), chance.randint(1, len(here)))
        if chance.random() < 0.15:
            wishes = chance.sample(list(codes), chance.randint(1, len(codes)))
        group = f"G{chance.randint(1, 5)}" if chance.random() < 0.5 else None
        if group and chance.random() < 0.8:
            wishes = [*common, *(code for code in wishes if code not in common)]
        birth = dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(14000))
        tickets = chance.choice((1, 1, 2, 3, 6))
        made.append(
            Entry(f"{number:010d}", chance.choice(KANA), birth, tuple(wishes), group, number, tickets)
        )
    return made


def both_dice(chance: random.Random, params: Params, opened: Opened) -> dict[Site, Dice]:
    """What both typed, alike."""
    fallen = "".join(chance.choices("0123456789", k=20))
    digits = NO_DICE if params.beacon else fallen
    length = chance.choice((64, 65, 96, 128))
    beacon = (
        (*params.beacon, "".join(chance.choices("0123456789abcdef", k=length))) if params.beacon else None
    )
    return {site: Dice(params.draw, opened.sha256, site, digits, beacon) for site in Site}


def policies_of(made: Made, roll: Roll, absent: set[Site]) -> set[str]:
    """Which policies this draw is of."""
    courses, lines = made.params.courses, roll.lines
    said = {
        "single persons": all(line.size == 1 for line in lines),
        "groups": any(line.size > 1 for line in lines),
        "several tickets": any(line.tickets > 1 for line in lines),
        "ranked wishes": any(len(line.courses) > 1 for line in lines),
        "reserved seats": any(course.reserve for course in courses),
        "an outing without seats": any(course.capacity == 0 for course in courses),
        "an outing wholly kept": any(course.capacity and not course.room for course in courses),
        "more seats than people": all(course.room >= sum(line.size for line in lines) for course in courses),
        "groups held": bool(made.held),
        "contractor absent": absent == {Site.CONTRACTOR},
        "ward absent": absent == {Site.WARD},
        "both absent": absent == set(Site),
        "beacon": made.params.beacon is not None,
        "notes in params": bool(made.params.notes),
        "after another draw": made.params.previous is not None,
    }
    return {policy for policy, holds in said.items() if holds}


def give_up(chance: random.Random, made: Made, steps: dict[str, bytes], dice: Mapping[Site, Dice]) -> None:
    """The draw is abandoned at some step, by both sites or by one alone."""
    reached = chance.choice(list(Reached))
    last = list(Reached).index(reached)
    kept = {"params.txt", "commits.txt", "seal-contractor.txt"} if chance.random() < 0.7 else {"params.txt"}
    if last >= 1:
        kept |= {"commits.txt", "list.txt", "freeze.txt"} | ({"reveal-ward.txt"} & steps.keys())
    if last >= 2:
        kept |= {"opened.txt", "reveal-contractor.txt"} & steps.keys()
    steps = {name: data for name, data in steps.items() if name in kept}
    if reached is Reached.DICE:
        first, second = chance.sample(list(Site), 2)
        steps[dice_name(first)] = dice[first].to_bytes()
        if chance.random() < 0.8:
            turned = replace(dice[second], digits=dice[second].digits[::-1][:-1] + "0")
            other = dice[second].beacon
            if other:
                turned = replace(dice[second], beacon=(*other[:2], other[2][::-1]))
            if not ceremony.same_chance(turned, dice[first]):
                steps[dice_name(second)] = turned.to_bytes()
                made.policies.add("dice differ")
    assert reached_by(steps) is reached
    made.policies.add(f"abandoned at {reached}")
    sites = chance.sample(list(Site), chance.choice((1, 2, 2, 2)))
    for site in sites:
        saw = list(Reached)[max(0, last - chance.choice((0, 0, 0, 1)))]
        assert REACHED_FILES[saw] & steps.keys()
        word = Abandoned(made.params.draw, site, made.params.sha256, saw, chance.choice(list(Reason)))
        made.words.append(word)
        steps[word.file_name] = word.to_bytes()
    made.words.sort(key=lambda word: list(Site).index(word.party))
    made.policies.add("abandoned by both" if len(sites) == 2 else "abandoned by one alone")
    files = published(chance, steps)
    ending = {Reached.FREEZE: "freeze.txt", Reached.OPENED: "opened.txt"}.get(reached)
    if ending and chance.random() < 0.4:
        del files[signature_name(ending, Site.WARD)]
        made.policies.add("last step not signed by the ward")
    made.files = files


def published(chance: random.Random, steps: Mapping[str, bytes]) -> dict[str, bytes]:
    """The public folder of what a site holds: signatures and keys, nothing secret, and what lies beside."""
    files = with_signatures({name: data for name, data in steps.items() if name != "seal-contractor.txt"})
    for name in {"params.txt", "commits.txt", "list.txt", "seed-input.txt", "standing.txt"} & files.keys():
        for site in Site if name in ("params.txt", "commits.txt") else chance.sample(list(Site), 1):
            files[signature_name(name, site)] = sign(KEYS[site], name, files[name])
    if "seal-contractor.txt" in steps:
        files["seal-contractor.txt"] = steps["seal-contractor.txt"]
    files = {name: data for name, data in files.items() if is_public(name, files)}
    return files | {
        name: b"beside\n" for name in ("verify.sh", "verify.html", "読み方.txt", ".ikiiki-public")
    }


def afterwards(chance: random.Random, made: Made, steps: Mapping[str, bytes]) -> dict[str, bytes]:
    """Events, as many as chance wants, every kind; and folders with one the product refuses."""
    assert made.result is not None
    board = Board(made.params, made.result)
    log = EventLog(made.result.sha256)
    wanted = chance.choice((0, 4, 8, 12, 20))
    for _ in range(wanted * 3):
        if len(made.events) == wanted:
            break
        before = board.standing()
        event = proposal(chance, made.params, before)
        try:
            board.apply(event)
        except Refused:
            if len(made.refused) < 2:
                after = told(made.params, log.append(event), before, chance)
                made.refused.append(published(chance, {**steps, **after}))
        else:
            log = log.append(event)
            made.events.append(event)
            made.policies.add(type(event).__name__.lower())
    made.standing = board.standing()
    made.policies |= {"promotions"} if made.standing.promotions else set()
    late = {event.id for event in made.events if isinstance(event, Late)}
    made.policies |= {"late one seated"} if late & {one.id for one in made.standing.promotions} else set()
    if made.events or chance.random() < 0.2:
        return told(made.params, log, made.standing, chance)
    return {}


def told(params: Params, log: EventLog, standing: Standing, chance: random.Random) -> dict[str, bytes]:
    """events.txt, standing.txt and the heads."""
    heads = [Head(params.draw, Site.CONTRACTOR, len(log.events), log.head)]
    if chance.random() < 0.7:
        seen = chance.randint(0, len(log.events))
        heads.append(Head(params.draw, Site.WARD, seen, log.hash_at(seen)))
    files = {head.file_name: head.to_bytes() for head in heads}
    if log.events:
        files |= {"events.txt": log.to_bytes(), "standing.txt": standing.to_bytes()}
    return files


def proposal(chance: random.Random, params: Params, now: Standing) -> Event:
    """Some well-formed event, allowed or not."""
    kind = chance.choice((*KINDS, "late", "reserve", "release", "cancel", "decline", "shrink", "shrink"))
    codes = [course.code for course in params.courses]
    code = chance.choice([*codes * 8, "0000"])
    alive = [place for place in now.places if place.state != "out"]
    place = chance.choice(alive if alive and chance.random() < 0.7 else now.places)
    if kind == "shrink":
        place = max(chance.choices(now.places, k=4), key=lambda one: one.size * (one.state != "out"))
    unit = chance.choice((*(place.id,) * 12, "Z" * 10))
    some_hash = chance.randbytes(32).hex()
    match kind:
        case "cancel":
            return Cancel(unit)
        case "disqualify":
            return Disqualify(unit)
        case "decline":
            return Decline(unit, chance.choice((*place.courses, code)))
        case "shrink":
            return Shrink(unit, chance.randint(1, max(1, place.size - 1)) if place.size > 1 else 1)
        case "close":
            return Close(code)
        case "over":
            return Over(code)
        case "reserve":
            return Reserve(unit, chance.choice((*place.courses, code)))
        case "release":
            return Release(code, chance.randint(1, 3))
        case _:
            wishes = chance.sample(codes, chance.randint(1, len(codes)))
            wishes += ["0000"] * (chance.random() < 0.03)
            fresh = place.id if chance.random() < 0.05 else crockford_id(chance.randbytes(10))
            size = chance.randint(1, params.max_size + (chance.random() < 0.1))
            return Late(fresh, size, tuple(wishes), some_hash, chance.randbytes(32).hex())


def keys() -> Mapping[Site, Any]:
    """Both public keys, as a resident has them from the notice."""
    assert set(SIGNED_BY["freeze.txt"]) == set(Site)
    return PUBLIC
