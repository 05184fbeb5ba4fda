"""Setting a paper with typst: in memory, with the paper's own fonts alone, every text in a box it must fit.

Personal data goes to typst as its inputs and comes back as bytes: no temporary file. A template stops the run with
`ikiiki-overflow:<item>:<受付番号>:` where a text would have to be unreadably small.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from core.errors import IkiikiError
from storage.papers.fonts import paper_fonts

_OVERFLOW = re.compile(r"ikiiki-overflow:([^:]+):([^:]*):")


class Overflow(Exception):
    """A text does not fit: `item` of the paper with that number. Holds no personal data."""

    def __init__(self, item: str, number: str) -> None:
        super().__init__(item)
        self.item = item
        self.number = number


def typeset(template: str, inputs: Mapping[str, str], *, what: str) -> bytes:
    """The PDF of a template of this folder. The same inputs give the same bytes on the same machine.

    Raises `Overflow`, and `IkiikiError` naming `what` could not be made.
    """
    compiler, given = _prepared(template, inputs)
    try:
        pdf = compiler.compile(format="pdf", sys_inputs=given)
        assert isinstance(pdf, bytes), "a PDF is one file"
        return pdf
    except _typst_error() as error:
        message = str(error)
    finally:
        _forget()
    # Raised outside the handler: the compiler's own message could show what it was given.
    if match := _OVERFLOW.search(message):
        raise Overflow(match[1], match[2])
    raise IkiikiError(f"{what}を作れませんでした。データはそのままです", next_step="もう一度お試しください")


_REMEMBERED = 10
"""So many runs typst keeps what it has worked out, to set the same document faster again."""


def _forget() -> None:
    """Make typst let go of what it has just worked out, by so many empty runs: a document is never set twice here, and names
    and addresses would stay in memory. Ten thousand postcards take 0.25 GB with it, 1.3 GB without."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[])
    root = str(paper_fonts().folders[-1])
    for _ in range(_REMEMBERED + 1):
        typst.Compiler(b" ", root=root, font_paths=fonts, ignore_system_fonts=True).compile(format="pdf")


def pictures(template: str, inputs: Mapping[str, str], *, ppi: float) -> list[bytes]:
    """The pages as PNG, by the same template and inputs."""
    compiler, given = _prepared(template, inputs)
    made = compiler.compile(format="png", ppi=ppi, sys_inputs=given)
    return made if isinstance(made, list) else [made]


def _prepared(template: str, inputs: Mapping[str, str]) -> tuple[Any, dict[str, str]]:
    import typst

    source = (resources.files("storage.papers") / template).read_bytes()
    chosen = paper_fonts()
    # typst wants a root to resolve files against; the templates read none, so a fonts' folder does.
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(chosen.folders)
    )
    compiler = typst.Compiler(source, root=chosen.folders[-1], font_paths=fonts, ignore_system_fonts=True)
    return compiler, {**inputs, "fonts": chosen.names}


def _typst_error() -> type[Exception]:
    import typst

    error: type[Exception] = typst.TypstError
    return error
