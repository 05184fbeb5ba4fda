"""Blanking one person's rows: the one change that rows which are otherwise never changed let through (`schema`).

With `secure_delete` SQLite writes zeros where the old values stood; the log and older pages die with the next data key.
"""

from __future__ import annotations

import datetime as dt

from core.applicant import Application
from storage.store.rows import Connection, json_of, json_text, moment_text

_NO_HASH = "0" * 64


class BlankTable:
    """Implements `core.office.blanking.Blanks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def erase(self, application: Application, at: dt.datetime, actor: str, reason: str) -> None:
        """First the word that it is so, which opens the way for the rest. Repeating it is refused by the table."""
        number, record = application.number, application.record
        known = self._connection.execute(
            "SELECT DISTINCT kana, phone FROM application_version WHERE number = ? AND kana <> ''", (number,)
        ).fetchall()
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
        self._unfinished({text for row in known for text in row if text})

    def _unfinished(self, words: set[str]) -> None:
        """Somebody's unfinished forms in which this person stands go; their others stay."""
        for staff_id, text in self._connection.execute("SELECT staff_id, body FROM draft").fetchall():
            if not any(word in text for word in words):
                continue
            forms = json_of(text).get("forms")  # one alone, in a vault of before there were several
            rest = [one for one in forms or () if not any(word in json_text(one) for word in words)]
            self._connection.execute("DELETE FROM draft WHERE staff_id = ?", (staff_id,))
            if rest:
                self._connection.execute(
                    "INSERT INTO draft (staff_id, body) VALUES (?, ?)", (staff_id, json_text({"forms": rest}))
                )

    def _printed_lists(self, record: str) -> None:
        """A printed 点検一覧 keeps a hash over what it showed of each person: theirs goes, the numbering stays."""
        rows = self._connection.execute(
            "SELECT name, value FROM setting WHERE name GLOB 'review_list_*' AND instr(value, ?)", (record,)
        ).fetchall()
        for name, value in rows:
            body = json_of(value)
            body["rows"] = [[one, "" if one == record else shown] for one, shown in body["rows"]]
            self._connection.execute("UPDATE setting SET value = ? WHERE name = ?", (json_text(body), name))
