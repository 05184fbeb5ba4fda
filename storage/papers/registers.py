"""A register or report as the bytes of a file, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import UsageError
from core.papers import Paper
from storage.papers.register_pdf import pages_in, register_pdf
from storage.papers.register_xlsx import register_xlsx


@dataclass(frozen=True)
class Made:
    """A file to be written, and how many sheets it is; 0 for a workbook."""

    data: bytes
    pages: int


def paper_writer(name: str) -> Callable[[Paper], Made]:
    """What makes a file of that name. Raises `UsageError` unless it ends in .pdf or .xlsx, before anything is read."""
    ending = name.rpartition(".")[2].lower()
    if ending == "pdf":
        return _pdf
    if ending == "xlsx":
        return lambda paper: Made(register_xlsx(paper), 0)
    raise UsageError("ファイルの名前の終わりは .pdf か .xlsx です", where=name, next_step="例: kanribo.pdf")


def _pdf(paper: Paper) -> Made:
    data = register_pdf(paper)
    return Made(data, pages_in(data))
