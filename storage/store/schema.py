"""The vault's tables. Numbered migrations, applied in order, each in one transaction, by `storage.vault.migrations`.

Every table is STRICT. Moments are RFC 3339 text with an offset, dates ISO text, lists canonical JSON text, hashes 64
lowercase hex. What must never be lost or rewritten is guarded by triggers: the program's own mistakes are stopped
where the bytes are, not only where they are made. Whoever holds the data key can drop a trigger; against that stand
the signed ledger and the other site's checkpoints (docs/threat-model.md).
"""

from __future__ import annotations

from storage.store.schema_flow import FLOW_LINE
from storage.store.schema_log_review import LOG_REVIEW
from storage.store.schema_person import ONE_PERSON_ERASED
from storage.store.schema_review import REVIEW_LIST, REVIEW_LIST_BESIDE
from storage.store.schema_search import SEARCH_INDEX

_VERSION_COLUMNS = (
    "number, record, version, state, route, source, receipt, kana, birth_date, postal_code, address, phone, email,"
    " preferences, group_code, problems, warnings, reason, changed_at, changed_by"
)
"""What a version of an application is; the same in `application` and `application_version`."""

_VERSION_TYPES = """
    version INTEGER NOT NULL CHECK (version >= 1),
    state TEXT NOT NULL,
    route TEXT NOT NULL,
    source TEXT NOT NULL,
    receipt TEXT,
    kana TEXT NOT NULL,
    birth_date TEXT,
    postal_code TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT,
    preferences TEXT NOT NULL CHECK (json_valid(preferences)),
    group_code TEXT,
    problems TEXT NOT NULL CHECK (json_valid(problems)),
    warnings TEXT NOT NULL CHECK (json_valid(warnings)),
    reason TEXT,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL"""


def _kept(table: str, *, updates: str = "") -> str:
    """Triggers that forbid deleting from `table`, and updating it (or only the columns `updates`)."""
    of = f" OF {updates}" if updates else ""
    return f"""
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END;
CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END;
"""


_APPLICATIONS = f"""
CREATE TABLE application (
    number INTEGER PRIMARY KEY CHECK (number >= 1),
    record TEXT NOT NULL UNIQUE,{_VERSION_TYPES},
    duplicate_key TEXT,
    search_text TEXT NOT NULL,
    version_hash TEXT NOT NULL
) STRICT;
CREATE INDEX application_duplicate_key ON application (duplicate_key) WHERE duplicate_key IS NOT NULL;
CREATE INDEX application_phone ON application (phone);
CREATE INDEX application_group ON application (group_code) WHERE group_code IS NOT NULL;
CREATE INDEX application_state ON application (state);

CREATE TABLE application_version (
    number INTEGER NOT NULL REFERENCES application (number),
    record TEXT NOT NULL,{_VERSION_TYPES},
    PRIMARY KEY (number, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER application_first_version AFTER INSERT ON application
BEGIN INSERT INTO application_version ({_VERSION_COLUMNS}) SELECT {_VERSION_COLUMNS} FROM application
      WHERE number = NEW.number; END;
CREATE TRIGGER application_next_version AFTER UPDATE ON application
BEGIN INSERT INTO application_version ({_VERSION_COLUMNS}) SELECT {_VERSION_COLUMNS} FROM application
      WHERE number = NEW.number; END;
CREATE TRIGGER application_in_step BEFORE UPDATE ON application WHEN NEW.version <> OLD.version + 1
BEGIN SELECT RAISE(ABORT, 'out of step: application'); END;
{_kept("application", updates="number, record")}
{_kept("application_version")}
CREATE TABLE application_sent (
    number INTEGER PRIMARY KEY REFERENCES application (number),
    version INTEGER NOT NULL
) STRICT;
"""  # noqa: S608 - fixed words

_SOURCES = f"""
CREATE TABLE source_row (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    row INTEGER NOT NULL,
    receipt TEXT,
    fingerprint TEXT NOT NULL,
    cells TEXT NOT NULL CHECK (json_valid(cells)),
    outcome TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES application (number) DEFERRABLE INITIALLY DEFERRED,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX source_row_receipt ON source_row (source, receipt);
CREATE INDEX source_row_fingerprint ON source_row (source, fingerprint);
CREATE INDEX source_row_number ON source_row (number);
{_kept("source_row")}
"""

_REVIEWS = f"""
CREATE TABLE review (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stage TEXT NOT NULL,
    record TEXT NOT NULL REFERENCES application (record),
    version_hash TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'returned')),
    code TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    sent_in TEXT NOT NULL
) STRICT;
CREATE INDEX review_record ON review (stage, record);
CREATE INDEX review_unsent ON review (id) WHERE sent_in = '';
CREATE TRIGGER review_sent_once BEFORE UPDATE OF sent_in ON review
    WHEN OLD.sent_in <> '' AND NEW.sent_in <> OLD.sent_in
BEGIN SELECT RAISE(ABORT, 'append-only: review'); END;
{_kept("review", updates="id, stage, record, version_hash, verdict, code, actor, at")}
"""

_DRAWS = f"""
CREATE TABLE draw (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;
{_kept("draw")}
CREATE TABLE draw_file (
    draw TEXT NOT NULL REFERENCES draw (name),
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (draw, name)
) STRICT;
CREATE TRIGGER draw_file_no_delete BEFORE DELETE ON draw_file
BEGIN SELECT RAISE(ABORT, 'append-only: draw_file'); END;
CREATE TRIGGER draw_file_write_once BEFORE UPDATE ON draw_file
    WHEN NEW.draw <> OLD.draw OR NEW.name <> OLD.name OR NOT (
        NEW.name GLOB 'events.txt.*.sig'
        OR NEW.name GLOB 'head-*.txt' OR NEW.name GLOB 'head-*.txt.*.sig'
        OR NEW.name = 'standing.txt' OR NEW.name GLOB 'standing.txt.*.sig'
        OR (NEW.name = 'events.txt' AND length(NEW.content) > length(OLD.content)
            AND substr(NEW.content, 1, length(OLD.content)) = OLD.content))
BEGIN SELECT RAISE(ABORT, 'append-only: draw_file'); END;
CREATE TABLE draw_file_before (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    draw TEXT NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    at TEXT NOT NULL,
    FOREIGN KEY (draw, name) REFERENCES draw_file (draw, name)
) STRICT;
CREATE TRIGGER draw_file_keeps_signed AFTER UPDATE ON draw_file WHEN OLD.name NOT IN ('events.txt', 'standing.txt')
BEGIN INSERT INTO draw_file_before (draw, name, content, at) VALUES (OLD.draw, OLD.name, OLD.content, OLD.at); END;
{_kept("draw_file_before")}
CREATE TABLE draw_unit (
    draw TEXT NOT NULL REFERENCES draw (name),
    unit_id TEXT NOT NULL,
    PRIMARY KEY (draw, unit_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE draw_member (
    draw TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    record TEXT NOT NULL,
    salt TEXT NOT NULL CHECK (length(salt) = 64),
    PRIMARY KEY (draw, unit_id, position),
    UNIQUE (draw, record),
    FOREIGN KEY (draw, unit_id) REFERENCES draw_unit (draw, unit_id)
) STRICT, WITHOUT ROWID;
{_kept("draw_unit")}
{_kept("draw_member")}
"""  # noqa: S608 - fixed words

_LEDGER = f"""
CREATE TABLE ledger_line (
    org TEXT NOT NULL CHECK (org IN ('contractor', 'ward')),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    line BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (org, seq)
) STRICT;
CREATE TABLE ledger_checkpoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    org TEXT NOT NULL CHECK (org IN ('contractor', 'ward')),
    epoch INTEGER NOT NULL,
    size INTEGER NOT NULL,
    document BLOB NOT NULL,
    UNIQUE (org, epoch, size, document)
) STRICT;
CREATE TABLE access_log (
    seq INTEGER PRIMARY KEY CHECK (seq >= 1),
    at TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    act TEXT NOT NULL,
    detail TEXT NOT NULL,
    terminal TEXT NOT NULL,
    chain TEXT NOT NULL
) STRICT;
{_kept("ledger_line")}
{_kept("ledger_checkpoint")}
{_kept("access_log")}
"""

_BUNDLES = f"""
CREATE TABLE bundle (
    name TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    kind TEXT NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    counts TEXT NOT NULL CHECK (json_valid(counts)),
    created TEXT NOT NULL,
    settled TEXT,
    UNIQUE (direction, channel, epoch, seq)
) STRICT;
CREATE TABLE bundle_content (
    name TEXT PRIMARY KEY REFERENCES bundle (name),
    zip BLOB NOT NULL,
    manifest BLOB NOT NULL
) STRICT;
CREATE TRIGGER bundle_settled_once BEFORE UPDATE OF settled ON bundle WHEN OLD.settled IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'append-only: bundle'); END;
{_kept("bundle", updates="name, channel, epoch, seq, direction, kind, manifest_sha256, counts, created")}
{_kept("bundle_content")}
"""

_PEOPLE = f"""
CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    signing_public BLOB NOT NULL CHECK (length(signing_public) = 32),
    since TEXT NOT NULL,
    until TEXT
) STRICT;
CREATE UNIQUE INDEX staff_active ON staff (staff_id) WHERE until IS NULL;
CREATE TRIGGER staff_ended_once BEFORE UPDATE OF until ON staff WHEN OLD.until IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'append-only: staff'); END;
{_kept("staff", updates="id, staff_id, name, role, signing_public, since")}

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE draft (
    staff_id TEXT PRIMARY KEY,
    body TEXT NOT NULL CHECK (json_valid(body))
) STRICT, WITHOUT ROWID;
CREATE TABLE attendance (
    outing TEXT NOT NULL,
    record TEXT NOT NULL REFERENCES application (record),
    present INTEGER NOT NULL CHECK (present IN (0, 1)),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (outing, record)
) STRICT, WITHOUT ROWID;
CREATE TABLE notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch TEXT NOT NULL,
    record TEXT NOT NULL REFERENCES application (record),
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (batch, record, kind)
) STRICT;
CREATE INDEX notice_record ON notice (record);
{_kept("notice")}
"""

_FATES = f"""
CREATE TABLE bundle_fate (
    name TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    fate TEXT NOT NULL CHECK (fate IN ('aside', 'void')),
    manifest_sha256 TEXT NOT NULL CHECK (length(manifest_sha256) = 64),
    at TEXT NOT NULL,
    PRIMARY KEY (name, fate)
) STRICT, WITHOUT ROWID;
{_kept("bundle_fate")}
DROP TRIGGER review_sent_once;
CREATE TRIGGER review_sent_once BEFORE UPDATE OF sent_in ON review
    WHEN OLD.sent_in <> '' AND NEW.sent_in <> OLD.sent_in AND NOT (NEW.sent_in = '' AND EXISTS (
        SELECT 1 FROM bundle_fate WHERE name = OLD.sent_in AND direction = 'out' AND fate = 'void'))
BEGIN SELECT RAISE(ABORT, 'append-only: review'); END;
ALTER TABLE application_sent ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
"""  # noqa: S608 - fixed words

_UNDONE = f"""
CREATE TABLE review_undone (
    review INTEGER PRIMARY KEY REFERENCES review (id),
    at TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT;
CREATE TRIGGER review_undone_unsent BEFORE INSERT ON review_undone
    WHEN (SELECT sent_in FROM review WHERE id = NEW.review) <> ''
BEGIN SELECT RAISE(ABORT, 'sent: review'); END;
{_kept("review_undone")}
"""  # noqa: S608 - fixed words

_ORDERS = """
CREATE INDEX application_kana ON application (kana);
CREATE INDEX application_born ON application (coalesce(birth_date, ''));
CREATE INDEX application_town ON application (substr(search_text, instr(search_text, char(10)) + 1));
"""
"""What the orders of `storage.store.listing.KEYS` read by, word for word."""

_COMPANIONS = """
CREATE INDEX application_address ON application (address);
"""
"""By which those who may go together are looked up, beside telephone, group and name."""

_PHONE_ENDS = """
CREATE INDEX application_phone_end ON application (substr(phone, -4));
"""
"""By which a search for the last digits of a telephone finds whoever has it (`storage.store.listing.PHONE_ENDS`)."""

_MAILS = f"""
ALTER TABLE notice ADD COLUMN form TEXT NOT NULL DEFAULT 'postcard';
CREATE TABLE mail_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL CHECK (length(key) = 32),
    record TEXT NOT NULL REFERENCES application (record),
    told TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('begun', 'sent', 'later', 'refused', 'unclear', 'again', 'paper', 'bounced')),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    code INTEGER NOT NULL,
    batch TEXT NOT NULL
) STRICT;
CREATE INDEX mail_step_key ON mail_step (key);
{_kept("mail_step")}
"""
_REGISTERS = f"""
CREATE TABLE register_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    body TEXT NOT NULL CHECK (json_valid(body)),
    ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    UNIQUE (kind, key, version)
) STRICT;
CREATE TRIGGER register_entry_in_step BEFORE INSERT ON register_entry
    WHEN NEW.version <> 1 + (SELECT count(*) FROM register_entry WHERE kind = NEW.kind AND key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'out of step: register_entry'); END;
{_kept("register_entry")}
"""  # noqa: S608 - fixed words

_FIRST_SENT = """
ALTER TABLE application_sent ADD COLUMN first_bundle TEXT NOT NULL DEFAULT '';
UPDATE application_sent SET first_bundle = bundle WHERE version > 0 AND NOT EXISTS (
    SELECT 1 FROM application_version AS before WHERE before.number = application_sent.number
        AND before.version < application_sent.version AND before.state = 'accepted');
"""
"""In which bundle an application went for the first time: only an accepted one does, so none did before a first accepted version."""

MIGRATIONS: list[tuple[int, str, str]] = [
    (1, "first tables", _APPLICATIONS + _SOURCES + _REVIEWS + _DRAWS + _LEDGER + _BUNDLES + _PEOPLE),
    (2, "bundles set aside and voided", _FATES),
    (3, "words of the review undone before they were sent", _UNDONE),
    (4, "indexes by which the list of applications is sorted", _ORDERS),
    (5, "notices by mail, and on what a notice went out", _MAILS),
    (6, "companions are found by an index, and the list of the review is kept", _COMPANIONS + REVIEW_LIST),
    (7, "one person erased", ONE_PERSON_ERASED + _kept("person_erased")),
    (8, "registers of what people must do", _REGISTERS),
    (9, "reviews of the access log", LOG_REVIEW + _kept("log_review_step")),
    (10, "the last digits of a telephone are found by an index", _PHONE_ENDS),
    (11, "part of a name or town is found by an index", SEARCH_INDEX),
    (12, "a new application looks beside it only where somebody has been checked", REVIEW_LIST_BESIDE),
    (13, "in which bundle an application was sent first", _FIRST_SENT),
    (14, "what the flow line asks is answered by an index", FLOW_LINE),
]
"""(number, what it does, SQL). A migration that has shipped is never changed; a new one is added below it.

The SQL holds triggers, whose bodies hold semicolons: split it with `complete_statement`, never at each `;`.
"""
