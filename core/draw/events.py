"""events.txt: what happened after the draw, inputs only, each line bound to the one before (docs/formats.md, "events.txt")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from core.canonical import lines_of, sha256_hex
from core.draw.files import DrawFile, text
from core.draw.grammar import CODE, CODES, DRAW, HASH, ID, INT, POSITIVE, Reader, broken
from core.draw.roll import distinct_courses
from core.roles import Site

EVENTS = "events.txt"
LAST_SEQ = 999_999


@dataclass(frozen=True)
class Cancel:
    """The unit withdraws altogether."""

    id: str


@dataclass(frozen=True)
class Decline:
    """The unit gives up one outing, seated there or not; it goes on waiting for its others."""

    id: str
    course: str


@dataclass(frozen=True)
class Shrink:
    """A group comes with fewer people: `size` is what remains."""

    id: str
    size: int


@dataclass(frozen=True)
class Disqualify:
    """Returned at ⑨."""

    id: str


@dataclass(frozen=True)
class Close:
    """The outing is called off."""

    course: str


@dataclass(frozen=True)
class Over:
    """The outing's day has come: nobody moves up into it any more, and who waited for it waits for the others."""

    course: str


@dataclass(frozen=True)
class Reserve:
    """The ward gives a waiting unit seats it had kept."""

    id: str
    course: str


@dataclass(frozen=True)
class Release:
    """The ward gives up `seats` of those it had kept."""

    course: str
    seats: int


@dataclass(frozen=True)
class Late:
    """A unit accepted after the draw; it stands behind all that were drawn."""

    id: str
    size: int
    courses: tuple[str, ...]
    commitment: str
    ref: str
    """SHA-256 of the ledger line that tells of its acceptance."""


Event = Cancel | Decline | Shrink | Disqualify | Close | Over | Reserve | Release | Late

_PATTERNS = {
    "cancel": f"({ID})",
    "decline": f"({ID}) ({CODE})",
    "shrink": f"({ID}) ({POSITIVE})",
    "disqualify": f"({ID})",
    "close": f"({CODE})",
    "over": f"({CODE})",
    "reserve": f"({ID}) ({CODE})",
    "release": f"({CODE}) ({POSITIVE})",
    "late": f"({ID}) ({POSITIVE}) ({CODES}) ({HASH}) ({HASH})",
}
_REST = {word: re.compile(pattern) for word, pattern in _PATTERNS.items()}
_LINE = re.compile(f"([0-9]{{6}}) ({HASH}) ([a-z]+) (.*)")


def event_text(event: Event) -> str:
    """The event as it stands in its line."""
    match event:
        case Cancel(unit_id):
            return f"cancel {unit_id}"
        case Decline(unit_id, course):
            return f"decline {unit_id} {course}"
        case Shrink(unit_id, size):
            return f"shrink {unit_id} {size}"
        case Disqualify(unit_id):
            return f"disqualify {unit_id}"
        case Close(course):
            return f"close {course}"
        case Over(course):
            return f"over {course}"
        case Reserve(unit_id, course):
            return f"reserve {unit_id} {course}"
        case Release(course, seats):
            return f"release {course} {seats}"
        case Late(unit_id, size, courses, commitment, ref):
            return f"late {unit_id} {size} {','.join(courses)} {commitment} {ref}"


def read_event(word: str, rest: str, line: int, name: str = EVENTS) -> Event:
    """The event of that word and its arguments. Raises `IntegrityFailure` naming the line."""
    pattern = _REST.get(word)
    found = pattern.fullmatch(rest) if pattern else None
    if found is None:
        raise broken("できごとの形式が正しくありません", name, line)
    part = found.groups()
    match word:
        case "cancel":
            return Cancel(part[0])
        case "decline":
            return Decline(part[0], part[1])
        case "shrink":
            return Shrink(part[0], int(part[1]))
        case "disqualify":
            return Disqualify(part[0])
        case "close":
            return Close(part[0])
        case "over":
            return Over(part[0])
        case "reserve":
            return Reserve(part[0], part[1])
        case "release":
            return Release(part[0], int(part[1]))
        case _:
            return Late(part[0], int(part[1]), distinct_courses(part[2], name, line), part[3], part[4])


@dataclass(frozen=True)
class EventLog:
    """The chain of events over one result. Make one with `start` or `parse`; it grows by `append`."""

    result: str
    """SHA-256 of result.txt, to which the first line is bound."""
    events: tuple[Event, ...] = ()
    hashes: tuple[str, ...] = ()
    """SHA-256 of each line with its LF."""

    @property
    def head(self) -> str:
        """The hash the next line will carry: of the last line, or of result.txt."""
        return self.hash_at(len(self.events))

    def hash_at(self, seq: int) -> str:
        """The hash of line `seq`, counted from 1; 0: of result.txt. Raises `IndexError` beyond the end."""
        return self.hashes[seq - 1] if seq else self.result

    def append(self, event: Event) -> EventLog:
        """The log with one more line. Whether the event is allowed, `core.draw.standing` says."""
        if len(self.events) >= LAST_SEQ:
            raise broken("できごとの記録がいっぱいです", EVENTS)
        line = text(f"{len(self.events) + 1:06d} {self.head} {event_text(event)}")
        word, _, rest = event_text(event).partition(" ")
        if read_event(word, rest, len(self.events) + 1) != event:
            raise broken("この値はファイルに書けません", EVENTS)
        return EventLog(self.result, (*self.events, event), (*self.hashes, sha256_hex(line)))

    def to_bytes(self) -> bytes:
        """The file; b"" without events: then there is no file."""
        return text(
            *(
                f"{seq:06d} {self.hash_at(seq - 1)} {event_text(event)}"
                for seq, event in enumerate(self.events, start=1)
            )
        )

    @classmethod
    def parse(cls, data: bytes, result: str, name: str = EVENTS) -> Self:
        """The log in `data` over the result.txt of hash `result`. Raises `IntegrityFailure` naming the line."""
        events: list[Event] = []
        hashes = [result]
        for number, line in enumerate(lines_of(data, name=name), start=1):
            found = _LINE.fullmatch(line)
            if found is None:
                raise broken("行の形式が正しくありません", name, number)
            seq, before, word, rest = found.groups()
            if seq != f"{number:06d}":
                raise broken("行の番号が続いていません", name, number)
            if before != hashes[-1]:
                raise broken("前の行とのつながりが切れています", name, number)
            events.append(read_event(word, rest, number, name))
            hashes.append(sha256_hex(text(line)))
        return cls(result, tuple(events), tuple(hashes[1:]))


def head_name(party: Site) -> str:
    """The name of the file in which one site signs how far it has seen the events."""
    return f"head-{party}.txt"


@dataclass(frozen=True)
class Head(DrawFile):
    """How far one site has seen the events. The contractor's is the end; the ward's may lie behind it."""

    draw: str
    party: Site
    seq: int
    """Number of events seen."""
    head: str
    """SHA-256 of that line, or of result.txt when seq is 0."""

    @property
    def file_name(self) -> str:
        return head_name(self.party)

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 head", f"draw={self.draw}", f"party={self.party}", f"seq={self.seq}", f"head={self.head}"
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 head")
        made = {
            "draw": reader.key("draw", DRAW),
            "party": Site(reader.key("party", "contractor|ward")),
            "seq": int(reader.key("seq", INT)),
            "head": reader.key("head", HASH),
        }
        reader.end()
        return made
