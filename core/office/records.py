"""Applications on their way to the other site: the machine's lines, the people's CSV, and taking them in.

`applicants` (③) carries changed versions from the contractor, whole; `desk` (※) carries the ward counter's
applications to the contractor. A record keeps its record number and 受付番号 at both sites.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence

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
from core.exchange.strict import ID10, MAX_INTEGER
from core.office.blanking import WARDS_REASONS, is_blanked
from core.office.choices import APPLICANTS
from core.office.counter import note_back, note_handed, records_handed
from core.office.desk import Desk, programme_of
from core.office.envelope import DESK_CHANNEL, MOST_IN_A_BUNDLE, Opened, Sent
from core.office.erase_requests import need_told, take_blank
from core.office.exchange import Exchange
from core.office.forms import DESK_NUMBERS
from core.office.lines import from_jsonl, jsonl, safe_text, steers
from core.office.overview import Imported
from core.office.ports import Tx
from core.office.review_reading import check_all
from core.office.rules import seal_programme
from core.office.settling import Settling
from core.roles import Right, Site

RECORDS = "records.jsonl"
SHEET = "applicants.csv"
_LIVE = (State.ACCEPTED, State.HELD)
LONGEST_SOURCE = 200
"""Characters of a file's name that travel."""


def to_row(application: Application) -> dict[str, object]:
    """One application as `records.jsonl` holds it."""
    applicant = application.applicant
    return {
        "record": application.record,
        "number": application.number,
        "version": application.version,
        "state": application.state.value,
        "route": application.route.value,
        "source": "".join("?" if steers(char) else char for char in application.source[:LONGEST_SOURCE]),
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

    def text(key: str) -> str:
        return safe_text(row[key], f"{where} {key}")

    def optional(key: str) -> str | None:
        return None if row[key] is None else text(key)

    def texts(key: str) -> list[str]:
        value = row[key]
        if not isinstance(value, list):
            raise TypeError
        return [safe_text(item, f"{where} {key}") for item in value]

    try:
        if row.keys() != _KEYS or not ID10.fullmatch(text("record")):
            raise ValueError
        if not _POSTAL_CODE.fullmatch(text("postal_code")):  # no paper can be set with another
            raise ValueError
        born = optional("birth_date")
        return Application(
            number=_int(row["number"]),
            record=text("record"),
            applicant=Applicant(
                kana=text("kana"),
                birth_date=dt.date.fromisoformat(born) if born is not None else None,
                postal_code=text("postal_code"),
                address=text("address"),
                phone=text("phone"),
                email=optional("email"),
                preferences=tuple(texts("preferences")),
                group=optional("group"),
            ),
            state=State(text("state")),
            route=Route(text("route")),
            source=text("source"),
            receipt=optional("receipt"),
            problems=tuple(Problem(value) for value in texts("problems")),
            warnings=tuple(Warning_(value) for value in texts("warnings")),
            version=_int(row["version"]),
            reason=optional("reason"),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise IntegrityFailure("応募の記録が読めません", where=where) from error


_POSTAL_CODE = re.compile("(?:[0-9]{7})?")
"""As `core.people.postal` reads it."""
_KEYS = frozenset(
    [
        "record",
        "number",
        "version",
        "state",
        "route",
        "source",
        "receipt",
        "problems",
        "warnings",
        "reason",
        "kana",
        "birth_date",
        "postal_code",
        "address",
        "phone",
        "email",
        "preferences",
        "group",
    ]
)


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
    return "'" + text if text.startswith(_FORMULA) else text


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula may begin; in full width too, which Japanese spreadsheets read alike (https://owasp.org/www-community/attacks/CSV_Injection)."""


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
            sent = seal_applicants(tx, self._exchange)
        self._exchange.flush()
        return sent

    def seal_desk(self) -> tuple[str, bytes, bytes] | None:
        """※ at the ward: seal the counter's applications for a medium carried by hand: (name, zip, manifest)."""
        with self._desk.writing(Right.DESK) as tx:
            if self._desk.actor.site is not Site.WARD:
                raise Refused("窓口の応募を渡すのは区です")
            handed = records_handed(tx)
            waiting = [
                a
                for a in tx.applications.all((State.ACCEPTED, State.HELD))
                if a.route is Route.DESK and a.number in DESK_NUMBERS and a.record not in handed
            ]
            if not waiting:
                return None
            sent = self._exchange.seal(
                tx, "desk", {RECORDS: jsonl([to_row(a) for a in waiting]), SHEET: to_sheet(waiting)},
                {"applications": len(waiting)}, channel=DESK_CHANNEL,
            )  # fmt: skip
            note_handed(tx, [a.record for a in waiting], sent.name)
            return (sent.name, *tx.bundles.content(sent.name))

    def desk_on_the_way(self) -> list[tuple[str, bytes, bytes]]:
        """※ at the ward: every bundle for the medium whose arrival the contractor's ledger does not tell of yet.

        All of them are written each time: a medium that failed or was lost must not stop those after it.
        """
        with self._desk.reading(Right.DESK) as tx:
            names = [
                row.name
                for row in tx.bundles.list("out")
                if row.channel == DESK_CHANNEL and row.settled is None
            ]
            return [(name, *tx.bundles.content(name)) for name in names]

    def take_in_desk(self, name: str, zip_bytes: bytes, manifest: bytes) -> Imported | None:
        """※ at the contractor: take in a medium from the ward's counter."""
        self._desk.actor.require(Right.INTAKE)
        return self._exchange.take_in(name, zip_bytes, manifest, channel=DESK_CHANNEL)

    def take_applicants(self, tx: Tx, opened: Opened, name: str) -> None:
        """④ at the ward: the contractor's versions replace what the ward holds of those records."""
        if self._desk.actor.site is not Site.WARD:
            raise IntegrityFailure("応募者データは委託先から区へ送るものです", where=name)
        incoming_all = read_applications(opened)
        known = {one.record: one for one in tx.applications.by_records([a.record for a in incoming_all])}
        self._take_new(tx, [one for one in incoming_all if one.record not in known])
        for incoming in incoming_all:
            current = known.get(incoming.record)
            if current is None:
                continue
            if incoming.number != current.number:
                raise IntegrityFailure(
                    "ある応募が、前と違う受付番号で届きました", where=f"受付番号 {current.number:04}"
                )
            if dataclasses.replace(incoming, version=current.version) != current:
                # The ward's own version count goes on: a counter's application was keyed here first.
                changed = dataclasses.replace(incoming, version=current.version + 1)
                if is_blanked(incoming):
                    take_blank(self._desk, tx, current, incoming)
                elif is_blanked(current):
                    raise IntegrityFailure(
                        "消去した応募が、内容のあるものとして届きました",
                        where=f"受付番号 {current.number:04}",
                    )
                elif (
                    incoming.state in _LIVE
                    and current.state not in _LIVE
                    and tx.reviews.ever_confirmed(APPLICANTS, current.record)
                ):  # else a roll signed without somebody would later look as if it had missed them by mistake
                    raise IntegrityFailure(
                        "区の確認のあとで取下げ・不受理になった応募が、受付または保留に戻っています",
                        where=f"受付番号 {current.number:04}",
                        next_step="取り込んでいません。委託先に連絡してください。参加したい人なら、新しい応募として受け付けます",
                    )
                else:
                    tx.applications.put(changed, self._desk.now(), "contractor")
        need_told(tx)
        note_back(tx, [incoming.record for incoming in incoming_all])
        check_all(tx)  # here, behind a bar, and not when somebody opens the list

    def _take_new(self, tx: Tx, new: Sequence[Application]) -> None:
        """Those of an unknown record, all at once: the index of names is written out once for all of them."""
        for incoming in new:
            if incoming.number in DESK_NUMBERS:
                raise IntegrityFailure(
                    "区の窓口の受付番号が、別の応募に使われています",
                    where=f"受付番号 {incoming.number:04}",
                )
        if taken := tx.applications.by_numbers([incoming.number for incoming in new]):
            raise IntegrityFailure(
                "受付番号または記録番号が、すでに使われています", where=f"受付番号 {taken[0].number:04}"
            )
        tx.applications.add_all(new, self._desk.now())

    def take_desk(self, tx: Tx, opened: Opened, name: str) -> None:
        """※ at the contractor: the counter's applications, settled against all others.

        What is known already stays as it is: once handed over, it is corrected here.
        """
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise IntegrityFailure("窓口の応募は区から委託先へ渡すものです", where=name)
        settling = Settling(tx, programme_of(tx), self._desk.now(), self._desk.actor.staff_id)
        for incoming in read_applications(opened):
            known = tx.applications.by_record(incoming.record)
            if incoming.number not in DESK_NUMBERS or (known and known.number != incoming.number):
                raise IntegrityFailure(
                    "窓口の受付番号の範囲が正しくありません", where=f"受付番号 {incoming.number:04}"
                )
            if known is None:
                first = _as_keyed(incoming)
                tx.applications.add(first, self._desk.now())
                settling.touch(first)
        settling.finish()


def read_applications(opened: Opened) -> list[Application]:
    """The applications in an `applicants` or `desk` bundle. Raises `IntegrityFailure`."""
    rows = from_jsonl(opened.entries.get(RECORDS, b""), RECORDS)
    if len(rows) != opened.counts.get("applications"):
        raise IntegrityFailure("応募の件数が送り状と合いません", where=RECORDS)
    read = [from_row(row, f"{RECORDS} {number}行目") for number, row in enumerate(rows, start=1)]
    if any(a.reason in WARDS_REASONS for a in read):
        raise IntegrityFailure("区の中だけの符号が、応募の記録にあります", where=RECORDS)
    if len({a.record for a in read}) != len(read) or len({a.number for a in read}) != len(read):
        raise IntegrityFailure("同じ応募または受付番号が2度あります", where=RECORDS)
    return read


def seal_applicants(tx: Tx, exchange: Exchange) -> Sent | None:
    """③: seal what has changed, in the caller's transaction, in as many bundles as it takes. None when nothing has.

    The last bundle is returned, with the count of all. What the ward judges by the applications must never travel before them:
    a channel is read in order.
    """
    sent, count = None, 0
    while changed := tx.applications.unsent(MOST_IN_A_BUNDLE):
        if sent is None:
            seal_programme(tx, exchange)  # first: the ward checks applicants by it
        sent = exchange.seal(
            tx, "applicants", {RECORDS: jsonl([to_row(a) for a in changed]), SHEET: to_sheet(changed)},
            {"applications": len(changed)},
        )  # fmt: skip
        tx.applications.mark_sent([a.number for a in changed], sent.name)
        count += len(changed)
    return sent and dataclasses.replace(sent, counts={"applications": count})


def _as_keyed(incoming: Application) -> Application:
    """A counter's application as it begins here. Raises `IntegrityFailure` for one that no counter hands over."""
    if incoming.state not in (State.ACCEPTED, State.HELD):
        raise IntegrityFailure("取り下げられた応募が渡されました", where=f"受付番号 {incoming.number:04}")
    return dataclasses.replace(incoming, version=1, route=Route.DESK)


def _int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_INTEGER:
        raise TypeError
    return value
