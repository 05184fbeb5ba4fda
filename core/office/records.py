"""Applications on their way to the other site: the machine's lines, the people's CSV, and taking them in.

`applicants` (③) carries changed versions from the contractor, whole; `desk` (※) carries the ward counter's
applications to the contractor. A record keeps its record number and 受付番号 at both sites.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence

from core.applicant import (
    PROBLEM_WORDS,
    ROUTE_WORDS,
    STATE_WORDS,
    Applicant,
    Application,
    Problem,
    Route,
    State,
    Warning_,
)
from core.errors import IntegrityFailure, Refused
from core.office.desk import Desk, programme_of
from core.office.exchange import DESK_CHANNEL, Exchange, Imported, Opened, Sent, from_jsonl, jsonl
from core.office.ports import Tx
from core.office.settling import Settling
from core.roles import Right, Site

RECORDS = "records.jsonl"
SHEET = "applicants.csv"


def to_row(application: Application) -> dict[str, object]:
    """One application as `records.jsonl` holds it."""
    applicant = application.applicant
    return {
        "record": application.record,
        "number": application.number,
        "version": application.version,
        "state": application.state.value,
        "route": application.route.value,
        "source": application.source,
        "receipt": application.receipt,
        "problems": [problem.value for problem in application.problems],
        "warnings": [warning.value for warning in application.warnings],
        "reason": application.reason,
        "kana": applicant.kana,
        "birth_date": applicant.birth_date.isoformat() if applicant.birth_date else None,
        "postal_code": applicant.postal_code,
        "address": applicant.address,
        "phone": applicant.phone,
        "email": applicant.email,
        "preferences": list(applicant.preferences),
        "group": applicant.group,
    }


def from_row(row: Mapping[str, object], where: str) -> Application:
    """Parse one line of `records.jsonl`. Raises `IntegrityFailure` for anything but the form above."""
    try:
        born = row["birth_date"]
        return Application(
            number=_int(row["number"]),
            record=_text(row["record"]),
            applicant=Applicant(
                kana=_text(row["kana"]),
                birth_date=dt.date.fromisoformat(_text(born)) if born is not None else None,
                postal_code=_text(row["postal_code"]),
                address=_text(row["address"]),
                phone=_text(row["phone"]),
                email=_optional(row["email"]),
                preferences=tuple(_texts(row["preferences"])),
                group=_optional(row["group"]),
            ),
            state=State(_text(row["state"])),
            route=Route(_text(row["route"])),
            source=_text(row["source"]),
            receipt=_optional(row["receipt"]),
            problems=tuple(Problem(value) for value in _texts(row["problems"])),
            warnings=tuple(Warning_(value) for value in _texts(row["warnings"])),
            version=_int(row["version"]),
            reason=_optional(row["reason"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise IntegrityFailure("応募の記録が読めません", where=where) from error


def to_sheet(applications: Sequence[Application]) -> bytes:
    """`applicants.csv` for people: UTF-8 with BOM, every cell text, no cell a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            "受付番号",
            "状態",
            "経路",
            "カナ氏名",
            "生年月日",
            "郵便番号",
            "住所",
            "電話番号",
            "メールアドレス",
            "希望",
            "グループ",
            "確認事項",
        ]
    )
    for application in applications:
        a = application.applicant
        cells = [
            f"{application.number:04}", STATE_WORDS[application.state], ROUTE_WORDS[application.route], a.kana,
            a.birth_date.isoformat() if a.birth_date else "", a.postal_code, a.address, a.phone, a.email or "",
            "・".join(a.preferences), a.group or "", "、".join(PROBLEM_WORDS[p] for p in application.problems),
        ]  # fmt: skip
        writer.writerow([plain_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def plain_cell(text: str) -> str:
    """A cell that a spreadsheet takes as text: one that would be a formula is led by an apostrophe."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class Records:
    """Sending ③ and ※, and taking both in."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange

    def unsent(self) -> int:
        """How many changed applications wait to be sent to the ward."""
        with self._desk.reading() as tx:
            return len(tx.applications.unsent()) if self._desk.actor.site is Site.CONTRACTOR else 0

    def send(self) -> Sent | None:
        """③: seal the changed versions for the ward. None when nothing has changed."""
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused("応募者データを送るのは委託先です", next_step="窓口の応募は媒体で渡してください")
        with self._desk.writing(Right.SEND) as tx:
            changed = tx.applications.unsent()
            if not changed:
                return None
            sent = self._exchange.seal(
                tx, "applicants", {RECORDS: jsonl([to_row(a) for a in changed]), SHEET: to_sheet(changed)},
                {"applications": len(changed)},
            )  # fmt: skip
            tx.applications.mark_sent([a.number for a in changed])
        self._exchange.flush()
        return sent

    def seal_desk(self) -> tuple[str, bytes, bytes] | None:
        """※ at the ward: seal the counter's applications for a medium carried by hand: (name, zip, manifest)."""
        with self._desk.writing(Right.DESK) as tx:
            if self._desk.actor.site is not Site.WARD:
                raise Refused("窓口の応募を渡すのは区です")
            waiting = [a for a in tx.applications.unsent() if a.route is Route.DESK]
            waiting += [
                a for a in tx.applications.all((State.HELD,)) if a.route is Route.DESK and a not in waiting
            ]
            if not waiting:
                return None
            sent = self._exchange.seal(
                tx, "desk", {RECORDS: jsonl([to_row(a) for a in waiting]), SHEET: to_sheet(waiting)},
                {"applications": len(waiting)}, channel=DESK_CHANNEL,
            )  # fmt: skip
            tx.applications.mark_sent([a.number for a in waiting])
            return (sent.name, *tx.bundles.content(sent.name))

    def take_in_desk(self, name: str, zip_bytes: bytes, manifest: bytes) -> Imported | None:
        """※ at the contractor: take in a medium from the ward's counter."""
        self._desk.actor.require(Right.INTAKE)
        return self._exchange.take_in(name, zip_bytes, manifest, channel=DESK_CHANNEL)

    def take_applicants(self, tx: Tx, opened: Opened, name: str) -> None:
        """④ at the ward: the contractor's versions replace what the ward holds of those records."""
        if self._desk.actor.site is not Site.WARD:
            raise IntegrityFailure("応募者データは委託先から区へ送るものです", where=name)
        for incoming in self._applications(opened):
            current = tx.applications.by_record(incoming.record)
            if current is None:
                tx.applications.add(incoming, self._desk.now())
            elif incoming != current:
                # The ward's own version count goes on: a counter's application was keyed here first.
                version = current.version + 1
                tx.applications.put(
                    dataclasses.replace(incoming, version=version, number=current.number),
                    self._desk.now(),
                    "contractor",
                )

    def take_desk(self, tx: Tx, opened: Opened, name: str) -> None:
        """※ at the contractor: the counter's applications, settled against all others."""
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise IntegrityFailure("窓口の応募は区から委託先へ渡すものです", where=name)
        settling = Settling(tx, programme_of(tx), self._desk.now(), self._desk.actor.staff_id)
        for incoming in self._applications(opened):
            if tx.applications.by_record(incoming.record) is None:
                first = dataclasses.replace(incoming, version=1, route=Route.DESK)
                tx.applications.add(first, self._desk.now())
                settling.touch(first)
        settling.finish()

    @staticmethod
    def _applications(opened: Opened) -> Iterable[Application]:
        rows = from_jsonl(opened.entries.get(RECORDS, b""), RECORDS)
        if len(rows) != opened.counts.get("applications"):
            raise IntegrityFailure("応募の件数が送り状と合いません", where=RECORDS)
        return [from_row(row, f"{RECORDS} {number}行目") for number, row in enumerate(rows, start=1)]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError
    return [_text(item) for item in value]
