"""Who has agreed to the erasure: told by the ledger alone, two people of the site, each with a signed line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.ledger.codes import Act
from core.ledger.line import LedgerLine

REF = "erasure:"
DAYS = 7
"""Days within which a second person confirms and the erasure is begun; then it has to be proposed anew."""
ACTS = frozenset({Act.PROPOSE_ERASURE, Act.CONFIRM_ERASURE, Act.DROP_ERASURE, Act.ERASE})


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


def agreement_of(lines: Iterable[LedgerLine]) -> Agreement | None:
    """The proposal in force in one site's ledger; None when there is none, or it was dropped or carried out.

    A confirmation by the person who proposed counts for nothing, whoever wrote the line.
    """
    found: Agreement | None = None
    for line in lines:
        if line.act not in ACTS or not line.ref.startswith(REF):
            continue
        name = line.ref.removeprefix(REF)
        if line.act is Act.PROPOSE_ERASURE:
            found = Agreement(name, line.actor, line.at)
        elif found is not None and found.id == name:
            if line.act is not Act.CONFIRM_ERASURE:
                found = None
            elif line.actor != found.proposed_by and not found.confirmed:
                found = replace(found, confirmed_by=line.actor, confirmed_at=line.at)
    return found
