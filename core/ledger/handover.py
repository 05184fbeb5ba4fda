"""Handovers: the two sites' lines that share a `handover` id, what must be true of them (measures C7, C8), and how far one is.

One thing carried by hand has one id from the day it was made to the day it is gone: it stands on the thing (控番号), in `ref`
(`medium:<id>`) and in `handover`. Its chain is prepared → in a locked bag → given → signed for → brought back or destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import Refused
from core.ledger.codes import CARRIED, Act, Content
from core.roles import Site

if TYPE_CHECKING:
    from core.ledger.line import LedgerLine

RETRACTABLE = frozenset({
    Act.CARRY, Act.GIVE, Act.TAKE, Act.RETURN, Act.SIGNED_FOR, Act.STORE, Act.TAKE_OUT, Act.DESTROY,
})  # fmt: skip
"""Steps of a thing carried by hand that a later line of the same site may take back."""
RETRACT_WORDS = {
    "number": "控番号をまちがえた",
    "count": "数をまちがえた",
    "thing": "内容や媒体、ちがう手順をまちがえて選んだ",
    "never": "実際には行っていない",
}
"""Why a line is taken back: the closed codes at the end of `ref=undo:<seq>:<reason>`."""
_MAKING = frozenset({Act.INTAKE, Act.EXPORT, Act.COPY, Act.PRINT})
_GIVING = frozenset({Act.GIVE, Act.RETURN, Act.SEND})
_TAKING = frozenset({Act.TAKE, Act.RECEIVE})
_ENDING = frozenset({Act.DESTROY, Act.ERASE})
_COMPARED = ("content", "qty", "unit", "medium", "from_", "to")
FIELD_WORDS = {
    "content": "内容", "qty": "数", "unit": "単位", "medium": "媒体", "from_": "どこから", "to": "どこへ",
}  # fmt: skip
"""The compared fields as people read them."""


class Stage(StrEnum):
    """How far a handover is."""

    PREPARED = "prepared"
    LOCKED = "locked"
    GIVEN = "given"
    TAKEN = "taken"
    RETURNING = "returning"
    BACK = "back"
    ENDED = "ended"


STAGE_WORDS = {
    Stage.PREPARED: "渡す前",
    Stage.LOCKED: "鞄に入れた",
    Stage.GIVEN: "受領待ち",
    Stage.TAKEN: "受領ずみ",
    Stage.RETURNING: "返却中",
    Stage.BACK: "返却ずみ",
    Stage.ENDED: "廃棄ずみ",
}


@dataclass(frozen=True)
class Handover:
    """One handover as both ledgers tell it. `given` and `taken` are None until that site has signed."""

    id: str
    given: LedgerLine | None
    taken: LedgerLine | None
    """The receiver's own line; where it has no vault, the giver's line that its signature on paper was seen."""
    prepared: LedgerLine | None = None
    bagged: Sequence[LedgerLine] = field(default=())
    returned: LedgerLine | None = None
    back: LedgerLine | None = None
    destroyed: int = 0
    lines: Sequence[LedgerLine] = field(default=())
    """All that stand, each site's in order."""

    def retractable(self, site: Site) -> LedgerLine | None:
        """The newest line of that site, where it may be taken back: one after the other, the last first."""
        newest = _last(line for line in self.lines if line.org is site)
        return newest if newest is not None and newest.act in RETRACTABLE else None

    @property
    def giver(self) -> Site | None:
        """Who gives, or gave; None where only the other side has written yet."""
        receiver = self.taken.org if self.taken and self.taken.act in _TAKING else None
        first = self.prepared or self.given or next((b for b in self.bagged if b.org is not receiver), None)
        return first.org if first else None

    @property
    def about(self) -> LedgerLine:
        """The line that says best what it is: the giver's, newest first."""
        told = self.given or self.prepared or self.taken or next(iter(self.bagged), None)
        assert told is not None, "a handover has a line"
        return told

    @property
    def differs(self) -> tuple[str, ...]:
        """Names of the fields in which the two sides disagree; empty while one is missing."""
        if self.given is None or self.taken is None:
            return ()
        names = ("qty",) if self.taken.act is Act.SIGNED_FOR else _COMPARED
        return tuple(name for name in names if getattr(self.given, name) != getattr(self.taken, name))

    @property
    def stage(self) -> Stage:
        if self.destroyed >= self.about.qty:
            return Stage.ENDED
        if self.back is not None:
            return Stage.BACK
        if self.returned is not None:
            return Stage.RETURNING
        if self.taken is not None:
            return Stage.TAKEN
        if self.given is not None:
            return Stage.GIVEN
        return Stage.LOCKED if self.bagged else Stage.PREPARED


def standing(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """The lines without those that were taken back, and without those that take back.

    A `retract` counts for an earlier line of its own ledger and its own handover, of a kind that may be taken back; else for nothing.
    """
    found = list(lines)
    gone = {
        (line.org, int(line.ref.split(":")[1]), line.handover) for line in found if line.act is Act.RETRACT
    }
    return [
        line
        for line in found
        if line.act is not Act.RETRACT
        and not (line.act in RETRACTABLE and line.handover and (line.org, line.seq, line.handover) in gone)
    ]


def handovers(lines: Iterable[LedgerLine]) -> list[Handover]:
    """All handovers in both sites' lines, by id; of several lines of one side the last counts (a correction)."""
    by_id: dict[str, list[LedgerLine]] = {}
    for line in standing(lines):
        if line.handover:
            by_id.setdefault(line.handover, []).append(line)
    found = [_handover(key, by_id[key]) for key in sorted(by_id)]
    return [one for one in found if one.given or one.taken or one.prepared or one.bagged]


def _handover(key: str, lines: Sequence[LedgerLine]) -> Handover:
    given = _last(line for line in lines if line.act in _GIVING - {Act.RETURN})
    returned = _last(line for line in lines if line.act is Act.RETURN)
    ways = [line for line in lines if line.act in _TAKING]
    if given is None and returned is not None and all(line.org is not returned.org for line in ways):
        given, returned = returned, None  # what is brought back under an id of its own
    back = _last(line for line in ways if given and _leads_back(line, given))
    own = _last(line for line in ways if not (given and _leads_back(line, given)))
    seen = _last(line for line in lines if line.act is Act.SIGNED_FOR)
    return Handover(
        key, given, own or seen,
        _last(line for line in lines if line.act in _MAKING),
        tuple(line for line in lines if line.act is Act.CARRY),
        returned, back,
        sum(line.qty for line in lines if line.act in _ENDING),
        lines,
    )  # fmt: skip


def _leads_back(line: LedgerLine, given: LedgerLine) -> bool:
    """Whether it was taken by who gave it, at the place it came from."""
    return line.org is given.org and line.to is given.from_ and given.from_ is not given.to


def _last(lines: Iterable[LedgerLine]) -> LedgerLine | None:
    return next(reversed(list(lines)), None)


def require_handover(line: LedgerLine, before: Iterable[LedgerLine]) -> None:
    """Raises `Refused` when `line` must not join its handover, given the lines that already share its id.

    C7: a data medium and its password notice are handed over on separate occasions. C8: what a person carries is
    given, or brought back, only after a line of the same site says that it travels in a locked bag.
    """
    same = standing(other for other in before if other.handover == line.handover) if line.handover else []
    notice = {other.content is Content.PASSWORD_NOTICE for other in [*same, line]}
    if len(notice) > 1:
        raise Refused(
            "データとパスワード通知書は、同じ受渡しに記録できません",
            next_step="別の機会に渡し、別の受渡しとして記録してください",
        )
    carried = line.act in (Act.GIVE, Act.RETURN) and line.medium in CARRIED
    if carried and not any(other.act is Act.CARRY and other.org is line.org for other in same):
        raise Refused(
            "施錠した鞄での運搬が確認されていません",
            next_step="管理簿の「媒体と紙」（ikiiki handover bag 控番号）で施錠を確認してから、引渡しを記録してください",
        )
