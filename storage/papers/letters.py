"""Notices as letters: one A4 page each, to be folded in three for a long No. 3 window envelope (長形3号, 120 × 235 mm).

The window is the ready-made one, 45 × 90 mm, 20 mm from the left and 12 mm from the top of the envelope lying across (45 × 80 mm is the
least the post office asks). The folded sheet, 210 × 99 mm, slides 25 mm across and 21 mm down in it. The address stands where the
window shows it however the sheet lies (20–85 mm from the left, 12–36 mm from the top of the page), and nothing else stands where
the window could show it (to 110 mm, to 57 mm).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.notice_kinds import Form
from core.notices import Notice
from storage.papers.notice_rows import notice_pdfs, row_inputs

TEMPLATE = "letter.typ"


def letter_pdfs(notices: Sequence[Notice]) -> Iterator[bytes]:
    """The notices as PDFs, one page each, in the order given. Raises as `notice_pdfs`."""
    return notice_pdfs(notices, TEMPLATE, Form.LETTER, row_inputs)
