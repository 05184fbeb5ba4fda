"""The ward's words on records (⑤ and ⑨): never changed, a later word stands over an earlier one.

A word not yet sent can be undone: it stays in its table, and counts no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core.errors import IntegrityFailure
from core.office.ports import ReviewRow
from storage.store.rows import FEW, Connection, moment_of, moment_text

_COLUMNS = "stage, record, version_hash, verdict, code, actor, at, sent_in"
_STANDS = "id NOT IN (SELECT review FROM review_undone)"


def _review_of(row: Any) -> ReviewRow:
    return ReviewRow(
        stage=row[0],
        record=row[1],
        version_hash=row[2],
        verdict=row[3],
        code=row[4],
        actor=row[5],
        at=moment_of(row[6]),
        sent_in=row[7],
    )


def _word(row: ReviewRow) -> tuple[str, ...]:
    """What is said, without the bundle that carried it."""
    return (row.stage, row.record, row.version_hash, row.verdict, row.code, row.actor, moment_text(row.at))


class ReviewTable:
    """Implements `core.office.ports.Reviews`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: ReviewRow) -> None:
        self._connection.execute(
            f"INSERT INTO review ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed words
            (*_word(row), row.sent_in),
        )

    def undo(self, row: ReviewRow, at: dt.datetime, actor: str) -> None:
        undone = self._connection.execute(
            "INSERT INTO review_undone (review, at, actor) SELECT max(id), ?, ? FROM review"  # noqa: S608 - fixed words
            " WHERE stage = ? AND record = ? AND version_hash = ? AND verdict = ? AND code = ? AND actor = ? AND at = ?"
            f" AND sent_in = '' AND {_STANDS} HAVING max(id) IS NOT NULL",
            (moment_text(at), actor, *_word(row)),
        )
        if undone.rowcount != 1:
            raise IntegrityFailure(
                "取り消そうとした点検結果が、未送信の中にありません", where=f"記録 {row.record}"
            )

    def latest(self, stage: str, records: Sequence[str] | None = None) -> dict[str, ReviewRow]:
        if records is not None and len(records) > FEW:
            wanted = set(records)
            return {record: row for record, row in self.latest(stage).items() if record in wanted}
        among = "" if records is None else f" AND record IN ({', '.join('?' * len(records))})"
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM review"  # noqa: S608 - fixed words
            f" WHERE id IN (SELECT max(id) FROM review WHERE stage = ?{among} AND {_STANDS} GROUP BY record) ORDER BY id",
            (stage, *(records or ())),
        )
        return {row[1]: _review_of(row) for row in rows}

    def said(self, stage: str, records: Sequence[str] | None = None) -> dict[tuple[str, str], ReviewRow]:
        if records is not None and len(records) > FEW:
            wanted = set(records)
            return {key: row for key, row in self.said(stage).items() if key[0] in wanted}
        among = "" if records is None else f" AND record IN ({', '.join('?' * len(records))})"
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM review"  # noqa: S608 - fixed words
            f" WHERE id IN (SELECT max(id) FROM review WHERE stage = ?{among} AND {_STANDS} GROUP BY record, version_hash)"
            " ORDER BY id",
            (stage, *(records or ())),
        )
        return {(row[1], row[2]): _review_of(row) for row in rows}

    def ever_confirmed(self, stage: str, record: str) -> set[str]:
        rows = self._connection.execute(
            f"SELECT version_hash FROM review WHERE stage = ? AND record = ? AND verdict = 'confirmed' AND {_STANDS}",  # noqa: S608 - fixed words
            (stage, record),
        )
        return {version for (version,) in rows}

    def ever_returned(self, stage: str, record: str) -> bool:
        found = self._connection.execute(
            f"SELECT 1 FROM review WHERE stage = ? AND record = ? AND verdict = 'returned' AND {_STANDS}",  # noqa: S608 - fixed words
            (stage, record),
        )
        return found.fetchone() is not None

    def returned(self, stage: str) -> list[str]:
        rows = self._connection.execute(
            f"SELECT DISTINCT record FROM review WHERE stage = ? AND verdict = 'returned' AND {_STANDS} ORDER BY record",  # noqa: S608 - fixed words
            (stage,),
        )
        return [record for (record,) in rows]

    def state(self) -> object:
        (last,) = self._connection.execute("SELECT max(id) FROM review").fetchone()
        (undone,) = self._connection.execute("SELECT count(*) FROM review_undone").fetchone()
        return last, undone

    def any_unsent(self) -> bool:
        found = self._connection.execute(
            f"SELECT 1 FROM review WHERE sent_in = '' AND {_STANDS} LIMIT 1"  # noqa: S608 - fixed words
        )
        return found.fetchone() is not None

    def unsent(self, limit: int | None = None) -> list[ReviewRow]:
        """The first so many, in the order they were given."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM review WHERE sent_in = '' AND {_STANDS} ORDER BY id LIMIT ?",  # noqa: S608 - fixed words
            (-1 if limit is None else limit,),
        )
        return [_review_of(row) for row in rows]

    def take_back(self, bundles: Sequence[str]) -> None:
        """The words these carried wait again. The bundles must be void: the table sees to it."""
        self._connection.executemany(
            "UPDATE review SET sent_in = '' WHERE sent_in = ?", [(name,) for name in bundles]
        )

    def mark_sent(self, rows: Sequence[ReviewRow], bundle: str) -> None:
        """Note the bundle that carries these words; the same again changes nothing.

        Raises `IntegrityFailure` for a word that is not here, or that another bundle carried.
        """
        for word in dict.fromkeys(_word(row) for row in rows):
            marked = self._connection.execute(
                "UPDATE review SET sent_in = ? WHERE stage = ? AND record = ? AND version_hash = ? AND verdict = ?"  # noqa: S608 - fixed words
                f" AND code = ? AND actor = ? AND at = ? AND sent_in IN ('', ?) AND {_STANDS}",
                (bundle, *word, bundle),
            )
            if marked.rowcount < 1:
                raise IntegrityFailure(
                    "送ろうとした点検結果が、未送信の中にありません", where=f"記録 {word[1]}"
                )
