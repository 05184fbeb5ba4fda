"""What the flow line asks at every look, answered by an index: part of the migrations of `storage.store.schema`, and never changed."""

from __future__ import annotations


# ruff: noqa: S608 - fixed words
def _never_sent(row: str) -> str:
    """What the ward is to have, where it has been sent no version: the accepted, and its own counter's that came to nothing."""
    return (
        f"({row}.state = 'accepted'"
        f" OR ({row}.number >= 9000001 AND {row}.number < 10000000 AND {row}.state IN ('withdrawn', 'refused')))"
    )


LEDGER_ACT = "substr(line, 66, 40)"
"""Where the JSON of a ledger line begins: its keys are sorted, `act` is the first (docs/exchange.md, "hkl1")."""


def _has(words: str) -> str:
    return f"instr(line, x'{words.encode('ascii').hex()}')"


LEDGER_COPY = " + ".join(_has(f'"ref":"{word}:') for word in ("medium", "batch", "undo")) + " > 0"
LEDGER_BY_HAND = " AND ".join(f"{_has(words)} = 0" for words in ('"handover":""', '"ref":"bundle:'))

FLOW_LINE = f"""
CREATE TABLE application_unsent (number INTEGER PRIMARY KEY) STRICT;
INSERT INTO application_unsent
SELECT number FROM application LEFT JOIN application_sent AS sent USING (number)
WHERE coalesce(sent.version < application.version, {_never_sent("application")});
CREATE TRIGGER application_unsent_new AFTER INSERT ON application WHEN {_never_sent("NEW")}
BEGIN INSERT INTO application_unsent (number) VALUES (NEW.number); END;
CREATE TRIGGER application_unsent_next AFTER UPDATE ON application
BEGIN
    DELETE FROM application_unsent WHERE number = NEW.number;
    INSERT INTO application_unsent (number) SELECT NEW.number WHERE coalesce(
        (SELECT version < NEW.version FROM application_sent WHERE number = NEW.number), {_never_sent("NEW")});
END;
CREATE TRIGGER application_unsent_sent AFTER INSERT ON application_sent
BEGIN
    DELETE FROM application_unsent WHERE number = NEW.number;
    INSERT INTO application_unsent (number)
    SELECT number FROM application WHERE number = NEW.number AND version > NEW.version;
END;
CREATE TRIGGER application_unsent_again AFTER UPDATE ON application_sent
BEGIN
    DELETE FROM application_unsent WHERE number = NEW.number;
    INSERT INTO application_unsent (number)
    SELECT number FROM application WHERE number = NEW.number AND version > NEW.version;
END;
CREATE TRIGGER application_unsent_never AFTER DELETE ON application_sent
BEGIN
    DELETE FROM application_unsent WHERE number = OLD.number;
    INSERT INTO application_unsent (number)
    SELECT number FROM application WHERE number = OLD.number AND {_never_sent("application")};
END;
CREATE INDEX application_corrected ON application_version (number) WHERE version > 1;
CREATE INDEX application_reason ON application (reason) WHERE reason IS NOT NULL;
CREATE INDEX review_returned ON review (stage, record) WHERE verdict = 'returned';
CREATE INDEX ledger_line_act ON ledger_line (org, {LEDGER_ACT}, seq);
CREATE INDEX ledger_line_copy ON ledger_line (org, seq) WHERE {LEDGER_COPY};
CREATE INDEX ledger_line_by_hand ON ledger_line (org, seq) WHERE {LEDGER_BY_HAND};
"""
"""Whom the ward has not been sent as they stand, kept by triggers: at the contractor this is asked after every deed. By the indexes
it is told how often anybody was corrected, whose application has some reason, whom the ward has ever returned, and which lines of a ledger
tell of some act, of copies, or of what is carried by hand."""
