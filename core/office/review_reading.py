"""Reading the list of ⑤ a page at a time: the millionth person costs what the tenth does.

Everything is checked before the list is read: what has changed since, and whoever it is compared with. What stays as it
was is not checked again, unless the programme has changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.applicant import Application, Problem, Warning_
from core.canonical import sha256_hex
from core.office.desk import programme_of
from core.office.forms import as_fields
from core.office.listing import Landmark, ListFilter
from core.office.ports import Checked, Related, ReviewRow, Tx
from core.office.review_items import APPLICANTS, ReviewItem, changes_since
from core.office.settling import group_problems
from core.people.reading import ReadingRules, read_applicant
from core.programme import Programme

_AT_ONCE = 400
_RULES = "review_rules"
"""What the kept checks were made by."""
_CHECKS = "1"
"""Goes up with every change of what the checks find."""


def check_all(tx: Tx) -> None:
    """Make the checks that are due, and put everybody where they belong in the list now."""
    if tx.settings.get("programme") is None:
        return  # by what would they be checked?
    made_by = sha256_hex(f"{_CHECKS} {tx.settings.get('programme')}".encode())
    if tx.settings.get(_RULES) != made_by:
        tx.review_list.forget_checks()
        tx.settings.put(_RULES, made_by)
    programme = programme_of(tx)
    rules = programme.reading_rules()
    while due := tx.review_list.unchecked(_AT_ONCE):
        related = tx.review_list.related([one.number for one in due])
        tx.review_list.put((one.number, *found_in(programme, rules, one, related[one.number])) for one in due)
    tx.review_list.place()


def found_in(
    programme: Programme, rules: ReadingRules, application: Application, related: Related
) -> tuple[list[Problem], list[Warning_]]:
    """What this site's own check finds, whatever the sender said."""
    reading = read_applicant(as_fields(application.applicant), rules)
    problems, warnings = list(reading.problems), list(reading.warnings)
    if related.earlier:
        problems.append(Problem.DUPLICATE)
    if related.group:
        problems += group_problems(programme, [one.applicant.preferences for one in related.group])
    if related.phone:
        warnings.append(Warning_.SHARED_PHONE)
    return problems, warnings


def page_of(
    tx: Tx, which: ListFilter, offset: int, limit: int, near: Landmark | None = None
) -> list[ReviewItem]:
    """Some of the list, in its order. Of whom has changed since it was read, the checks are made for the page alone."""
    return as_items(tx, tx.applications.page(which, offset, limit, near))


def as_items(tx: Tx, people: Sequence[Application]) -> list[ReviewItem]:
    """These people under review as the list shows them, in this order."""
    if not people:
        return []
    numbers = [one.number for one in people]
    checked, related = tx.review_list.checked(numbers), tx.review_list.related(numbers)
    changed = [one.record for one in people if checked[one.number].changed]
    words = tx.reviews.latest(APPLICANTS, changed) if changed else {}
    programme = programme_of(tx)
    return [_item(tx, programme, one, checked[one.number], related[one.number], words) for one in people]


def _item(
    tx: Tx,
    programme: Programme,
    one: Application,
    kept: Checked,
    related: Related,
    words: dict[str, ReviewRow],
) -> ReviewItem:
    problems: Sequence[Problem] = kept.problems
    warnings: Sequence[Warning_] = kept.warnings
    if not kept.fresh:
        problems, warnings = found_in(programme, programme.reading_rules(), one, related)
    return ReviewItem(
        one.number, one.record, one.applicant, tuple(problems), tuple(warnings), one.reason, kept.verdict, kept.changed,
        one.version_hash, "", tuple(other.number for other in related.group if other.number != one.number),
        changes_since(tx, one, words) if kept.changed else (),
    )  # fmt: skip
