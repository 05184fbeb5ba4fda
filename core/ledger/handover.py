"""Handovers: the two sites' lines that share a `handover` id, what must be true of them (measures C7, C8), and how far one is.

One thing carried by hand has one id from the day it was made to the day it is gone: it stands on the thing (控番号), in `ref`
(`medium:<id>`) and in `handover`. Its chain is prepared → in a locked bag → given → signed for → brought back or destroyed.

A ledger is its site's own, and whoever writes it may have changed the program; both ledgers hold every id. So each step counts
from the site alone whose step it is: who gives prepares, bags, gives, and enters a signature seen on paper; who receives takes,
and may send back or destroy what it has taken. A line of the wrong side counts for nothing and is told (`Handover.odd`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import Refused
from core.ledger.codes import CARRIED, Act, Content, Place
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
_MOVING = _GIVING | _TAKING | _ENDING | {Act.CARRY}
_STEPS = _MAKING | _GIVING | _TAKING | {Act.CARRY}
"""What tells whose thing it is."""
HOME = {
    Site.CONTRACTOR: (Place.CONTRACTOR,),
    Site.WARD: (Place.WARD, Place.WARD_DESK),
}
"""Where a thing comes to a site."""
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
    giver: Site | None = None
    """Who gives, or gave; None where only the other side has written yet."""
    odd: Sequence[LedgerLine] = field(default=())
    """Steps that are not their site's to write, which count for nothing; and lines that make of data a notice (C7)."""

    def retractable(self, site: Site) -> LedgerLine | None:
        """The newest line of that site, where it may be taken back: one after the other, the last first."""
        newest = _last(line for line in self.lines if line.org is site)
        return newest if newest is not None and newest.act in RETRACTABLE else None

    def in_bag(self, site: Site) -> bool:
        """Whether it lies in that site's bag, by what that site itself wrote: the other's word empties no bag."""
        own = _last(line for line in self.lines if line.org is site and line.act in _MOVING)
        return own is not None and own.act is Act.CARRY

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


def handovers(lines: Iterable[LedgerLine], here: Site) -> list[Handover]:
    """All handovers in both sites' lines, by id; of several lines of one side the last counts (a correction).

    `here`: the site that reads. Where both claim to have begun one, it believes itself.
    """
    by_id: dict[str, list[LedgerLine]] = {}
    for line in standing(lines):
        if line.handover:
            by_id.setdefault(line.handover, []).append(line)
    found = [_handover(key, by_id[key], here) for key in sorted(by_id)]
    return [one for one in found if one.given or one.taken or one.prepared or one.bagged]


def _handover(key: str, lines: Sequence[LedgerLine], here: Site) -> Handover:
    giver = _giver(lines, here)
    if giver is None:
        return Handover(key, None, None)
    ours, odd = _of_giver(line for line in lines if line.org is giver)
    begun = ours.prepared or ours.given or ours.bagged
    theirs, wrong = _of_receiver(
        (line for line in lines if line.org is not giver), signed=ours.signed is not None
    )
    notice = next(line for line in lines if line.org is giver or not begun).content is Content.PASSWORD_NOTICE
    odd += [
        *wrong,
        *(
            line
            for line in lines
            if (line.content is Content.PASSWORD_NOTICE) is not notice and line is not theirs.taken
        ),
    ]
    return Handover(
        key, ours.given, theirs.taken or ours.signed, ours.prepared, (*ours.bagged, *theirs.bagged), theirs.returned, ours.back,
        # Nobody destroys what was not yet given.
        ours.destroyed + (theirs.destroyed if ours.given or not begun else 0),
        lines, giver if begun else None, tuple(dict.fromkeys(odd)),
    )  # fmt: skip


@dataclass
class _Told:
    """What one side's lines come to."""

    prepared: LedgerLine | None = None
    given: LedgerLine | None = None
    signed: LedgerLine | None = None
    taken: LedgerLine | None = None
    returned: LedgerLine | None = None
    back: LedgerLine | None = None
    bagged: list[LedgerLine] = field(default_factory=list)
    destroyed: int = 0


def _of_giver(lines: Iterable[LedgerLine]) -> tuple[_Told, list[LedgerLine]]:
    """The giver's own lines in order, and those that are not the giver's to write."""
    told, odd = _Told(), []
    for line in lines:
        if line.act in _MAKING:
            told.prepared = line
        elif line.act is Act.CARRY:
            told.bagged.append(line)
        elif line.act is Act.RETURN and (told.given is None or told.given.act is Act.RETURN):
            told.given = line  # what is brought back under an id of its own
        elif line.act in _GIVING - {Act.RETURN}:
            told.given = line
        elif line.act is Act.SIGNED_FOR:
            told.signed = line
        elif line.act in _TAKING and told.given is not None:
            told.back = line
        elif line.act in _ENDING:
            told.destroyed += line.qty
        elif line.act in _STEPS:
            odd.append(line)
    return told, odd


def _of_receiver(lines: Iterable[LedgerLine], *, signed: bool) -> tuple[_Told, list[LedgerLine]]:
    """The same of the receiver's. `signed`: the giver has seen its signature on paper, so that it may have no line of its own."""
    told, odd, has = _Told(), [], signed
    for line in lines:
        if line.act in _TAKING:
            told.taken, has = line, True
        elif line.act is Act.CARRY:
            told.bagged += [line] if has else []  # that it was fetched in a bag says nothing of the giver's
        elif line.act is Act.RETURN and has:
            told.returned, has = line, False
        elif line.act in _ENDING and has:
            told.destroyed += line.qty
        elif line.act in _STEPS | _ENDING | {Act.SIGNED_FOR}:
            odd.append(line)
    return told, odd


def _giver(lines: Sequence[LedgerLine], here: Site) -> Site | None:
    """Whose thing it is: the site's that began it, unless its first step says that it came from the other.

    Each line says how much of the other ledger its site held. An id nobody can guess is known to the other only by our lines:
    it can pretend not to have seen them, and nothing else. None: nobody wrote a step of it.
    """
    own = next((line for line in lines if line.org is here and line.act in _STEPS), None)
    other = next((line for line in lines if line.org is not here and line.act in _STEPS), None)
    first = other if own is None or (other is not None and other.seq <= own.seen.size) else own
    if first is None:
        return None
    return first.org if _begins(first) else first.org.other


def _begins(line: LedgerLine) -> bool:
    """Whether it says that the thing is its own site's: it was not taken, nor carried from the other's house."""
    fetched = line.act is Act.CARRY and line.from_ in HOME[line.org.other]
    return line.act not in _TAKING and not fetched


def _last(lines: Iterable[LedgerLine]) -> LedgerLine | None:
    return next(reversed(list(lines)), None)


def require_handover(line: LedgerLine, before: Iterable[LedgerLine]) -> None:
    """Raises `Refused` when `line` must not join its handover, given the lines that already share its id.

    C7: a data medium and its password notice are handed over on separate occasions. C8: what a person carries is
    given, or brought back, only after a line of the same site says that it travels in a locked bag.
    """
    same = standing(other for other in before if other.handover == line.handover) if line.handover else []
    # What the other site calls a thing of ours is its word: it must not stop us from telling what became of it.
    same = [other for other in same if other.org is line.org] or same
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
