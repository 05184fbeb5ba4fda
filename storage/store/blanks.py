"""Blanking one person's rows: the one change that rows which are otherwise never changed let through (`schema`).

With `secure_delete` SQLite writes zeros where the old values stood; the log and older pages die with the next data key.
"""

from __future__ import annotations

import datetime as dt

from core.applicant import Application
from storage.store.applications import ApplicationTable
from storage.store.blank_drafts import drop_drafts
from storage.store.rows import Connection, json_of, json_text, moment_text
from storage.store.schema_search import REFILL

_NO_HASH = "0" * 64


class BlankTable:
    """Implements `core.office.blanking.Blanks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def erase(self, application: Application, at: dt.datetime, actor: str, reason: str) -> None:
        """First the word that it is so, which opens the way for the rest. Repeating it is refused by the table."""
        number, record = application.number, application.record
        versions = [one.applicant for one, _, _ in ApplicationTable(self._connection).history(number)]
        self._connection.execute(
            "INSERT INTO person_erased (number, record, reason, at, actor) VALUES (?, ?, ?, ?, ?)",
            (number, record, reason, moment_text(at), actor),
        )
        self._connection.execute(
            "UPDATE application_version SET kana = '', birth_date = NULL, postal_code = '', address = '', phone = '',"
            " email = NULL, preferences = '[]', group_code = NULL, problems = '[]', warnings = '[]' WHERE number = ?",
            (number,),
        )
        self._connection.execute(
            "UPDATE source_row SET cells = '{}', fingerprint = '' WHERE number = ?", (number,)
        )
        self._connection.execute("UPDATE review SET version_hash = ? WHERE record = ?", (_NO_HASH, record))
        self._connection.execute("UPDATE draw_member SET salt = ? WHERE record = ?", (_NO_HASH, record))
        self._printed_lists(record)
        for statement in REFILL:
            self._connection.execute(statement)
        drop_drafts(self._connection, number, versions)

    def _printed_lists(self, record: str) -> None:
        """A printed 点検一覧 keeps a hash over what it showed of each person: theirs goes, the numbering stays."""
        rows = self._connection.execute(
            "SELECT name, value FROM setting WHERE name GLOB 'review_list_*' AND instr(value, ?)", (record,)
        ).fetchall()
        for name, value in rows:
            body = json_of(value)
            body["rows"] = [[one, "" if one == record else shown] for one, shown in body["rows"]]
            self._connection.execute("UPDATE setting SET value = ? WHERE name = ?", (json_text(body), name))
