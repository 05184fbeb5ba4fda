"""A second reading of docs/formats.md, section hkr1: recompute a published draw without the product.

Why this file exists: everything the product writes for others is said to be checkable by whoever has that document
alone. The product, its verify.sh and its tests were written by people who also wrote the document; they could agree
with one another and not with it. This file was written from the document's sections "Common grammar" and "hkr1", and
from nothing else. Where the two readings differ, the document decides who is right, and is mended if it does not say.

Therefore this file must never import the product (core, storage, tui, cli), and must never be made to agree with it
without going back to the document. It needs Python's standard library; `signatures` alone needs `cryptography`.

    python recompute.py FOLDER [FOLDER ...]       one draw, or the draws of a year in their order

`recompute(folder)` takes {file name: bytes} and returns a `Draw`, or raises `Wrong`. `signatures`, `chain`, `opens`
and `units` do what the sections "Signatures", "params.txt", "list.txt" and "Groups" say.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Folder = Mapping[str, bytes]
PARTIES = ("contractor", "ward")


class Wrong(Exception):
    """The published folder is not what the document says. `file` is where it shows."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file, self.why = file, why


# --- Common grammar: the ABNF, rule by rule, as regular expressions over decoded text -------------------------------

INT = "(?:0|[1-9][0-9]{0,6})"
POSITIVE = "[1-9][0-9]{0,6}"
HASH = "[0-9a-f]{64}"
ID = "[0-9A-HJKMNP-TV-Z]{10}"
CODE = "[A-Z0-9]{1,4}"
CODES = f"{CODE}(?:,{CODE})*"
DRAW = "[a-z0-9]{1,16}-[0-9]{4}-[1-9][0-9]{0,2}"
NONCTL = "[\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\U0010ffff]"
NOTES = f"(?:note={NONCTL}{{1,200}}\n)*"
BEACON = "[a-z0-9-]{1,16} [1-9][0-9]{0,11}"

PARAMS = re.compile(
    f"hkr1 params\ndraw=(?P<draw>{DRAW})\nprevious=(?P<previous>none|{HASH})\nmax_size=(?P<max_size>{POSITIVE})\n"
    f"max_tickets=(?P<max_tickets>{POSITIVE})\npublish=(?P<publish>public|inspection)\n"
    f"(?:beacon=(?P<beacon>{BEACON})\n)?(?P<courses>(?:course={CODE} {INT}\n)+)"
    f"(?P<reserves>(?:reserve={CODE} {INT}\n)+){NOTES}"
)
COMMITS = re.compile(
    f"(?P<contractor>{HASH})  reveal-contractor\\.txt\n(?P<ward>{HASH})  reveal-ward\\.txt\n"
)
FREEZE = re.compile(
    f"hkr1 freeze\ndraw=(?P<draw>{DRAW})\nparams=(?P<params>{HASH})\ncommits=(?P<commits>{HASH})\n"
    f"list=(?P<list>{HASH})\n{NOTES}"
)
REVEAL = re.compile(
    f"hkr1 reveal\ndraw=(?P<draw>{DRAW})\nparty=(?P<party>contractor|ward)\nsecret=(?P<secret>{HASH})\n"
)
OPENED = re.compile(
    f"hkr1 opened\ndraw=(?P<draw>{DRAW})\nfreeze=(?P<freeze>{HASH})\n"
    f"contractor=(?P<contractor>{HASH}|ABSENT)\nward=(?P<ward>{HASH}|ABSENT)\n{NOTES}"
)
VALUE = f"(?:beacon=(?P<beacon>{BEACON}) (?P<value>[0-9a-f]{{64,128}})\n)?"
DICE = re.compile(
    f"hkr1 dice\ndraw=(?P<draw>{DRAW})\nopened=(?P<opened>{HASH})\nparty=(?P<party>contractor|ward)\n"
    f"digits=(?P<digits>[0-9]{{20}})\n{VALUE}"
)
SEED = re.compile(
    f"hkr1 seed\ndraw=(?P<draw>{DRAW})\nopened=(?P<opened>{HASH})\ndice=(?P<digits>[0-9]{{20}})\n{VALUE}"
)
ABANDONED = re.compile(
    f"hkr1 abandoned\ndraw=(?P<draw>{DRAW})\nparty=(?P<party>contractor|ward)\nparams=(?P<params>{HASH})\n"
    "reached=(?P<reached>rules|freeze|opened|dice)\n"
    "reason=(?P<reason>rules-changed|roll-wrong|not-opened|dice-differ|no-witness)\n"
)
HEAD = re.compile(
    f"hkr1 head\ndraw=(?P<draw>{DRAW})\nparty=(?P<party>contractor|ward)\nseq=(?P<seq>{INT})\nhead=(?P<head>{HASH})\n"
)
LIST_LINE = re.compile(f"({ID}) ({POSITIVE}) ({POSITIVE}) ({CODES}) ({HASH})\n")
RESULT_LINE = re.compile(f"({HASH}) ({ID}) ({POSITIVE}) ({CODES}) ({CODE}|-)\n")
STANDING_LINE = re.compile(
    f"({ID}) ({POSITIVE}) (?:(seated|reserved) ({CODE})|(waiting) ({CODES})|(out) (-))\n"
)
EVENT_LINE = re.compile(
    f"([0-9]{{6}}) ({HASH}) (cancel {ID}|disqualify {ID}|decline {ID} {CODE}|shrink {ID} {POSITIVE}|close {CODE}|over {CODE}"
    f"|reserve {ID} {CODE}|release {CODE} {POSITIVE}|late {ID} {POSITIVE} {CODES} {HASH} {HASH})\n"
)
SIGNATURE = re.compile(r"(.+\.txt)\.(contractor|ward)\.sig")

STEPS = {  # the files a step has to have; reveals apart, which opened.txt decides
    "rules": ("params.txt",),
    "freeze": ("params.txt", "commits.txt", "list.txt", "freeze.txt"),
    "opened": ("params.txt", "commits.txt", "list.txt", "freeze.txt", "opened.txt"),
    "dice": ("params.txt", "commits.txt", "list.txt", "freeze.txt", "opened.txt"),
}
FORMAT_FILES = {
    *("params.txt", "commits.txt", "list.txt", "freeze.txt", "opened.txt", "seed-input.txt", "result.txt"),
    *("events.txt", "standing.txt"),
    *(f"{kind}-{party}.txt" for kind in ("reveal", "dice", "abandoned", "head") for party in PARTIES),
}
BESIDES = {
    "contractor.pem",
    "ward.pem",
    "verify.sh",
    "verify-signatures.sh",
    "verify.html",
    "読み方.txt",
    ".ikiiki-public",
}


def sha(data: bytes | str) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


# --- What comes out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Abandoned:
    """One site's word that the draw cannot go on."""

    party: str
    reached: str
    reason: str


@dataclass(frozen=True)
class Params:
    """params.txt as the draw needs it. `seats` are all seats of an outing, `kept` those the ward reserves."""

    draw: str
    number: int
    previous: str
    max_size: int
    max_tickets: int
    publish: str
    beacon: str | None
    seats: dict[str, int]
    kept: dict[str, int]


@dataclass(frozen=True)
class Row:
    """A line of result.txt; `seat` is an outing or "-"."""

    value: str
    id: str
    persons: int
    wishes: tuple[str, ...]
    seat: str


@dataclass(frozen=True)
class Standing:
    """A line of standing.txt; `outings` are the seat, the wishes left, or "-"."""

    id: str
    persons: int
    state: str
    outings: str


@dataclass(frozen=True)
class Draw:
    """A draw that is what the document says: finished (with seed and result) or abandoned (one word: it
    stands still; both: it is over)."""

    params: Params
    seed: str = ""
    result: tuple[Row, ...] = ()
    standing: tuple[Standing, ...] = ()
    promotions: tuple[
        tuple[tuple[str, str], ...], ...
    ] = ()  # for each event: (id, outing) seated by it, in order
    abandoned: tuple[Abandoned, ...] = ()
    ids: frozenset[str] = frozenset()


# --- Reading ---------------------------------------------------------------------------------------------------------


def text(folder: Folder, name: str) -> str:
    """One file as text: UTF-8 without BOM, not empty, LF at the end, no CR (Common grammar)."""
    if name not in folder:
        raise Wrong(name, "missing")
    try:
        found = bytes(folder[name]).decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise Wrong(name, "not UTF-8") from None
    if not found or not found.endswith("\n") or "\r" in found or found.startswith("\ufeff"):
        raise Wrong(name, "empty, without LF at the end, with CR or with BOM")
    return found


def fields(folder: Folder, name: str, grammar: re.Pattern[str], draw: str | None = None) -> dict[str, str]:
    """A file of keys and values that fits its grammar, belongs to `draw` and to the party in its name."""
    match = grammar.fullmatch(text(folder, name))
    if not match:
        raise Wrong(name, "does not fit its grammar")
    found = {key: value or "" for key, value in match.groupdict().items()}
    if draw is not None and found.get("draw", draw) != draw:
        raise Wrong(name, "of another draw")
    if "party" in found and not name.endswith(f"-{found['party']}.txt"):
        raise Wrong(name, "of the other party")
    return found


def rows(folder: Folder, name: str, grammar: re.Pattern[str]) -> list[tuple[str, re.Match[str]]]:
    """The lines of a file, each with its LF and its match."""
    found = []
    for line in text(folder, name)[:-1].split("\n"):
        match = grammar.fullmatch(line + "\n")
        if not match:
            raise Wrong(name, f"a line does not fit its grammar: {line[:20]!r}…")
        found.append((line + "\n", match))
    return found


def wishes_of(name: str, words: str, params: Params) -> tuple[str, ...]:
    """Wishes: none twice, each an outing of this draw."""
    codes = tuple(words.split(","))
    if len(set(codes)) != len(codes):
        raise Wrong(name, "one outing wished twice")
    if any(code not in params.seats for code in codes):
        raise Wrong(name, "an outing that params.txt does not have")
    return codes


def read_params(folder: Folder) -> Params:
    """params.txt, with the rules beyond its grammar."""
    name = "params.txt"
    found = fields(folder, name, PARAMS)
    tables = []
    for block in ("courses", "reserves"):
        pairs = [line.split("=")[1].split(" ") for line in found[block][:-1].split("\n")]
        tables.append([(code, int(seats)) for code, seats in pairs])
    courses, reserves = tables
    codes = [code for code, _ in courses]
    if codes != sorted(set(codes)):
        raise Wrong(name, "courses not sorted, or one twice")
    if [code for code, _ in reserves] != codes:
        raise Wrong(name, "not one reserve for each course in the same order")
    if any(kept > seats for (_, seats), (_, kept) in zip(courses, reserves, strict=True)):
        raise Wrong(name, "more seats kept than there are")
    number = int(found["draw"].rsplit("-", 1)[1])
    if (found["previous"] == "none") != (number == 1):
        raise Wrong(name, "previous is none exactly for number 1")
    return Params(
        draw=found["draw"],
        number=number,
        previous=found["previous"],
        max_size=int(found["max_size"]),
        max_tickets=int(found["max_tickets"]),
        publish=found["publish"],
        beacon=found["beacon"] or None,
        seats=dict(courses),
        kept=dict(reserves),
    )


@dataclass(frozen=True)
class Entry:
    """A line of list.txt."""

    id: str
    persons: int
    tickets: int
    wishes: tuple[str, ...]
    commitment: str


def read_list(folder: Folder, params: Params) -> list[Entry]:
    """list.txt: sorted by bytes, no id twice, within the limits of params.txt."""
    name = "list.txt"
    lines = rows(folder, name, LIST_LINE)
    raw = [line.encode() for line, _ in lines]
    if raw != sorted(raw):
        raise Wrong(name, "not sorted")
    entries = [Entry(m[1], int(m[2]), int(m[3]), wishes_of(name, m[4], params), m[5]) for _, m in lines]
    if len({entry.id for entry in entries}) != len(entries):
        raise Wrong(name, "an id twice")
    if len({entry.commitment for entry in entries}) != len(entries):
        raise Wrong(name, "a commitment twice")
    if any(entry.persons > params.max_size or entry.tickets > params.max_tickets for entry in entries):
        raise Wrong(name, "beyond max_size or max_tickets")
    return entries


# --- The steps, each bound to the one before -------------------------------------------------------------------------


def bound(folder: Folder, name: str, expected: str, where: str) -> None:
    """The whole file's hash is the one that `where` fixed."""
    if sha(bytes(folder[name])) != expected:
        raise Wrong(name, f"its hash is not the one in {where}")


def frozen(folder: Folder, params: Params) -> list[Entry]:
    """Steps 1 and 2: freeze.txt over params, commits and list; reveals, where there are any, fit their seals."""
    for name in STEPS["freeze"]:
        text(folder, name)
    freeze = fields(folder, "freeze.txt", FREEZE, params.draw)
    for kind in ("params", "commits", "list"):
        bound(folder, f"{kind}.txt", freeze[kind], "freeze.txt")
    seals = fields(folder, "commits.txt", COMMITS)
    for party in PARTIES:
        if (name := f"reveal-{party}.txt") in folder:
            fields(folder, name, REVEAL, params.draw)
            bound(folder, name, seals[party], "commits.txt")
    return read_list(folder, params)


def opened(folder: Folder, params: Params) -> str:
    """Step 3: opened.txt over freeze.txt, with the secrets of exactly the reveals that lie there. Its hash."""
    found = fields(folder, "opened.txt", OPENED, params.draw)
    bound(folder, "freeze.txt", found["freeze"], "opened.txt")
    for party in PARTIES:
        name = f"reveal-{party}.txt"
        if (found[party] == "ABSENT") == (name in folder):
            raise Wrong(name, "there exactly when opened.txt does not say ABSENT")
        if name in folder and fields(folder, name, REVEAL, params.draw)["secret"] != found[party]:
            raise Wrong("opened.txt", f"not the secret of {name}")
    return sha(bytes(folder["opened.txt"]))


def thrown(
    folder: Folder, name: str, grammar: re.Pattern[str], params: Params, opening: str
) -> tuple[str, str]:
    """Digits and beacon line of dice-<party>.txt or seed-input.txt, bound to opened.txt and to params' beacon."""
    found = fields(folder, name, grammar, params.draw)
    if found["opened"] != opening:
        raise Wrong(name, "not the hash of opened.txt")
    if (found["beacon"] or None) != params.beacon:
        raise Wrong(name, "not the beacon and round that params.txt names")
    if params.beacon and found["digits"] != "0" * 20:
        raise Wrong(name, "digits of dice in a draw by a beacon")
    return found["digits"], found["value"]


def draw_value(seed: str, unit: str, tickets: int) -> str:
    """The smallest hash over a unit's tickets."""
    return min(sha(f"hkr1 ticket {seed} {unit} {j}\n") for j in range(1, tickets + 1))


def take(wishes: Iterable[str], persons: int, room: dict[str, int]) -> str:
    """The first wish with room for the whole unit, whose seats are taken; "-" if none has."""
    for code in wishes:
        if room[code] >= persons:
            room[code] -= persons
            return code
    return "-"


def allocate(entries: Sequence[Entry], params: Params, seed: str) -> tuple[Row, ...]:
    """Everybody in the order of (draw value, id), each on the first wish with room. Skip, not stop."""
    order = sorted((draw_value(seed, entry.id, entry.tickets), entry.id, entry) for entry in entries)
    room = {code: seats - params.kept[code] for code, seats in params.seats.items()}
    return tuple(Row(v, i, e.persons, e.wishes, take(e.wishes, e.persons, room)) for v, i, e in order)


def result_bytes(result: Iterable[Row]) -> bytes:
    """result.txt."""
    return "".join(f"{r.value} {r.id} {r.persons} {','.join(r.wishes)} {r.seat}\n" for r in result).encode()


# --- What happened afterwards ----------------------------------------------------------------------------------------


@dataclass
class Unit:
    """A unit as the events find it; `seat` is empty unless seated or reserved."""

    id: str
    persons: int
    wishes: list[str]
    state: str
    seat: str = ""


@dataclass
class Afterwards:
    """The replay of events.txt. `units` stand in draw order, late ones behind; dicts keep that order."""

    params: Params
    units: dict[str, Unit]
    room: dict[str, int]  # free drawn seats
    kept: dict[str, int]  # free seats of the ward
    commitments: set[str]  # of list.txt and of the late ones so far
    closed: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, params: Params, entries: Iterable[Entry], result: Iterable[Row]) -> Afterwards:
        """As the draw left it."""
        units = {}
        room = {code: seats - params.kept[code] for code, seats in params.seats.items()}
        for row in result:
            seated = row.seat != "-"
            seat = row.seat if seated else ""
            units[row.id] = Unit(
                row.id, row.persons, list(row.wishes), "seated" if seated else "waiting", seat
            )
            if seated:
                room[row.seat] -= row.persons
        return cls(params, units, room, dict(params.kept), {entry.commitment for entry in entries})

    def refuse(self, condition: bool, why: str) -> None:
        """An event that makes no sense as things stand."""
        if condition:
            raise Wrong("events.txt", why)

    def unit(self, name: str) -> Unit:
        """A unit that is known and not out."""
        self.refuse(
            name not in self.units or self.units[name].state == "out", "an unknown unit, or one that is out"
        )
        return self.units[name]

    def known(self, code: str) -> str:
        """An outing of this draw that is not called off."""
        self.refuse(code not in self.params.seats or code in self.closed, "an unknown or closed outing")
        return code

    def open(self, code: str) -> str:
        """One that is not over either."""
        self.refuse(self.known(code) in self.over, "an outing that is over")
        return code

    def give_back(self, unit: Unit, persons: int) -> None:
        """Seats return to where they came from; they stay empty in an outing that is over."""
        if unit.seat in self.over:
            return
        if unit.state == "seated":
            self.room[unit.seat] += persons
        elif unit.state == "reserved":
            self.kept[unit.seat] += persons

    def leave(self, unit: Unit) -> None:
        """A unit goes for good."""
        self.give_back(unit, unit.persons)
        unit.state, unit.seat = "out", ""

    def strike(self, unit: Unit, code: str) -> None:
        """One outing goes from the wishes, and with it the seat there; out when nothing is left."""
        unit.wishes.remove(code)
        if unit.seat == code:
            self.give_back(unit, unit.persons)
            unit.state, unit.seat = "waiting", ""
        if not unit.wishes:
            unit.state = "out"

    def happen(self, words: Sequence[str]) -> None:
        """One event, without what follows from it."""
        kind, *rest = words
        if kind in ("cancel", "disqualify"):
            self.leave(self.unit(rest[0]))
        elif kind == "decline":
            unit, code = self.unit(rest[0]), self.known(rest[1])
            self.refuse(code not in unit.wishes, "a wish not held")
            self.strike(unit, code)
        elif kind == "shrink":
            unit, persons = self.unit(rest[0]), int(rest[1])
            self.refuse(persons >= unit.persons, "shrink to as many or more")
            self.give_back(unit, unit.persons - persons)
            unit.persons = persons
        elif kind == "close":
            code = self.known(rest[0])
            self.closed.add(code)
            for unit in self.units.values():
                if unit.state != "out" and code in unit.wishes:
                    self.strike(unit, code)
        elif kind == "over":
            code = self.open(rest[0])
            for unit in self.units.values():
                if unit.state != "out" and code in unit.wishes and unit.seat != code:
                    self.strike(unit, code)
            self.over.add(code)
        elif kind == "reserve":
            unit, code = self.unit(rest[0]), self.open(rest[1])
            self.refuse(
                unit.state != "waiting" or code not in unit.wishes, "reserve for a unit not waiting for it"
            )
            self.refuse(unit.persons > self.kept[code], "more reserved seats than are kept")
            self.kept[code] -= unit.persons
            unit.state, unit.seat = "reserved", code
        elif kind == "release":
            code, seats = self.open(rest[0]), int(rest[1])
            self.refuse(seats > self.kept[code], "more reserved seats than are kept")
            self.kept[code] -= seats
            self.room[code] += seats
        else:
            name, persons, wishes = rest[0], int(rest[1]), wishes_of("events.txt", rest[2], self.params)
            self.refuse(name in self.units, "late with a known id")
            self.refuse(persons > self.params.max_size, "late beyond max_size")
            self.refuse(rest[3] in self.commitments, "late with a known commitment")
            self.commitments.add(rest[3])
            self.units[name] = Unit(name, persons, [self.open(code) for code in wishes], "waiting")

    def promote(self) -> tuple[tuple[str, str], ...]:
        """The waiting are gone through once; who was seated, and where."""
        seated = []
        for unit in self.units.values():
            if unit.state == "waiting" and (seat := take(unit.wishes, unit.persons, self.room)) != "-":
                unit.state, unit.seat = "seated", seat
                seated.append((unit.id, seat))
        return tuple(seated)

    def standing(self) -> tuple[Standing, ...]:
        """What follows."""
        return tuple(
            Standing(u.id, u.persons, u.state, "-" if u.state == "out" else u.seat or ",".join(u.wishes))
            for u in self.units.values()
        )


def heads(folder: Folder, params: Params, hashes: Sequence[str]) -> None:
    """head-<party>.txt: the contractor's at the end of the events, the ward's there or behind."""
    for party in PARTIES:
        name = f"head-{party}.txt"
        if name not in folder and party == "ward":
            continue
        found = fields(folder, name, HEAD, params.draw)
        seq = int(found["seq"])
        if seq >= len(hashes) or (party == "contractor" and seq != len(hashes) - 1):
            raise Wrong(name, "not so many events")
        if found["head"] != hashes[seq]:
            raise Wrong(name, "not the hash of that line")


def afterwards(
    folder: Folder, params: Params, entries: Sequence[Entry], result: tuple[Row, ...]
) -> tuple[tuple[Standing, ...], tuple[tuple[tuple[str, str], ...], ...], frozenset[str]]:
    """events.txt replayed, standing.txt and the heads compared with it."""
    hashes = [sha(bytes(folder["result.txt"]))]
    if "events.txt" not in folder:
        if "standing.txt" in folder:
            raise Wrong("standing.txt", "there without events.txt")
        if "head-contractor.txt" in folder or "head-ward.txt" in folder:
            heads(folder, params, hashes)
        return (), (), frozenset()
    state = Afterwards.of(params, entries, result)
    promotions = []
    for count, (line, match) in enumerate(rows(folder, "events.txt", EVENT_LINE), 1):
        if match[1] != f"{count:06d}" or match[2] != hashes[-1]:
            raise Wrong("events.txt", f"line {count} does not follow the one before")
        state.happen(match[3].split(" "))
        promotions.append(state.promote())
        hashes.append(sha(line))
    standing = state.standing()
    rows(folder, "standing.txt", STANDING_LINE)
    if text(folder, "standing.txt") != "".join(
        f"{s.id} {s.persons} {s.state} {s.outings}\n" for s in standing
    ):
        raise Wrong("standing.txt", "not what follows from events.txt")
    heads(folder, params, hashes)
    return standing, tuple(promotions), frozenset(state.units)


# --- The whole folder ------------------------------------------------------------------------------------------------


def names(folder: Folder) -> None:
    """Nothing lies there that the document does not name."""
    for name in folder:
        signature = SIGNATURE.fullmatch(name)
        if signature and signature[1] in FORMAT_FILES:
            if signature[1] not in folder:
                raise Wrong(name, "a signature under nothing")
        elif name not in FORMAT_FILES | BESIDES:
            raise Wrong(name, "no file of a published draw")


def abandoned(folder: Folder, params: Params) -> Draw:
    """A draw published as far as it went, with the words of both sites, or of the one that stands alone with it."""
    for name in (
        "seed-input.txt",
        "result.txt",
        "events.txt",
        "standing.txt",
        "head-contractor.txt",
        "head-ward.txt",
    ):
        if name in folder:
            raise Wrong(name, "an abandoned draw has none")
    dice = [name for party in PARTIES if (name := f"dice-{party}.txt") in folder]
    words = []
    for party in PARTIES:
        name = f"abandoned-{party}.txt"
        if name not in folder:
            continue  # the draw stands still, and is not over
        found = fields(folder, name, ABANDONED, params.draw)
        bound(folder, "params.txt", found["params"], name)
        for needed in STEPS[found["reached"]]:
            if needed not in folder:
                raise Wrong(needed, f"missing, though {name} says {found['reached']}")
        if found["reached"] == "dice" and not dice:
            raise Wrong(name, "says dice, and none lie there")
        words.append(Abandoned(party, found["reached"], found["reason"]))
    ids: frozenset[str] = frozenset()
    if "freeze.txt" in folder:
        ids = frozenset(entry.id for entry in frozen(folder, params))
    else:
        for name in ("list.txt", "opened.txt"):
            if name in folder:
                raise Wrong(name, "there without freeze.txt")
        if "commits.txt" in folder:
            fields(folder, "commits.txt", COMMITS)
    if "opened.txt" in folder:
        opening = opened(folder, params)
        if len(dice) == 2 and len({thrown(folder, name, DICE, params, opening) for name in dice}) == 1:
            raise Wrong(f"abandoned-{words[0].party}.txt", "the dice agree: this draw cannot be abandoned")
        for name in dice:
            thrown(folder, name, DICE, params, opening)
    else:
        for name in (*dice, *(f"reveal-{party}.txt" for party in PARTIES)):
            if name in folder:
                raise Wrong(name, "there without opened.txt")
    return Draw(params, abandoned=tuple(words), ids=ids)


def recompute(folder: Folder) -> Draw:
    """Everything a published draw says, computed again. Raises `Wrong`. Signatures are checked by `signatures`."""
    names(folder)
    params = read_params(folder)
    if any(f"abandoned-{party}.txt" in folder for party in PARTIES):
        return abandoned(folder, params)
    entries = frozen(folder, params)
    opening = opened(folder, params)
    fixed = thrown(folder, "seed-input.txt", SEED, params, opening)
    for party in PARTIES:
        if thrown(folder, f"dice-{party}.txt", DICE, params, opening) != fixed:
            raise Wrong(f"dice-{party}.txt", "not the digits or beacon of seed-input.txt")
    seed = sha(bytes(folder["seed-input.txt"]))
    result = allocate(entries, params, seed)
    rows(folder, "result.txt", RESULT_LINE)
    if bytes(folder["result.txt"]) != result_bytes(result):
        raise Wrong("result.txt", "not what the draw gives")
    standing, promotions, later = afterwards(folder, params, entries, result)
    return Draw(params, seed, result, standing, promotions, ids=frozenset(e.id for e in entries) | later)


def chain(folders: Sequence[Folder]) -> list[Draw]:
    """The draws of a year, oldest first: each names the one before, no number is left out, no outing finished twice,
    no id used again."""
    draws: list[Draw] = []
    finished: set[str] = set()
    used: set[str] = set()
    expected = "none"
    for number, folder in enumerate(folders, 1):
        draw = recompute(folder)
        params = draw.params
        if params.number != number or (
            draws and params.draw.rsplit("-", 1)[0] != draws[0].params.draw.rsplit("-", 1)[0]
        ):
            raise Wrong("params.txt", f"not number {number} of that year")
        if draws and len(draws[-1].abandoned) == 1:
            raise Wrong("params.txt", "the draw before stands still and is not over")
        if params.previous != expected:
            raise Wrong("params.txt", "previous is not the draw before")
        if draw.ids & used:
            raise Wrong("list.txt", "an id of another draw")
        if not draw.abandoned and finished & set(params.seats):
            raise Wrong("params.txt", "an outing drawn again though its draw was not abandoned")
        used |= draw.ids
        if not draw.abandoned:
            finished |= set(params.seats)
        expected = sha(bytes(folder["freeze.txt" if "freeze.txt" in folder else "params.txt"]))
        draws.append(draw)
    return draws


# --- Signatures, commitments, groups ---------------------------------------------------------------------------------


def public_key(folder: Folder, name: str) -> bytes:
    """The 32 raw bytes of an Ed25519 key in PEM (RFC 8410)."""
    match = re.fullmatch(
        "-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END PUBLIC KEY-----\n", text(folder, name)
    )
    der = base64.b64decode(match[1]) if match else b""
    prefix = bytes.fromhex("302a300506032b6570032100")
    if len(der) != 44 or not der.startswith(prefix):
        raise Wrong(name, "no Ed25519 public key")
    return der[len(prefix) :]


def signatures(folder: Folder) -> int:
    """Every signature there is good, and those that must be there are. How many."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    names(folder)
    by_both = [n for n in ("freeze.txt", "opened.txt", "result.txt") if n in folder]
    if any(f"abandoned-{party}.txt" in folder for party in PARTIES):
        steps = [
            n for n in ("freeze.txt", "opened.txt", "dice-contractor.txt", "dice-ward.txt") if n in folder
        ]
        by_both = [n for n in by_both if n != steps[-1]]  # perhaps it ended because one refused to sign
    needed = {f"{n}.{p}.sig" for n in by_both for p in PARTIES}
    for kind in ("dice", "abandoned", "head"):
        needed |= {f"{kind}-{p}.txt.{p}.sig" for p in PARTIES if f"{kind}-{p}.txt" in folder}
    for name in sorted(needed):
        if name not in folder:
            raise Wrong(name, "missing")
    found = [(name, match) for name in folder if (match := SIGNATURE.fullmatch(name))]
    for name, match in found:
        kind = re.sub(r"(-contractor|-ward)?\.txt$", "", match[1])
        key = Ed25519PublicKey.from_public_bytes(public_key(folder, f"{match[2]}.pem"))
        try:
            key.verify(bytes(folder[name]), f"hk-{kind}-v1\n".encode() + bytes(folder[match[1]]))
        except InvalidSignature:
            raise Wrong(name, "a bad signature") from None
    return len(found)


def quoted(value: str) -> str:
    """A JSON string as RFC 8785 writes it, its text NFC."""
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    nfc = unicodedata.normalize("NFC", value)
    return '"' + "".join(short.get(c, c if c >= " " else f"\\u{ord(c):04x}") for c in nfc) + '"'


def leaf(salt: str, record: str, kana: str, birth_date: str) -> str:
    """A member's leaf; the salt as 64 hex digits, the date as YYYY-MM-DD."""
    if not re.fullmatch(HASH, salt):
        raise ValueError("a salt is 64 hex digits")
    person = f'{{"birth_date":{quoted(birth_date)},"kana":{quoted(kana)},"record":{quoted(record)}}}'
    return sha(f"hkr1 person {salt} {person}\n")


def commitment(members: Iterable[tuple[str, str, str, str]]) -> str:
    """A unit's commitment, from (salt, record, kana, birth_date) of each of its people."""
    return sha("hkr1 unit\n" + "".join(f"{one}\n" for one in sorted(leaf(*member) for member in members)))


def opens(line_commitment: str, members: Iterable[tuple[str, str, str, str]]) -> bool:
    """Whether these people are the ones a line of list.txt is about."""
    return commitment(members) == line_commitment


@dataclass(frozen=True)
class Application:
    """What "Groups" needs of one person."""

    receipt: int
    wishes: tuple[str, ...]
    tickets: int = 1
    group: str | None = None


@dataclass(frozen=True)
class Together:
    """People drawn as one, by their receipt numbers, lowest first."""

    receipts: tuple[int, ...]
    wishes: tuple[str, ...]
    tickets: int


def units(
    applications: Iterable[Application], params: Params
) -> tuple[list[Together], list[tuple[int, ...]]]:
    """The units, and the groups held before the freeze (by their receipt numbers)."""
    parties: dict[object, list[Application]] = {}
    for one in sorted(applications, key=lambda application: application.receipt):
        alone = one.group is None or params.max_size == 1
        parties.setdefault(("alone", one.receipt) if alone else ("group", one.group), []).append(one)
    formed: list[Together] = []
    held: list[tuple[int, ...]] = []
    for members in parties.values():
        here = [tuple(code for code in member.wishes if code in params.seats) for member in members]
        if not any(here):
            continue  # of other rounds alone: no part of this draw
        receipts = tuple(member.receipt for member in members)
        common = tuple(code for code in here[0] if all(code in wishes for wishes in here))
        if len(members) > params.max_size or not common:
            held.append(receipts)
        else:
            tickets = min(params.max_tickets, *(member.tickets for member in members))
            formed.append(Together(receipts, common, tickets))
    return formed, held


def main(paths: Sequence[str]) -> int:
    """Recompute the folders named; several are the draws of a year."""
    folders = [{f.name: f.read_bytes() for f in Path(path).iterdir()} for path in paths]
    try:
        for draw in chain(folders) if len(folders) > 1 else [recompute(folder) for folder in folders]:
            print(draw.params.draw, "abandoned" if draw.abandoned else f"recomputed, seed {draw.seed}")
        for folder in folders:
            print("signatures:", signatures(folder))
    except Wrong as wrong:
        print("WRONG", wrong)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
