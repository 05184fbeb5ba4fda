"""Notices as letters: one A4 page each, to be folded in three for a long No. 3 window envelope (長形3号, 120 × 235 mm).

The window is 45 × 90 mm, where the site says it is (`core.office.letter_window`), 20 mm from the left and 12 mm from the top of the envelope lying
across unless it says otherwise: the size is published, the place is each maker's (docs/formats.md, "Letters"). The folded sheet, 210 × 99 mm,
slides 25 mm across and 21 mm down in it. The address stands where the window shows it however the sheet lies (usually 20–85 mm
from the left, 12–36 mm from the top of the page), and nothing else stands where the window could show it (to 110 mm, to 57 mm).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial

from core.notice_kinds import Form
from core.notices import Notice
from core.office.letter_window import Window
from storage.papers.notice_rows import notice_pdfs, row_inputs

TEMPLATE = "letter.typ"
USUAL = Window()


def letter_pdfs(notices: Sequence[Notice], window: Window = USUAL) -> Iterator[bytes]:
    """The notices as PDFs, one page each, in the order given, for that window. Raises as `notice_pdfs`."""
    return notice_pdfs(notices, TEMPLATE, Form.LETTER, partial(inputs, window))


def inputs(window: Window, notices: Sequence[Notice]) -> dict[str, str]:
    return {**row_inputs(notices), "window": json.dumps({"left": window.left, "top": window.top})}
