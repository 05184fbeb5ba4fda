"""`reviews.jsonl` of a `review` bundle: record numbers, hashes and codes, nothing else (docs/exchange.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from core.errors import IntegrityFailure
from core.exchange.strict import HASH, ID10, STAFF_ID, Fields
from core.office.choices import RETURN_CODES as RETURN_CODES
from core.office.desk import iso
from core.office.lines import from_jsonl, jsonl
from core.office.ports import ReviewRow
from core.office.review_items import APPLICANTS, PARTICIPANTS

ENTRY = "reviews.jsonl"

_KEYS = ("stage", "record", "version", "verdict", "code", "actor", "at")


def to_lines(rows: Iterable[ReviewRow]) -> bytes:
    """`reviews.jsonl` of a `review` bundle: record numbers, hashes and codes, nothing else."""
    return jsonl(
        [
            {
                "stage": row.stage, "record": row.record, "version": row.version_hash, "verdict": row.verdict,
                "code": row.code, "actor": row.actor, "at": iso(row.at),
            }
            for row in rows
        ]
    )  # fmt: skip


def from_lines(data: bytes) -> list[ReviewRow]:
    """Parse `reviews.jsonl`. Raises `IntegrityFailure` for anything but the closed form."""
    rows = []
    for number, body in enumerate(from_jsonl(data, ENTRY), start=1):
        where = f"{ENTRY} {number}行目"
        fields = Fields(body, where).exactly(_KEYS)
        row = ReviewRow(
            fields.text("stage"), fields.text("record", ID10), fields.text("version", HASH),
            fields.text("verdict"), fields.text("code"), fields.text("actor", STAFF_ID),
            dt.datetime.fromisoformat(fields.moment("at")),
        )  # fmt: skip
        codes: Iterable[str] = RETURN_CODES if row.verdict == "returned" else ("",)
        if (
            row.stage not in (APPLICANTS, PARTICIPANTS)
            or row.verdict not in ("confirmed", "returned")
            or row.code not in codes
        ):
            raise IntegrityFailure("点検の記録の符号が正しくありません", where=where)
        rows.append(row)
    return rows
