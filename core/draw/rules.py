"""params.txt: the rules of a draw, fixed before anything else (docs/formats.md, "hkr1", step 1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.draw.files import DrawFile, text
from core.draw.grammar import BEACON_NAME, BEACON_ROUND, CODE, DRAW, HASH, INT, NOTE, POSITIVE, Reader

PARAMS = "params.txt"


class Publish(StrEnum):
    """How the files are laid open: to copy, or to look at on the counter."""

    PUBLIC = "public"
    INSPECTION = "inspection"


@dataclass(frozen=True)
class Course:
    """One outing of the draw."""

    code: str
    capacity: int
    """Seats in all."""
    reserve: int = 0
    """Of these, seats kept for the ward: not drawn, given or released by events."""

    @property
    def room(self) -> int:
        """Seats the draw gives away."""
        return self.capacity - self.reserve


@dataclass(frozen=True)
class Params(DrawFile):
    """The rules. Courses are sorted by code, so that both sites write the same bytes."""

    draw: str
    """`<programme>-<year>-<n>`."""
    previous: str | None
    """SHA-256 of the freeze.txt of draw n-1; None exactly when n is 1."""
    courses: tuple[Course, ...]
    max_size: int = 1
    max_tickets: int = 1
    publish: Publish = Publish.PUBLIC
    beacon: tuple[str, str] | None = None
    """Name and round of the public beacon, where no witness of both sites stands by the dice."""
    notes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return PARAMS

    @property
    def number(self) -> int:
        """Which draw of the programme's year this is, from 1."""
        return int(self.draw.rsplit("-", 1)[1])

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 params",
            f"draw={self.draw}",
            f"previous={self.previous or 'none'}",
            f"max_size={self.max_size}",
            f"max_tickets={self.max_tickets}",
            f"publish={self.publish}",
            *([f"beacon={' '.join(self.beacon)}"] if self.beacon else []),
            *(f"course={course.code} {course.capacity}" for course in self.courses),
            *(f"reserve={course.code} {course.reserve}" for course in self.courses),
            *(f"note={note}" for note in self.notes),
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 params")
        draw = reader.key("draw", DRAW)
        previous = reader.key("previous", f"none|{HASH}")
        if (previous == "none") != (draw.rsplit("-", 1)[1] == "1"):
            raise reader.fail("1回目の抽選だけが「previous=none」です")
        max_size = int(reader.key("max_size", POSITIVE))
        max_tickets = int(reader.key("max_tickets", POSITIVE))
        publish = Publish(reader.key("publish", "public|inspection"))
        beacon = reader.maybe("beacon", f"{BEACON_NAME} {BEACON_ROUND}")
        courses = [line.split(" ") for line in reader.many("course", f"{CODE} {INT}")]
        codes = [code for code, _ in courses]
        if not codes or codes != sorted(set(codes)):
            raise reader.fail("「course=」の行は1つ以上、記号の順、重複なしで並べます")
        reserves = [line.split(" ") for line in reader.many("reserve", f"{CODE} {INT}")]
        if [code for code, _ in reserves] != codes:
            raise reader.fail("「reserve=」の行は「course=」と同じ順に1つずつ並べます")
        made = tuple(
            Course(code, int(capacity), int(reserve))
            for (code, capacity), (_, reserve) in zip(courses, reserves, strict=True)
        )
        if any(course.room < 0 for course in made):
            raise reader.fail("区優先枠が定員を超えています")
        notes = reader.many("note", NOTE)
        reader.end()
        name_round = beacon.split(" ") if beacon else None
        return {
            "draw": draw,
            "previous": None if previous == "none" else previous,
            "courses": made,
            "max_size": max_size,
            "max_tickets": max_tickets,
            "publish": publish,
            "beacon": (name_round[0], name_round[1]) if name_round else None,
            "notes": notes,
        }
