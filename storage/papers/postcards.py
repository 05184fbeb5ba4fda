"""Notices as postcards: a PDF of 100 × 148 mm pages, address side and message side in turn.

The same notices give the same bytes (no date in the document), so a second print can be told from a changed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from core.notice_kinds import Form
from core.notices import Notice
from storage.papers.notice_rows import notice_pdfs, row_inputs

TEMPLATE = "postcard.typ"


def postcard_pdfs(notices: Sequence[Notice], *, frames: bool = True) -> Iterator[bytes]:
    """The notices as PDFs, two pages each, in the order given.

    `frames` draws the postal code boxes; leave them out when the cards have them printed. Raises as `notice_pdfs`.
    """
    return notice_pdfs(notices, TEMPLATE, Form.POSTCARD, partial(inputs, frames=frames))


def inputs(notices: Sequence[Notice], *, frames: bool = True) -> dict[str, str]:
    """What postcard.typ is handed: the rows, and `frames` yes or no."""
    return {**row_inputs(notices), "frames": "yes" if frames else "no"}
