"""Applications: the newest version of each as columns to search by, and every version there ever was.

The database copies each version into `application_version` itself (a trigger), so none can be written without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from core.applicant import Applicant, Application, Problem, Route, State, Warning_
from core.errors import IntegrityFailure, Refused
from core.office.listing import Landmark, ListFilter, Order
from core.people.duplicates import Shared, folded_key
from core.people.kana import fold_kana
from storage.store import search
from storage.store.listing import (
    KEYS,
    beside,
    counted,
    number_of,
    only_searched,
    order_by,
    search_text,
    table_of,
    where,
)  # fmt: skip
from storage.store.rows import FEW, Connection, json_of, json_text, moment_of, moment_text, pieces

_COLUMNS = (
    "number, record, version, state, route, source, receipt, kana, birth_date, postal_code, address, phone, email,"
    " preferences, group_code, problems, warnings, reason"
)
_QUALIFIED = ", ".join(f"application.{name}" for name in _COLUMNS.split(", "))
_WRITTEN = (*_COLUMNS.split(", "), "changed_at", "changed_by", "duplicate_key", "search_text", "version_hash")
_INSERT = f"INSERT INTO application ({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))})"  # noqa: S608 - fixed words
_SEARCH_TEXT = _WRITTEN.index("search_text")
_UPDATE = (
    f"UPDATE application SET {', '.join(f'{name} = ?' for name in _WRITTEN[2:])}"  # noqa: S608 - fixed words
    " WHERE number = ? AND record = ? AND version = ?"
)


def _row_of(application: Application, at: str, actor: str) -> tuple[Any, ...]:
    """In the order of `_WRITTEN`."""
    who = application.applicant
    return (
        application.number,
        application.record,
        application.version,
        application.state.value,
        application.route.value,
        application.source,
        application.receipt,
        who.kana,
        who.birth_date.isoformat() if who.birth_date else None,
        who.postal_code,
        who.address,
        who.phone,
        who.email,
        _words(who.preferences),
        who.group,
        _words(application.problems),
        _words(application.warnings),
        application.reason,
        at,
        actor,
        folded_key(who) or None,
        search_text(who.kana, who.address),
        application.version_hash,
    )


_words = lru_cache(maxsize=1000)(json_text)
"""Of codes, of which there are few and which name nobody: wished outings, problems, warnings."""


def _application_of(row: Sequence[Any]) -> Application:
    """From a row of `_COLUMNS`."""
    return Application(
        number=row[0],
        record=row[1],
        version=row[2],
        state=State(row[3]),
        route=Route(row[4]),
        source=row[5],
        receipt=row[6],
        applicant=Applicant(
            kana=row[7],
            birth_date=dt.date.fromisoformat(row[8]) if row[8] else None,
            postal_code=row[9],
            address=row[10],
            phone=row[11],
            email=row[12],
            preferences=tuple(json_of(row[13])),
            group=row[14],
        ),
        problems=tuple(Problem(word) for word in json_of(row[15])),
        warnings=tuple(Warning_(word) for word in json_of(row[16])),
        reason=row[17],
    )


class ApplicationTable:
    """Implements `core.office.ports.Applications`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, application: Application, at: dt.datetime) -> None:
        """Store a new application, version and all. Raises `IntegrityFailure` when number or record is taken."""
        taken = self._connection.execute(
            "SELECT 1 FROM application WHERE number = ? OR record = ?",
            (application.number, application.record),
        ).fetchone()
        if taken:
            raise IntegrityFailure(
                "受付番号または記録番号が、すでに使われています", where=f"受付番号 {application.number:04}"
            )
        self.add_all([application], at)

    def add_all(self, applications: Iterable[Application], at: dt.datetime) -> None:
        """As `add`, without the look whether a number or record is taken: where one is, the table's own rule stops the
        transaction (`VaultStore.write`)."""
        moment = moment_text(at)
        rows = [_row_of(one, moment, "") for one in applications]  # a generator costs half as much again
        self._connection.executemany(_INSERT, rows)
        self._connection.executemany(search.INSERT, [(row[0], row[_SEARCH_TEXT]) for row in rows])

    def next_number(self, series: range) -> int:
        """The number after the highest used one within `series`, or its first. Raises `Refused` when it is used up."""
        (largest,) = self._connection.execute(
            "SELECT max(number) FROM application WHERE number >= ? AND number < ?",
            (series.start, series.stop),
        ).fetchone()
        following = series.start if largest is None else int(largest) + 1
        if following not in series:
            raise Refused("受付番号を使い切りました", next_step="取扱責任者に連絡してください")
        return following

    def unsent(self, limit: int | None = None) -> list[Application]:
        """The first so many by 受付番号: accepted ones never sent to the ward, those of any state that changed since they were, and
        those of the ward's counter that came to nothing before: the ward has them."""
        return self._select(" JOIN application_unsent USING (number)", (), limit=limit)

    def any_unsent(self) -> bool:
        found = self._connection.execute("SELECT 1 FROM application_unsent LIMIT 1")
        return found.fetchone() is not None

    def mark_sent(self, numbers: Sequence[int], bundle: str = "") -> None:
        """The newest versions of these have been sealed for the ward, in that bundle."""
        self._connection.executemany(
            "INSERT INTO application_sent (number, version, bundle, first_bundle)"
            " SELECT number, version, ?1, ?1 FROM application WHERE number = ?2"
            " ON CONFLICT (number) DO UPDATE SET version = excluded.version, bundle = excluded.bundle",
            [(bundle, number) for number in numbers],
        )

    def take_back(self, bundles: Sequence[str]) -> None:
        """What was sealed last in one of these has not been sent after all, and what was sealed first in one never was. Marks of
        no known bundle count as sealed last in them: sending a version twice changes nothing at the ward, not sending it does."""
        self._connection.executemany(
            "DELETE FROM application_sent WHERE first_bundle = ?", [(name,) for name in bundles]
        )
        self._connection.executemany(
            "UPDATE application_sent SET version = 0 WHERE bundle = ?", [(name,) for name in ("", *bundles)]
        )

    def was_sent(self, number: int) -> bool:
        """Whether any version of it was ever sealed for the ward, in a bundle that is not void."""
        found = self._connection.execute("SELECT 1 FROM application_sent WHERE number = ?", (number,))
        return found.fetchone() is not None

    def send_again(self, number: int) -> None:
        """It counts as unsent again, as it stands."""
        self._connection.execute("UPDATE application_sent SET version = 0 WHERE number = ?", (number,))

    def get(self, number: int) -> Application | None:
        return next(iter(self._select(" WHERE number = ?", (number,))), None)

    def by_record(self, record: str) -> Application | None:
        return next(iter(self._select(" WHERE record = ?", (record,))), None)

    def by_numbers(self, numbers: Sequence[int]) -> list[Application]:
        return self._among("number", numbers)

    def by_records(self, records: Collection[str]) -> list[Application]:
        return self._among("record", list(records))

    def _among(self, column: str, values: Sequence[Any]) -> list[Application]:
        """Those whose `column` is one of these, by 受付番号; in pieces, as SQLite takes no statement of a million values."""
        found: list[Application] = []
        for few in pieces(values):
            found += self._select(f" WHERE {column} IN ({', '.join('?' * len(few))})", few)
        return sorted(found, key=lambda one: one.number) if len(values) > FEW else found

    def put(self, application: Application, at: dt.datetime, actor: str) -> None:
        """Store the next version; the one before is kept as history.

        Raises `Refused` when the stored version is not the one before: somebody else was quicker.
        """
        row = _row_of(application, moment_text(at), actor)
        key = (application.number, application.record, application.version - 1)
        if self._connection.execute(_UPDATE, (*row[2:], *key)).rowcount != 1:
            raise Refused(
                "この応募は、開いた後に変更されています。保存していません",
                where=f"受付番号 {application.number:04}",
                next_step="開き直して、もう一度訂正してください",
            )

    def history(self, number: int) -> list[tuple[Application, dt.datetime, str]]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS}, changed_at, changed_by FROM application_version"  # noqa: S608 - fixed words
            " WHERE number = ? ORDER BY version",
            (number,),
        )
        return [(_application_of(row), moment_of(row[18]), row[19]) for row in rows]

    def count(self, which: ListFilter) -> int:
        if (wanted := only_searched(which)) and (asked := search.to_count(self._connection, wanted)):
            return search.how_many(self._connection, asked)
        return self._count(*where(which, self._connection, whole=True), counted(which))

    def _count(self, clause: str, values: Sequence[Any], table: str = "application") -> int:
        (number,) = self._connection.execute(f"SELECT count(*) FROM {table}{clause}", values).fetchone()  # noqa: S608 - values are bound
        return int(number)

    def page(
        self, which: ListFilter, offset: int, limit: int, near: Landmark | None = None
    ) -> list[Application]:
        """`limit` applications from the `offset`th on (from 0), in the filter's order. Raises `ValueError` below 0.

        `near` must be right: it is believed, and spares the rows between the list's beginning and itself.
        """
        if offset < 0 or limit < 0:
            raise ValueError("offset and limit count from 0")
        clause, values = where(which, self._connection)
        table = table_of(which)
        if near is None or (offset < near.offset < offset + limit and near.number is not None):
            return self._select(
                clause, values, offset=offset, limit=limit, order=order_by(which), table=table
            )
        after = offset >= near.offset
        if near.number is not None:
            clause += f"{' AND' if clause else ' WHERE'} {beside(which, after=after)}"
            values = [*values, *self._key(which, near.number)]
        if after:
            skip = offset - near.offset
            return (
                self._select(clause, values, offset=skip, limit=limit, order=order_by(which), table=table)
                if near.number
                else []
            )
        limit = min(limit, near.offset - offset)
        skip = near.offset - offset - limit
        order = order_by(which, from_end=True)
        return self._select(clause, values, offset=skip, limit=limit, order=order, table=table)[::-1]

    def place(self, which: ListFilter, number: int) -> Landmark | None:
        """Where in the list this 受付番号 stands; None when it is not in it."""
        clause, values = where(which, self._connection, whole=True)
        joined = f"{clause}{' AND' if clause else ' WHERE'} "
        table = counted(which)
        if not self._count(f"{joined}{number_of(which)} = ?", [*values, number], table):
            return None
        before = self._count(joined + beside(which, after=False), [*values, *self._key(which, number)], table)
        return Landmark(before, number)

    def next_open(self, which: ListFilter, after: int | None) -> int | None:
        """Of a list under review: the first 受付番号 without a word, behind this one (None: from the top)."""
        clause, values = where(which, self._connection)
        clause += (
            " AND +review_list.verdict = ''"  # the + keeps to the index of the order: others come in no order
        )
        if after is not None:
            clause += f" AND {beside(which, after=True)}"
            values = [*values, *self._key(which, after)]
        found = self._select(clause, values, limit=2, order=order_by(which), table=table_of(which))
        return next((one.number for one in found if one.number != after), None)

    def _key(self, which: ListFilter, number: int) -> tuple[Any, ...]:
        """The parameters of `beside` for this row."""
        if which.order is Order.NUMBER:
            return (number,)
        (key,) = self._connection.execute(
            f"SELECT {KEYS[which.order]} FROM {table_of(which)} WHERE {number_of(which)} = ?",  # noqa: S608 - fixed words
            (number,),
        ).fetchone()
        return (key, key, number)

    def all(self, states: Iterable[State] = tuple(State)) -> list[Application]:
        clause, values = where(ListFilter(states=frozenset(states)), self._connection)
        return self._select(clause, values)

    def with_duplicate_key(self, key: str) -> list[Application]:
        """Those of one folded kana and birth date, neither refused nor withdrawn. `key` from `folded_key`."""
        return self._select(
            " WHERE duplicate_key = ? AND state NOT IN (?, ?)",
            (key, State.REFUSED.value, State.WITHDRAWN.value),
        )

    def shared(self, keys: Collection[str], phones: Collection[str]) -> Shared:
        """Which of these duplicate keys and telephones more than one application has, of whatever state."""
        return Shared(self._several("duplicate_key", keys), self._several("phone", phones))

    def _several(self, column: str, values: Collection[str]) -> frozenset[str]:
        """Those of `values` that stand in the column more than once; read from the column's index alone."""
        found: set[str] = set()
        every = sorted(values)  # in the order of the index: neighbours lie on one page
        for few in pieces(every):
            found.update(
                value
                for (value,) in self._connection.execute(
                    f"SELECT {column} FROM application WHERE {column} IN ({', '.join('?' * len(few))})"  # noqa: S608 - values are bound
                    f" GROUP BY {column} HAVING count(*) > 1",
                    few,
                )
            )
        return frozenset(found)

    def with_phone(self, phone: str) -> list[Application]:
        """Those with this very phone; none for "" (that nobody gave one makes no couple)."""
        return self._select(" WHERE phone = ?", (phone,)) if phone else []

    def with_group(self, group: str) -> list[Application]:
        return self._select(" WHERE group_code = ?", (group,))

    def with_address(self, address: str) -> list[Application]:
        """Those with this very address; none for ""."""
        return self._select(" WHERE address = ?", (address,)) if address else []

    def with_name(self, kana: str) -> list[Application]:
        """Those whose name may be read as this one, of whom the birth date is known: the duplicate key begins with it."""
        folded = fold_kana(kana)
        if not folded:
            return []
        return self._select(" WHERE duplicate_key >= ? AND duplicate_key < ?", (f"{folded} ", f"{folded}!"))

    def waiting(self) -> int:
        """How many are held because somebody of their group is still to come."""
        return self._count(
            " WHERE state = ? AND problems LIKE ?",
            (State.HELD.value, f'%"{Problem.GROUP_INCOMPLETE.value}"%'),
        )

    def records(self, state: State) -> set[str]:
        rows = self._connection.execute("SELECT record FROM application WHERE state = ?", (state.value,))
        return {record for (record,) in rows}

    def with_reason(self, reason: str) -> list[Application]:
        return self._select(" WHERE reason = ?", (reason,))

    def changes(self) -> object:
        """Counted by indexes alone: every correction adds a version, and none is ever removed."""
        (every,) = self._connection.execute("SELECT count(*) FROM application").fetchone()
        (corrections,) = self._connection.execute(
            "SELECT count(*) FROM application_version WHERE version > 1"
        ).fetchone()
        return every, corrections

    def counts(self) -> dict[State, int]:
        found = dict(self._connection.execute("SELECT state, count(*) FROM application GROUP BY state"))
        return {state: int(found.get(state.value, 0)) for state in State}

    def _select(
        self,
        clause: str,
        values: Sequence[Any],
        *,
        offset: int = 0,
        limit: int | None = None,
        order: str = " ORDER BY application.number",
        table: str = "application",
    ) -> list[Application]:
        rows = self._connection.execute(
            f"SELECT {_QUALIFIED} FROM {table}{clause}{order} LIMIT ? OFFSET ?",  # noqa: S608 - values are bound
            (*values, -1 if limit is None else limit, offset),
        )
        return [_application_of(row) for row in rows]
