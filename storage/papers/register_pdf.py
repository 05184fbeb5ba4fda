"""Registers and reports as PDF, A4: title, tables, and on every page its number, when and by whom it was printed, its 控番号.

As the postcards are made (`storage.papers.postcards`): in memory, with our fonts alone, every character checked before
there is a page.
"""

from __future__ import annotations

import json
import re

from core.errors import UsageError
from core.papers import PAPER_WORDS, Paper
from core.people.eras import wareki
from storage.papers.fonts import missing_from
from storage.papers.notice_rows import breakable
from storage.papers.typesetting import typeset

TEMPLATE = "register.typ"
_NEXT = "画面でその文字を直すか、XLSXで書き出してください"


def register_pdf(paper: Paper) -> bytes:
    """The paper as one PDF; the same paper gives the same bytes.

    Raises `UsageError` naming table, row and code point of a character no font has.
    """
    check_glyphs(paper)
    return typeset(TEMPLATE, inputs(paper), what=PAPER_WORDS[paper.kind])


def pages_in(pdf: bytes) -> int:
    """How many sheets `register_pdf` made."""
    return len(re.findall(rb"/MediaBox\s*\[", pdf))


def check_glyphs(paper: Paper) -> None:
    """Raises `UsageError` for a character that would be left out of the page without a word."""
    heads = [
        paper.title,
        paper.lead,
        paper.by,
        *paper.notes,
        *(word for pair in paper.about for word in pair),
    ]
    faults = [f"見出し・U+{ord(sign):04X}" for text in heads for sign in missing_from(text)]
    faults += [
        f"{table.caption or paper.title} {number}行目・{column.heading}・U+{ord(sign):04X}"
        for table in paper.tables
        for number, row in enumerate(table.rows, start=1)
        for column, cell in zip(table.columns, row, strict=True)
        if cell not in _BOXES
        for sign in missing_from(cell)
    ]
    if faults:
        shown = "、".join(faults[:5]) + (f" ほか{len(faults) - 5}件" if len(faults) > 5 else "")
        raise UsageError("印刷できない文字があります。まだ何も印刷していません", where=shown, next_step=_NEXT)


_BOXES = ("☐", "☑")
"""Drawn, not set."""


def printed_words(paper: Paper) -> str:
    """When and by whom, as it stands on every page."""
    return f"印刷 {wareki(paper.at.date())} {paper.at:%H:%M}　{paper.by}"


def inputs(paper: Paper) -> dict[str, str]:
    """What register.typ is handed: `paper`, as JSON text."""
    body = {
        "title": paper.title,
        "lead": paper.lead,
        "to": paper.to,
        "copy": paper.copy,
        "printed": printed_words(paper),
        "foot": paper.foot,
        "wide": paper.wide,
        "size": paper.size,
        "ticks": paper.ticks,
        "about": [[label, breakable(value)] for label, value in paper.about],
        "notes": list(paper.notes),
        "tables": [
            {
                "caption": table.caption,
                "empty": table.empty,
                "seals": table.seals,
                "columns": [
                    {"heading": column.heading, "share": column.share, "align": column.align}
                    for column in table.columns
                ],
                "rows": [[breakable(cell) for cell in row] for row in table.rows],
            }
            for table in paper.tables
        ],
    }
    return {"paper": json.dumps(body, ensure_ascii=False)}
