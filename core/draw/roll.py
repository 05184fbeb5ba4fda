"""list.txt: the units that go into the draw, without a name (docs/formats.md, "hkr1", step 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

from core.canonical import sha256_hex, text_of
from core.draw.grammar import CODES, HASH, ID, POSITIVE, broken
from core.draw.rules import Params
from core.errors import IntegrityFailure

LIST = "list.txt"
_LINES = re.compile(f"^({ID}) ([^ \n]+ [^ \n]+ [^ \n]+) ({HASH})\n", re.MULTILINE)
_TERMS = re.compile(f"({POSITIVE}) ({POSITIVE}) ({CODES})")

_PIECE = 1 << 16
"""Characters."""


class ListLine(NamedTuple):
    """One unit: a person, or a group that goes together. (A tuple: a roll may have a million.)"""

    id: str
    """Random and fresh for each draw."""
    size: int
    """Persons."""
    tickets: int
    courses: tuple[str, ...]
    """Wished outings, first wish first."""
    commitment: str


@dataclass(frozen=True)
class Roll:
    """All units, sorted by id. Make one with `of` or `parse`, which check."""

    lines: tuple[ListLine, ...]

    @classmethod
    def of(cls, lines: Iterable[ListLine]) -> Self:
        """The roll of these units in whatever order. Raises `IntegrityFailure` when one cannot be written."""
        made = cls(tuple(sorted(lines)))
        if cls.parse(made.to_bytes()) != made:
            raise broken("この値はファイルに書けません", LIST)
        return made

    def to_bytes(self) -> bytes:
        return "".join(
            f"{unit_id} {size} {tickets} {','.join(courses)} {commitment}\n"
            for unit_id, size, tickets, courses, commitment in self.lines
        ).encode("ascii")

    @classmethod
    def parse(cls, data: bytes, name: str = LIST) -> Self:
        """Strictly: at least one line, sorted, no id twice. Raises `IntegrityFailure` naming file and line."""
        text = text_of(data, name=name)
        try:
            made = _listed(text, name)
        except IntegrityFailure:
            wrong = _first_wrong(text)  # `_listed` counted the lines it could read
            if wrong is None:
                raise
        else:
            if len(made) == text.count("\n"):
                return cls(tuple(made))
            wrong = _first_wrong(text)
        raise broken("行の形式が正しくありません", name, wrong)

    @property
    def sha256(self) -> str:
        """SHA-256 of the whole file, 64 hex digits."""
        return sha256_hex(self.to_bytes())


def _listed(text: str, name: str) -> list[ListLine]:
    """All lines that have the form, in the order of their ids; others are passed over."""
    made: list[ListLine] = []
    # Few units differ in size, tickets and courses: what was read once is not read again.
    known: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    before = ""
    for unit_id, written, commitment in _rows(text):
        if unit_id <= before:
            raise broken("行が抽選番号の順に並んでいないか、同じ番号が2度あります", name, len(made) + 1)
        before = unit_id
        terms = known.get(written)
        if terms is None:
            terms = known[written] = _terms(written, name, len(made) + 1)
        made.append(tuple.__new__(ListLine, (unit_id, *terms, commitment)))  # its own takes twice as long
    return made


def _first_wrong(text: str) -> int | None:
    """The number of the first line that has not the form."""
    lines = enumerate(text.split("\n")[:-1], start=1)
    return next((number for number, line in lines if not _LINES.fullmatch(f"{line}\n")), None)


def _rows(text: str) -> Iterator[tuple[str, str, str]]:
    """All lines that are well formed: id, terms, commitment. Read a piece at a time: quicker than by the line, and
    than all at once, which holds a million lines twice."""
    at = 0
    while at < len(text):
        upto = text.find("\n", at + _PIECE) + 1 or len(text)
        yield from _LINES.findall(text, at, upto)
        at = upto


def _terms(written: str, name: str, line: int) -> tuple[int, int, tuple[str, ...]]:
    """`2 1 A,C` as size, tickets and courses."""
    found = _TERMS.fullmatch(written)
    if found is None:
        raise broken("行の形式が正しくありません", name, line)
    size, tickets, codes = found.groups()
    return int(size), int(tickets), distinct_courses(codes, name, line)


def distinct_courses(codes: str, name: str, line: int) -> tuple[str, ...]:
    """`A,C` as a tuple. Raises `IntegrityFailure` when a course is named twice."""
    courses = tuple(codes.split(","))
    if len(set(courses)) != len(courses):
        raise broken("同じ回が2度書かれています", name, line)
    return courses


def check_roll(params: Params, roll: Roll) -> None:
    """Raises `IntegrityFailure` when a unit is larger, has more tickets or wishes for more than the rules know."""
    known = {course.code for course in params.courses}

    def fits(size: int, tickets: int, courses: tuple[str, ...]) -> bool:
        return size <= params.max_size and tickets <= params.max_tickets and known.issuperset(courses)

    # Few units differ in these: what many have is looked at once.
    if all(fits(*terms) for terms in {line[1:4] for line in roll.lines}):
        return
    for number, (_, size, tickets, courses, _) in enumerate(roll.lines, start=1):
        if size > params.max_size:
            raise broken("1組の人数が上限を超えています", LIST, number)
        if tickets > params.max_tickets:
            raise broken("抽選口の数が上限を超えています", LIST, number)
        if not known.issuperset(courses):
            raise broken("抽選の対象でない回が書かれています", LIST, number)


def check_commitments(roll: Roll) -> None:
    """Raises `IntegrityFailure` when a commitment stands twice: its opening would show two numbers to be one unit's."""
    seen: set[str] = set()
    for number, line in enumerate(roll.lines, start=1):
        if line.commitment in seen:
            raise broken("同じ封印が2度書かれています", LIST, number)
        seen.add(line.commitment)


def small_classes(roll: Roll, under: int = 5) -> int:
    """How many classes (size, tickets, courses) hold fewer than `under` units, and so may point at a person.

    Shown before anyone decides what may be published (docs/formats.md, "What may be published").
    """
    counts: dict[tuple[int, int, tuple[str, ...]], int] = {}
    for line in roll.lines:
        kind = (line.size, line.tickets, line.courses)
        counts[kind] = counts.get(kind, 0) + 1
    return sum(1 for count in counts.values() if count < under)
