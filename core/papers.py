"""Registers and reports as papers: what stands on them, whatever they are made of (PDF or XLSX)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.ledger.codes import Content


class PaperKind(StrEnum):
    """Which paper."""

    LEDGER = "ledger"
    ROSTER = "roster"
    STAFF = "staff"
    CEREMONY = "ceremony"
    REVIEW = "review"
    AUDIT = "audit"


PAPER_WORDS = {
    PaperKind.LEDGER: "管理簿（確認記録票）",
    PaperKind.ROSTER: "参加者名簿・出欠表",
    PaperKind.STAFF: "取扱責任者・取扱者届出書",
    PaperKind.CEREMONY: "抽選の記録",
    PaperKind.REVIEW: "点検の報告",
    PaperKind.AUDIT: "監査の報告",
}
CONTENTS = {
    PaperKind.LEDGER: Content.LEDGER,
    PaperKind.ROSTER: Content.PARTICIPANTS,
    PaperKind.STAFF: Content.STAFF,
    PaperKind.CEREMONY: Content.DRAW_FILES,
    PaperKind.REVIEW: Content.REVIEW,
    PaperKind.AUDIT: Content.REPORT,
}
"""What a print is, in the ledger."""


@dataclass(frozen=True)
class Column:
    """A column: its heading, and its share of the width."""

    heading: str
    share: float = 1
    align: str = "left"
    """left | center | right"""


@dataclass(frozen=True)
class Table:
    """Rows of text under a caption. Every row has one cell for each column."""

    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]] = field(repr=False)
    empty: str = "ありません"
    """What is said in place of no rows."""
    seals: bool = False
    """High rows, with room to sign."""


@dataclass(frozen=True)
class Paper:
    """One paper. Nothing is noted of it until `PaperDesk.made`."""

    kind: PaperKind
    title: str
    about: Sequence[tuple[str, str]]
    """Label and value, below the title."""
    tables: Sequence[Table]
    at: dt.datetime
    by: str
    """Who had it made."""
    copy: str
    """控番号."""
    lead: str = ""
    """The day, where a form has it above everything."""
    to: str = ""
    """Whom it is addressed to."""
    notes: Sequence[str] = ()
    foot: str = "使い終わったら、管理簿に「廃棄」を記入してください。"
    wide: bool = False
    """A4 on its side."""
    size: float = 9
    """Of the text in tables, in points."""
    ticks: bool = False
    """High rows with large boxes to tick, for use out of doors."""

    @property
    def rows(self) -> int:
        return sum(len(table.rows) for table in self.tables)
