"""What is left of one person whose data was erased: the number, the states, and that it was so. Nothing of the five items."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Protocol

from core.applicant import Applicant, Application, State

ERASED_REASON = "erased"
"""The closed code of an application whose person is erased; it asks the ward to do the same."""
ASKED_REASON = "erase_asked"
"""The closed code of the ward's row from then on until its manager agrees (`erase_requests`). It never travels."""
DECLINED_REASON = "erase_declined"
"""The same, once the manager has declined, until the contractor asks again."""
WARDS_REASONS = frozenset({ASKED_REASON, DECLINED_REASON})
"""Codes of the ward's own rows."""
NOBODY = Applicant("", None, "", "", "", None, (), None)


class Blanks(Protocol):
    """The one way by which rows that are otherwise never changed lose what they say of a person. Implemented by storage."""

    def erase(self, application: Application, at: dt.datetime, actor: str, reason: str) -> None:
        """Blank every row about this person for good. `application` is the stored one, already `blanked`.

        Raises `IntegrityFailure` for one that still takes part: the tables let no other row be touched.
        """
        ...


def blanked(application: Application) -> Application:
    """The next version of somebody who is erased."""
    return dataclasses.replace(
        application,
        applicant=NOBODY,
        state=State.REFUSED if application.state is State.REFUSED else State.WITHDRAWN,
        problems=(),
        warnings=(),
        version=application.version + 1,
        reason=ERASED_REASON,
    )


def is_blanked(application: Application) -> bool:
    """Whether this person is erased."""
    return application.reason == ERASED_REASON


def is_asked(application: Application) -> bool:
    """Whether the contractor has asked the ward to erase this person, and nobody there has agreed yet."""
    return application.reason == ASKED_REASON


def is_declined(application: Application) -> bool:
    """Whether the ward has declined to erase this person, and the contractor has not asked again."""
    return application.reason == DECLINED_REASON
