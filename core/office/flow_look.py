"""What one look at the vault finds for the flow line, each thing looked up once however many of its steps ask for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from core.applicant import State
from core.draw.rules import PARAMS, Params
from core.ledger.codes import Content
from core.office.drawing import Step, step_of
from core.office.flow_known import Known
from core.office.plans import current_draw, next_plan, plan_now, plan_of
from core.office.ports import Tx
from core.office.posted import all_posted, told_of
from core.office.review_standing import ReviewStatus, applicants_status
from core.office.seating import approval_of, participants_came
from core.roles import Actor, Site


class Look:
    """Good for one transaction that reads."""

    def __init__(self, tx: Tx, actor: Actor, day: dt.date, known: Known) -> None:
        self.tx = tx
        self.actor = actor
        self.at_ward = actor.site is Site.WARD
        self.day = day
        self.known = known
        self._told: dict[str, Counter[Content]] = {}

    @cached_property
    def counts(self) -> dict[State, int]:
        return self.tx.applications.counts()

    @cached_property
    def review(self) -> ReviewStatus:
        return applicants_status(self.tx)

    @cached_property
    def unsent(self) -> bool:
        """Whether applications are to go to the ward."""
        return self.tx.applications.any_unsent()

    @cached_property
    def answers_unsent(self) -> bool:
        """Whether words of the review are to go to the contractor."""
        return self.tx.reviews.any_unsent()

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
        return step_of(self._files) if self.draw else Step.SEAL_CONTRACTOR

    @cached_property
    def _files(self) -> Mapping[str, bytes]:
        return self.tx.draws.files(self.draw) if self.draw else {}

    @cached_property
    def by_beacon(self) -> bool:
        """Whether a public beacon stands in place of dice in the draw the flow line is about."""
        return PARAMS in self._files and Params.parse(self._files[PARAMS], PARAMS).beacon is not None

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

    def answered(self, draw: str) -> bool:
        """⑨: everybody seated has the ward's word."""
        ninth = self.known.ninth(self.tx, draw)
        return ninth.seats and not ninth.open

    def notified(self, draw: str) -> bool:
        """⑪: the notices of that draw went out; at the ward: the contractor's ledger tells of as many as the results call for."""
        if not self.approved(draw):
            return False
        return self._posted(draw) if self.at_ward else self.known.eleventh(self.tx, draw).done

    def notified_once(self) -> bool:
        """Whether notices of the draw in hand have gone out: cards for those who moved up later have no day of their own."""
        draw = self.draw
        if draw is None or (self.at_ward and not self.approved(draw)):
            return False
        if self.at_ward:
            return self._posted(draw, promotions=False)
        return self.step is Step.DONE and self.known.eleventh(self.tx, draw).begun

    def _posted(self, draw: str, *, promotions: bool = True) -> bool:
        if draw not in self._told:
            self._told[draw] = told_of(self.tx, draw)
        return all_posted(self._told[draw], self.known.called_for(self.tx, draw), promotions=promotions)
