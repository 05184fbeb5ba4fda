"""The list of ⑤ as a table that triggers keep: part of the migrations of `storage.store.schema`, and like them never changed."""

from __future__ import annotations

_LATEST = (
    "(SELECT max(id) FROM review WHERE stage = 'applicants' AND record = application.record"
    " AND id NOT IN (SELECT review FROM review_undone))"
)
# ruff: noqa: S608 - fixed words
_VERDICT = (
    "coalesce((SELECT iif(review.version_hash = application.version_hash, review.verdict, '')"
    f" FROM review WHERE review.id = {_LATEST}), '')"
)
_CHANGED = (
    "coalesce((SELECT review.version_hash <> application.version_hash"
    f" FROM review WHERE review.id = {_LATEST}), 0)"
)


def _beside(row: str) -> str:
    """Whoever shares with that application what the checks compare, as a set of 受付番号."""
    return f"""
        SELECT number FROM application WHERE duplicate_key = {row}.duplicate_key
        UNION ALL SELECT number FROM application WHERE group_code = {row}.group_code
        UNION ALL SELECT number FROM application WHERE phone = nullif({row}.phone, '')"""


REVIEW_LIST = f"""
CREATE TABLE review_list (
    number INTEGER PRIMARY KEY REFERENCES application (number),
    away INTEGER NOT NULL CHECK (away IN (0, 1)),
    under INTEGER NOT NULL CHECK (under IN (0, 1)),
    version INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    changed INTEGER NOT NULL CHECK (changed IN (0, 1)),
    fresh INTEGER NOT NULL CHECK (fresh IN (0, 1, 2)),
    problems TEXT NOT NULL DEFAULT '[]',
    warnings TEXT NOT NULL DEFAULT '[]',
    rank INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO review_list (number, away, under, version, verdict, changed, fresh)
SELECT number, away, state = 'accepted' AND NOT away, version, verdict, changed, 0 FROM (
    SELECT number, state, version, {_VERDICT} AS verdict, {_CHANGED} AS changed, record IN (
        SELECT each.value FROM setting, json_each(setting.value) AS each WHERE setting.name = 'desk_away') AS away
    FROM application);
CREATE INDEX review_list_rank ON review_list (rank) WHERE under = 1;
CREATE INDEX review_list_answer ON review_list (answer) WHERE under = 1;
CREATE INDEX review_list_verdict ON review_list (verdict, version) WHERE under = 1;
CREATE INDEX review_list_back ON review_list (number) WHERE verdict = 'returned' OR changed = 1;
CREATE INDEX review_list_fresh ON review_list (fresh) WHERE under = 1 AND fresh < 2;

CREATE TRIGGER review_list_new AFTER INSERT ON application
BEGIN
    INSERT INTO review_list (number, away, under, version, verdict, changed, fresh)
    VALUES (NEW.number, 0, NEW.state = 'accepted', NEW.version, '', 0, 0);
    UPDATE review_list SET fresh = 0 WHERE fresh > 0 AND number IN ({_beside("NEW")});
END;
CREATE TRIGGER review_list_next AFTER UPDATE ON application
BEGIN
    UPDATE review_list SET under = (away = 0 AND NEW.state = 'accepted'), version = NEW.version, fresh = 0,
        verdict = (SELECT {_VERDICT} FROM application WHERE number = NEW.number),
        changed = (SELECT {_CHANGED} FROM application WHERE number = NEW.number)
    WHERE number = NEW.number;
    UPDATE review_list SET fresh = 0 WHERE fresh > 0 AND number IN ({_beside("OLD")} UNION ALL {_beside("NEW")});
END;
CREATE TRIGGER review_list_word AFTER INSERT ON review WHEN NEW.stage = 'applicants'
BEGIN
    UPDATE review_list SET fresh = min(fresh, 1),
        verdict = (SELECT {_VERDICT} FROM application WHERE record = NEW.record),
        changed = (SELECT {_CHANGED} FROM application WHERE record = NEW.record)
    WHERE number = (SELECT number FROM application WHERE record = NEW.record);
END;
CREATE TRIGGER review_list_undone AFTER INSERT ON review_undone
BEGIN
    UPDATE review_list SET fresh = min(fresh, 1),
        verdict = (SELECT {_VERDICT} FROM application WHERE number = review_list.number),
        changed = (SELECT {_CHANGED} FROM application WHERE number = review_list.number)
    WHERE number = (SELECT application.number FROM application, review
                    WHERE review.id = NEW.review AND review.stage = 'applicants' AND application.record = review.record);
END;
"""
"""The list of ⑤ as it is kept: who is under review and what stands (always right, by triggers); what this site's own check
found and where the list has the person (as of the last time the list was read). `fresh`: 2 all of it; 1 the place may be
another; 0 the check is to be made again, because the person or somebody they are compared with has changed."""

REVIEW_LIST_BESIDE = f"""
CREATE INDEX review_list_checked ON review_list (number) WHERE fresh > 0;
DROP TRIGGER review_list_new;
CREATE TRIGGER review_list_new AFTER INSERT ON application
BEGIN
    INSERT INTO review_list (number, away, under, version, verdict, changed, fresh)
    VALUES (NEW.number, 0, NEW.state = 'accepted', NEW.version, '', 0, 0);
END;
CREATE TRIGGER review_list_beside AFTER INSERT ON application WHEN EXISTS (SELECT 1 FROM review_list WHERE fresh > 0)
BEGIN
    UPDATE review_list SET fresh = 0 WHERE fresh > 0 AND number IN ({_beside("NEW")});
END;
"""
"""Where nobody has been checked yet, as in a contractor's vault, a new application looks for nobody beside it."""
