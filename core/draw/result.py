"""result.txt: every unit in the order of the draw, with its seat or none (docs/formats.md, "hkr1", step 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple, Self

from core.canonical import lines_of, sha256_hex
from core.draw.grammar import CODE, CODES, HASH, ID, POSITIVE, broken
from core.draw.roll import distinct_courses

RESULT = "result.txt"
_LINE = re.compile(f"({HASH}) ({ID}) (({POSITIVE}) ({CODES}) ({CODE}|-))")

Row = tuple[str, str, int, tuple[str, ...], str | None]


class ResultLine(NamedTuple):
    """One unit as the draw left it."""

    value: str
    """Draw value, 64 hex digits: the smaller, the earlier."""
    id: str
    size: int
    courses: tuple[str, ...]
    course: str | None
    """Where it is seated; None: it waits."""


@dataclass(frozen=True)
class Result:
    """All units in draw order. Made by `core.draw.engine.run`, or read by `parse`."""

    rows: tuple[Row, ...]
    """As they were made: a `ResultLine` each, or a plain tuple like it, which takes half as long."""

    @cached_property
    def lines(self) -> tuple[ResultLine, ...]:
        return tuple(map(ResultLine._make, self.rows))

    def to_bytes(self) -> bytes:
        written = (
            f"{value} {unit_id} {size} {','.join(courses)} {course or '-'}\n"
            for value, unit_id, size, courses, course in self.rows
        )
        # In pieces: a million lines are not held a second time, as text.
        return b"".join(iter(lambda: "".join(islice(written, 4096)).encode("ascii"), b""))

    @classmethod
    def parse(cls, data: bytes, name: str = RESULT) -> Self:
        """Strictly: sorted, seats among the wishes. Raises `IntegrityFailure` naming file and line.

        Whether it is the *right* result only a recomputation can say.
        """
        made: list[ResultLine] = []
        ends: dict[str, tuple[int, tuple[str, ...], str | None]] = {}  # few lines differ there
        before = ("", "")
        for number, line in enumerate(lines_of(data, name=name), start=1):
            found = _LINE.fullmatch(line)
            if found is None:
                raise broken("行の形式が正しくありません", name, number)
            value, unit_id, end, size, codes, course = found.groups()
            if (value, unit_id) <= before:
                raise broken("行が抽選の順に並んでいません", name, number)
            before = (value, unit_id)
            if end not in ends:
                courses = distinct_courses(codes, name, number)
                if course != "-" and course not in courses:
                    raise broken("希望していない回に当選しています", name, number)
                ends[end] = int(size), courses, None if course == "-" else course
            made.append(ResultLine(value, unit_id, *ends[end]))
        return cls(tuple(made))

    @property
    def sha256(self) -> str:
        """SHA-256 of the whole file, 64 hex digits."""
        return sha256_hex(self.to_bytes())
