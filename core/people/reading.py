"""One row of a file, or one keyed form, read by the programme's rules.

The one place where applications are judged by themselves, so that a file, a keyed postcard and the ward's
check give the same answer. What depends on other applications (duplicates, groups) is judged elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.applicant import Applicant, Problem, Reading, Warning_, age_on
from core.people.address import read_address, read_building
from core.people.dates import read_birth_date, read_timestamp
from core.people.email import LONGEST_EMAIL, is_usual, read_email
from core.people.fields import Field, Fields, cells_of
from core.people.kana import read_kana
from core.people.phone import LONGEST_CELL, read_phone
from core.people.postal import read_postal_code
from core.people.text import Value, as_text, clean, cleaned, fold_width, is_nothing, one_line
from core.people.wishes import read_group, read_wishes

__all__ = [
    "Field",
    "Fields",
    "ReadingRules",
    "kept_text",
    "read_applicant",
    "read_receipt",
    "read_submitted_at",
]

LONGEST_RECEIPT = 40
"""Characters; a longer "receipt number" is something else."""

_LONGEST_KEPT = {Field.EMAIL: LONGEST_EMAIL, Field.ADDRESS: 200, Field.RECEIPT: LONGEST_RECEIPT}
_ORDER = {problem: place for place, problem in enumerate(Problem)}


@dataclass(frozen=True)
class ReadingRules:
    """What the programme says about an application (see `core.programme.Programme.reading_rules`)."""

    reference_date: dt.date
    """Ages are counted on this day."""
    minimum_age: int
    prefecture: str
    ward: str
    outings: frozenset[str]
    """The codes one can wish for."""
    applications_close: dt.date
    """The last day on which one can apply."""
    closes: Mapping[str, dt.date] = field(default_factory=dict)
    """Outing code → its last day, for the outings that close on another one."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Place → outing code, where a place has one outing only."""
    keyed: bool = False
    """Typed by a person who sees the result at once: short date forms are allowed."""


def read_applicant(fields: Fields, rules: ReadingRules) -> Reading:
    """The applicant in `fields`, with every problem and warning that can be seen in the row alone.

    Never raises for what a row holds. An item that cannot be read is left empty, never guessed.
    """
    problems: set[Problem] = set()
    warnings: set[Warning_] = set()
    applicant = Applicant(
        kana=_name(fields, problems),
        birth_date=_birth_date(fields, rules, problems),
        **_address(fields, rules, problems, warnings),
        phone=_phone(fields, problems),
        email=_email(fields, problems, warnings),
        preferences=_preferences(fields, rules, problems),
        group=_group(fields, problems),
    )
    if _is_late(fields, applicant.preferences, rules):
        problems.add(Problem.LATE)
    if any(map(_has_controls, fields.values())):
        problems.add(Problem.CONTROL_CHARACTERS)
    if not (problems or warnings):
        return Reading(applicant)
    return Reading(applicant, tuple(sorted(problems, key=_ORDER.__getitem__)), tuple(sorted(warnings)))


def _has_controls(value: Value | tuple[Value, ...]) -> bool:
    """Whether control characters stand in a field's cell, or in one of its cells."""
    if isinstance(value, str):
        return not value.isprintable() and clean(value).stripped
    return isinstance(value, tuple) and any(map(_has_controls, value))


def read_receipt(fields: Fields) -> str | None:
    """The source's own number as text, None when there is none or it is no number but a text."""
    text = one_line(fold_width(cleaned(_text(fields, Field.RECEIPT))))
    return text if 0 < len(text) <= LONGEST_RECEIPT else None


def read_submitted_at(fields: Fields) -> dt.datetime | None:
    """When the source says the application came in, Japanese time, or None."""
    return read_timestamp(_value(fields, Field.SUBMITTED_AT))


def kept_text(name: Field, value: Value) -> str:
    """What may be kept of a cell as it was written, so that a person can settle a doubt: "" where it is none of
    the five items (a name in kanji, a remark beside the building, a group in words, anything too long)."""
    if value is None:
        return ""
    text = one_line(cleaned(as_text(value)))
    match name:
        case Field.KANA | Field.KANA_FAMILY | Field.KANA_GIVEN:
            return read_kana(text) or ""
        case Field.BUILDING:
            return read_building(as_text(value))
        case Field.POSTAL_CODE:
            text = read_postal_code(value) or text
        case Field.GROUP:
            try:
                return read_group(value) or ""
            except ValueError:
                return ""
    return text if len(text) <= _LONGEST_KEPT.get(name, LONGEST_CELL) else ""


def _value(fields: Fields, name: Field) -> Value:
    value = fields.get(name)
    return next(iter(value), None) if isinstance(value, tuple) else value


def _text(fields: Fields, name: Field) -> str:
    return as_text(_value(fields, name))


def _name(fields: Fields, problems: set[Problem]) -> str:
    whole = _text(fields, Field.KANA)
    if is_nothing(cleaned(whole)):
        parts = [_text(fields, Field.KANA_FAMILY), _text(fields, Field.KANA_GIVEN)]
        if any(is_nothing(cleaned(part)) for part in parts):
            problems.add(Problem.MISSING_NAME)  # half a name names nobody
            return ""
        whole = " ".join(parts)
    name = read_kana(whole)
    if name is None:
        problems.add(Problem.NAME_NOT_KANA)
    return name or ""


def _birth_date(fields: Fields, rules: ReadingRules, problems: set[Problem]) -> dt.date | None:
    value = _value(fields, Field.BIRTH_DATE)
    date = read_birth_date(value, rules.reference_date, keyed=rules.keyed)
    if date is None:
        missing = is_nothing(cleaned(as_text(value)))
        problems.add(Problem.MISSING_BIRTH_DATE if missing else Problem.UNREADABLE_BIRTH_DATE)
    elif age_on(date, rules.reference_date) < rules.minimum_age:
        problems.add(Problem.UNDERAGE)
    return date


def _address(
    fields: Fields, rules: ReadingRules, problems: set[Problem], warnings: set[Warning_]
) -> dict[str, str]:
    written = _value(fields, Field.POSTAL_CODE)
    code = read_postal_code(written)
    address = read_address(
        _text(fields, Field.ADDRESS),
        _text(fields, Field.BUILDING),
        code,
        prefecture=rules.prefecture,
        ward=rules.ward,
    )
    if not address.text:
        problems.add(Problem.MISSING_ADDRESS)
    elif not address.inside:
        problems.add(Problem.OUTSIDE_WARD)
    warnings.update(address.warnings)
    if not code and not is_nothing(cleaned(as_text(written))):
        warnings.add(Warning_.POSTAL_CODE_MISMATCH)  # something is written there that is no code
    return {"postal_code": address.postal_code, "address": address.text}


def _phone(fields: Fields, problems: set[Problem]) -> str:
    value = _value(fields, Field.PHONE)
    phone = read_phone(value)
    if phone is None:
        missing = is_nothing(cleaned(as_text(value)))
        problems.add(Problem.MISSING_PHONE if missing else Problem.UNREADABLE_PHONE)
    return phone or ""


def _email(fields: Fields, problems: set[Problem], warnings: set[Warning_]) -> str | None:
    text = _text(fields, Field.EMAIL)
    email = read_email(text) if text else None
    if email is None:
        if not is_nothing(cleaned(text)):
            problems.add(Problem.UNREADABLE_EMAIL)
    elif not is_usual(email):
        warnings.add(Warning_.UNUSUAL_EMAIL)
    return email


def _preferences(fields: Fields, rules: ReadingRules, problems: set[Problem]) -> tuple[str, ...]:
    wishes = read_wishes(cells_of(fields, Field.PREFERENCE), rules.outings, rules.places)
    if not wishes.codes and not wishes.unread and len(rules.outings) == 1:
        return tuple(rules.outings)  # nothing to choose
    if wishes.unread or not wishes.codes:
        problems.add(Problem.UNKNOWN_OUTING)
    return wishes.codes


def _group(fields: Fields, problems: set[Problem]) -> str | None:
    try:
        return read_group(_value(fields, Field.GROUP))
    except ValueError:
        problems.add(Problem.GROUP_INCOMPLETE)  # they mean to go with somebody: a person finds out with whom
        return None


def _is_late(fields: Fields, preferences: tuple[str, ...], rules: ReadingRules) -> bool:
    """Whether it was sent after the last day of any wished outing (of all, when none is read)."""
    sent = read_submitted_at(fields)
    if sent is None:
        return False
    if not preferences:
        return sent.date() > max([rules.applications_close, *rules.closes.values()])
    return any(sent.date() > rules.closes.get(code, rules.applications_close) for code in preferences)
