"""A draw's files, written once, and its units with the secret openings of their commitments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from core.canonical import sha256_hex
from core.draw.events import EVENTS
from core.errors import IntegrityFailure
from core.office.ports import DrawUnit
from storage.store.rows import Connection, moment_text

_MOVING = re.compile(r"(events|head-[a-z]+|standing)\.txt\.[a-z]+\.sig|(head-[a-z]+|standing)\.txt")
"""What follows `events.txt` as it grows: heads, standing, and the signatures over all three."""


def _may_follow(name: str, old: bytes, new: bytes) -> bool:
    """Whether `new` may take the place of `old`. The trigger on `draw_file` says the same."""
    if name == EVENTS:
        return len(new) > len(old) and new.startswith(old)
    return _MOVING.fullmatch(name) is not None


class _Files(Mapping[str, bytes]):
    """A draw's files as they were when it was made. Most who ask want to know which there are, and the large ones are large."""

    def __init__(self, connection: Connection, draw: str) -> None:
        self._connection, self._draw = connection, draw
        rows = connection.execute("SELECT name FROM draw_file WHERE draw = ? ORDER BY name", (draw,))
        self._read: dict[str, bytes | None] = {name: None for (name,) in rows}

    def __getitem__(self, name: str) -> bytes:
        content = self._read[name]
        if content is None:
            (found,) = self._connection.execute(
                "SELECT content FROM draw_file WHERE draw = ? AND name = ?", (self._draw, name)
            ).fetchone()
            content = self._read[name] = bytes(found)
        return content

    def __contains__(self, name: object) -> bool:
        return name in self._read

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def keep(self, name: str, content: bytes) -> None:
        """Another is about to take its place."""
        if self._read.get(name, b"") is None:
            self._read[name] = content


class DrawTable:
    """Implements `core.office.ports.Draws`. Files that were read stay at hand to the end of the transaction: each step asks for them again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._given: dict[str, list[_Files]] = {}
        """By draw what was handed out, the newest last; each stays as it was when files are added."""
        self._fresh: set[str] = set()
        """The draws of which the newest handed out is still true."""

    def files(self, draw: str) -> Mapping[str, bytes]:
        """By name, in order of name; empty for a draw that is not known."""
        if draw not in self._fresh:
            self._given.setdefault(draw, []).append(_Files(self._connection, draw))
            self._fresh.add(draw)
        return self._given[draw][-1]

    def state(self, draw: str) -> object:
        """A file is written once, but for events.txt, whose hash is taken, and what follows it: what was signed before is kept,
        and counted here. The length of a file is known without reading it."""
        files = self._connection.execute(
            "SELECT name, length(content) FROM draw_file WHERE draw = ? ORDER BY name", (draw,)
        )
        kept = self._connection.execute("SELECT max(id) FROM draw_file_before").fetchone()
        units = self._connection.execute("SELECT count(*) FROM draw_unit").fetchone()
        events = sha256_hex(self.files(draw).get(EVENTS, b""))
        return tuple(map(tuple, files)), tuple(kept), tuple(units), events

    def put_file(self, draw: str, name: str, content: bytes, at: dt.datetime) -> None:
        """Write once. The same bytes again are fine, others raise `IntegrityFailure`, but for what follows the draw:
        `events.txt` may grow at its end; heads, `standing.txt` and the signatures over these three are replaced by
        the next (what was signed before is kept in `draw_file_before`, for a dispute).
        """
        self._begin(draw)
        self._fresh.discard(draw)
        found = self._connection.execute(
            "SELECT content FROM draw_file WHERE draw = ? AND name = ?", (draw, name)
        ).fetchone()
        if found is None:
            self._connection.execute(
                "INSERT INTO draw_file (draw, name, content, at) VALUES (?, ?, ?, ?)",
                (draw, name, content, moment_text(at)),
            )
            return
        old = bytes(found[0])
        if old == content:
            return
        if not _may_follow(name, old, content):
            raise IntegrityFailure(
                "抽選の記録が、前に保存したものと違います。前のものを残しました",
                where=f"{draw} {name}",
                next_step="両方のファイルを保全し、委託先と区で照らし合わせてください",
            )
        for given in self._given.get(draw, ()):
            given.keep(name, old)
        self._connection.execute(
            "UPDATE draw_file SET content = ?, at = ? WHERE draw = ? AND name = ?",
            (content, moment_text(at), draw, name),
        )

    def names(self) -> list[str]:
        return [name for (name,) in self._connection.execute("SELECT name FROM draw ORDER BY id")]

    def units(self, draw: str) -> list[DrawUnit]:
        """In order of id, each unit's members in the order they were given."""
        rows = self._connection.execute(
            "SELECT unit_id, record, salt FROM draw_member WHERE draw = ? ORDER BY unit_id, position", (draw,)
        )
        members: dict[str, list[tuple[str, str]]] = {}
        for unit_id, record, salt in rows:
            members.setdefault(unit_id, []).append((record, salt))
        return [
            DrawUnit(draw, unit_id, tuple(record for record, _ in pairs), tuple(salt for _, salt in pairs))
            for unit_id, pairs in members.items()
        ]

    def members(self, draw: str) -> dict[str, tuple[str, ...]]:
        """In order of id, each unit's records in the order they were given."""
        rows = self._connection.execute(
            "SELECT unit_id, record FROM draw_member WHERE draw = ? ORDER BY unit_id, position", (draw,)
        )
        found: dict[str, tuple[str, ...]] = {}
        for unit_id, record in rows:
            found[unit_id] = (*found.get(unit_id, ()), record)
        return found

    def put_units(self, units: Sequence[DrawUnit]) -> None:
        """Add units to their draws; the same unit again changes nothing.

        Raises `IntegrityFailure` when a unit of that id holds other members or salts, or when a person would stand
        in two units of one draw; `ValueError` for a unit without members or without a salt for each.
        """
        for unit in units:
            if not unit.records or len(unit.records) != len(unit.salts):
                raise ValueError("a unit has one or more members and a salt for each")
            self._begin(unit.draw)
            known = self._unit(unit.draw, unit.unit_id)
            if known == unit:
                continue
            if known is not None:
                raise IntegrityFailure(
                    "抽選単位の中身が、前に保存したものと違います", where=f"{unit.draw} {unit.unit_id}"
                )
            self._add_unit(unit)

    def _add_unit(self, unit: DrawUnit) -> None:
        marks = ", ".join("?" * len(unit.records))
        elsewhere = self._connection.execute(
            f"SELECT 1 FROM draw_member WHERE draw = ? AND record IN ({marks})",  # noqa: S608 - only question marks
            (unit.draw, *unit.records),
        ).fetchone()
        if elsewhere or len(set(unit.records)) != len(unit.records):
            raise IntegrityFailure("一人が二つの抽選単位に入っています", where=f"{unit.draw} {unit.unit_id}")
        self._connection.execute(
            "INSERT INTO draw_unit (draw, unit_id) VALUES (?, ?)", (unit.draw, unit.unit_id)
        )
        self._connection.executemany(
            "INSERT INTO draw_member (draw, unit_id, position, record, salt) VALUES (?, ?, ?, ?, ?)",
            [
                (unit.draw, unit.unit_id, position, record, salt)
                for position, (record, salt) in enumerate(zip(unit.records, unit.salts, strict=True))
            ],
        )

    def _begin(self, draw: str) -> None:
        """A draw is known, in its place among the others, from its first file or unit on."""
        self._connection.execute("INSERT INTO draw (name) VALUES (?) ON CONFLICT DO NOTHING", (draw,))

    def _unit(self, draw: str, unit_id: str) -> DrawUnit | None:
        pairs = self._connection.execute(
            "SELECT record, salt FROM draw_member WHERE draw = ? AND unit_id = ? ORDER BY position",
            (draw, unit_id),
        ).fetchall()
        if not pairs:
            return None
        return DrawUnit(draw, unit_id, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))
