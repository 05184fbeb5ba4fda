"""Several held applications settled with one reason: each by itself, as if it had been opened alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.applicant import State
from core.errors import IkiikiError, Stopped, UsageError
from core.office.intake import Intake
from core.office.ports import Progress
from core.office.ranges import numbers_in


@dataclass(frozen=True)
class Bulk:
    """What became of each 受付番号."""

    done: tuple[int, ...]
    failed: tuple[tuple[int, IkiikiError], ...]
    """What could not be done, and why."""
    left: tuple[int, ...]
    """What was not come to: somebody stopped it."""


def chosen(intake: Intake, words: Sequence[str]) -> tuple[list[int], list[int]]:
    """(to be settled, left alone) of 受付番号 given one by one or as ranges (`12 15 18-25`), in order.

    Whoever is named stays named, whatever their state; of a range the held ones are meant. Raises `UsageError` for what
    is neither.
    """
    named: set[int] = set()
    ranged: set[int] = set()
    for word in words:
        try:
            numbers, _ = numbers_in(word)
        except ValueError as error:
            raise UsageError(str(error), next_step="受付番号を 12 15 18-25 のように並べてください") from None
        (named if len(numbers) == 1 else ranged).update(numbers)
    states = intake.states(sorted(ranged - named))
    held = {number for number, state in states.items() if state is State.HELD}
    return sorted(named | held), sorted(states.keys() - held)


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
