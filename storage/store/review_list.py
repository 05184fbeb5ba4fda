"""The list of ⑤: who is under review, what stands, what this site's own check found (`storage.store.schema_review`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.applicant import Application, Problem, Warning_
from core.office.ports import Checked, Related
from storage.store.applications import ApplicationTable
from storage.store.rows import Connection, json_of, json_text, pieces

_PLAIN = "under = 1 AND verdict = '' AND changed = 0 AND review_list.problems = '[]' AND fresh > 0"


class ReviewListTable:
    """Implements `core.office.ports.ReviewListRows`."""

    def __init__(self, connection: Connection, applications: ApplicationTable) -> None:
        self._connection = connection
        self._applications = applications

    def counts(self) -> dict[str, tuple[int, int]]:
        """By verdict ("" for none): how many, and the sum of their versions."""
        rows = self._connection.execute(
            "SELECT verdict, count(*), sum(version) FROM review_list WHERE under = 1 GROUP BY verdict"
        )
        return {verdict: (int(count), int(versions)) for verdict, count, versions in rows}

    def unconfirmed(self) -> list[int]:
        rows = self._connection.execute(
            "SELECT number FROM review_list WHERE under = 1 AND verdict IN ('', 'returned') ORDER BY number"
        )
        return [number for (number,) in rows]

    def move(self, records: Iterable[str], *, away: bool) -> None:
        """These are at the contractor's (`away`), or have come back from there."""
        self._connection.executemany(
            "UPDATE review_list SET away = ?, fresh = 0, under = (? = 0 AND (SELECT state = 'accepted' FROM application"
            " WHERE application.number = review_list.number))"
            " WHERE number = (SELECT number FROM application WHERE record = ?)",
            [(int(away), int(away), record) for record in records],
        )
        self._connection.executemany(
            "UPDATE review_list SET fresh = 0 WHERE fresh > 0 AND number IN ("
            " SELECT other.number FROM application AS one, application AS other WHERE one.record = ? AND ("
            " other.duplicate_key = one.duplicate_key OR other.group_code = one.group_code"
            " OR other.phone = nullif(one.phone, '')))",
            [(record,) for record in records],
        )

    def forget_checks(self) -> None:
        self._connection.execute("UPDATE review_list SET fresh = 0 WHERE fresh > 0")

    def unchecked(self, limit: int) -> list[Application]:
        rows = self._connection.execute(
            "SELECT number FROM review_list WHERE under = 1 AND fresh = 0 LIMIT ?", (limit,)
        ).fetchall()
        return self._applications.by_numbers([number for (number,) in rows])

    def related(self, numbers: Sequence[int]) -> dict[int, Related]:
        """What each has in common with others under review."""
        return {number: one for few in pieces(numbers) for number, one in self._related(few).items()}

    def _related(self, numbers: Sequence[int]) -> dict[int, Related]:
        marks = ", ".join("?" * len(numbers))
        other = (
            "SELECT 1 FROM application AS other JOIN review_list USING (number)"
            " WHERE under = 1 AND other.number <> application.number"
        )
        rows = self._connection.execute(
            "SELECT number, group_code,"  # noqa: S608 - values are bound
            f" EXISTS ({other} AND other.duplicate_key = application.duplicate_key AND other.number < application.number),"
            f" EXISTS ({other} AND other.phone = nullif(application.phone, ''))"
            f" FROM application WHERE number IN ({marks})",
            tuple(numbers),
        ).fetchall()
        groups = {code: self._group(code) for code in {row[1] for row in rows if row[1]}}
        return {
            number: Related(bool(twin), bool(phone), groups.get(code, ()))
            for number, code, twin, phone in rows
        }

    def _group(self, code: str) -> tuple[Application, ...]:
        rows = self._connection.execute(
            "SELECT number FROM application JOIN review_list USING (number) WHERE group_code = ? AND under = 1"
            " ORDER BY number",
            (code,),
        ).fetchall()
        return tuple(self._applications.by_numbers([number for (number,) in rows]))

    def put(self, found: Iterable[tuple[int, Sequence[Problem], Sequence[Warning_]]]) -> None:
        self._connection.executemany(
            "UPDATE review_list SET fresh = 1, problems = ?, warnings = ? WHERE number = ?",
            [(json_text(problems), json_text(warnings), number) for number, problems, warnings in found],
        )

    def place(self) -> None:
        """Put each where it belongs in the list now (`core.office.review_items.ReviewItem.order`)."""
        plain = (
            "(NOT (problems <> '[]' OR changed OR verdict = 'returned'"
            " OR (SELECT reason IS NOT NULL FROM application WHERE application.number = review_list.number)))"
        )
        self._connection.execute(
            f"UPDATE review_list SET fresh = 2, answer = verdict || {plain},"  # noqa: S608 - fixed words
            f" rank = 4 * (verdict <> '') + 2 * {plain} + (changed = 0) WHERE under = 1 AND fresh = 1"
        )

    def checked(self, numbers: Sequence[int]) -> dict[int, Checked]:
        return {number: one for few in pieces(numbers) for number, one in self._checked(few).items()}

    def _checked(self, numbers: Sequence[int]) -> dict[int, Checked]:
        marks = ", ".join("?" * len(numbers))
        rows = self._connection.execute(
            "SELECT number, verdict, changed, fresh > 0, problems, warnings FROM review_list"  # noqa: S608 - values are bound
            f" WHERE number IN ({marks})",
            tuple(numbers),
        )
        return {
            number: Checked(
                verdict, bool(changed), bool(fresh), tuple(map(Problem, json_of(problems))), tuple(map(Warning_, json_of(warnings)))
            )
            for number, verdict, changed, fresh, problems, warnings in rows
        }  # fmt: skip

    def count_plain(self) -> int:
        (count,) = self._connection.execute(f"SELECT count(*) FROM review_list WHERE {_PLAIN}").fetchone()  # noqa: S608 - fixed words
        return int(count)

    def plain(self) -> list[tuple[str, str]]:
        """(record, version hash) of those without a word, a change or a finding, by 受付番号."""
        rows = self._connection.execute(
            f"SELECT record, version_hash FROM review_list JOIN application USING (number) WHERE {_PLAIN} ORDER BY number"  # noqa: S608 - fixed words
        )
        return [(record, version) for record, version in rows]
