"""A draw's files, written once, and its units with the secret openings of their commitments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

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


class DrawTable:
    """Implements `core.office.ports.Draws`. Files that were read stay at hand to the end of the transaction: each step asks for them again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._files: dict[str, dict[str, bytes]] = {}

    def files(self, draw: str) -> dict[str, bytes]:
        """By name, in order of name; empty for a draw that is not known."""
        if draw not in self._files:
            rows = self._connection.execute(
                "SELECT name, content FROM draw_file WHERE draw = ? ORDER BY name", (draw,)
            )
            self._files[draw] = {name: bytes(content) for name, content in rows}
        return dict(self._files[draw])

    def state(self) -> object:
        """What tells that nothing has been added or replaced: a file that follows the draw is replaced at another moment,
        or grows; what it was before is kept, and counted here."""
        files = self._connection.execute(
            "SELECT draw, name, at, length(content) FROM draw_file ORDER BY draw, name"
        )
        kept = self._connection.execute("SELECT max(id) FROM draw_file_before").fetchone()
        units = self._connection.execute("SELECT draw, count(*) FROM draw_unit GROUP BY draw ORDER BY draw")
        return tuple(map(tuple, files)), tuple(kept), tuple(map(tuple, units))

    def put_file(self, draw: str, name: str, content: bytes, at: dt.datetime) -> None:
        """Write once. The same bytes again are fine, others raise `IntegrityFailure`, but for what follows the draw:
        `events.txt` may grow at its end; heads, `standing.txt` and the signatures over these three are replaced by
        the next (what was signed before is kept in `draw_file_before`, for a dispute).
        """
        self._begin(draw)
        self._files.pop(draw, None)
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
