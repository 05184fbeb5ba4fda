"""What somebody who changed an application is told of it: no more than the list shows. All five items are for opening it."""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import Application, Problem, Route, State, Warning_, town_of


@dataclass(frozen=True)
class Changed:
    """An application as it stands after a change. Least sight (no address, phone, mail or birth date)."""

    number: int
    record: str
    kana: str
    town: str
    preferences: tuple[str, ...]
    group: str | None
    route: Route
    state: State
    reason: str | None
    """A code of `core.office.reasons.REASONS`."""
    problems: tuple[Problem, ...]
    warnings: tuple[Warning_, ...]
    version: int


def changed(application: Application) -> Changed:
    """That much of an application."""
    applicant = application.applicant
    return Changed(
        application.number, application.record, applicant.kana, town_of(applicant.address), applicant.preferences,
        applicant.group, application.route, application.state, application.reason, application.problems,
        application.warnings, application.version,
    )  # fmt: skip
