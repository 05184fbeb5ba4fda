"""Several held applications settled with one reason: each by itself, as if it had been opened alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import IkiikiError, Stopped
from core.office.intake import Intake
from core.office.ports import Progress


@dataclass(frozen=True)
class Bulk:
    """What became of each 受付番号."""

    done: tuple[int, ...]
    failed: tuple[tuple[int, IkiikiError], ...]
    """What could not be done, and why."""
    left: tuple[int, ...]
    """What was not come to: somebody stopped it."""


def resolve_each(
    intake: Intake, numbers: Sequence[int], accept: bool, reason: str, progress: Progress | None = None
) -> Bulk:
    """Accept or refuse these held applications with one reason, in this order.

    Each has its own transaction and its own entry in the access log, so what one is refused for stops no other. What is no
    longer held when its turn comes (its duplicate has just been refused, say, or somebody was quicker) is left alone: it
    was as a held one that it was picked. Raises what is wrong with all of them, a missing right or an unknown reason.
    """
    intake.need_to_resolve(reason)
    done: list[int] = []
    failed: list[tuple[int, IkiikiError]] = []
    for index, number in enumerate(numbers):
        try:
            if progress is not None:
                progress(index, len(numbers))
        except Stopped:
            return Bulk(tuple(done), tuple(failed), tuple(numbers[index:]))
        try:
            intake.resolve(number, accept, reason, held_only=True)
        except IkiikiError as error:
            failed.append((number, error))
        else:
            done.append(number)
    return Bulk(tuple(done), tuple(failed), ())
