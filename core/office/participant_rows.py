"""What a `participants` bundle says of everybody in the draw: the machine's lines and the people's CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from core.applicant import Application
from core.draw.standing import Place, PlaceState, Standing
from core.office.records import plain_cell
from core.office.seating import coming

STATE_WORDS = {
    PlaceState.SEATED: "当選",
    PlaceState.RESERVED: "区優先枠",
    PlaceState.WAITING: "補欠",
    PlaceState.OUT: "辞退",
}


def _as_it_stands(place: Place, member: Application) -> tuple[PlaceState, str]:
    """(state, outing) of one person: who left the group is out, wherever it sits."""
    return (place.state, place.course or "") if coming(member) else (PlaceState.OUT, "")


def rows_of(standing: Standing, members: Mapping[str, list[Application]]) -> list[dict[str, object]]:
    """`participants.jsonl`: everybody in the draw as they stand, numbers and codes only."""
    rows: list[dict[str, object]] = []
    for place in standing.places:
        for member in members[place.id]:
            state, outing = _as_it_stands(place, member)
            rows.append(
                {
                    "record": member.record,
                    "number": member.number,
                    "unit": place.id,
                    "state": state.value,
                    "outing": outing,
                }
            )
    return rows


def sheet_of(standing: Standing, members: Mapping[str, list[Application]]) -> bytes:
    """`participants.csv`: the same for people, with names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["抽選番号", "受付番号", "カナ氏名", "状態", "回"])
    for place in standing.places:
        for member in members[place.id]:
            state, outing = _as_it_stands(place, member)
            cells = (place.id, f"{member.number:04}", member.applicant.kana, STATE_WORDS[state], outing)
            writer.writerow([plain_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
