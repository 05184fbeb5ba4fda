"""What goes wrong with what the other site sealed is that bundle's fault, whatever is raised: so that it can be refused in words, and set aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import IkiikiError, IntegrityFailure

_CONSTRAINT, _TOO_BIG, _MISMATCH, _RANGE = 19, 18, 20, 25
"""Of SQLite's errors, those that are about the values (https://sqlite.org/rescode.html): two of one key, one too long."""


class Trial(Exception):
    """A bundle could have been taken in; the transaction is given up."""


@contextmanager
def senders_fault(name: str, part: str = "") -> Iterator[None]:
    """Turn whatever is raised within, while `part` of the bundle `name` is read, into `IntegrityFailure`.

    It repeats nothing of the content, which may be personal data, and keeps no chain to what would. Ours passes through, and so
    do a disk's and a database's own errors and an empty memory's: they are nobody's fault at the other site.
    """
    try:
        yield
    except (IkiikiError, Trial, OSError, MemoryError):
        raise
    except Exception as error:
        if _of_the_database(error):
            raise
        raise IntegrityFailure(
            f"届いた束の中身を読めません（{type(error).__name__}）",
            where=" ".join(each for each in (name, part) if each),
            next_step="取り込んでいません。相手に連絡し、直らなければ、取扱責任者どうしで束を外してください",
        ) from None


@contextmanager
def in_our_state(name: str) -> Iterator[None]:
    """A rule broken by what the *sender* did is no refusal of a person here."""
    try:
        yield
    except IntegrityFailure:
        raise
    except IkiikiError as error:
        raise IntegrityFailure(
            f"届いた束が、いまの状態に合いません: {error.what}",
            where=" ".join(part for part in (name, error.where) if part),
            next_step="取り込んでいません。相手に連絡し、両者の記録を見比べてください",
        ) from error


def _of_the_database(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF not in {_CONSTRAINT, _TOO_BIG, _MISMATCH, _RANGE}
