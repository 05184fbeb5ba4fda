"""Registers and reports as XLSX: one sheet for each table, every cell text, no formula anywhere.

What begins with = + - or @ stays the text it is: openpyxl is told the kind of each cell, and Excel its format (@).
"""

from __future__ import annotations

import re
from typing import Any

from core.papers import Paper, Table
from storage.papers.register_pdf import printed_words
from storage.papers.workbook_bytes import workbook_bytes

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_TOTAL = 100
"""Characters across a page, shared out among the columns."""


def register_xlsx(paper: Paper) -> bytes:
    """The paper as one workbook. Each sheet bears title, 控番号 and who made it, and prints with page numbers."""
    from openpyxl import Workbook

    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    book.properties.creator = paper.by
    book.properties.title = paper.title
    book.properties.created = book.properties.modified = paper.at.replace(tzinfo=None, microsecond=0)
    about = book.create_sheet("表紙")
    _page(about, paper)
    rows = [(paper.title,), ("控番号", paper.copy), ("作成", printed_words(paper).removeprefix("印刷 "))]
    rows += [(text,) for text in (paper.lead, paper.to) if text]
    rows += [*paper.about, *((note,) for note in paper.notes), (paper.foot,)]
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            _put(about, number, place, text, bold=number == 1 or (place == 1 and len(row) > 1))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 26, 74
    for number, table in enumerate(paper.tables, start=1):
        _sheet(book.create_sheet(_name(number, table)), paper, table)
    return workbook_bytes(book)


def _name(number: int, table: Table) -> str:
    """A sheet's name: at most 31 characters, none of those Excel forbids."""
    words = _FORBIDDEN.sub("", table.caption).strip() or "一覧"
    return f"{number} {re.sub(r'^[0-9]+　', '', words)}"[:31]


def _sheet(sheet: Any, paper: Paper, table: Table) -> None:
    from openpyxl.utils import get_column_letter

    _page(sheet, paper)
    for place, column in enumerate(table.columns, start=1):
        _put(sheet, 1, place, column.heading, bold=True, align="center", shaded=True)
        shares = sum(one.share for one in table.columns)
        sheet.column_dimensions[get_column_letter(place)].width = max(6, _TOTAL * column.share / shares)
    for number, row in enumerate(table.rows, start=2):
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True), start=1):
            _put(sheet, number, place, cell, align=column.align, lined=True)
        if table.seals or paper.ticks:
            sheet.row_dimensions[number].height = 30
    if not table.rows:
        _put(sheet, 2, 1, table.empty)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


def _page(sheet: Any, paper: Paper) -> None:
    """A4, as wide as the page, with what stands on every printed page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if paper.wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.left.text = paper.title.replace("&", "&&")
    sheet.oddHeader.right.text = f"控番号 {paper.copy}"
    sheet.oddFooter.left.text = printed_words(paper).replace("&", "&&")
    sheet.oddFooter.right.text = "&P／&Nページ"


def _put(
    sheet: Any, row: int, column: int, text: str, *, bold: bool = False, align: str = "left", shaded: bool = False,
    lined: bool = False,
) -> None:  # fmt: skip
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell = sheet.cell(row=row, column=column)
    cell.value = text
    cell.data_type = "s"  # whatever it begins with
    cell.number_format = "@"
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
    cell.font = Font(bold=bold)
    if lined or shaded:
        side = Side(style="thin", color="808080")
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    if shaded:
        cell.fill = PatternFill("solid", fgColor="E8E8E8")
