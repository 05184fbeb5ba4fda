"""XLSX, through openpyxl: the first sheet with a recognisable header, values only, within bounds."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from core.columns import Cell
from core.errors import IkiikiError, UsageError
from storage.readers.parts import fits
from storage.readers.shape import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    SEARCHED_ROWS,
    find_header,
    too_long_cell,
)
from storage.zip_directory import listed_too_much, unpacks_in_bounds

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes of all parts together, unpacked. Python's zipfile hands out no more of a part than the size it declares."""
MOST_PARTS = 1_000
MOST_CELLS = 3_000_000
"""Cells with something in them: thirty in each of the most rows."""
MOST_LETTERS = 25_000_000
"""Of all cells' texts: what is written once in the file can stand in every cell, and be another text in memory each time."""
_BLOCK = 1 << 20
_MOST_GAPS = 1_048_576  # rows a sheet can have

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA = re.compile(rb"<(?:[a-z]+:)?f[ >/]")


def read_sheet(
    data: bytes, name: str, mapping: Mapping[str, str] | None, look: Callable[[], None]
) -> list[list[Cell]]:
    """The rows of the first sheet with a recognisable header, of the first sheet when none has one.

    `look` is called often, and may raise to stop. Raises `UsageError` for what is no workbook, for one that is too large
    unpacked or read, and for a formula whose value was never saved, because its cell would look empty.
    """
    formulas, data = _checked(data, name, look)
    values = _open(data, name, look, formulas=False)
    try:
        chosen = _chosen(values, name, mapping)
        rows = list(_rows(values, chosen, name)) if values.worksheets else []
    finally:
        values.close()
    if formulas:
        _demand_values(data, name, chosen, rows, look)
    return rows


def _chosen(workbook: Workbook, name: str, mapping: Mapping[str, str] | None) -> int:
    """Which sheet is read: of the others no more than their first rows."""
    for index in range(len(workbook.worksheets)):
        if find_header(list(islice(_rows(workbook, index, name), SEARCHED_ROWS)), mapping) is not None:
            return index
    return 0


def _checked(data: bytes, name: str, look: Callable[[], None]) -> tuple[bool, bytes]:
    """Look through the package before openpyxl does. Returns whether a sheet holds formulas, and its texts packed anew.

    Anew because `read()`, which openpyxl calls, unpacks a part as a whole whatever size it declares.
    """
    formulas, anew = False, io.BytesIO()
    try:
        if listed_too_much(data, MOST_PARTS):
            raise _too_large(name)
        with (
            zipfile.ZipFile(io.BytesIO(data)) as package,
            zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept,
        ):
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise _too_large(name)
            if "[Content_Types].xml" not in package.namelist():
                raise _no_workbook(name)
            if not all(unpacks_in_bounds(part) for part in parts):
                raise _no_workbook(name)
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")) or part.filename.startswith("customXml/"):
                    continue
                content = _content(package, part, look)
                if (
                    b"\0" in content
                ):  # UTF-16, in which nothing below would be found; spreadsheet programs write UTF-8
                    raise _no_workbook(name)
                kept.writestr(zipfile.ZipInfo(part.filename), content, zipfile.ZIP_DEFLATED)
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # no spreadsheet program writes one
                    raise _no_workbook(name)
                if not fits(content, look):
                    raise _too_large(name)
                formulas = formulas or (
                    "/worksheets/" in part.filename and _FORMULA.search(content) is not None
                )
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise _no_workbook(name) from error
    return formulas, anew.getvalue()


def _content(package: zipfile.ZipFile, part: zipfile.ZipInfo, look: Callable[[], None]) -> bytearray:
    content = bytearray()
    with package.open(part) as source:
        for block in iter(lambda: source.read(_BLOCK), b""):
            look()
            content += block
    return content


def _open(data: bytes, name: str, look: Callable[[], None], *, formulas: bool) -> Workbook:
    from openpyxl.reader.excel import ExcelReader  # about 0.2 s: only where a workbook is read

    try:
        reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=not formulas, keep_links=False)
        reader.archive = _Watched(io.BytesIO(data), look)
        reader.read()
        return reader.wb
    except IkiikiError:
        raise
    except Exception:  # noqa: BLE001
        # a malformed package raises anything, and its message may quote cells: it is not chained
        raise _no_workbook(name) from None


class _Watched(zipfile.ZipFile):
    """A package whose reader looks up at each piece: openpyxl has no other place where it could be stopped."""

    def __init__(self, file: io.BytesIO, look: Callable[[], None]) -> None:
        super().__init__(file)
        self._look = look

    def open(self, *words: Any, **named: Any) -> Any:
        part: Any = super().open(*words, **named)
        read = part.read

        def watched(size: int = -1) -> bytes:
            self._look()
            return cast("bytes", read(size))

        part.read = watched
        return part


def _rows(workbook: Workbook, index: int, name: str) -> Iterator[list[Cell]]:
    """Each row up to its last cell with something in it; [] for a row that is left out.

    By openpyxl's parser, not by its `iter_rows`: that fills each row up to its last cell, wherever it is, and leaves out what
    is not in order.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book: Any = workbook
    sheet: Any = workbook.worksheets[index]
    bounds = _Bounds(name)
    last = 0
    try:
        with book._archive.open(sheet._worksheet_path) as source:
            parser: Any = WorkSheetParser(
                source,
                sheet._shared_strings,
                data_only=book.data_only,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            parser.parse_formula = lambda cell: (
                "="
            )  # that there is one; a shared one would be worked out for each cell
            for number, written in parser.parse():
                parser.row_dimensions.clear()  # heights and styles of rows, which nobody asks for
                cells = bounds.row(number, written)
                if number <= last and not cells:
                    continue
                if not last < number <= _MOST_GAPS:
                    raise _no_workbook(name)
                for _ in range(last + 1, number):
                    yield []
                last = number
                yield cells
    except IkiikiError:
        raise
    except Exception:  # noqa: BLE001
        # a malformed package raises anything, and its message may quote cells: it is not chained
        raise _no_workbook(name) from None


class _Bounds:
    """What has been read of a sheet, against what may be."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = self._cells = self._letters = 0

    def row(self, number: int, written: list[dict[str, Any]]) -> list[Cell]:
        """The cells of a row of openpyxl's. Raises `UsageError` where it is too much."""
        cells: list[Cell] = []
        for one in written:
            value = _cell(one["value"])
            if value is None:
                continue
            place = one["column"] - 1
            if place >= MOST_COLUMNS:
                raise self._wide()
            self._count(number, value)
            cells += [None] * (place + 1 - len(cells))
            cells[place] = value
        self._rows += bool(cells)
        if self._rows > MOST_ROWS + 100:
            raise self._wide()
        return cells

    def _count(self, number: int, value: Cell) -> None:
        self._cells += 1
        if isinstance(value, str):
            self._letters += len(value)
            if len(value) > LONGEST_CELL:
                raise too_long_cell(f"{self._name} {number}行目")
        if self._cells > MOST_CELLS or self._letters > MOST_LETTERS:
            raise _too_large(self._name)

    def _wide(self) -> UsageError:
        return UsageError(f"行か列が多すぎます（上限 {MOST_ROWS} 行、{MOST_COLUMNS} 列）", where=self._name)


def _cell(value: Any) -> Cell:
    """A cell in the types of `Cell`: texts unescaped, truth values and times as text."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    if value is None or isinstance(value, int | float | dt.datetime | dt.date):
        return value
    return str(value)


def _demand_values(
    data: bytes, name: str, index: int, rows: list[list[Cell]], look: Callable[[], None]
) -> None:
    written = _open(data, name, look, formulas=True)
    try:
        for number, cells in enumerate(_rows(written, index, name)):
            for place, cell in enumerate(cells):
                value = rows[number][place] if place < len(rows[number]) else None
                if value is None and cell is not None:
                    raise UsageError(
                        "数式の結果が保存されていないセルがあります",
                        where=f"{name} {number + 1}行目 {place + 1}列目",
                        next_step="表計算ソフトで開いて保存し直すか、値だけを貼り付けたファイルにしてください",
                    )
    finally:
        written.close()


def _too_large(name: str) -> UsageError:
    return UsageError("展開すると大きすぎるファイルです", where=name, next_step="CSVで書き出し直してください")


def _no_workbook(name: str) -> UsageError:
    return UsageError(
        "Excelファイル（.xlsx）として読めません",
        where=name,
        next_step="表計算ソフトで開いて .xlsx かCSVで保存し直してください",
    )
