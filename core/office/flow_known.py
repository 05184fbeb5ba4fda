"""What the flow line keeps between looks. It is read after every deed: what reads everybody is read once after it may have changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from core.applicant import State
from core.draw.standing import PlaceState
from core.ledger.codes import Content
from core.notice_kinds import NoticeKind
from core.office.approving import Words
from core.office.finished import Finished, FinishedDraws, Kept
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.posted import called_for
from core.office.review_items import PARTICIPANTS
from core.office.seating import Seat, coming
from core.office.telling import Told, told, told_so_far

AT_ONCE = 100
"""Seats looked at together, until one without a word is found."""


@dataclass(frozen=True)
class Ninth:
    """How far ⑨ is over the seats of a draw."""

    seats: bool
    """Anybody is seated."""
    open: bool
    """Somebody seated has no word of the ward as they sit now."""


@dataclass(frozen=True)
class Eleventh:
    """How far ⑪ is, as the contractor has noted it."""

    begun: bool
    """Somebody was told something of this draw."""
    done: bool
    """Everybody seated has the card of that outing, and everybody who waits knows of it."""


class Known:
    """Of one vault."""

    def __init__(self, finished: FinishedDraws) -> None:
        self._finished = finished
        self._ninth = Kept[Ninth]()
        self._place: dict[str, int] = {}
        """By draw, where the seat without a word stood that was found last: behind it the next one is looked for."""
        self._eleventh = Kept[Eleventh]()
        self._called_for = Kept[Counter[Content]]()

    def finished(self, tx: Tx, draw: str) -> Finished:
        return self._finished.get(tx, draw)

    def called_for(self, tx: Tx, draw: str) -> Counter[Content]:
        """`posted.called_for`."""
        return self._called_for.get(draw, tx.draws.state(draw), lambda: called_for(tx, draw))

    def ninth(self, tx: Tx, draw: str) -> Ninth:
        state = self._people(tx, draw), tx.reviews.state()
        return self._ninth.get(draw, state, lambda: self._words(tx, draw))

    def eleventh(self, tx: Tx, draw: str) -> Eleventh:
        state = self._people(tx, draw), tx.notices.state()
        return self._eleventh.get(draw, state, lambda: _told(tx, self.finished(tx, draw)))

    def returned(self, tx: Tx, draw: str) -> bool:
        """Whether the ward has returned somebody in ⑨ as they sit now."""
        records = set(tx.reviews.returned(PARTICIPANTS))
        if not records:
            return False
        seats = [seat for seat in self.finished(tx, draw).seats if seat[0] in records]
        return "returned" in _words_on(tx, draw, seats)

    @staticmethod
    def _people(tx: Tx, draw: str) -> object:
        """Equal as long as the same people sit on the same seats. Which draws are done tells whose word counts where (`Words`)."""
        return tx.draws.state(draw), tuple(done_draws(tx)), tx.applications.changes()

    def _words(self, tx: Tx, draw: str) -> Ninth:
        seats, seen = self.finished(tx, draw).seats, False
        first = min(self._place.get(draw, 0), len(seats))
        for start, end in ((first, len(seats)), (0, first)):
            for place in range(start, end, AT_ONCE):
                words = _words_on(tx, draw, seats[place : min(place + AT_ONCE, end)])
                seen = seen or bool(words)
                if "" in words:
                    self._place[draw] = place
                    return Ninth(seats=True, open=True)
        return Ninth(seats=seen, open=False)


def _words_on(tx: Tx, draw: str, seats: list[tuple[str, str, str]]) -> list[str]:
    """The ward's word in ⑨ on each of these who still comes: "" | confirmed | returned."""
    people = {one.record: one for one in tx.applications.by_records([record for record, _, _ in seats])}
    words = Words(tx, list(people))
    return [
        words.on(Seat(people[record], draw, unit, outing))
        for record, unit, outing in seats
        if record in people and coming(people[record])
    ]


def _told(tx: Tx, finished: Finished) -> Eleventh:
    gone, so_far = tx.applications.records(State.WITHDRAWN), told_so_far(tx)

    def knows(record: str, outing: str | None) -> bool:
        last = so_far.get((record, finished.draw), Told()).last
        if outing:
            return last == told(NoticeKind.ADMISSION, outing, "")
        return bool(last) and not last.startswith(NoticeKind.ADMISSION)

    return Eleventh(
        begun=any(draw == finished.draw for _, draw in so_far),
        done=all(
            knows(record, place.course)
            for place in finished.standing.places
            if place.state is not PlaceState.OUT
            for record in finished.members.get(place.id, ())
            if record not in gone
        ),
    )
