"""Registers and reports as papers: drafted from the vault, and noted in ledger, access log and inventory before they leave it.

Whoever may read the ledger (role 監査 too) may print what holds no applicant's data. The 名簿 of an outing does, and is
for those who make the papers at the contractor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.checks import Check
from core.errors import UsageError
from core.ledger.codes import Act, Medium, Unit
from core.office.audit import Sources, audit_paper
from core.office.boxes import Boxes
from core.office.desk import Desk, programme_of
from core.office.inventory import new_copy, write_copy
from core.office.keepsakes import note_printed
from core.office.office_papers import ceremony_paper, ledger_paper, review_paper, staff_paper
from core.office.paper_words import ALWAYS, Period
from core.office.ports import Tx
from core.office.roster_paper import roster_paper
from core.papers import CONTENTS, PAPER_WORDS, Paper, PaperKind
from core.roles import Right, Site

RIGHTS = {PaperKind.ROSTER: Right.PAPERS, PaperKind.AUDIT: Right.ACCESS_LOG}
"""What a paper needs; the others need `LEDGER_READ`."""


def right_of(kind: PaperKind) -> Right:
    return RIGHTS.get(kind, Right.LEDGER_READ)


@dataclass(frozen=True)
class Wanted:
    """Which paper, and of what."""

    kind: PaperKind
    period: Period = ALWAYS
    org: Site | None = None
    """管理簿: whose; None: this site's."""
    outing: str = ""
    """名簿: of which outing."""
    draw: str | None = None
    """抽選の記録: of which draw; None: the newest."""
    software: Sequence[tuple[str, str]] = ()
    """監査: version and pins, as they are installed."""
    checks: Sequence[Check] = ()
    """監査: what the inspection of the machine said."""


class PaperDesk:
    """The use cases of `ikiiki papers ledger|roster|staff|ceremony|review|audit` and of 「印刷」 on the screens."""

    def __init__(self, desk: Desk, boxes: Boxes) -> None:
        self._desk, self._boxes = desk, boxes

    def draft(self, wanted: Wanted) -> Paper:
        """The paper as it would be made now, under a new 控番号. Raises `Refused` where there is nothing to tell yet."""
        if wanted.period.first and wanted.period.last and wanted.period.first > wanted.period.last:
            raise UsageError("期間のはじめが終わりより後です", where=wanted.period.words)
        desk, copy = self._desk, new_copy(self._desk)
        make: dict[PaperKind, Callable[[Tx], Paper]] = {
            PaperKind.LEDGER: lambda tx: ledger_paper(
                desk, tx, copy, wanted.org or desk.actor.site, wanted.period
            ),
            PaperKind.STAFF: lambda tx: staff_paper(desk, tx, copy),
            PaperKind.CEREMONY: lambda tx: ceremony_paper(desk, tx, copy, wanted.draw),
            PaperKind.REVIEW: lambda tx: review_paper(desk, tx, copy, wanted.period),
            PaperKind.ROSTER: lambda tx: roster_paper(desk, tx, copy, wanted.outing),
            PaperKind.AUDIT: lambda tx: audit_paper(
                desk, tx, copy, wanted.period, Sources(self._boxes, wanted.software, wanted.checks)
            ),
        }
        with desk.reading(right_of(wanted.kind)) as tx:
            programme_of(tx)
            return make[wanted.kind](tx)

    def made(self, paper: Paper, pages: int) -> None:
        """Note that this paper leaves the vault, before it does: `pages` sheets, or (0) a workbook."""
        with self._desk.writing(right_of(paper.kind)) as tx:
            if pages:
                write_copy(
                    self._desk,
                    tx,
                    Act.PRINT,
                    CONTENTS[paper.kind],
                    pages,
                    Unit.SHEETS,
                    Medium.PAPER,
                    copy=paper.copy,
                )
            else:
                write_copy(
                    self._desk,
                    tx,
                    Act.EXPORT,
                    CONTENTS[paper.kind],
                    1,
                    Unit.FILES,
                    Medium.FILE,
                    copy=paper.copy,
                )
            note_printed(tx, paper, self._desk.actor.site)
            self._desk.log(
                tx, "print" if pages else "export",
                f"paper={paper.kind.value} copy={paper.copy} rows={paper.rows}",
            )  # fmt: skip


__all__ = ["PAPER_WORDS", "PaperDesk", "PaperKind", "Period", "Wanted", "right_of"]
