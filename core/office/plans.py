"""Which draw of the year it is: rounds one after another, an abandoned draw made again under the next number.

Nothing is stored for it: both sites derive the same from the programme and the draws they hold
(docs/formats.md, "params.txt").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.canonical import sha256_hex
from core.draw.rules import PARAMS, Course, Params, Publish
from core.draw.steps import FREEZE
from core.office.desk import programme_of
from core.office.drawing import Step, step_of
from core.office.ports import Tx
from core.programme import Programme


@dataclass(frozen=True)
class Plan:
    """A draw's place in the year."""

    draw: str
    number: int
    """Of all draws of the year, abandoned ones included, from 1."""
    previous: str | None
    round: int
    """The programme's round whose outings are drawn."""


def current_draw(tx: Tx) -> str | None:
    """The newest draw, None before the first seal."""
    names = tx.draws.names()
    return names[-1] if names else None


def done_draws(tx: Tx) -> list[str]:
    """The finished draws, oldest first."""
    return [name for name in tx.draws.names() if step_of(tx.draws.files(name)) is Step.DONE]


def draw_of(tx: Tx, outing: str) -> str | None:
    """The finished draw in which the seats of that outing were drawn."""
    for name in done_draws(tx):
        params = Params.parse(tx.draws.files(name)[PARAMS], PARAMS)
        if outing in {course.code for course in params.courses}:
            return name
    return None


def is_drawn(tx: Tx, record: str) -> bool:
    """Whether a roll that counts, of a draw not abandoned, holds that application."""
    return any(
        record in unit.records
        for name in tx.draws.names()
        if step_of(tx.draws.files(name)) is not Step.ABANDONED
        for unit in tx.draws.units(name)
    )


def in_force(tx: Tx) -> bool:
    """Whether some draw has begun and was not abandoned: then the programme is fixed."""
    return any(step_of(tx.draws.files(name)) is not Step.ABANDONED for name in tx.draws.names())


def plan_now(tx: Tx) -> tuple[Plan, Mapping[str, bytes]]:
    """(the draw that is due or going on, its files): the newest, or after an abandoned one its successor."""
    name = current_draw(tx)
    if name is None:
        return _plan(programme_of(tx), 1, None, _rounds(programme_of(tx))[0]), {}
    files = tx.draws.files(name)
    if step_of(files) is Step.ABANDONED:
        return _after(tx, name, files, again=True), {}
    return plan_of(tx, name), files


def plan_of(tx: Tx, draw: str) -> Plan:
    """The place of a draw that has begun."""
    before: Plan | None = None
    for name in tx.draws.names():
        if before is None:
            plan = _plan(programme_of(tx), 1, None, _rounds(programme_of(tx))[0])
        else:
            files = tx.draws.files(before.draw)
            again = step_of(files) is Step.ABANDONED
            later = _later(programme_of(tx), before.round)
            round_ = before.round if again or not later else later
            plan = _plan(programme_of(tx), before.number + 1, previous_of(files), round_)
        if name == draw:
            return plan
        before = plan
    raise KeyError(draw)


def next_plan(tx: Tx) -> Plan | None:
    """After a finished draw, the draw of the next round, where the programme has one."""
    name = current_draw(tx)
    if name is None:
        return None
    files = tx.draws.files(name)
    if step_of(files) is not Step.DONE or not _later(programme_of(tx), plan_of(tx, name).round):
        return None
    return _after(tx, name, files, again=False)


def previous_of(files: Mapping[str, bytes]) -> str:
    """What the next draw names: SHA-256 of freeze.txt, of params.txt where there was no freeze."""
    return sha256_hex(files[FREEZE] if FREEZE in files else files[PARAMS])


def _after(tx: Tx, draw: str, files: Mapping[str, bytes], *, again: bool) -> Plan:
    plan, programme = plan_of(tx, draw), programme_of(tx)
    round_ = plan.round if again else _later(programme, plan.round) or plan.round
    return _plan(programme, plan.number + 1, previous_of(files), round_)


def _plan(programme: Programme, number: int, previous: str | None, round_: int) -> Plan:
    return Plan(f"{programme.code}-{programme.fiscal_year}-{number}", number, previous, round_)


def _rounds(programme: Programme) -> list[int]:
    return sorted({outing.round for outing in programme.outings})


def _later(programme: Programme, round_: int) -> int | None:
    return next((other for other in _rounds(programme) if other > round_), None)


def params_of(programme: Programme, plan: Plan, beacon: tuple[str, str] | None = None) -> Params:
    """The rules of a draw, the same bytes at both sites."""
    return Params(
        draw=plan.draw,
        previous=plan.previous,
        courses=tuple(
            sorted(
                (Course(o.code, o.capacity, o.reserved) for o in programme.outings if o.round == plan.round),
                key=lambda c: c.code,
            )
        ),
        max_size=programme.draw.largest_group,
        max_tickets=programme.draw.max_tickets,
        publish=Publish(programme.draw.publish),
        beacon=beacon,
    )
