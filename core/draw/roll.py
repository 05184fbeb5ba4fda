"""list.txt: the units that go into the draw, without a name (docs/formats.md, "hkr1", step 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter, lt
from typing import NamedTuple, Never, Self

from core.canonical import CROCKFORD, sha256_hex, text_of
from core.draw.grammar import CODES, HASH, ID, POSITIVE, broken
from core.draw.rules import Params

LIST = "list.txt"
_TERMS = f" ({POSITIVE}) ({POSITIVE}) ({CODES}) "
_LINE = re.compile(f"({ID}){_TERMS}({HASH})")
_BETWEEN = re.compile(_TERMS)
_OF_ID, _OF_TERMS, _OF_HASH = slice(10), slice(10, -64), slice(-64, None)
"""Where in a line."""
_ID_LETTERS, _HASH_LETTERS = CROCKFORD.encode(), b"0123456789abcdef"

_PIECE = 1 << 16
"""Characters. A piece at a time: all lines at once would hold a million of them twice."""


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
        made = _listed(text)
        if made is None:
            _refuse(text, name)
        return cls(tuple(made))

    @property
    def sha256(self) -> str:
        """SHA-256 of the whole file, 64 hex digits."""
        return sha256_hex(self.to_bytes())


def _listed(text: str) -> list[ListLine] | None:
    """All lines; None when one is not as it must be (`_refuse` then says which).

    Number and commitment have a fixed length, so a line is cut by place, and what was cut out is held against the grammar
    all at once: line by line takes twice as long.
    """
    terms = _Terms()
    new = tuple.__new__  # a ListLine's own takes twice as long
    try:
        made = [
            new(ListLine, (line[_OF_ID], size, tickets, courses, line[_OF_HASH]))
            for lines in _pieces(text)
            for line in lines
            for size, tickets, courses in [terms[line[_OF_TERMS]]]
        ]
    except _NotTerms:
        return None
    ids = [line[0] for line in made]
    good = (
        not "".join(ids).encode().translate(None, _ID_LETTERS)
        and not "".join([line[4] for line in made]).encode().translate(None, _HASH_LETTERS)
        and all(map(lt, ids, islice(ids, 1, None)))
    )
    return made if good else None


def _pieces(text: str) -> Iterator[list[str]]:
    """All lines, without their LF, some hundreds at a time."""
    at = 0
    while at < len(text):
        upto = text.find("\n", at + _PIECE) + 1 or len(text)
        yield text[at : upto - 1].split("\n")
        at = upto


class _NotTerms(Exception):
    """What stands between a line's number and its commitment cannot be read."""


class _Terms(dict[str, tuple[int, int, tuple[str, ...]]]):
    """` 2 1 A,C ` → size, tickets and courses. Few units differ in these: what was read once is not read again.

    A line too short for its fixed parts has nothing between them, and is refused here.
    """

    def __missing__(self, written: str) -> tuple[int, int, tuple[str, ...]]:
        found = _BETWEEN.fullmatch(written)
        if found is None:
            raise _NotTerms
        size, tickets, codes = found.groups()
        courses = tuple(codes.split(","))
        if len(set(courses)) != len(courses):
            raise _NotTerms
        read = self[written] = int(size), int(tickets), courses
        return read


def _refuse(text: str, name: str) -> Never:
    """Raises `IntegrityFailure` naming the first line that keeps `_listed` from reading this file."""
    before = ""
    for number, line in enumerate(chain.from_iterable(_pieces(text)), start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise broken("行の形式が正しくありません", name, number)
        if found[1] <= before:
            raise broken("行が抽選番号の順に並んでいないか、同じ番号が2度あります", name, number)
        distinct_courses(found[4], name, number)
        before = found[1]
    raise broken("行の形式が正しくありません", name)


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
    if all(fits(*terms) for terms in set(map(itemgetter(1, 2, 3), roll.lines))):
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
