"""Who sits where, with the people behind the numbers: the draw's standing joined with the applications."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.applicant import Application, State
from core.draw.events import EVENTS, EventLog
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.standing import PlaceState, Standing, replay
from core.errors import Refused
from core.office.desk import Desk
from core.office.drawing import Step, step_of
from core.office.plans import current_draw, done_draws, draw_of
from core.office.ports import Tx
from core.office.survivor import is_erased
from core.office_days import in_japan


@dataclass(frozen=True)
class Seat:
    """One person who is seated, or waits."""

    application: Application
    draw: str
    unit_id: str
    outing: str
    """Where they sit; "" while they wait."""


def today(desk: Desk) -> dt.date:
    """The day in Japan, where the outings are, whatever the machine's zone."""
    return in_japan(desk.now()).date()


def day_of(moment: str) -> dt.date:
    """The day in Japan of an RFC 3339 moment."""
    return in_japan(dt.datetime.fromisoformat(moment)).date()


def standing_of(tx: Tx, draw: str) -> tuple[Standing, EventLog]:
    """Who sits and waits after all events. Raises `Refused` before the draw is done at both sites."""
    files = tx.draws.files(draw)
    if step_of(files) is not Step.DONE:
        raise Refused("抽選がまだ終わっていません", next_step="F3 抽選で手順を進めてください")
    result = Result.parse(files[RESULT], RESULT)
    log = EventLog.parse(files[EVENTS], result.sha256) if EVENTS in files else EventLog(result.sha256)
    return replay(Params.parse(files[PARAMS], PARAMS), result, log.events), log


def need_people(tx: Tx) -> None:
    """Raises `Refused` where all people are erased."""
    if is_erased(tx):
        raise Refused(
            "この保管庫は消去されています。応募者と参加者の記録はもうありません",
            next_step="管理簿と抽選の記録、消去の報告だけを見られます",
        )


def members_of(tx: Tx, draw: str, only: Collection[str] | None = None) -> dict[str, list[Application]]:
    """The applications behind each unit id (or each of `only` these), by 受付番号, also of those who left their group since.

    Raises `Refused` where all people are erased.
    """
    need_people(tx)
    units = [unit for unit in tx.draws.units(draw) if only is None or unit.unit_id in only]
    known = {
        one.record: one for one in tx.applications.by_records([r for unit in units for r in unit.records])
    }
    return {
        unit.unit_id: sorted((known[r] for r in unit.records if r in known), key=lambda m: m.number)
        for unit in units
    }


def people_of(tx: Tx, draw: str, only: Collection[str] | None = None) -> dict[str, list[Application]]:
    """The applications behind each unit id, by 受付番号, without those who left their group (`shrink`).

    Who left is told by the application: it is withdrawn. How many left, by the events; `gone_missing` compares.
    """
    return {unit: [m for m in members if coming(m)] for unit, members in members_of(tx, draw, only).items()}


def coming(application: Application) -> bool:
    """Whether somebody in the draw still comes when the unit does."""
    return application.state is not State.WITHDRAWN


def gone_missing(standing: Standing, people: Mapping[str, list[Application]]) -> str:
    """The first unit, not out, that has other people than its size says; "" when there is none."""
    return next(
        (
            place.id
            for place in standing.places
            if place.state is not PlaceState.OUT and len(people.get(place.id, ())) != place.size
        ),
        "",
    )


def seated_in(tx: Tx, draw: str, standing: Standing | None = None) -> list[Seat]:
    """Everybody seated now by that finished draw, by 受付番号. `standing`: of that draw, where it is known already."""
    standing = standing or standing_of(tx, draw)[0]
    seated = {place.id: place.course for place in standing.places if place.course}
    seats = [
        Seat(member, draw, unit, seated[unit])
        for unit, members in people_of(tx, draw, seated).items()
        for member in members
    ]
    return sorted(seats, key=lambda seat: seat.application.number)


def seated_people(tx: Tx) -> list[Seat]:
    """Everybody seated now by any finished draw, by 受付番号; empty before one is done."""
    seats = [seat for draw in done_draws(tx) for seat in seated_in(tx, draw)]
    return sorted(seats, key=lambda seat: seat.application.number)


def approval_of(tx: Tx, draw: str) -> dict[str, object] | None:
    """The ward's approval ⑩ of this draw's participants, or None."""
    text = tx.settings.get(f"approval_{draw}")
    return json.loads(text) if text else None


def participants_came(tx: Tx, draw: str) -> bool:
    """At the ward: whether ⑦ of that draw has been taken in."""
    if tx.settings.get(f"participants_came_{draw}"):
        return True
    return done_draws(tx) == [draw] and "participants" in {row.kind for row in tx.bundles.list("in")}


def need_done(tx: Tx) -> list[str]:
    """The finished draws, oldest first. Raises `Refused` when there is none yet."""
    done = done_draws(tx)
    if not done:
        begun = current_draw(tx) is not None
        raise Refused(
            "抽選がまだ終わっていません" if begun else "抽選がまだ行われていません",
            next_step="F3 抽選で手順を進めてください",
        )
    return done


def need_draw(tx: Tx) -> str:
    """The newest finished draw. Raises `Refused` when there is none yet."""
    return need_done(tx)[-1]


def draw_for(tx: Tx, outing: str) -> str:
    """The finished draw whose seats that outing's are. Raises `Refused` when its round has not been drawn yet."""
    need_done(tx)
    draw = draw_of(tx, outing)
    if draw is None:
        raise Refused(
            "この回の抽選は、まだ終わっていません", where=outing, next_step="F3 抽選で手順を進めてください"
        )
    return draw


def draw_of_unit(tx: Tx, unit_id: str) -> str:
    """The finished draw that unit is in; the newest, where there is none: it will refuse the event."""
    done = need_done(tx)
    return next(
        (name for name in done if any(unit.unit_id == unit_id for unit in tx.draws.units(name))), done[-1]
    )
