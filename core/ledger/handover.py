"""Handovers: the two sites' lines that share a `handover` id, and what must be true of them (measures C7, C8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Refused
from core.ledger.codes import CARRIED, Act, Content
from core.ledger.line import LedgerLine

_GIVING = frozenset({Act.GIVE, Act.RETURN, Act.SEND})
_TAKING = frozenset({Act.TAKE, Act.RECEIVE})


@dataclass(frozen=True)
class Handover:
    """One handover as both ledgers tell it. `given` and `taken` are None until that site has signed."""

    id: str
    given: LedgerLine | None
    taken: LedgerLine | None

    @property
    def differs(self) -> tuple[str, ...]:
        """Names of the fields in which the two sides disagree; empty while one is missing."""
        if self.given is None or self.taken is None:
            return ()
        names = ("content", "qty", "unit", "medium", "from_", "to")
        return tuple(name for name in names if getattr(self.given, name) != getattr(self.taken, name))


def handovers(lines: Iterable[LedgerLine]) -> list[Handover]:
    """All handovers in both sites' lines, by id; of several lines of one side the last counts (a correction)."""
    given: dict[str, LedgerLine] = {}
    taken: dict[str, LedgerLine] = {}
    for line in lines:
        if line.handover and line.act in _GIVING:
            given[line.handover] = line
        elif line.handover and line.act in _TAKING:
            taken[line.handover] = line
    return [Handover(key, given.get(key), taken.get(key)) for key in sorted(given.keys() | taken.keys())]


def require_handover(line: LedgerLine, before: Iterable[LedgerLine]) -> None:
    """Raises `Refused` when `line` must not join its handover, given the lines that already share its id.

    C7: a data medium and its password notice are handed over on separate occasions. C8: what a person carries is
    given only after a line says that it travels in a locked bag.
    """
    same = [other for other in before if other.handover == line.handover] if line.handover else []
    notice = {other.content is Content.PASSWORD_NOTICE for other in [*same, line]}
    if len(notice) > 1:
        raise Refused(
            "データとパスワード通知書は、同じ受渡しに記録できません",
            next_step="別の機会に渡し、別の受渡しとして記録してください",
        )
    carried = line.act is Act.GIVE and line.medium in CARRIED
    if carried and not any(other.act is Act.CARRY for other in same):
        raise Refused(
            "施錠した鞄での運搬が確認されていません", next_step="施錠を確認してから、引渡しを記録してください"
        )
