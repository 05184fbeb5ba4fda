"""The tables' way of letting one person go: the SQL of the migration "one person erased".

Rows that never change let through exactly the change to nothing, for a number that stands in `person_erased` for good. Who
stands there takes no part any more, and nothing about them comes in again.
"""

ONE_PERSON_ERASED = """
CREATE TABLE person_erased (
    number INTEGER PRIMARY KEY REFERENCES application (number),
    record TEXT NOT NULL UNIQUE REFERENCES application (record),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT;
CREATE TRIGGER person_erased_blank BEFORE INSERT ON person_erased
    WHEN NOT EXISTS (SELECT 1 FROM application WHERE number = NEW.number AND record = NEW.record
        AND state IN ('withdrawn', 'refused') AND reason = 'erased' AND kana = '' AND birth_date IS NULL
        AND postal_code = '' AND address = '' AND phone = '' AND email IS NULL AND preferences = '[]' AND group_code IS NULL)
BEGIN SELECT RAISE(ABORT, 'still there: person_erased'); END;
CREATE TRIGGER application_stays_erased BEFORE UPDATE ON application
    WHEN EXISTS (SELECT 1 FROM person_erased WHERE number = OLD.number)
BEGIN SELECT RAISE(ABORT, 'erased: application'); END;
CREATE TRIGGER source_row_stays_erased BEFORE INSERT ON source_row
    WHEN EXISTS (SELECT 1 FROM person_erased WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'erased: source_row'); END;

DROP TRIGGER application_version_no_update;
CREATE TRIGGER application_version_no_update BEFORE UPDATE ON application_version
    WHEN NOT (EXISTS (SELECT 1 FROM person_erased WHERE number = OLD.number)
        AND NEW.number = OLD.number AND NEW.record = OLD.record AND NEW.version = OLD.version AND NEW.state = OLD.state
        AND NEW.route = OLD.route AND NEW.source = OLD.source AND NEW.receipt IS OLD.receipt AND NEW.reason IS OLD.reason
        AND NEW.changed_at = OLD.changed_at AND NEW.changed_by = OLD.changed_by
        AND NEW.kana = '' AND NEW.birth_date IS NULL AND NEW.postal_code = '' AND NEW.address = '' AND NEW.phone = ''
        AND NEW.email IS NULL AND NEW.preferences = '[]' AND NEW.group_code IS NULL AND NEW.problems = '[]' AND NEW.warnings = '[]')
BEGIN SELECT RAISE(ABORT, 'append-only: application_version'); END;

DROP TRIGGER source_row_no_update;
CREATE TRIGGER source_row_no_update BEFORE UPDATE ON source_row
    WHEN NOT (EXISTS (SELECT 1 FROM person_erased WHERE number = OLD.number)
        AND NEW.id = OLD.id AND NEW.source = OLD.source AND NEW.file_name = OLD.file_name AND NEW.file_sha256 = OLD.file_sha256
        AND NEW.row = OLD.row AND NEW.receipt IS OLD.receipt AND NEW.outcome = OLD.outcome AND NEW.number = OLD.number
        AND NEW.at = OLD.at AND NEW.cells = '{}' AND NEW.fingerprint = '')
BEGIN SELECT RAISE(ABORT, 'append-only: source_row'); END;

DROP TRIGGER review_no_update;
CREATE TRIGGER review_no_update BEFORE UPDATE OF id, stage, record, version_hash, verdict, code, actor, at ON review
    WHEN NOT (EXISTS (SELECT 1 FROM person_erased WHERE record = OLD.record)
        AND NEW.id = OLD.id AND NEW.stage = OLD.stage AND NEW.record = OLD.record AND NEW.verdict = OLD.verdict
        AND NEW.code = OLD.code AND NEW.actor = OLD.actor AND NEW.at = OLD.at AND NEW.version_hash = printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'append-only: review'); END;

DROP TRIGGER draw_member_no_update;
CREATE TRIGGER draw_member_no_update BEFORE UPDATE ON draw_member
    WHEN NOT (EXISTS (SELECT 1 FROM person_erased WHERE record = OLD.record)
        AND NEW.draw = OLD.draw AND NEW.unit_id = OLD.unit_id AND NEW.position = OLD.position AND NEW.record = OLD.record
        AND NEW.salt = printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'append-only: draw_member'); END;
"""
