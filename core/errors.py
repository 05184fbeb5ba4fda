"""The errors people see: what happened, where, and what to do next, with the command's exit code.

The texts are Japanese, for the people who use the program. Nothing here may carry personal data: an error
names a row, a field, a file or a rule, never a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class IkiikiError(Exception):
    """Something went wrong that a person can understand. Exit code 1."""

    exit_code = 1
    done: Mapping[str, Any] | None = None
    """What was done all the same before it went wrong, as plain data, where that is known: a report has it."""

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        """`what` happened, `where` (file, line, field; may be empty), `next_step` to take (may be empty)."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        place = f"（{self.where}）" if self.where else ""
        step = f"\n次にすること: {self.next_step}" if self.next_step else ""
        return f"{self.what}{place}{step}"


class UsageError(IkiikiError):
    """The words of the call, or an input file, cannot be understood. Exit code 2."""

    exit_code = 2


class Refused(IkiikiError):
    """A rule of the programme or a missing right forbids it. Exit code 3."""

    exit_code = 3


class LoginFailed(IkiikiError):
    """No such person, wrong password, or shut out. Exit code 4."""

    exit_code = 4


class RemoteUnreachable(IkiikiError):
    """The other end cannot be reached now; trying later is right. Exit code 5."""

    exit_code = 5


class Stopped(IkiikiError):
    """Somebody asked for it to stop: what was done stays done, and the next run goes on. Exit code 5."""

    exit_code = 5


class IntegrityFailure(IkiikiError):
    """A signature, hash, chain or generation does not fit: somebody or something altered it. Exit code 6."""

    exit_code = 6
