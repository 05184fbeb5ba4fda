"""Late applications: whoever came after the freeze, or was left out at it, is added behind all that were drawn.

The contractor writes a line in its ledger that tells of the acceptance, and the event names that line's hash. The ward
takes the event for true only where everything in it follows from its own vault (docs/formats.md, "events.txt").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.applicant import Application, State
from core.canonical import sha256_hex
from core.draw.events import Close, Event, Late, Over
from core.draw.rules import PARAMS, Params
from core.draw.standing import Promotion
from core.draw.units import UNIT_PROBLEM_WORDS, Shape, commitment_of, number_units, shapes
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.ledger.line import read_line
from core.office.corrections import need
from core.office.counter import records_away
from core.office.desk import Desk, programme_of
from core.office.drawing import OPENINGS, entry_of
from core.office.happening import happen
from core.office.ledger import write_line
from core.office.openings import opening_of, read_openings, stored, write_openings
from core.office.ports import DrawUnit, Tx
from core.office.review import APPLICANTS, confirmed_applications
from core.office.seating import day_of, need_done, standing_of, today
from core.programme import Programme
from core.roles import Site

_LIVE = (State.ACCEPTED, State.HELD)


@dataclass(frozen=True)
class Enrolled:
    """A unit that has been added behind all that were drawn."""

    unit_id: str
    numbers: tuple[int, ...]
    """受付番号 of its people."""
    outing: str
    """Where it sits at once, because there was room; "" while it waits."""


@dataclass(frozen=True)
class _Acceptance:
    """A line of the contractor's ledger that tells of a late acceptance."""

    unit_id: str
    people: int
    day: dt.date
    seen: int
    """How many of the ward's ledger lines the contractor held then."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be added: confirmed by the ward, in no unit of the draw. Least sight."""

    number: int
    kana: str
    preferences: tuple[str, ...]


def candidates(tx: Tx, draw: str) -> list[Candidate]:
    """Who could be added to this draw, by 受付番号."""
    drawn = _drawn(tx, draw)
    known = _params(tx, draw).courses
    codes = {course.code for course in known}
    return [
        Candidate(a.number, a.applicant.kana, a.applicant.preferences)
        for a in confirmed_applications(tx)[0]
        if a.record not in drawn and codes.intersection(a.applicant.preferences)
    ]


def late_draw(tx: Tx, number: int) -> str:
    """The finished draw that application could be added to: the newest that could take it, or else the newest."""
    done = need_done(tx)
    return next(
        (name for name in reversed(done) if number in {one.number for one in candidates(tx, name)}), done[-1]
    )


def enrol_late(desk: Desk, tx: Tx, draw: str, number: int) -> tuple[Enrolled, tuple[Promotion, ...]]:
    """Add the application, with all of its group, at the contractor. Raises `Refused` or `UsageError`, saying why not."""
    application = need(tx, number)
    _, log = standing_of(tx, draw)
    members = _together(tx, draw, application)
    params = _params(tx, draw)
    entries = [entry_of(member) for member in members]
    shaped, held = shapes(params, entries)
    if held:
        raise Refused(UNIT_PROBLEM_WORDS[held[0].problem], where=f"受付番号 {number:04}")
    (shape,) = shaped
    courses = open_courses(programme_of(tx), shape, log.events, today(desk))
    if not courses:
        raise Refused(
            "希望の回は、どれも中止になったか、もう開催日が来ています", where=f"受付番号 {number:04}"
        )
    (unit,) = number_units([shape], entries, desk.entropy)
    numbers = tuple(member.number for member in members)
    write_line(
        desk, tx, Act.INTAKE, Content.PARTICIPANTS, len(numbers), Unit.PEOPLE, ref=f"unit:{unit.line.id}"
    )
    event = Late(unit.line.id, unit.line.size, courses, unit.line.commitment, tx.ledger.head(desk.actor.site))
    tx.draws.put_units([stored(draw, unit.opening)])
    desk.log(tx, "late", f"{draw} no={','.join(map(str, numbers))}")
    promoted = happen(desk, tx, draw, event)
    outing = next((one.course for one in promoted if one.id == event.id), "")
    return Enrolled(event.id, numbers, outing), promoted


def _together(tx: Tx, draw: str, application: Application) -> list[Application]:
    """The application with its group, by 受付番号: all accepted, all confirmed, none drawn. Raises `Refused`."""
    where = f"受付番号 {application.number:04}"
    drawn = _drawn(tx, draw)
    if application.record in drawn:
        raise Refused("この応募は、すでに抽選に入っています", where=where)
    if application.state is not State.ACCEPTED:
        raise Refused(
            "受け付けた応募ではありません", where=where, next_step="F2 受付で、先に受け付けてください"
        )
    confirmed = {one.record for one in confirmed_applications(tx)[0]}
    members = _group_of(tx, _params(tx, draw), application)
    if any(member.record in drawn for member in members):
        raise Refused(
            "同じグループの人が、すでに抽選に入っています",
            where=where,
            next_step="一人で参加するときは、F2 受付でグループを解き、区の点検⑤を受けてください",
        )
    open_ = [member for member in members if member.record not in confirmed]
    if open_:
        raise Refused(
            "区の点検⑤で確認されていない応募です",
            where="受付番号 " + "、".join(f"{member.number:04}" for member in open_),
            next_step="③で区へ送り、点検の結果を受け取ってください",
        )
    return members


def _group_of(tx: Tx, params: Params, application: Application) -> list[Application]:
    group = application.applicant.group
    if group is None or params.max_size == 1:
        return [application]
    away = records_away(tx)
    return [a for a in tx.applications.with_group(group) if a.state in _LIVE and a.record not in away]


def open_courses(
    programme: Programme, shape: Shape, events: Sequence[Event], day: dt.date
) -> tuple[str, ...]:
    """The wishes that can still come true: not of an outing called off before, nor of one whose day has come."""
    closed = {event.course for event in events if isinstance(event, Close | Over)}
    return tuple(code for code in shape.courses if code not in closed and programme.outing(code).date > day)


# -- on the way, and at the ward ------------------------------------------------------------------------------


def late_openings(tx: Tx, draw: str, events: Sequence[Event]) -> dict[str, bytes]:
    """`openings.jsonl` of a `participants` bundle: of the late units, once there is one."""
    late = {event.id for event in events if isinstance(event, Late)}
    units = [unit for unit in tx.draws.units(draw) if unit.unit_id in late]
    return {OPENINGS: write_openings(units)} if units else {}


def take_late(tx: Tx, draw: str, events: Sequence[Event], openings: bytes | None, name: str) -> None:
    """At the ward: keep the openings of the late units among `events`, those that are new after checking them.

    Raises `IntegrityFailure` for one whose opening is missing or not its own, whose people the ward did not confirm or
    finds in another unit, whose size or wishes are others, or of whose acceptance no ledger line tells.
    """
    late = {event.id: place for place, event in enumerate(events) if isinstance(event, Late)}
    shown = {unit.unit_id: unit for unit in read_openings(draw, openings)} if openings is not None else {}
    if shown.keys() != late.keys() or (openings is not None and not late):
        raise IntegrityFailure(
            "抽選後に加えられた人の開示が、抽選後の記録と合いません", where=f"{name} {OPENINGS}"
        )
    known = {unit.unit_id for unit in tx.draws.units(draw)}
    fresh = sorted(late.keys() - known, key=late.__getitem__)
    lines = _acceptances(tx) if fresh else {}
    for unit_id in fresh:
        event = events[late[unit_id]]
        assert isinstance(event, Late)
        wrong = _wrong(tx, draw, event, events[: late[unit_id]], shown[unit_id], lines)
        if wrong:
            raise IntegrityFailure(
                f"抽選後に加えられた人が、こちらの記録と合いません: {wrong}",
                where=f"{name} 抽選番号 {unit_id}",
                next_step="取り込んでいません。委託先に連絡し、両者の記録を見比べてください",
            )
        tx.draws.put_units([shown[unit_id]])
    tx.draws.put_units([shown[unit_id] for unit_id in late if unit_id in known])  # refuses other contents


def _wrong(
    tx: Tx,
    draw: str,
    event: Late,
    before: Sequence[Event],
    unit: DrawUnit,
    lines: Mapping[str, _Acceptance],
) -> str:
    """Why the ward does not believe this unit; "" when all in it follows from its own vault."""
    line = lines.get(event.ref)
    if line is None or (line.unit_id, line.people) != (event.id, event.size):
        return "受付を記した管理簿の行がありません"
    members = [tx.applications.by_record(record) for record in unit.records]
    found = [member for member in members if member is not None]
    away = records_away(tx)
    if len(found) != len(members) or any(
        a.state is not State.ACCEPTED or a.record in away or not _confirmed_then(tx, a, line.seen)
        for a in found
    ):
        return "点検⑤で確認していない応募です"
    if _drawn(tx, draw) & set(unit.records) or len(set(unit.records)) != len(unit.records):
        return "すでに抽選に入っている応募です"
    params = _params(tx, draw)
    own = _group_of(tx, params, found[0])
    if {a.record for a in own} != set(unit.records):
        return "組の顔ぶれが違います"
    entries = [entry_of(member) for member in own]
    shaped, held = shapes(params, entries)
    if held:
        return UNIT_PROBLEM_WORDS[held[0].problem]
    (shape,) = shaped
    courses = open_courses(programme_of(tx), shape, before, line.day)
    if (event.size, event.courses) != (len(own), courses):
        return "人数または希望の回が違います"
    if commitment_of(opening_of(unit), {entry.record: entry for entry in entries}) != event.commitment:
        return "封印が内容と合いません"
    return ""


def _confirmed_then(tx: Tx, application: Application, seen: int) -> bool:
    """Whether, by the words the contractor had when it held `seen` lines of this ledger, this version was confirmed.

    A word given since, and still under way then, is no fault of the contractor's: it is spoken in ⑨.
    """
    word = tx.reviews.latest(APPLICANTS).get(application.record)
    if word is None:
        return False
    if (word.verdict, word.version_hash) == ("confirmed", application.version_hash):
        return bool(word.sent_in)
    if application.version_hash not in tx.reviews.ever_confirmed(APPLICANTS, application.record):
        return False
    return not word.sent_in or _line_of(tx, word.sent_in) > seen


def _line_of(tx: Tx, bundle: str) -> int:
    """Number of this site's ledger line that tells of having sent this bundle."""
    for number, raw in enumerate(tx.ledger.lines(Site.WARD), start=1):
        if f'"ref":"bundle:{bundle}"'.encode() in raw and b'"act":"send"' in raw:
            return number
    return 0


def _acceptances(tx: Tx) -> dict[str, _Acceptance]:
    """The contractor's lines that tell of a late acceptance, by their hash."""
    found = {}
    seen = 0
    for raw in tx.ledger.lines(Site.CONTRACTOR):
        _, line = read_line(raw, name="ledger.hkl")
        seen = max(seen, line.seen.size)  # who held a line once cannot say later that it did not
        if (line.act, line.content, line.unit) == (Act.INTAKE, Content.PARTICIPANTS, Unit.PEOPLE):
            found[sha256_hex(raw)] = _Acceptance(
                line.ref.removeprefix("unit:"), line.qty, day_of(line.at), seen
            )
    return found


def _drawn(tx: Tx, draw: str) -> set[str]:
    return {record for unit in tx.draws.units(draw) for record in unit.records}


def _params(tx: Tx, draw: str) -> Params:
    return Params.parse(tx.draws.files(draw)[PARAMS], PARAMS)
