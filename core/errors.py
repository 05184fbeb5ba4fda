"""The errors people see: what happened, where, and what to do next, with the command's exit code.

The texts are Japanese, for the people who use the program. Nothing here may carry personal data: an error
names a row, a field, a file or a rule, never a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

_LONGEST = 600
"""Characters of one of the three texts: what is quoted from a file may be as long as the file."""
_LONGEST_STEP = 2000
"""Of what to do next, which quotes nothing: it may be a list of all that can be written, a line each."""
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Of Cf too, but names may hold them (`core.people.text`)."""


def showable(text: str, longest: int = _LONGEST) -> str:
    """Not too much of `text`, as it may go to a terminal (`harmless`)."""
    return harmless(text if len(text) <= longest else text[:longest] + "…")


def harmless(text: str, *, lines: bool = True) -> str:
    """`text` as it may go to a terminal: what steers one, or turns the reading direction, is a question mark; so is what
    ends a line, where there can be no `lines`."""
    return text.translate(dict.fromkeys(map(ord, steering(text, lines=lines)), "?"))


def steering(text: str, *, lines: bool = True) -> set[str]:
    """The characters of `text` for which that is so."""
    kept = _JOINERS + "\n" if lines else _JOINERS
    return {char for char in set(text) if unicodedata.category(char) in _STEERING and char not in kept}


class IkiikiError(Exception):
    """Something went wrong that a person can understand. Exit code 1."""

    exit_code = 1
    usual_step = ""
    """What to do next where nobody knows anything better."""
    done: Mapping[str, Any] | None = None
    """What was done all the same before it went wrong, as plain data, where that is known: a report has it."""

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        """`what` happened, `where` (file, line, field; may be empty), `next_step` to take (may be empty)."""
        what = showable(what)
        super().__init__(what)
        self.what = what
        self.where = showable(where)
        self.next_step = showable(next_step, _LONGEST_STEP) or self.usual_step

    def __str__(self) -> str:
        place = f"（{self.where}）" if self.where else ""
        step = f"\n次にすること: {self.next_step}" if self.next_step else ""
        return f"{self.what}{place}{step}"


class UsageError(IkiikiError):
    """The words of the call, or an input file, cannot be understood. Exit code 2."""

    exit_code = 2
    usual_step = "直してから、もう一度お試しください"


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
    usual_step = "使わずにそのまま残し、取扱責任者に知らせてください"
