"""openings.jsonl: what shows the other site whose a number is, with the salts; never published (docs/formats.md, "Bundles")."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.canonical import sha256_hex
from core.draw.events import EVENTS, EventLog, Late
from core.draw.result import RESULT
from core.draw.roll import LIST, Roll
from core.draw.units import Opening, commitment_of
from core.exchange.strict import ID10, Fields, bad
from core.office.drawing import OPENINGS, entry_of
from core.office.lines import from_jsonl, jsonl
from core.office.ports import DrawUnit, Tx

MOST_MEMBERS = 1000
"""Of one unit, as it is read; the rules of the draw say how many there may be."""
_SALT = re.compile("[0-9a-f]{64}")


def stored(draw: str, opening: Opening) -> DrawUnit:
    """The opening as the vault keeps it."""
    return DrawUnit(
        draw,
        opening.id,
        tuple(record for record, _ in opening.salts),
        tuple(salt.hex() for _, salt in opening.salts),
    )


def opening_of(unit: DrawUnit) -> Opening:
    """The opening that the vault keeps."""
    return Opening(
        unit.unit_id,
        tuple((record, bytes.fromhex(salt)) for record, salt in zip(unit.records, unit.salts, strict=True)),
    )


def write_openings(units: Iterable[DrawUnit]) -> bytes:
    """`openings.jsonl` of these units."""
    return jsonl(
        [
            {
                "id": unit.unit_id,
                "members": [
                    {"record": record, "salt": salt}
                    for record, salt in zip(unit.records, unit.salts, strict=True)
                ],
            }
            for unit in units
        ]
    )


def read_openings(draw: str, data: bytes) -> list[DrawUnit]:
    """The units in `openings.jsonl`. Raises `IntegrityFailure` for anything but the closed form, or an id twice."""
    units = []
    for row in from_jsonl(data, OPENINGS):
        fields = Fields(row, OPENINGS).exactly(("id", "members"))
        members = [one.exactly(("record", "salt")) for one in fields.objects("members", MOST_MEMBERS)]
        if not members:
            raise bad("抽選名簿の開示に、だれも入っていない番号があります", OPENINGS)
        units.append(
            DrawUnit(
                draw,
                fields.text("id", ID10),
                tuple(one.text("record", ID10) for one in members),
                tuple(one.text("salt", _SALT) for one in members),
            )
        )
    if len({unit.unit_id for unit in units}) != len(units):
        raise bad("抽選名簿の開示に、同じ番号が2度あります", OPENINGS)
    return units


def exchanged(tx: Tx, draw: str) -> set[str]:
    """The records of a finished draw's units whose commitment no longer opens: somebody in them is not who was drawn.

    A corrected name or birth date does that as well as another person; a corrected address does not.
    """
    files = tx.draws.files(draw)
    sealed = {line.id: line.commitment for line in Roll.parse(files[LIST], LIST).lines}
    if EVENTS in files:
        log = EventLog.parse(files[EVENTS], sha256_hex(files[RESULT]))
        sealed |= {event.id: event.commitment for event in log.events if isinstance(event, Late)}
    found: set[str] = set()
    units = tx.draws.units(draw)
    known = {
        one.record: one for one in tx.applications.by_records([r for unit in units for r in unit.records])
    }
    for unit in units:
        members = [known[record] for record in unit.records if record in known]
        people = {m.record: entry_of(m) for m in members if m.applicant.birth_date}
        whole = len(people) == len(unit.records)
        if not whole or commitment_of(opening_of(unit), people) != sealed[unit.unit_id]:
            found.update(unit.records)
    return found
