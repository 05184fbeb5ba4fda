"""What two people agreed on: told by one site's ledger alone, each with a signed line. Nobody's word counts twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.ledger.codes import Act
from core.ledger.line import LedgerLine

DAYS = 7
"""Days within which a second person confirms and it is begun; then it has to be proposed anew."""


@dataclass(frozen=True)
class Terms:
    """The closed words that agreements of one sort are written with."""

    ref: str
    """What `ref` of their lines begins with; the rest names the agreement."""
    propose: Act
    confirm: Act
    drop: Act
    done: Act
    """It is carried out, and good for nothing more."""
    one_at_a_time: bool = False
    """A proposal takes the place of the one before."""


ERASURE = Terms(
    "erasure:", Act.PROPOSE_ERASURE, Act.CONFIRM_ERASURE, Act.DROP_ERASURE, Act.ERASE, one_at_a_time=True
)
SECOND = Terms("second:", Act.PROPOSE, Act.SECOND, Act.DROP, Act.ENACT)
"""What a programme asks two people for ([accounts] second_person)."""


@dataclass(frozen=True)
class Agreement:
    """A proposal, and the second person's word when it is there. Moments are RFC 3339."""

    id: str
    proposed_by: str
    proposed_at: str
    confirmed_by: str = ""
    confirmed_at: str = ""

    @property
    def confirmed(self) -> bool:
        return bool(self.confirmed_by)

    def over(self, now: dt.datetime) -> bool:
        """Whether it is too old to be confirmed or begun."""
        return now > self.until

    @property
    def until(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.proposed_at) + dt.timedelta(days=DAYS)


def agreements_of(lines: Iterable[LedgerLine], terms: Terms) -> dict[str, Agreement]:
    """The proposals in force in one site's ledger by their names, oldest first; none that was dropped or carried out.

    A confirmation by the person who proposed counts for nothing, whoever wrote the line.
    """
    found: dict[str, Agreement] = {}
    for line in lines:
        if not line.ref.startswith(terms.ref):
            continue
        name = line.ref.removeprefix(terms.ref)
        there = found.get(name)
        if line.act is terms.propose:
            if terms.one_at_a_time:
                found.clear()
            found[name] = Agreement(name, line.actor, line.at)
        elif there is None:
            continue
        elif line.act in (terms.drop, terms.done):
            del found[name]
        elif line.act is terms.confirm and line.actor != there.proposed_by and not there.confirmed:
            found[name] = replace(there, confirmed_by=line.actor, confirmed_at=line.at)
    return found
