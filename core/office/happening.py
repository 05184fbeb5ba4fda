"""What happens after the draw, as the contractor writes it down: an event, its head signed, in force at once.

A promotion follows from the events and is never chosen. The ward replays and countersigns them at its next login.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.applicant import Application, State
from core.draw.events import EVENTS, Cancel, Close, Disqualify, Event, Over, Release, Shrink
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.standing import PlaceState, Promotion, Standing, replay
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.countersigning import put_head
from core.office.desk import Desk, programme_of
from core.office.drawing import Step, step_of
from core.office.ledger import write_line
from core.office.plans import current_draw, draw_of
from core.office.ports import Tx
from core.office.review import PARTICIPANTS
from core.office.seating import coming, members_of, need_done, standing_of, today
from core.office.settling import Settling
from core.programme import Programme


def happen(desk: Desk, tx: Tx, draw: str, event: Event) -> tuple[Promotion, ...]:
    """Append the event, in the caller's transaction, which has written the event's own ledger line.

    Before it stands `over` for every outing whose day has come since: who moves up by it does not move up into the past.
    Returns who is promoted by it. Raises `Refused` for an event that makes no sense as things stand.
    """
    before, log = standing_of(tx, draw)
    files = tx.draws.files(draw)
    params = Params.parse(files[PARAMS], PARAMS)
    grown = log
    for code in _come(desk, tx, params, [*log.events, event]):
        grown = grown.append(Over(code))
    grown = grown.append(event)
    after = replay(params, Result.parse(files[RESULT], RESULT), grown.events)
    tx.draws.put_file(draw, EVENTS, grown.to_bytes(), desk.now())
    put_head(desk, tx, draw, grown)
    promoted = after.promotions[len(before.promotions) :]
    for promotion in promoted:
        write_line(desk, tx, Act.PROMOTE, Content.PARTICIPANTS, 1, Unit.RECORDS, ref=f"unit:{promotion.id}")
    desk.log(tx, "event", f"{draw} seq={len(grown.events)} promoted={len(promoted)}")
    return promoted


def standing_today(desk: Desk, tx: Tx, draw: str) -> Standing:
    """As things stand with every outing over whose day has come, whether an event says so yet or not.

    Whoever waited for nothing else is out then, and has nothing left to withdraw from.
    """
    _, log = standing_of(tx, draw)
    files = tx.draws.files(draw)
    params = Params.parse(files[PARAMS], PARAMS)
    for code in _come(desk, tx, params, log.events):
        log = log.append(Over(code))
    return replay(params, Result.parse(files[RESULT], RESULT), log.events)


def _come(desk: Desk, tx: Tx, params: Params, events: Sequence[Event]) -> list[str]:
    """The outings of this draw whose day has come and of which no event says so yet, nor that they are called off."""
    said = {one.course for one in events if isinstance(one, Close | Over)}
    programme, day = programme_of(tx), today(desk)
    return [
        course.code
        for course in params.courses
        if course.code not in said and programme.outing(course.code).date <= day
    ]


def need_returned(tx: Tx, draw: str, unit_id: str) -> None:
    """Raises `Refused` unless the ward returned somebody of this unit in ⑨: all others may only withdraw."""
    words = tx.reviews.latest(PARTICIPANTS)
    records = next((unit.records for unit in tx.draws.units(draw) if unit.unit_id == unit_id), ())
    if not any(record in words and words[record].verdict == "returned" for record in records):
        raise Refused(
            "区が点検⑨で差し戻していない人を失格にはできません",
            where=unit_id,
            next_step="本人の申し出による辞退なら「辞退」で記録してください",
        )


# -- shrink ---------------------------------------------------------------------------------------------------


def shrink(desk: Desk, tx: Tx, numbers: Sequence[int]) -> tuple[Promotion, ...]:
    """These people leave their group, which comes with fewer. All of one unit, and not all of it.

    Who they are stands in their applications, which are withdrawn and go to the ward with ③; the event tells how many
    remain. Raises `Refused` or `UsageError`, changing nothing.
    """
    draw, unit_id, members, leaving = _leaving(tx, numbers)
    remaining = [m for m in members if coming(m) and m.number not in leaving]
    if not remaining:
        raise Refused(
            "組の全員が抜けることになります",
            where=unit_id,
            next_step="全員の辞退は「辞退」で記録してください",
        )
    settling = Settling(tx, programme_of(tx), desk.now(), desk.actor.staff_id)
    for number in leaving:
        settling.set_state(number, State.WITHDRAWN, "applicant_request")
    settling.finish()
    for member in remaining:
        now = settling.current(member.number)
        if now.state is State.HELD and member.state is State.ACCEPTED:
            # Whoever is left of a pair goes alone: the draw has seated them, nothing is left to find out.
            settling.set_state(member.number, State.ACCEPTED, "goes_alone")
    settling.finish()
    write_line(desk, tx, Act.WITHDRAW, Content.PARTICIPANTS, len(leaving), Unit.PEOPLE, ref=f"unit:{unit_id}")
    desk.log(tx, "shrink", f"{draw} no={','.join(map(str, leaving))}")
    return happen(desk, tx, draw, Shrink(unit_id, len(remaining)))


def _leaving(tx: Tx, numbers: Sequence[int]) -> tuple[str, str, list[Application], list[int]]:
    """(draw, unit, its members, who leaves).

    Raises `UsageError` for people of no unit or of several, `Refused` for those who have gone, or are in two rounds.
    """
    leaving = sorted(set(numbers))
    found: list[tuple[str, str, list[Application]]] = []
    gone: list[int] = []
    known: set[int] = set()
    for draw in need_done(tx):
        standing, _ = standing_of(tx, draw)
        out = {place.id for place in standing.places if place.state is PlaceState.OUT}
        for unit_id, members in members_of(tx, draw).items():
            mine = [member for member in members if member.number in leaving]
            known |= {member.number for member in mine}
            gone += [member.number for member in mine if not coming(member)]
            if mine and unit_id not in out:
                found.append((draw, unit_id, members))
    for number in leaving:
        if number not in known:
            raise UsageError("この受付番号は抽選に入っていません", where=f"受付番号 {number:04}")
        if number in gone:
            raise Refused("この人はすでに組から抜けています", where=f"受付番号 {number:04}")
        _need_on_no_roll(tx, number)
    if len({draw for draw, _, _ in found}) > 1:
        raise Refused(
            "ほかの募集回の抽選にも入っている人です", where="、".join(f"受付番号 {n:04}" for n in leaving),
            next_step="先に、もう一方の回を「この回の辞退」で記録してください",
        )  # fmt: skip
    if leaving and not found:
        raise Refused("すでに辞退または失格となった組です")
    if len(found) != 1 or any(number not in {m.number for m in found[0][2]} for number in leaving):
        raise UsageError("一度に減らせるのは1つの組です", next_step="同じ組の受付番号だけを指定してください")
    ((draw, unit_id, members),) = found
    return draw, unit_id, members, leaving


def _need_on_no_roll(tx: Tx, number: int) -> None:
    """What is on the roll of a draw that is going on stays as it is until that draw is done."""
    going = current_draw(tx)
    application = tx.applications.get(number)
    if application is None or going is None or step_of(tx.draws.files(going)) in (Step.DONE, Step.ABANDONED):
        return
    if any(application.record in unit.records for unit in tx.draws.units(going)):
        raise Refused(
            "いま行っている抽選の名簿に入っている人です",
            where=f"受付番号 {number:04}",
            next_step="その抽選が終わってから記録してください",
        )


# -- a whole unit ---------------------------------------------------------------------------------------------


def withdraw(desk: Desk, tx: Tx, number: int) -> tuple[Promotion, ...]:
    """Whoever has this 受付番号 withdraws altogether, with all of its units: out of every finished draw.

    Where a round is still to be drawn, the applications are withdrawn as well, so that they do not go into it.
    Raises `UsageError` for somebody in no draw, `Refused` for one who is out of all of them.
    """
    application = tx.applications.get(number)
    units: list[tuple[str, str, bool]] = []
    members: set[int] = set()
    for draw in need_done(tx):
        standing, _ = standing_of(tx, draw)
        out = {place.id for place in standing.places if place.state is PlaceState.OUT}
        for unit in tx.draws.units(draw):
            if application is not None and application.record in unit.records:
                units.append((draw, unit.unit_id, unit.unit_id in out))
                members |= {a.number for a in members_of(tx, draw)[unit.unit_id] if coming(a)}
    if not units or application is None:
        raise UsageError("この受付番号は抽選に入っていません", where=f"受付番号 {number:04}")
    if not coming(application):
        raise UsageError("この人はすでに組から抜けています", where=f"受付番号 {number:04}")
    alive = [unit for unit in units if not unit[2]] or units[-1:]
    promoted: list[Promotion] = []
    for draw, unit_id, _ in alive:
        write_line(desk, tx, Act.WITHDRAW, Content.PARTICIPANTS, 1, Unit.RECORDS, ref=f"draw:{draw}")
        promoted += happen(desk, tx, draw, Cancel(unit_id))
    undrawn = {code for code in programme_of(tx).codes if draw_of(tx, code) is None}
    wishing = [
        m for m in members
        if (one := tx.applications.get(m)) and one.state in (State.ACCEPTED, State.HELD) and undrawn.intersection(one.applicant.preferences)
    ]  # fmt: skip
    if wishing:
        settling = Settling(tx, programme_of(tx), desk.now(), desk.actor.staff_id)
        for gone in sorted(wishing):
            _need_on_no_roll(tx, gone)
            settling.set_state(gone, State.WITHDRAWN, "applicant_request")
        settling.finish()
        desk.log(tx, "withdraw", f"no={','.join(map(str, sorted(wishing)))}")
    return tuple(promoted)


# -- the ward's seats -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """Reserved seats whose day has come."""

    outing: str
    seats: int


def release(desk: Desk, tx: Tx, draw: str, outing: str, seats: int | None) -> tuple[Promotion, ...]:
    """That many kept seats (None: all that remain) fall to the waiting list. Never before their day."""
    planned = programme_of(tx).outing(outing)
    if planned.release_on is not None and today(desk) < planned.release_on:
        raise Refused(
            f"{outing} の区優先枠を開放できるのは {planned.release_on} からです", where=outing,
            next_step="その日になると、画面と ikiiki status が知らせます",
        )  # fmt: skip
    standing, _ = standing_of(tx, draw)
    kept = standing.reserve.get(outing, 0)
    if not kept:
        raise Refused("区優先枠は残っていません", where=outing)
    number = kept if seats is None else seats
    if number < 1:
        raise UsageError("開放する席は1つからです", where=outing)
    if number > kept:
        raise Refused(f"区優先枠の残りは {kept}席です", where=outing)
    write_line(desk, tx, Act.RELEASE, Content.PARTICIPANTS, number, Unit.PEOPLE, ref=f"outing:{outing}")
    return happen(desk, tx, draw, Release(outing, number))


def seats_due(programme: Programme, kept: dict[str, int], day: dt.date) -> tuple[Due, ...]:
    """The outings whose reserved seats are due to be released on `day`, of those still to come."""
    return tuple(
        Due(outing.code, kept[outing.code])
        for outing in programme.outings
        if outing.release_on is not None
        and outing.release_on <= day < outing.date
        and kept.get(outing.code, 0)
    )


def check_days(desk: Desk, tx: Tx, fresh: Sequence[Event], name: str) -> None:
    """At the ward: no outing is over, and none of its kept seats given away, before the day both sites have agreed on."""
    programme = programme_of(tx)
    day = today(desk)
    for event in fresh:
        if isinstance(event, Over) and event.course in programme.codes:
            planned = programme.outing(event.course).date
            if day < planned:
                raise IntegrityFailure(
                    f"開催日（{planned}）より前に、繰上げが終わったとされています。取り込んでいません",
                    where=f"{name} {event.course}",
                    next_step="委託先に連絡してください",
                )
        if isinstance(event, Release) and event.course in programme.codes:
            agreed = programme.outing(event.course).release_on
            if agreed is not None and day < agreed:
                raise IntegrityFailure(
                    f"区優先枠が、開放日（{agreed}）より前に開放されています。取り込んでいません",
                    where=f"{name} {event.course}",
                    next_step="委託先に連絡してください",
                )


def check_disqualified(tx: Tx, draw: str, fresh: Sequence[Event], name: str) -> None:
    """At the ward: nobody is put out in its name whom it has not returned in ⑨."""
    people = {unit.unit_id: unit.records for unit in tx.draws.units(draw)}
    for event in fresh:
        if isinstance(event, Disqualify) and not any(
            tx.reviews.ever_returned(PARTICIPANTS, record) for record in people.get(event.id, ())
        ):
            raise IntegrityFailure(
                "区が点検⑨で差し戻していない人が、失格とされています。取り込んでいません",
                where=f"{name} 抽選番号 {event.id}",
                next_step="委託先に連絡し、両者の記録を見比べてください",
            )
