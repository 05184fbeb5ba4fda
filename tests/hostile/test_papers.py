"""The hostile texts through every paper: they stand there letter for letter, or the paper is refused in words. None is a link, a
script, or a command of the typesetter."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import typst

from core.errors import IkiikiError
from storage.papers.custody import slip_pdf
from storage.papers.letters import letter_pdfs
from storage.papers.postcards import postcard_pdfs
from storage.papers.register_pdf import register_pdf
from tests.hostile.texts import HOSTILE, MARKUP, steers
from tests.storage.papers.test_postcards import CARD
from tests.storage.papers.test_register_papers import paper, squeezed, text_of
from tools.custody_pictures import FORMS

PRINTED: dict[str, Callable[[str], bytes]] = {
    "a postcard": lambda text: next(
        postcard_pdfs([replace(CARD, address=("新宿区新宿1-2-3", text), lead=(text,))])
    ),
    "a letter": lambda text: next(
        letter_pdfs([replace(CARD, address=("新宿区新宿1-2-3", text), closing=(text,))])
    ),
    "a register": lambda text: register_pdf(paper(("☐", text, text, text), title=text)),
    "a slip": lambda text: slip_pdf(replace(FORMS, title=text)),
}
ACTIVE = re.compile(rb"/(URI|JavaScript|JS|Launch|EmbeddedFile|OpenAction|AA)\b(?!\+)")
"""What acts; with a plus behind it, it is the beginning of a font's name."""


def objects_of(pdf: bytes) -> bytes:
    """What makes up the document, without what it draws and the letters it draws with: any three bytes may stand in those."""

    def kept(stream: re.Match[bytes]) -> bytes:
        return zlib.decompress(stream[2]) if b"/ObjStm" in stream[1] else b""

    return re.sub(rb"(<<[^\n]*?>>|<<[^>]*>>)\s*stream\r?\n(.*?)\r?\nendstream", kept, pdf, flags=re.S)


def test_a_link_in_a_paper_would_be_seen() -> None:
    made = typst.compile(b'#link("http://example.jp")[x]', format="pdf")
    assert ACTIVE.search(objects_of(made)) and b"/Page" in objects_of(made)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", PRINTED)
def test_a_paper_has_the_text_or_is_refused_in_words(name: str, text: str) -> None:
    try:
        pdf = PRINTED[name](text)
    except IkiikiError as error:
        assert any("ぁ" <= letter <= "ヶ" for letter in error.what) and error.next_step
        assert not steers(str(error))
        return
    assert pdf.startswith(b"%PDF-")
    assert not ACTIVE.search(objects_of(pdf))


@pytest.mark.parametrize("text", MARKUP)
def test_markup_stands_on_a_paper_as_it_was_written(text: str, tmp_path: Path) -> None:
    for name in ("a postcard", "a register"):
        assert squeezed(text) in squeezed(text_of(PRINTED[name](text), tmp_path)), name
