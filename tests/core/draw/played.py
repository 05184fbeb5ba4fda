"""A whole draw, played by both sites in memory, for the tests: invented people, fixed chance."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.canonical import sha256_hex
from core.draw import ceremony, engine
from core.draw.events import Event, EventLog, Head
from core.draw.result import Result
from core.draw.roll import Roll
from core.draw.rules import Course, Params
from core.draw.signing import SIGNED_BY, sign, signature_name
from core.draw.standing import replay
from core.draw.steps import NO_DICE, Commits, Dice, Reveal
from core.draw.units import Entry, Unit, number_units, shapes
from core.roles import Site

KEYS = {site: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n, site in enumerate(Site, start=1)}
PUBLIC = {site: key.public_key() for site, key in KEYS.items()}
COURSES = (Course("A", 12, 2), Course("B", 9, 3), Course("C", 5, 0))
DICE = "08365512907744019283"
KANA = ("サトウ ハナコ", "タカハシ キヨシ", "ヤマモト ウメ", "ワタナベ イワオ", "コバヤシ チヨ")


@dataclass(frozen=True)
class Played:
    """Everything both sites hold after the draw, and the public folder."""

    params: Params
    entries: tuple[Entry, ...]
    units: tuple[Unit, ...]
    roll: Roll
    result: Result
    files: dict[str, bytes]


def people(
    count: int, courses: Sequence[str], chance: random.Random, *, grouped: bool = False
) -> list[Entry]:
    """Invented applicants; `grouped`: two or three in a row share a group code and their wishes now and then."""
    made: list[Entry] = []
    group: str | None = None
    wishes: tuple[str, ...] = ()
    left = 0
    for number in range(1, count + 1):
        if left == 0:
            left = chance.choice((1, 1, 2, 3)) if grouped else 1
            group = f"G{number}" if left > 1 else None
            wishes = tuple(chance.sample(list(courses), chance.randint(1, len(courses))))
        left -= 1
        record = f"{number:010d}"
        birth = dt.date(1940, 1, 1) + dt.timedelta(days=chance.randrange(9000))
        tickets = chance.choice((1, 1, 2, 3))
        made.append(Entry(record, chance.choice(KANA), birth, wishes, group, number, tickets))
    return made


def rules(
    *,
    courses: tuple[Course, ...] = COURSES,
    max_size: int = 3,
    max_tickets: int = 3,
    beacon: tuple[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Params:
    return Params("hiking-2026-1", None, courses, max_size, max_tickets, beacon=beacon, notes=notes)


def play(
    params: Params | None = None,
    *,
    count: int = 45,
    seed: int = 7,
    absent: frozenset[Site] = frozenset(),
    events: Sequence[Event] = (),
    ward_saw: int | None = None,
) -> Played:
    """A draw of about `count` people; the same arguments give the same bytes."""
    chance = random.Random(seed)
    params = params or rules()
    entries = people(count, [course.code for course in params.courses], chance, grouped=params.max_size > 1)
    shaped, held = shapes(params, entries)
    assert not held
    units = number_units(shaped, entries, chance.randbytes)
    roll = Roll.of(unit.line for unit in units)
    reveals = {site: Reveal(params.draw, site, chance.randbytes(32).hex()) for site in Site}
    commits = Commits(reveals[Site.CONTRACTOR].sha256, reveals[Site.WARD].sha256)
    frozen = ceremony.freeze(params, commits, roll)
    shown = {site: reveal.to_bytes() for site, reveal in reveals.items() if site not in absent}
    opened = ceremony.open_seals(frozen, commits, shown)
    beacon = (*params.beacon, sha256_hex(b"beacon")) if params.beacon else None
    digits = NO_DICE if beacon else DICE
    dice = {site: Dice(params.draw, opened.sha256, site, digits, beacon) for site in Site}
    chosen = ceremony.seed_input(params, opened, dice)
    result = engine.run(params, roll, chosen)
    steps = (params, commits, frozen, opened, *dice.values(), chosen)
    files = {step.file_name: step.to_bytes() for step in steps}
    files |= {f"reveal-{site}.txt": data for site, data in shown.items()}
    files |= {"list.txt": roll.to_bytes(), "result.txt": result.to_bytes()}
    if events:
        files |= after_draw(params, result, events, ward_saw)
    return Played(params, tuple(entries), units, roll, result, with_signatures(files))


def after_draw(
    params: Params, result: Result, events: Sequence[Event], ward_saw: int | None = None
) -> dict[str, bytes]:
    """events.txt, standing.txt and the heads (the ward's after `ward_saw` events, if it has seen any)."""
    log = EventLog(result.sha256)
    for event in events:
        log = log.append(event)
    heads = [Head(params.draw, Site.CONTRACTOR, len(events), log.head)]
    if ward_saw is not None:
        heads.append(Head(params.draw, Site.WARD, ward_saw, log.hash_at(ward_saw)))
    files = {head.file_name: head.to_bytes() for head in heads}
    return files | {
        "events.txt": log.to_bytes(),
        "standing.txt": replay(params, result, events).to_bytes(),
    }


def with_signatures(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files, the signatures they need, and both keys."""
    signed = {
        signature_name(name, site): sign(KEYS[site], name, data)
        for name, data in files.items()
        for site in SIGNED_BY.get(name, ())
    }
    pems = {
        f"{site}.pem": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for site, key in PUBLIC.items()
    }
    return files | signed | pems
