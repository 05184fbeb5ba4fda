"""What one look at the vault finds for the flow line, each thing looked up once however many of its steps ask for it."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from core.applicant import State
from core.draw.events import EventLog
from core.draw.standing import PlaceState, Standing
from core.notices import NoticeKind
from core.office.approving import verdicts_on
from core.office.drawing import Step, step_of
from core.office.plans import current_draw, next_plan, plan_now, plan_of
from core.office.ports import Tx
from core.office.posted import all_posted
from core.office.review_standing import ReviewStatus, applicants_status
from core.office.seating import approval_of, participants_came, records_of, seated_in, standing_of
from core.office.telling import Told, told, told_so_far
from core.roles import Actor, Site


class Look:
    """Good for one transaction that reads."""

    def __init__(self, tx: Tx, actor: Actor, day: dt.date) -> None:
        self.tx = tx
        self.actor = actor
        self.at_ward = actor.site is Site.WARD
        self.day = day
        self._standings: dict[str, tuple[Standing, EventLog]] = {}
        self._verdicts: dict[str, list[str]] = {}
        self._notified: dict[str, bool] = {}

    @cached_property
    def counts(self) -> dict[State, int]:
        return self.tx.applications.counts()

    @cached_property
    def review(self) -> ReviewStatus:
        return applicants_status(self.tx)

    @cached_property
    def unsent(self) -> bool:
        """Whether applications are to go to the ward."""
        return bool(self.tx.applications.unsent())

    @cached_property
    def answers_unsent(self) -> bool:
        """Whether words of the review are to go to the contractor."""
        return bool(self.tx.reviews.unsent())

    @cached_property
    def told(self) -> dict[tuple[str, str], Told]:
        return told_so_far(self.tx)

    @cached_property
    def draw(self) -> str | None:
        """The draw the flow line is about: the newest; None before it has begun.

        After an abandoned draw, and after a round of which all is done while another follows, the next has not begun.
        """
        draw = current_draw(self.tx)
        step = step_of(self.tx.draws.files(draw)) if draw else None
        if draw is None or step is Step.ABANDONED:
            return None
        if step is Step.DONE and next_plan(self.tx) is not None:
            return None if self.approved(draw) and self.notified(draw) else draw
        return draw

    @cached_property
    def step(self) -> Step:
        return step_of(self.tx.draws.files(self.draw)) if self.draw else Step.SEAL_CONTRACTOR

    @cached_property
    def round(self) -> int:
        """The programme's round that the flow line is about."""
        if self.draw is not None:
            return plan_of(self.tx, self.draw).round
        return (next_plan(self.tx) or plan_now(self.tx)[0]).round

    def approved(self, draw: str) -> bool:
        """⑩."""
        return approval_of(self.tx, draw) is not None

    def participants_gone(self, draw: str) -> bool:
        """⑦: the participants of that draw went to the ward, or came to it."""
        if self.at_ward:
            return participants_came(self.tx, draw)
        return bool(self.tx.settings.get(f"participants_sent_{draw}"))

    def standing(self, draw: str) -> tuple[Standing, EventLog]:
        if draw not in self._standings:
            self._standings[draw] = standing_of(self.tx, draw)
        return self._standings[draw]

    def verdicts(self, draw: str) -> list[str]:
        """The ward's word on each seat, in ⑨."""
        if draw not in self._verdicts:
            self._verdicts[draw] = verdicts_on(self.tx, seated_in(self.tx, draw, self.standing(draw)[0]))
        return self._verdicts[draw]

    def notified(self, draw: str) -> bool:
        """⑪: the notices of that draw went out; at the ward: the contractor's ledger tells of as many as the results call for."""
        if draw not in self._notified:
            self._notified[draw] = self.approved(draw) and (
                all_posted(self.tx, draw) if self.at_ward else self._all_told(draw)
            )
        return self._notified[draw]

    def notified_once(self) -> bool:
        """Whether notices of the draw in hand have gone out: cards for those who moved up later have no day of their own."""
        draw = self.draw
        if self.at_ward:
            return draw is not None and self.approved(draw) and all_posted(self.tx, draw, promotions=False)
        return any(of == draw for _, of in self.told)

    def _all_told(self, draw: str) -> bool:
        """Whether everybody seated has the card of that outing, and everybody who waits knows of it."""
        standing, _ = self.standing(draw)
        coming = records_of(self.tx, draw)

        def knows(record: str, outing: str | None) -> bool:
            last = self.told.get((record, draw), Told()).last
            if outing:
                return last == told(NoticeKind.ADMISSION, outing, "")
            return bool(last) and not last.startswith(NoticeKind.ADMISSION)

        return all(
            knows(record, place.course)
            for place in standing.places
            if place.state is not PlaceState.OUT
            for record in coming[place.id]
        )
