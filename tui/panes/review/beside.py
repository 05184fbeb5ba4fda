"""What the 点検 pane offers beside the review itself, to everybody: what is due, and the report of the review."""

from __future__ import annotations

from core.office.paper_desk import Wanted
from core.papers import PaperKind
from tui.panes.review.duties import DutySheet
from tui.panes.review.requests import erase_requests
from tui.place import Place, flow
from tui.printing import print_paper

BESIDE = ("open", "search", "sort", "jump", "duties", "requests", "report")
"""What there is to do in the pane for those who do not review."""


class Beside(Place):
    """Three actions of the pane."""

    @flow
    async def action_duties(self) -> None:
        await self.ikiiki.ask(DutySheet())

    @flow
    async def action_requests(self) -> None:
        await erase_requests(self)

    @flow
    async def action_report(self) -> None:
        await print_paper(self, Wanted(PaperKind.REVIEW))
