"""The ward's words and the list of ⑤, as the use cases are handed them: part of `core.office.ports`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.applicant import Application, Problem, Warning_


@dataclass(frozen=True)
class ReviewRow:
    """The ward's word on one version of one record. Stage "applicants" is ⑤, "participants" is ⑨."""

    stage: str
    record: str
    version_hash: str
    verdict: str
    """confirmed | returned"""
    code: str
    """Closed reason code for a return, else ""."""
    actor: str
    at: dt.datetime
    sent_in: str = ""
    """Name of the bundle that carried it, "" while it waits."""


class Reviews(Protocol):
    def add(self, row: ReviewRow) -> None: ...
    def undo(self, row: ReviewRow, at: dt.datetime, actor: str) -> None:
        """This unsent word no longer stands: nothing below gives it any more. Raises `IntegrityFailure` where it is not waiting."""
        ...

    def latest(self, stage: str, records: Sequence[str] | None = None) -> dict[str, ReviewRow]:
        """By record, the newest word of a stage; of these records alone."""
        ...

    def said(self, stage: str, records: Sequence[str] | None = None) -> dict[tuple[str, str], ReviewRow]:
        """By record and version, the newest word of a stage; on these records alone."""
        ...

    def returned(self, stage: str) -> list[str]:
        """The records that a word of this stage which stands has returned, in whatever version and whatever was said later."""
        ...

    def state(self) -> object:
        """Equal as long as no word has been added or undone."""
        ...

    def ever_confirmed(self, stage: str, record: str) -> set[str]:
        """The versions of this record that a word of this stage has confirmed, whatever was said later."""
        ...

    def ever_returned(self, stage: str, record: str) -> bool:
        """Whether a word of this stage has returned this record, whatever was said later."""
        ...

    def unsent(self, limit: int | None = None) -> list[ReviewRow]:
        """The first so many words not sent yet, in the order they were given."""
        ...

    def any_unsent(self) -> bool: ...
    def mark_sent(self, rows: Sequence[ReviewRow], bundle: str) -> None: ...
    def take_back(self, bundles: Sequence[str]) -> None:
        """The words these (voided) bundles carried wait again."""
        ...


@dataclass(frozen=True)
class Related:
    """What an application has in common with others under review."""

    earlier: bool
    """An earlier one may be of the same person."""
    phone: bool
    """Another has the same telephone."""
    group: Sequence[Application]
    """All of its group, itself among them; () without a group."""


@dataclass(frozen=True)
class Checked:
    """What the list of ⑤ keeps of one application."""

    verdict: str
    changed: bool
    fresh: bool
    """Whether `problems` and `warnings` are of the application, and of those it is compared with, as they are now."""
    problems: tuple[Problem, ...]
    warnings: tuple[Warning_, ...]


class ReviewListRows(Protocol):
    """The list of ⑤. Who is under review and what stands is always right; checks and places as of the last reading."""

    def counts(self) -> dict[str, tuple[int, int]]:
        """By verdict ("" for none): how many, and the sum of their versions."""
        ...

    def unconfirmed(self) -> list[int]:
        """受付番号 of those under review whom no word confirms as they are, in order."""
        ...

    def move(self, records: Collection[str], *, away: bool) -> None:
        """These are at the contractor's (`away`), or have come back from there."""
        ...

    def forget_checks(self) -> None:
        """The rules have changed: all checks are to be made again."""
        ...

    def unchecked(self, limit: int) -> list[Application]: ...
    def related(self, numbers: Sequence[int]) -> dict[int, Related]: ...
    def put(self, found: Iterable[tuple[int, Sequence[Problem], Sequence[Warning_]]]) -> None:
        """What was found, by 受付番号."""
        ...

    def place(self) -> None:
        """Put all that have been checked, or got a word, where they belong in the list now."""
        ...

    def checked(self, numbers: Sequence[int]) -> dict[int, Checked]: ...
    def count_plain(self) -> int:
        """How many `plain` gives."""
        ...

    def plain(self) -> list[tuple[str, str]]:
        """(record, version hash) of those without a word, a change or a finding, by 受付番号."""
        ...
