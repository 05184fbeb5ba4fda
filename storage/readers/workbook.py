"""XLSX, through openpyxl: the first sheet with a recognisable header, values only, within bounds."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.columns import Cell
from core.errors import UsageError
from storage.readers.shape import MOST_COLUMNS, MOST_ROWS, find_header
from storage.zip_directory import listed_too_much, unpacks_in_bounds

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes of all parts together, unpacked. Python's zipfile hands out no more of a part than the size it declares."""
MOST_PARTS = 1_000
_BLOCK = 1 << 20
_MOST_GAPS = 1_048_576  # rows a sheet can have

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA = re.compile(rb"<(?:[a-z]+:)?f[ >/]")


def read_sheet(data: bytes, name: str, mapping: Mapping[str, str] | None) -> list[list[Cell]]:
    """The rows of the first sheet with a recognisable header, of the first sheet when none has one.

    Raises `UsageError` for what is no workbook, for one that is too large unpacked, and for a formula
    whose value was never saved, because its cell would look empty.
    """
    formulas, data = _checked(data, name)
    values = _open(data, name, formulas=False)
    try:
        chosen, rows = 0, list(_rows(values, 0, name)) if values.worksheets else []
        if find_header(rows, mapping) is None:
            for index in range(1, len(values.worksheets)):
                other = list(_rows(values, index, name))
                if find_header(other, mapping) is not None:
                    chosen, rows = index, other
                    break
    finally:
        values.close()
    if formulas:
        _demand_values(data, name, chosen, rows)
    return rows


def _checked(data: bytes, name: str) -> tuple[bool, bytes]:
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
                if not part.filename.endswith((".xml", ".rels")):
                    continue
                content = _content(package, part)
                kept.writestr(zipfile.ZipInfo(part.filename), content, zipfile.ZIP_DEFLATED)
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # no spreadsheet program writes one
                    raise _no_workbook(name)
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


def _content(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with package.open(part) as source:
        return b"".join(iter(lambda: source.read(_BLOCK), b""))


def _open(data: bytes, name: str, *, formulas: bool) -> Workbook:
    import openpyxl  # about 0.2 s: only where a workbook is read

    try:
        return openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=not formulas, keep_links=False
        )
    except Exception:  # noqa: BLE001
        # a malformed package raises anything, and its message may quote cells: it is not chained
        raise _no_workbook(name) from None


def _rows(workbook: Workbook, index: int, name: str) -> Iterator[list[Cell]]:
    sheet: Any = workbook.worksheets[index]
    sheet.reset_dimensions()  # what the file says of its size may be wrong either way
    filled = 0
    try:
        for count, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_cell(value) for value in row]
            while cells and cells[-1] is None:
                cells.pop()
            filled += bool(cells)
            if filled > MOST_ROWS + 100 or len(cells) > MOST_COLUMNS or count > _MOST_GAPS:
                raise UsageError(f"行か列が多すぎます（上限 {MOST_ROWS} 行、{MOST_COLUMNS} 列）", where=name)
            yield cells
    except UsageError:
        raise
    except Exception:  # noqa: BLE001
        # a malformed package raises anything, and its message may quote cells: it is not chained
        raise _no_workbook(name) from None


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


def _demand_values(data: bytes, name: str, index: int, rows: list[list[Cell]]) -> None:
    written = _open(data, name, formulas=True)
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
