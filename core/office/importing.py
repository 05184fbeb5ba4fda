"""Importing: a file's rows become applications, as a whole or not at all; every row is kept with its source.

The same file again changes nothing; next week's cumulative export of the same form adds what is new and changes what
changed at the source, leaving hand corrections alone.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from core.applicant import Applicant, Application, Problem, Reading, Route, State, Warning_
from core.canonical import canonical_json, sha256_hex
from core.columns import Columns, recognise
from core.errors import UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.blanking import is_blanked
from core.office.desk import Desk, programme_of
from core.office.forms import as_fields, fingerprint_of, new_application, numbers_of
from core.office.ledger import write_line
from core.office.ports import Progress, SourceRow, Tx
from core.office.returned import mark, returned, same_row
from core.office.settling import Settling
from core.people.duplicates import folded_key
from core.people.kana import fold_kana
from core.people.reading import ReadingRules, read_applicant, read_receipt
from core.roles import Right


class SourceTable(Protocol):
    """A table as a reader gives it."""

    @property
    def name(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> Sequence[Sequence[Any]]: ...
    @property
    def numbers(self) -> Sequence[int]:
        """The place of each row below the header, from 1: blank rows are not in `rows`, but are counted."""
        ...


@dataclass(frozen=True)
class ImportedRow:
    """What one row of a file became."""

    row: int
    receipt: str | None
    outcome: str
    """accepted | held | already | changed"""
    problems: tuple[Problem, ...]
    warnings: tuple[Warning_, ...]
    applicant: Applicant
    """As it stands now; of a row whose application was there before, as the row has it: what the vault holds is opened one by one."""
    number: int


@dataclass(frozen=True)
class ImportReport:
    """What one file became. Every row of the file is in `rows`."""

    file: str
    encoding: str
    dropped_columns: tuple[str, ...]
    rows: tuple[ImportedRow, ...]

    @property
    def accepted(self) -> int:
        """Rows whose application is new and accepted."""
        return sum(row.outcome == "accepted" for row in self.rows)

    @property
    def held(self) -> int:
        return sum(row.outcome == "held" for row in self.rows)

    @property
    def already(self) -> int:
        return sum(row.outcome == "already" for row in self.rows)

    @property
    def changed(self) -> int:
        return sum(row.outcome == "changed" for row in self.rows)


class _DryRun(Exception):
    """Leaves the transaction without committing."""


class Importing:
    """The use case behind `ikiiki intake import` and the 受付 pane's 取込."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def import_table(
        self,
        table: SourceTable,
        mapping: Mapping[str, str] | None = None,
        *,
        source: str | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Take a file in as a whole, or not at all. The same file again changes nothing.

        A file that is not taken in, looked at only (`dry_run`) or refused for what the vault holds, is a question all the same: who
        is there already is its answer. It leaves a row of its own in the access log.

        `mapping` gives field names by header where headers are not recognised. `source` names the form when two
        forms share their columns; by default the columns are the form's identity, so that next week's cumulative
        export is known. Raises `UsageError` for a table that cannot be understood.
        """
        self._desk.actor.require(Right.INTAKE)
        with self._desk.reading(Right.INTAKE) as tx:
            programme = programme_of(tx)
        columns = recognise(table.header, mapping, name=table.name)
        rules = programme.reading_rules()
        form = source or sha256_hex("\x1f".join(table.header).encode())[:16]
        total = len(table.rows)
        judged: deque[_Judged] = deque()
        for index, (place, row) in enumerate(zip(table.numbers, table.rows, strict=True)):
            fields = columns.fields_of(row)
            cells = columns.kept_of(fields)
            reading, receipt = read_applicant(fields, rules), read_receipt(fields)
            judged.append(_Judged(place, cells, fingerprint_of(cells), reading, receipt))
            if progress and index % 50 == 0:
                progress(index, total)
        read_as = canonical_json({"file": table.sha256, "form": form, "mapping": dict(mapping or {})})
        file = f"file={sha256_hex(read_as)[:16]}"
        same = _most_of_one_name(judged)
        report: ImportReport | None = None
        hits = 0
        try:
            with self._desk.writing(Right.INTAKE) as tx:
                settling = Settling(tx, programme, self._desk.now(), self._desk.actor.staff_id)
                taking_in = _TakingIn(self._desk, tx, settling, table, form, columns, rules)
                while judged:
                    taking_in.take([judged.popleft() for _ in range(min(_AT_ONCE, len(judged)))])
                settling.finish()
                rows = taking_in.rows()
                report = ImportReport(table.name, table.encoding, columns.dropped, rows)
                if dry_run:
                    hits = taking_in.hits()
                    raise _DryRun
                if report.already < len(rows):
                    fresh = report.accepted + report.held + report.changed
                    write_line(
                        self._desk, tx, Act.INTAKE, Content.APPLICATIONS, fresh, Unit.PEOPLE,
                        medium=Medium.WEB, from_=Place.APPLICANTS, to=Place.CONTRACTOR, ref=f"sha256:{table.sha256}",
                    )  # fmt: skip
                self._desk.log(
                    tx,
                    "import",
                    f"rows={total} new={report.accepted + report.held} changed={report.changed} {file}",
                )
                if progress:
                    progress(total, total)
        except _DryRun:
            self._note_looked_at(f"rows={total} n={hits} same={same} {file}")
        except UsageError:  # it tells that a receipt is somebody else's
            self._note_looked_at(f"rows={total} n=0 same={same} {file} stopped")
            raise
        assert report is not None
        return report

    def _note_looked_at(self, words: str) -> None:
        with self._desk.writing(Right.INTAKE) as tx:
            self._desk.log(tx, "preview", words)


class _Judged(NamedTuple):
    """One row, read and judged by itself: nothing of the vault is needed for it, so it is done before the vault is locked."""

    row: int
    cells: dict[str, str]
    fingerprint: str
    reading: Reading
    receipt: str | None

    @property
    def known_by(self) -> str:
        """What knows the row again: its receipt (40 characters at most), or its fingerprint (64)."""
        return self.receipt if self.receipt is not None else self.fingerprint


def _most_of_one_name(judged: Iterable[_Judged]) -> int:
    """How many rows the name has that has most: of a file of guesses many, with one birth date after the other."""
    names = Counter(fold_kana(one.reading.applicant.kana) for one in judged if one.reading.applicant.kana)
    return max(names.values(), default=0)


_AT_ONCE = 1000
"""Rows that are looked up, and stored, together: one by one each costs several times as much."""


class _TakingIn:
    """The rows of one file on their way into the vault, within one transaction: `take` them all, settle, then ask for `rows`."""

    def __init__(
        self,
        desk: Desk,
        tx: Tx,
        settling: Settling,
        table: SourceTable,
        form: str,
        columns: Columns,
        rules: ReadingRules,
    ) -> None:
        self._desk = desk
        self._tx = tx
        self._settling = settling
        self._table = table
        self._form = form
        self._columns = columns
        self._rules = rules
        self._now = desk.now()
        self._numbers = self._following()
        self._returned = returned(tx)
        self._back = 0
        """Rows found again in what came back after a restore."""
        self._new: list[Application] = []
        self._sources: list[SourceRow] = []
        """These two are not stored yet."""
        self._outcomes: list[tuple[int, str | None, str, int, Applicant]] = []

    def take(self, judged: Sequence[_Judged]) -> None:
        """Some rows more, in the order of the file: a receipt may stand in it twice, and then the later one changes the first."""
        known = self._known(judged)
        for one in judged:
            before = known.get(one.known_by)
            if before is not None and (before.fingerprint == one.fingerprint or self._blanked(before.number)):
                self._outcomes.append((one.row, one.receipt, "already", before.number, one.reading.applicant))
                continue
            back = self._came_back(one) if before is None else None
            if back is not None:
                number, outcome = back, "already"
            else:
                number = self._add(one) if before is None else self._change(before, one)
                outcome = "new" if before is None else "changed"
            source = SourceRow(
                self._form, self._table.name, self._table.sha256, one.row, one.receipt, one.fingerprint, one.cells,
                outcome, number, self._now,
            )  # fmt: skip
            known[one.known_by] = source
            self._sources.append(source)
            self._outcomes.append((one.row, one.receipt, outcome, number, one.reading.applicant))
        self._store()

    def rows(self) -> tuple[ImportedRow, ...]:
        """What each row has become, after all were settled."""
        return tuple(self._row(*outcome) for outcome in self._outcomes)

    def _came_back(self, one: _Judged) -> int | None:
        """The 受付番号 that this row had before a restore, when its application has come back and the row has not."""
        applicant = one.reading.applicant
        back = self._returned.get(mark(one.receipt, applicant), [])
        found = next((each for each in back if same_row(each, one.receipt, applicant)), None)
        if found is None:
            return None
        back.remove(found)
        self._back += 1
        return found.number

    def hits(self) -> int:
        """How many of the rows tell a birth date or a telephone of somebody who was here before the file."""
        new = {number for _, _, outcome, number, _ in self._outcomes if outcome == "new"}
        told = [number for _, _, outcome, number, _ in self._outcomes if outcome != "already"]
        return self._back + sum(self._meets(number, new) for number in told)

    def _meets(self, number: int, new: Set[int]) -> bool:
        if self._settling.alone(number):
            return False
        application = self._settling.current(number)
        others: list[Application] = []
        if Problem.DUPLICATE in application.problems:
            others += self._tx.applications.with_duplicate_key(folded_key(application.applicant) or "")
        if Warning_.SHARED_PHONE in application.warnings:
            others += self._tx.applications.with_phone(application.applicant.phone)
        return any(one.number not in new and one.number != number for one in others)

    def _known(self, judged: Sequence[_Judged]) -> dict[str, SourceRow]:
        receipts = [one.receipt for one in judged if one.receipt is not None]
        prints = [one.fingerprint for one in judged if one.receipt is None]
        found = self._tx.sources.find_all(self._form, receipts, prints)
        return {row.receipt if row.receipt is not None else row.fingerprint: row for row in found}

    def _add(self, one: _Judged) -> int:
        number = next(self._numbers)
        application = new_application(
            self._desk, number, one.reading, Route.WEB, source=self._table.name, receipt=one.receipt
        )
        self._settling.took_on(application)
        self._new.append(application)
        return number

    def _following(self) -> Iterator[int]:
        """The numbers for new ones. Raises `Refused` behind the last."""
        while True:
            first = self._tx.applications.next_number(numbers_of(self._desk))
            yield from range(first, numbers_of(self._desk).stop)
            self._store()

    def _change(self, before: SourceRow, one: _Judged) -> int:
        self._store()  # the one that is changed may have come in this very file
        old = read_applicant(self._columns.fields_from_cells(before.cells), self._rules)
        _refuse_other_person(old.applicant, one.reading.applicant, self._table.name, one.row)
        merged = _merged(
            self._settling.current(before.number).applicant, old.applicant, one.reading.applicant
        )
        self._settling.change(before.number, merged, read_applicant(as_fields(merged), self._rules))
        return before.number

    def _blanked(self, number: int) -> bool:
        self._store()
        return is_blanked(self._settling.current(number))

    def _store(self) -> None:
        self._tx.applications.add_all(self._new, self._now)
        self._tx.sources.add_all(self._sources)
        self._new.clear()
        self._sources.clear()

    def _row(
        self, row: int, receipt: str | None, outcome: str, number: int, as_written: Applicant
    ) -> ImportedRow:
        application = self._settling.alone(number) or self._settling.current(number)
        if outcome == "new":
            outcome = "accepted" if application.state is State.ACCEPTED else "held"
        applicant = as_written if outcome in {"already", "changed"} else application.applicant
        return ImportedRow(
            row, receipt, outcome, application.problems, application.warnings, applicant, number
        )


def _refuse_other_person(old: Applicant, new: Applicant, file: str, row: int) -> None:
    """A known receipt that suddenly names somebody else is another form's number, not a correction."""
    if folded_key(old) != folded_key(new) and old.kana != new.kana and old.birth_date != new.birth_date:
        raise UsageError(
            "同じ受付番号が、前に取り込んだときと別の人になっています。何も取り込んでいません",
            where=f"{file} {row}行目",
            next_step="別の申込フォームのファイルなら --source でフォームの名前を付けて取り込んでください",
        )


def _merged(current: Applicant, old: Applicant, new: Applicant) -> Applicant:
    """The stored applicant with just the items that changed at the source: hand corrections survive."""
    changed = {
        field.name: getattr(new, field.name)
        for field in dataclasses.fields(Applicant)
        if getattr(new, field.name) != getattr(old, field.name)
    }
    return dataclasses.replace(current, **changed)
