"""CSV and TSV. Encoding: BOM → strict UTF-8 → CP932; the delimiter is the one under which the header makes sense."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping

from core.columns import Cell, header_score
from core.errors import UsageError
from storage.readers.shape import LONGEST_CELL, MOST_ROWS, SEARCHED_ROWS, find_header

DELIMITERS = ",\t;"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JAPANESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]")
_HALF_KANA = re.compile("[\uff66-\uff9f]")
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text and the name of its encoding (utf-8-sig, utf-16, utf-32, utf-8 or cp932).

    CP932 text of nothing but half-width kana can be valid UTF-8, as Latin or Arabic letters; text that holds
    nothing Japanese in UTF-8 but kana in CP932 is CP932. Raises `UsageError` when it is none of them.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = _decoded(data, encoding)
            if text is None:
                raise _unreadable(name)
            return text, encoding
    text = _decoded(data, "utf-8")
    if text is not None and (text.isascii() or _JAPANESE.search(text)):
        return text, "utf-8"
    other = _decoded(data, "cp932")
    if other is not None and (text is None or _HALF_KANA.search(other)):
        return other, "cp932"
    if text is None:
        raise _unreadable(name)
    return text, "utf-8"


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unreadable(name: str) -> UsageError:
    return UsageError(
        "文字コードが読めません（UTF-8、UTF-16、Shift_JIS(CP932)のCSVを読みます）",
        where=name,
        next_step="元のシステムでUTF-8のCSVとして書き出し直してください",
    )


def read_rows(text: str, name: str, mapping: Mapping[str, str] | None) -> list[list[Cell]]:
    """The rows of delimited text. Raises `UsageError` naming the line where its quotes do not fit, and when the
    last row is cut off."""
    rows = _parse(text, _delimiter(text, mapping), name)
    start = find_header(rows, mapping) or 0
    if len(rows) > start + 1 and not text.endswith(("\n", "\r")) and 1 < len(rows[-1]) < len(rows[start]):
        raise UsageError(
            "最後の行が途中で切れています",
            where=f"{name} 見出しの下{len(rows) - start - 1}行目",
            next_step="ファイルをもう一度ダウンロードしてください",
        )
    return [[_unwrapped(cell) for cell in row] for row in rows]


def _delimiter(text: str, mapping: Mapping[str, str] | None) -> str:
    """The delimiter whose first rows name the most fields; among equals the one that makes the most cells."""
    head = "\n".join(text[:100_000].splitlines()[: SEARCHED_ROWS * 3])

    def worth(delimiter: str) -> tuple[int, int]:
        # strict=False: the head may end within quotes
        rows = [
            row
            for row, _ in zip(
                csv.reader(io.StringIO(head, newline=""), delimiter=delimiter),
                range(SEARCHED_ROWS),
                strict=False,
            )
        ]
        return max((header_score(row, mapping) for row in rows), default=0), max(map(len, rows), default=0)

    return max(DELIMITERS, key=worth)


def _parse(text: str, delimiter: str, name: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > 2 * MOST_ROWS:
                raise UsageError(f"行が多すぎます（上限 {MOST_ROWS} 行）", where=name)
    except csv.Error as error:
        raise UsageError(
            f'引用符（"）の対応がとれていないか、長すぎるセルがあります（上限 {LONGEST_CELL} 文字）',
            where=f"{name} {reader.line_num}行目",
            next_step="元のシステムで書き出し直してください",
        ) from error
    return rows


def _unwrapped(cell: str) -> Cell:
    """`="0312345678"`, a trick to keep the leading zero in a spreadsheet, is its text; nothing is no text."""
    match = _FORMULA_TEXT.fullmatch(cell) if cell.startswith("=") else None
    return (match[1] if match else cell) or None
