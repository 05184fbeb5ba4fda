"""The table of the reviews of the 操作ログ (docs/log-review.md)."""

from __future__ import annotations

LOG_REVIEW = """
CREATE TABLE log_review_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    review INTEGER NOT NULL CHECK (review >= 1),
    step TEXT NOT NULL CHECK (step IN ('begun', 'answered', 'signed')),
    body TEXT NOT NULL CHECK (json_valid(body)),
    at TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT;
CREATE INDEX log_review_of ON log_review_step (review);
CREATE TRIGGER log_review_in_turn BEFORE INSERT ON log_review_step
    WHEN NEW.review <> (SELECT count(*) FROM log_review_step WHERE step = 'signed') + 1
      OR (NEW.step = 'begun') = EXISTS (SELECT 1 FROM log_review_step WHERE review = NEW.review)
BEGIN SELECT RAISE(ABORT, 'out of turn: log_review_step'); END;
"""
"""A review is begun once, then answered, then signed; only then the next is begun."""
