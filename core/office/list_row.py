"""A line of the list of applications: what it shows of each, and what the ward has said of it."""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import Application, Problem, Route, State, Warning_, age_on, town_of
from core.office.review_ports import ReviewRow
from core.programme import Programme


@dataclass(frozen=True)
class ListRow:
    """A line of the list: least sight (no address, phone, mail or birth date)."""

    number: int
    kana: str
    age: int | None
    town: str
    preferences: tuple[str, ...]
    route: Route
    state: State
    problems: tuple[Problem, ...]
    warnings: tuple[Warning_, ...]
    confirmed: str
    """"" | confirmed | returned | changed (confirmed in an earlier version)"""
    group: str | None


def list_row(programme: Programme, application: Application, word: ReviewRow | None) -> ListRow:
    """An application as the list shows it. `word`: the ward's newest of it in ⑤."""
    if word is None:
        confirmed = ""
    elif word.version_hash != application.version_hash:
        confirmed = "changed"
    else:
        confirmed = word.verdict
    born = application.applicant.birth_date
    return ListRow(
        application.number,
        application.applicant.kana,
        age_on(born, programme.reference_date) if born else None,
        town_of(application.applicant.address),
        application.applicant.preferences,
        application.route,
        application.state,
        application.problems,
        application.warnings,
        confirmed,
        application.applicant.group,
    )
