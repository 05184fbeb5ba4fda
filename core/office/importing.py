"""Importing: a file's rows become applications, as a whole or not at all; every row is kept with its source.

The same file again changes nothing; next week's cumulative export of the same form adds what is new and changes what
changed at the source, leaving hand corrections alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.applicant import Applicant, Problem, Reading, Route, State, Warning_
from core.canonical import sha256_hex
from core.columns import Columns, recognise
from core.errors import UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.blanking import is_blanked
from core.office.desk import Desk, programme_of
from core.office.forms import as_fields, fingerprint_of, take_on
from core.office.ledger import write_line
from core.office.ports import Progress, SourceRow, Tx
from core.office.settling import Settling
from core.people.duplicates import folded_key
from core.people.reading import ReadingRules, read_applicant, read_receipt
from core.programme import Programme
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
        read: list[tuple[dict[str, str], Reading, str | None]] = []
        for index, row in enumerate(table.rows):
            fields = columns.fields_of(row)
            read.append((columns.kept_of(fields), read_applicant(fields, rules), read_receipt(fields)))
            if progress and index % 50 == 0:
                progress(index, total)
        report: ImportReport | None = None
        try:
            with self._desk.writing(Right.INTAKE) as tx:
                rows = self._take_in(tx, programme, table, form, read, columns, rules)
                report = ImportReport(table.name, table.encoding, columns.dropped, rows)
                if dry_run:
                    raise _DryRun
                if report.already < len(rows):
                    fresh = report.accepted + report.held + report.changed
                    write_line(
                        self._desk, tx, Act.INTAKE, Content.APPLICATIONS, fresh, Unit.PEOPLE,
                        medium=Medium.WEB, from_=Place.APPLICANTS, to=Place.CONTRACTOR, ref=f"sha256:{table.sha256}",
                    )  # fmt: skip
                self._desk.log(
                    tx, "import", f"rows={total} new={report.accepted + report.held} changed={report.changed}"
                )
                if progress:
                    progress(total, total)
        except _DryRun:
            pass
        assert report is not None
        return report

    def _take_in(
        self,
        tx: Tx,
        programme: Programme,
        table: SourceTable,
        form: str,
        read: Sequence[tuple[dict[str, str], Reading, str | None]],
        columns: Columns,
        rules: ReadingRules,
    ) -> tuple[ImportedRow, ...]:
        now = self._desk.now()
        settling = Settling(tx, programme, now, self._desk.actor.staff_id)
        outcomes: list[tuple[int, str | None, str, int, Applicant]] = []
        for index, (cells, reading, receipt) in zip(table.numbers, read, strict=True):
            fingerprint = fingerprint_of(cells)
            known = tx.sources.find(form, receipt, fingerprint)
            if known is not None and (
                known.fingerprint == fingerprint or is_blanked(settling.current(known.number))
            ):
                outcomes.append((index, receipt, "already", known.number, reading.applicant))
                continue
            if known is None:
                number = take_on(
                    self._desk, tx, reading, Route.WEB, source=table.name, receipt=receipt, settling=settling
                ).number
                outcome = "new"
            else:
                old = read_applicant(columns.fields_from_cells(known.cells), rules)
                _refuse_other_person(old.applicant, reading.applicant, table.name, index)
                number = known.number
                merged = _merged(settling.current(number).applicant, old.applicant, reading.applicant)
                settling.change(number, merged, read_applicant(as_fields(merged), rules))
                outcome = "changed"
            tx.sources.add(
                SourceRow(
                    form, table.name, table.sha256, index, receipt, fingerprint, cells, outcome, number, now
                )
            )
            outcomes.append((index, receipt, outcome, number, reading.applicant))
        settling.finish()
        rows = []
        for row_number, receipt, outcome, number, as_written in outcomes:
            application = settling.alone(number) or settling.current(number)
            if outcome == "new":
                outcome = "accepted" if application.state is State.ACCEPTED else "held"
            rows.append(
                ImportedRow(
                    row_number,
                    receipt,
                    outcome,
                    application.problems,
                    application.warnings,
                    as_written if outcome in {"already", "changed"} else application.applicant,
                    number,
                )
            )
        return tuple(rows)


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
