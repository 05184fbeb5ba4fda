"""The steps of the reviews of the 操作ログ, only ever added."""

from __future__ import annotations

from typing import Any

from core.office.log_ports import ReviewStep
from storage.store.rows import Connection, json_of, json_text

_SELECT = "SELECT review, step, body, at, by FROM log_review_step"


class LogReviewTable:
    """Implements `core.office.log_ports.LogReviewRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, step: ReviewStep) -> None:
        self._connection.execute(
            "INSERT INTO log_review_step (review, step, body, at, by) VALUES (?, ?, ?, ?, ?)",
            (step.review, step.step, json_text(dict(step.body)), step.at, step.by),
        )

    def of(self, review: int) -> list[ReviewStep]:
        """The steps of a review, in order."""
        rows = self._connection.execute(f"{_SELECT} WHERE review = ? ORDER BY id", (review,))
        return [_step(row) for row in rows]

    def last(self, step: str) -> ReviewStep | None:
        """The newest of that kind."""
        row = self._connection.execute(
            f"{_SELECT} WHERE step = ? ORDER BY id DESC LIMIT 1", (step,)
        ).fetchone()
        return _step(row) if row else None

    def all(self) -> list[ReviewStep]:
        return [_step(row) for row in self._connection.execute(f"{_SELECT} ORDER BY id")]


def _step(row: Any) -> ReviewStep:
    return ReviewStep(row[0], row[1], json_of(row[2]), row[3], row[4])
