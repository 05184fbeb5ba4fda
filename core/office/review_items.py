"""What the review shows of each person: this site's own check rerun, the word so far, and what changed since that word.

A word is about one version of one record: `core.applicant.version_hash` for ⑤, `participant_hash` for ⑨. A later
change of what was confirmed makes the record open again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.applicant import Applicant, Application, Problem, Warning_
from core.canonical import canonical_json, sha256_hex
from core.office.choices import APPLICANTS as APPLICANTS
from core.office.choices import PARTICIPANTS as PARTICIPANTS
from core.office.desk import programme_of
from core.office.forms import as_fields
from core.office.openings import exchanged
from core.office.ports import ReviewRow, Tx
from core.office.settling import group_problems
from core.people.duplicates import folded_key
from core.people.reading import read_applicant
from core.programme import Programme


@dataclass(frozen=True)
class Change:
    """One item that reads otherwise than when the ward last gave its word."""

    item: str
    """A field's name (`core.people.fields.Field`), or "outing": the seat."""
    old: str
    new: str


@dataclass(frozen=True)
class ReviewItem:
    """One record as the review shows it: in review mode a row has all five items."""

    number: int
    record: str
    applicant: Applicant
    problems: tuple[Problem, ...]
    """What this site's own check finds, not what the sender said."""
    warnings: tuple[Warning_, ...]
    """Likewise."""
    reason: str | None
    """Why the contractor accepted it in spite of a doubt."""
    verdict: str
    """"" | confirmed | returned, for the current version"""
    changed: bool
    """Confirmed or returned in an earlier version."""
    version_hash: str
    outing: str = ""
    """⑨: where the person is seated."""
    together: tuple[int, ...] = ()
    """受付番号 of the others under review with the same group code."""
    changes: tuple[Change, ...] = ()
    """When `changed`: what, as far as this vault holds the version the word was about."""

    @property
    def exception(self) -> bool:
        """Worth a look before the rest."""
        return bool(self.problems) or self.reason is not None or self.changed or self.verdict == "returned"

    @property
    def order(self) -> tuple[bool, bool, bool, int]:
        """Without a word first, of these what changed after one, then other exceptions; by 受付番号."""
        return bool(self.verdict), not self.exception, not self.changed, self.number


@dataclass(frozen=True)
class Subject:
    """What one word is about."""

    application: Application
    version: str
    """The hash the word binds."""
    outing: str = ""
    draw: str = ""
    unit: str = ""


def participant_hash(record: str, version: str, draw: str, unit_id: str, outing: str) -> str:
    """SHA-256 over what the ward confirms in ⑨: this person, in this version, has this seat."""
    body = {"record": record, "version": version, "draw": draw, "unit": unit_id, "outing": outing}
    return sha256_hex(b"hk-participant-v1\n" + canonical_json(body) + b"\n")


def verdict_on(words: Mapping[str, ReviewRow], record: str, version: str) -> tuple[str, bool]:
    """(verdict for this very version or "", whether an earlier version had one)."""
    word = words.get(record)
    if word is None:
        return "", False
    if word.version_hash != version:
        return "", True
    return word.verdict, False


def items_of(tx: Tx, stage: str, subjects: Sequence[Subject]) -> list[ReviewItem]:
    """The subjects of a stage as the review shows them, in their order; every check is made here, not taken over."""
    words, confirmed = tx.reviews.latest(stage), tx.reviews.latest(APPLICANTS)
    programme = programme_of(tx)
    rules, codes = programme.reading_rules(), programme.codes
    among = _Among(subjects, programme) if stage == APPLICANTS else None
    others = {record for draw in {s.draw for s in subjects if s.draw} for record in exchanged(tx, draw)}
    items = []
    for subject in subjects:
        application, version = subject.application, subject.version
        reading = read_applicant(as_fields(application.applicant), rules)
        problems, warnings = list(reading.problems), list(reading.warnings)
        if among is not None:
            problems += among.problems(application)
            warnings += among.warnings(application)
        verdict, changed = verdict_on(words, application.record, version)
        if stage == PARTICIPANTS and not verdict:
            # A seat goes to the person who was drawn: whoever differs from what ⑤ confirmed wants a look.
            changes = _changes_since_seated(tx, subject, words, codes)
            changed = bool(changes) or application.record in others
            said, _ = verdict_on(confirmed, application.record, application.version_hash)
            changed = changed or said != "confirmed"
            if changed and not changes:
                changes = changes_since(tx, application, confirmed)
        else:
            changes = changes_since(tx, application, words) if changed else ()
        items.append(
            ReviewItem(
                application.number, application.record, application.applicant, tuple(problems), tuple(warnings),
                application.reason, verdict, changed, version, subject.outing,
                among.together(application) if among is not None else (), changes,
            )
        )  # fmt: skip
    return items


class _Among:
    """The checks that need all the others: duplicates, groups, shared telephones."""

    def __init__(self, subjects: Iterable[Subject], programme: Programme) -> None:
        self._programme = programme
        everybody = [subject.application for subject in subjects]
        self._groups: dict[str, list[Application]] = {}
        for application in everybody:
            if application.applicant.group:
                self._groups.setdefault(application.applicant.group, []).append(application)
        self._phones = Counter(a.applicant.phone for a in everybody if a.applicant.phone)
        self._first: dict[str, int] = {}
        for application in everybody:
            key = folded_key(application.applicant)
            if key:
                self._first[key] = min(application.number, self._first.get(key, application.number))

    def together(self, application: Application) -> tuple[int, ...]:
        members = self._groups.get(application.applicant.group or "", ())
        return tuple(a.number for a in members if a.number != application.number)

    def problems(self, application: Application) -> list[Problem]:
        found = []
        key, group = folded_key(application.applicant), application.applicant.group
        if key and self._first[key] < application.number:
            found.append(Problem.DUPLICATE)
        wishes = [a.applicant.preferences for a in self._groups.get(group or "", ())]
        return found + (group_problems(self._programme, wishes) if group else [])

    def warnings(self, application: Application) -> list[Warning_]:
        return [Warning_.SHARED_PHONE] if self._phones[application.applicant.phone] > 1 else []


def changes_since(tx: Tx, application: Application, words: Mapping[str, ReviewRow]) -> tuple[Change, ...]:
    """What reads otherwise than in the newest version the last word of ⑤ was about; () where that is not here."""
    word = words.get(application.record)
    for version, _, _ in reversed(tx.applications.history(application.number)):
        if word is not None and version.version_hash == word.version_hash:
            return _differences(version.applicant, application.applicant)
    return ()


def _changes_since_seated(
    tx: Tx, subject: Subject, words: Mapping[str, ReviewRow], codes: Iterable[str]
) -> tuple[Change, ...]:
    """The same of ⑨, the seat among it; () also where the word was about a seat of another draw."""
    application = subject.application
    word = words.get(application.record)
    if word is None:
        return ()
    history = [version for version, _, _ in tx.applications.history(application.number)]
    for version in reversed([*history, application]):
        for outing in codes:
            seat = (application.record, version.version_hash, subject.draw, subject.unit, outing)
            if participant_hash(*seat) == word.version_hash:
                moved = [Change("outing", outing, subject.outing)] if outing != subject.outing else []
                return (*moved, *_differences(version.applicant, application.applicant))
    return ()


def _differences(old: Applicant, new: Applicant) -> tuple[Change, ...]:
    before, after = as_fields(old), as_fields(new)
    return tuple(
        Change(field.value, before[field], after[field]) for field in before if before[field] != after[field]
    )
