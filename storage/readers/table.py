"""One file, whatever its kind, as a table. The kind is read from the bytes, not from the name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.canonical import nfc, sha256_hex
from core.columns import Table
from core.errors import UsageError
from core.office.ports import Progress
from core.people.text import clean, one_line
from storage.readers.delimited import decode, read_rows
from storage.readers.shape import shape
from storage.readers.source import read_source
from storage.readers.workbook import read_sheet

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_table(
    path: Path, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Table:
    """The table in the file at `path`. `mapping` (header → field name) helps to find a header of unknown words.
    `progress` is not told how far it is; it may stop the reading.

    Everything in the file below its header is in the table, or the whole file is refused: raises `UsageError`
    naming the file and, where there is one, the row.
    """
    name = one_line(clean(nfc(path.name)).text)
    data = read_source(path)
    digest = sha256_hex(data)
    if data.startswith(_OLE):
        raise UsageError(
            "古い形式（.xls）か、パスワードの付いたExcelファイルです",
            where=name,
            next_step="表計算ソフトで開き、パスワードなしの .xlsx かCSVで保存し直してください",
        )
    if data.startswith(_ZIP):
        rows = read_sheet(data, name, mapping, lambda: progress(0, 0) if progress else None)
        return shape(rows, name=name, encoding="xlsx", sha256=digest, mapping=mapping)
    text, encoding = decode(data, name)
    return shape(read_rows(text, name, mapping), name=name, encoding=encoding, sha256=digest, mapping=mapping)
